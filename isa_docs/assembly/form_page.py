"""An agency's form as a PDF, read: its fields, its words, and where on its pages the places are.

All boxes are in points from the lower left corner of the page as it is shown, whatever its rotation.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Final, Literal

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from isa_docs.assembly.content import contents_of
from isa_docs.assembly.objects import points
from isa_docs.assembly.reading import PageWords
from isa_docs.assembly.shrinking import Matrix, inverse, moved, times, upright
from isa_docs.conversion.pdfium import Word

Kind = Literal["text", "button", "choice", "signature"]
_KINDS: Final[dict[str, Kind]] = {"/Tx": "text", "/Btn": "button", "/Ch": "choice", "/Sig": "signature"}
_MULTILINE, _COMB = 1 << 12, 1 << 24
RULE: Final = re.compile(r"_+")
_SAME: Final[Matrix] = (1, 0, 0, 1, 0, 0)
_EDGE: Final = 36.0
"""How near a place that nothing bounds may come to the edge of the page."""
_SAME_LINE: Final = 3.0
"""How far apart the baselines of words on one line may be, in points."""


@dataclass(frozen=True)
class Box:
    """A rectangle on a page (1-based)."""

    page: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def height(self) -> float:
        """How high it is."""
        return self.top - self.bottom

    @property
    def width(self) -> float:
        """How wide it is."""
        return self.right - self.left

    def holds(self, word: Word) -> bool:
        """Say whether the middle of a word lies inside."""
        across, up = (word.left + word.right) / 2, (word.bottom + word.top) / 2
        return self.left <= across <= self.right and self.bottom <= up <= self.top


@dataclass(frozen=True)
class Field:
    """One box of an AcroForm field."""

    name: str
    kind: Kind
    box: Box
    option: str = ""
    """For buttons: what it is called when it is on."""
    multiline: bool = False
    comb: int = 0
    """Number of the cells of a field that has a cell for each character; 0 for others."""
    value: str = ""


@dataclass(frozen=True)
class Spot:
    """Where a filling goes: its box, the base line of its first line, and what the field wants."""

    box: Box
    baseline: float
    multiline: bool = False
    comb: int = 0
    ruled: bool = False
    """Whether it is a line of underscores, above which text stands a little, to be read apart from it."""
    from_top: bool = False
    """Whether its lines hang from the top of the box rather than stand on the base line."""


def open_form(source: Path, copy: Path, dropped: Callable[[Field], bool]) -> list[Field]:
    """Write a copy of a form without password and outside its crop box; return its fields.

    Of the fields for which ``dropped`` says yes the boxes are left out of the copy. Raises pikepdf.PdfError and
    pikepdf.PasswordError.
    """
    fields = []
    with pikepdf.open(source, suppress_warnings=True) as pdf:
        for number, page in enumerate(pdf.pages, start=1):
            page.MediaBox = pikepdf.Array(page.cropbox)
            shown = _shown(page)
            kept = pikepdf.Array()
            for annotation in page.get("/Annots") or ():
                field = _field(annotation, number, shown)
                if field:
                    fields.append(field)
                if not field or not dropped(field):
                    kept.append(annotation)
            if "/Annots" in page:
                page.Annots = kept
        pdf.save(copy, deterministic_id=True)
    return fields


def _field(annotation: Any, page: int, shown: Callable[[Sequence[Any]], tuple[float, ...]]) -> Field | None:
    if not isinstance(annotation, Dictionary) or annotation.get("/Subtype") != Name.Widget:
        return None
    names: list[str] = []
    inherited: dict[str, Any] = {}
    node: Any = annotation
    for _ in range(20):
        if "/T" in node:
            names.insert(0, str(node.T))
        for key in ("/FT", "/Ff", "/V", "/MaxLen"):
            if key in node and key not in inherited:
                inherited[key] = node[key]
        if "/Parent" not in node:
            break
        node = node.Parent
    kind = _KINDS.get(str(inherited.get("/FT")))
    if kind is None or "/Rect" not in annotation:
        return None
    flags = int(inherited.get("/Ff", 0))
    states = annotation.get("/AP", Dictionary()).get("/N", Dictionary()) if kind == "button" else Dictionary()
    on = [str(key)[1:] for key in states if str(key) != "/Off"] if isinstance(states, Dictionary) else []
    value = inherited.get("/V")
    return Field(
        ".".join(names),
        kind,
        Box(page, *shown([float(each) for each in annotation.Rect])),
        on[0] if on else "",
        bool(flags & _MULTILINE),
        int(inherited.get("/MaxLen", 0)) if kind == "text" and flags & _COMB else 0,
        str(value) if value is not None and kind in ("text", "choice") else "",
    )


def _shown(page: pikepdf.Page) -> Callable[[Sequence[Any]], tuple[float, ...]]:
    """Return what turns a rectangle of a page's own space into one of the page as shown."""
    to_shown = inverse(upright(page)[0])

    def rectangle(rect: Sequence[Any]) -> tuple[float, ...]:
        ends = [moved(to_shown, float(rect[0]), float(rect[1])), moved(to_shown, float(rect[2]), float(rect[3]))]
        (left, right), (bottom, top) = (sorted(each[axis] for each in ends) for axis in (0, 1))
        return left, bottom, right, top

    return rectangle


def set_upright(pdf: Pdf, page: pikepdf.Page) -> None:
    """Redefine a page without annotations so that its own space is that of the page as shown."""
    to_own, width, height = upright(page)
    for key in ("/CropBox", "/BleedBox", "/TrimBox", "/ArtBox", "/Rotate", "/UserUnit"):
        if key in page.obj:
            del page.obj[key]
    page.obj.MediaBox = pikepdf.Array([0, 0, points(width), points(height)])
    to_shown = inverse(to_own)
    if to_shown == _SAME:
        return
    before = pdf.make_stream(("q " + " ".join(f"{value:.6g}" for value in to_shown) + " cm").encode())
    page.obj.Contents = pikepdf.Array([before, *contents_of(page), pdf.make_stream(b"\nQ")])
    resources = page.obj.get("/Resources")
    if not isinstance(resources, Dictionary):
        return
    patterns = resources.get("/Pattern")
    if isinstance(patterns, Dictionary):  # they lie in the space of the page, wherever its content is moved
        own = Dictionary(dict(resources.items()))
        own.Pattern = Dictionary({name: _moved(pdf, each, to_shown) for name, each in patterns.items()})
        page.obj.Resources = own


def _moved(pdf: Pdf, pattern: Any, to_shown: Matrix) -> Any:
    """Return a copy of a pattern that lies where the content has gone."""
    is_stream = isinstance(pattern, pikepdf.Stream)
    copy = Dictionary(pattern.stream_dict if is_stream else pattern)
    a, b, c, d, e, f = (float(value) for value in copy.get("/Matrix", _SAME))
    copy.Matrix = pikepdf.Array([Decimal(f"{value:.6f}") for value in times((a, b, c, d, e, f), to_shown)])
    return pdf.make_stream(pattern.read_raw_bytes(), copy) if is_stream else pdf.make_indirect(copy)


def page_size(pdf: Path, page: int) -> tuple[float, float]:
    """Return width and height of a page as shown."""
    with Pdf.open(pdf) as opened:
        return upright(opened.pages[page - 1])[1:]


def anchors(words: PageWords, pages: Sequence[int], wanted: str) -> Iterator[tuple[int, Word, float]]:
    """Yield each place where the words ``wanted`` stand: the page, the last word, and where on its line they end.

    They are looked for line by line and in the order in which they were drawn; places come from the head of each page
    to its foot.
    """
    letters = _letters(wanted)
    for page in pages:
        drawn = words.on(page)
        hits = {word: end for order in (drawn, _by_line(drawn)) for word, end in _hits(order, letters)}
        for word in _by_line(list(hits)):
            yield page, word, hits[word]


def _hits(words: Sequence[Word], letters: str) -> Iterator[tuple[Word, float]]:
    """Yield the last of each run of words that have these ``letters``, and where on its line they end."""
    for start in range(len(words)):
        text = ""
        for word in words[start:]:
            before = text
            text += _letters(word.text)
            if not letters.startswith(text[: len(letters)]):
                break
            if len(text) >= len(letters):
                rest = text[len(letters) :]
                if not rest or RULE.fullmatch(rest):
                    yield word, _end_within(word, letters[len(before) :])
                break


def _by_line(words: Sequence[Word]) -> list[Word]:
    """Return words from the head of the page to its foot, and from left to right on each line."""
    lines: list[list[Word]] = []
    for word in sorted(words, key=lambda each: -each.baseline):
        if not lines or lines[-1][0].baseline - word.baseline > _SAME_LINE:
            lines.append([])
        lines[-1].append(word)
    return [word for line in lines for word in sorted(line, key=lambda each: each.left)]


def _letters(text: str) -> str:
    return "".join(text.split())


def _end_within(word: Word, beginning: str) -> float:
    """Return where the ``beginning`` of a word ends that may run on into a line of underscores."""
    if len(beginning) >= len(word.text):
        return word.right

    def wide(text: str) -> float:
        return sum(0.28 if character in "il.,:;'|!()[]ftjI" else 0.5 for character in text)

    return word.left + (word.right - word.left) * wide(beginning) / (wide(word.text) or 1)


def spot_after(words: PageWords, page: int, word: Word, end: float, page_width: float) -> Spot:
    """Return the place behind an anchor: along its line of underscores, or else up to the next word or the margin."""
    high = word.top - word.bottom
    baseline = word.baseline
    right = word.right if RULE.search(word.text[-1:]) else 0.0
    line = sorted(
        (each for each in words.on(page) if each.left >= word.right - 1 and abs(each.bottom - word.bottom) < high / 2),
        key=lambda each: each.left,
    )
    for each in line:
        if not RULE.fullmatch(each.text):
            right = right or each.left - 3
            break
        right = each.right
    left = end + (1 if right and RULE.search(word.text[-1:]) else 3)
    rules = [each for each in line if RULE.fullmatch(each.text)]
    if rules and not RULE.search(word.text[-1:]) and rules[0].left < right:
        left = rules[0].left
    ruled = bool(rules) or bool(RULE.search(word.text[-1:]))
    return Spot(Box(page, left, baseline - 3, right or page_width - _EDGE, baseline + high), baseline, ruled=ruled)


def blanks(words: PageWords, pages: Sequence[int]) -> Iterator[tuple[int, str]]:
    """Yield page and words before each line of underscores, and each line of text that ends in a colon."""
    for page in pages:
        found = _by_line(words.on(page))
        for at, word in enumerate(found):
            rule = RULE.search(word.text)
            if not (rule and len(rule[0]) >= 3) and not word.text.endswith(":"):
                continue
            before = [each for each in found[max(0, at - 4) : at] if abs(each.bottom - word.bottom) < 3]
            last = max((n for n, each in enumerate(before, 1) if RULE.search(each.text)), default=0)
            texts = [each.text for each in before[last:]]
            own = word.text[: rule.start()] if rule else word.text
            if text := " ".join([*texts, own]).strip():
                yield page, text
