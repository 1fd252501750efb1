"""Which field of the matter the words on a page come from: boxes to click on, as fractions of the page."""

from __future__ import annotations

import re
import subprocess
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path as FilePath
from typing import Any

from isa_docs.desk.pointers import MISSING, pointer, value_at
from isa_docs.documents.trace import Printed
from isa_docs.findings import Path

_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
_WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')
_SECONDS = 60
_SHORTEST = 3
"""Characters below which a single word is no mark: it would be found anywhere."""

Mark = dict[str, Any]


@dataclass(frozen=True)
class PageWords:
    """The size of a page in points, and its words with their boxes as fractions from its upper left corner."""

    width: float
    height: float
    words: tuple[tuple[str, tuple[float, float, float, float]], ...]


def read_pages(program: str, pdf: FilePath) -> list[PageWords]:
    """Return the words of all pages of a PDF; ``program`` is poppler's pdftotext."""
    command = [program, "-bbox", "-enc", "UTF-8", str(pdf), "-"]
    said = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False).stdout.decode("utf-8", "replace")
    return [_page(float(width), float(height), inside) for width, height, inside in _PAGE.findall(said)]


def _page(width: float, height: float, inside: str) -> PageWords:
    words = []
    for left, top, right, bottom, text in _WORD.findall(inside):
        if word := folded(unescape(text)):
            box = (float(left) / width, float(top) / height, float(right) / width, float(bottom) / height)
            words.append((word, box))
    return PageWords(width, height, tuple(words))


def folded(text: str) -> str:
    """Return a word as it compares: its letters and digits."""
    return re.sub(r"[\W_]+", "", unicodedata.normalize("NFKC", text)).casefold()


def marks(pages: Sequence[PageWords], printed: Sequence[Printed], data: Any) -> list[list[Mark]]:
    """Return the marks of each page, for what ``printed`` says that was printed from the matter's ``data``."""
    found: list[list[Mark]] = [[] for _ in pages]
    run = [(word, number, box) for number, page in enumerate(pages) for word, box in page.words]
    starts: dict[str, list[int]] = {}
    for place, (word, _, _) in enumerate(run):
        starts.setdefault(word, []).append(place)
    leaves = dict(_leaves(data))
    cursor = 0
    for each in printed:
        path = _place(each, leaves, data)
        if path is None:
            continue
        for line in each.text.splitlines():
            words = [word for word in map(folded, line.split()) if word]
            if not words or (len(words) == 1 and len(words[0]) < _SHORTEST):
                continue
            at = _find(run, starts, words, cursor)
            if at is None:
                continue
            if at >= cursor and each.where == "body":
                cursor = at + len(words)
            for number, box in _boxes(run[at : at + len(words)]):
                mark = {"pointer": pointer(path), "box": [round(side, 4) for side in box]}
                if mark not in found[number]:
                    found[number].append(mark)
    return found


def _find(
    run: Sequence[tuple[str, int, Any]], starts: dict[str, list[int]], words: list[str], cursor: int
) -> int | None:
    """Return where the words stand one after the other: first after the cursor, or else anywhere."""
    places = [at for at in starts.get(words[0], ()) if [each[0] for each in run[at : at + len(words)]] == words]
    return next((at for at in places if at >= cursor), places[0] if places else None)


def _boxes(words: Sequence[tuple[str, int, tuple[float, float, float, float]]]) -> Iterator[tuple[int, list[float]]]:
    """Yield one box for each page the words stand on."""
    for number in dict.fromkeys(page for _, page, _ in words):
        boxes = [box for _, page, box in words if page == number]
        yield (
            number,
            [min(b[0] for b in boxes), min(b[1] for b in boxes), max(b[2] for b in boxes), max(b[3] for b in boxes)],
        )


def _leaves(data: Any, path: Path = ()) -> Iterator[tuple[str, Path]]:
    """Yield each text of the matter, folded, with its place, the last one first: of equal texts the first counts."""
    if isinstance(data, dict | list):
        inside = data.items() if isinstance(data, dict) else enumerate(data)
        for key, each in reversed(list(inside)):
            yield from _leaves(each, (*path, key))
    elif isinstance(data, str) and (text := folded(data)):
        yield text, path


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
