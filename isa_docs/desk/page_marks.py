"""Which field of the matter the words on a page come from: boxes to click on, as fractions of the page."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from isa_docs.conversion.pdfium import Document, Word
from isa_docs.desk.pointers import MISSING, pointer, value_at
from isa_docs.documents.trace import Printed
from isa_docs.findings import Path

_SHORTEST = 3
"""Characters below which a single word is no mark: it would be found anywhere."""

_SENTENCE = 4
"""Words from which a text is looked for by itself."""

Mark = dict[str, Any]


@dataclass(frozen=True)
class PageWords:
    """The size of a page in points, and its words with their boxes as fractions from its upper left corner."""

    width: float
    height: float
    words: tuple[tuple[str, tuple[float, float, float, float]], ...]


def read_pages(pdf: FilePath) -> list[PageWords]:
    """Return the words of all pages of a PDF. Raises PdfiumError when it cannot be opened."""
    with Document(pdf) as document:
        return [_page(*document.size(index), document.words(index)) for index in range(document.pages)]


def _page(width: float, height: float, words: Sequence[Word]) -> PageWords:
    found = []
    for word in words:
        if text := folded(word.text):
            top, bottom = 1 - word.top / height, 1 - word.bottom / height
            found.append((text, (word.left / width, top, word.right / width, bottom)))
    return PageWords(width, height, tuple(found))


def folded(text: str) -> str:
    """Return a word as it compares: its letters and digits."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def marks(pages: Sequence[PageWords], printed: Sequence[Printed], data: Any) -> list[list[Mark]]:
    """Return the marks of each page, the larger first, for what was printed from the matter's ``data``.

    ``printed`` is what the template says it printed; longer texts of the matter are looked for as well, because a
    paper may print several as one.
    """
    run = _Run(pages)
    leaves = dict(_leaves(data))
    for each in printed:
        path = _place(each, leaves, data)
        if path is not None:
            for line in each.text.splitlines():
                run.mark(line, path, follow=each.where == "body")
    for path, text in _texts(data):
        for paragraph in re.split(r"\n\s*\n|\n(?=[-*|]|\d+\.)", text):
            words = re.sub(r"^(?:[-*]|\d+\.)\s", "", paragraph)
            if len(words.split()) >= _SENTENCE:
                run.mark(words, path)
    return [sorted(found, key=_area, reverse=True) for found in run.found]


class _Run:
    """The words of all pages one after the other, and the marks found on them."""

    def __init__(self, pages: Sequence[PageWords]) -> None:
        self.found: list[list[Mark]] = [[] for _ in pages]
        self._words = [(word, number, box) for number, page in enumerate(pages) for word, box in page.words]
        self._starts: dict[str, list[int]] = {}
        for at, (word, _, _) in enumerate(self._words):
            self._starts.setdefault(word, []).append(at)
        self._cursor = 0

    def mark(self, text: str, path: Path, *, follow: bool = False) -> None:
        """Mark where a text stands: the first place after what was marked last, or else the first of all."""
        words = [word for word in map(folded, text.split()) if word]
        if not words or (len(words) == 1 and len(words[0]) < _SHORTEST):
            return
        at = self._find(words)
        if at is None:
            return
        if follow and at >= self._cursor:
            self._cursor = at + len(words)
        for number, box in _boxes(self._words[at : at + len(words)]):
            mark = {"pointer": pointer(path), "box": [round(side, 4) for side in box]}
            if mark not in self.found[number]:
                self.found[number].append(mark)

    def _find(self, words: list[str]) -> int | None:
        size = len(words)
        places = [
            at for at in self._starts.get(words[0], ()) if [each[0] for each in self._words[at : at + size]] == words
        ]
        return next((at for at in places if at >= self._cursor), places[0] if places else None)


def _area(mark: Mark) -> float:
    left, top, right, bottom = mark["box"]
    return float((right - left) * (bottom - top))


def _texts(data: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Yield each text of the matter with its place."""
    if isinstance(data, dict | list):
        for key, each in data.items() if isinstance(data, dict) else enumerate(data):
            yield from _texts(each, (*path, key))
    elif isinstance(data, str):
        yield path, data


def _boxes(words: Sequence[tuple[str, int, tuple[float, float, float, float]]]) -> Iterator[tuple[int, list[float]]]:
    """Yield one box for each page the words stand on."""
    for number in dict.fromkeys(page for _, page, _ in words):
        boxes = [box for _, page, box in words if page == number]
        yield (
            number,
            [min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)],
        )


def _leaves(data: Any) -> Iterator[tuple[str, Path]]:
    """Yield each text of the matter, folded, with its place, the last one first: of equal texts the first counts."""
    for path, text in reversed(list(_texts(data))):
        if short := folded(text):
            yield short, path


def _place(printed: Printed, leaves: dict[str, Path], data: Any) -> Path | None:
    """Return the field a printed value comes from, None for what the program computed."""
    equal = leaves.get(folded(printed.text))
    if printed.path is None:
        return equal
    if equal is not None and equal[: len(printed.path)] == printed.path:
        return equal
    path = printed.path
    while path and value_at(data, path) is MISSING:
        path = path[:-1]
    return path if len(path) > 1 and not (len(path) == 2 and path[0] == "submissions") else equal
