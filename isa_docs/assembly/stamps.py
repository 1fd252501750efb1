"""What is printed on every page besides its content, as artifacts: the stamp at the foot, a legend at the head.

At the foot stand who and what at the left, ``Page n of N`` at the right. Text is never covered where it can be helped:
the content of an exhibit's page that has words there is made a little smaller, and on a page that must keep its size,
as papers and forms do, the stamp goes where there is room.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf

from isa_docs.assembly import page_code
from isa_docs.assembly.content import contents_of
from isa_docs.assembly.objects import dictionary
from isa_docs.assembly.shrinking import Rectangle, enlarge, shrink, upright
from isa_docs.assembly.typeface import StampFont
from isa_docs.conversion.pdfium import Word

if TYPE_CHECKING:
    from pypdf import PageObject

SIZE = 7.5
BASELINE = 0.35 * 72
SIDE = 72.0
ROOM = BASELINE + SIZE + 4
"""What the stamp takes of the foot of a page, and a legend of its head, in points."""
_LOW = 15.0
"""Where the stamp's baseline may go when its usual place is taken; what is nearer to the edge many printers cut off."""
_MARGIN = 0.125
"""Of a narrow page's width, how much the stamp leaves free at either side."""
_WIDE = 576.0
"""A page as wide as this holds any stamp: the name at its left is shortened, and a legend has one line at most."""
_SMALLEST_SHARE = 0.75
"""A page whose content would have to be made smaller than this is made larger instead."""
_SMALLEST_LEGEND = 0.8
"""The same for the size of a legend."""
_QUIET = 4.0
"""What must stay white around a page code, in points."""
_GRAY, _BLACK = 0.35, 0.0
_GAP = 18.0
_CAPITALS = 0.73
"""Height of a capital letter, as a share of the size."""
_APART = 1.0
_CAPTION = tuple(
    (text, page_code.SIDE + 3 + (len(page_code.CAPTION) - 1 - row) * page_code.CAPTION_SIZE * 1.15)
    for row, text in enumerate(page_code.CAPTION)
)
"""The lines above a page code, from the top, and how far above its lower edge their baselines are."""
_CODE_HEIGHT = _CAPTION[0][1] + page_code.CAPTION_SIZE * _CAPITALS
"""Of a page code with the lines above it."""

__all__ = [
    "BASELINE",
    "OwnStamp",
    "Stamped",
    "add_fonts",
    "bates_number",
    "free_name",
    "page_number_text",
    "stamp_pages",
    "upright",
]


@dataclass(frozen=True)
class OwnStamp:
    """What the stamp of one page has of its own."""

    mark: str = ""
    """Added at the left, such as the exhibit it belongs to."""
    legend: str = ""
    """Printed at the head."""
    words: Sequence[Word] = ()
    """The page's own words near its edges, which must not be covered."""
    fields: Sequence[Rectangle] = ()
    """Where it will be signed and dated, which must not be covered either; on the page as it is shown."""
    fixed: bool = False
    """Whether the page must keep its size."""
    coded: bool = False
    """Whether the page gets a page code, which then says what it is for."""


@dataclass
class Stamped:
    """What came of it; pages are counted from 1."""

    unshowable: frozenset[str] = frozenset()
    """Characters that no font can show."""
    shrunk: list[int] = field(default_factory=list)
    """Pages whose content was made smaller."""
    enlarged: list[int] = field(default_factory=list)
    """Pages made larger, too small for what is printed on them."""
    moved: list[int] = field(default_factory=list)
    """Pages with the stamp elsewhere than usual."""
    covered: list[int] = field(default_factory=list)
    """Pages with words under the stamp or the legend."""
    codes: dict[int, tuple[float, float]] = field(default_factory=dict)
    """Where the lower left corner of each page code is to stand on the page as it is shown."""
    codes_moved: list[int] = field(default_factory=list)
    """Pages with the code elsewhere than usual."""
    codes_covering: list[int] = field(default_factory=list)
    """Pages with words under the code or the lines above it."""


@dataclass(frozen=True)
class _Box:
    """What something takes of a page."""

    left: float
    bottom: float
    right: float
    top: float

    def meets(self, other: _Box | Word) -> bool:
        return (
            other.left < self.right and other.right > self.left and other.bottom < self.top and other.top > self.bottom
        )


@dataclass(frozen=True)
class _Line:
    """A line of text to print: where it begins, on which baseline, at which size and width."""

    text: str
    left: float
    baseline: float
    size: float
    width: float

    @property
    def box(self) -> _Box:
        return _Box(
            self.left - _APART,
            self.baseline - self.size * 0.22 - _APART,
            self.left + self.width + _APART,
            self.baseline + self.size * _CAPITALS + _APART,
        )


def page_number_text(number: int, total: int) -> str:
    """Return the right part of the stamp."""
    return f"Page {number} of {total}"


def bates_number(prefix: str, number: int) -> str:
    """Return the continuous number of a page (from 1), six digits behind the prefix; empty without a prefix."""
    return f"{prefix}{number:06d}" if prefix else ""


def stamp_pages(
    pdf: Pdf,
    pages: Sequence[pikepdf.Page],
    left: str,
    fonts: Sequence[Path],
    bates: str = "",
    own: Sequence[OwnStamp] = (),
) -> Stamped:
    """Stamp every page, upright whatever its rotation; ``own`` says what the stamp of each page has of its own.

    The page's own content is enclosed in ``q`` and ``Q`` so that it cannot move the stamp.
    """
    return _Stamping(pdf, pages, left, fonts, bates, own).stamp()


class _Stamping:
    """A package of which one page after the other is stamped."""

    def __init__(
        self,
        pdf: Pdf,
        pages: Sequence[pikepdf.Page],
        left: str,
        fonts: Sequence[Path],
        bates: str,
        own: Sequence[OwnStamp],
    ) -> None:
        self._pdf, self._pages, self._bates = pdf, pages, bates
        self._own = own or [OwnStamp()] * len(pages)
        texts = {text for each in self._own for text in (each.mark, each.legend)}
        shown = [left, *sorted(texts), f"{bates}Page of 0123456789 ·", *page_code.CAPTION]
        self._font = font = StampFont(fonts, shown, free_name(pages, "/IsaStamp"))
        self._shortened = lru_cache(maxsize=64)(lambda room: _shortened(font, left, room))
        self._done = Stamped(self._font.unshowable)

    def stamp(self) -> Stamped:
        embedded = self._font.embed(self._pdf)
        before = self._pdf.make_stream(b"q")
        for number, (page, stamp) in enumerate(zip(self._pages, self._own, strict=True), start=1):
            add_fonts(page, embedded)
            matrix, width, height = upright(page)
            lines = self._stamp_lines(number, width, stamp, BASELINE)
            head = _legend(self._font, stamp.legend, width, height, _side(width))
            covered = bool(stamp.words) and _meet([line.box for line in (*lines, *head)], stamp.words)
            opening = before
            if made_room := self._make_room(number, page, stamp, (width, height), covered=covered):
                opening = self._pdf.make_stream(b"q " + made_room)
                matrix, width, height = upright(page)
                lines = self._stamp_lines(number, width, stamp, BASELINE)
                head = _legend(self._font, stamp.legend, width, height, _side(width))
            elif covered:
                lines = self._moved(number, (width, height), stamp, lines, [line.box for line in head])
            at_head = lines[0].baseline > height / 2
            top, foot = (lines, []) if at_head else ([], lines)
            if stamp.coded:
                caption, at_head = self._code(number, (width, height), stamp, lines)
                (top if at_head else foot).extend(caption)
            drawing = (
                _drawing(self._font, matrix, head, "Header", _BLACK)
                + _drawing(self._font, matrix, top, "Header", _GRAY)
                + _drawing(self._font, matrix, foot, "Footer", _GRAY)
            )
            page.obj.Contents = Array([opening, *contents_of(page), self._pdf.make_stream(b"Q\n" + drawing)])
        return self._done

    def _make_room(
        self, number: int, page: pikepdf.Page, stamp: OwnStamp, size: tuple[float, float], *, covered: bool
    ) -> bytes:
        """Return the operators before the content of a page that free what is printed of it, or nothing."""
        width, height = size
        head = ROOM if stamp.legend else 0.0
        widest = self._widest(number, stamp) if width < _WIDE else 0.0
        small = height < ROOM + head or width < widest
        may_shrink = covered and not stamp.fixed
        if not stamp.coded and (small or (may_shrink and height - ROOM - head < _SMALLEST_SHARE * height)):
            self._done.enlarged.append(number)
            return enlarge(page, ROOM, head, max((widest - width) / 2, 0))
        if may_shrink:
            self._done.shrunk.append(number)
            return shrink(page, ROOM, head)
        return b""

    def _widest(self, number: int, stamp: OwnStamp) -> float:
        """Return how wide a page must be to hold what must not be shortened."""
        font = self._font
        foot = font.width(_right(number, len(self._pages), self._bates), SIZE) + _GAP
        foot += font.width(_marked(stamp), SIZE)
        return max(foot, font.width(stamp.legend, SIZE) * _SMALLEST_LEGEND) / (1 - 2 * _MARGIN)

    def _stamp_lines(self, number: int, width: float, stamp: OwnStamp, baseline: float) -> list[_Line]:
        """Return the two parts of the stamp of a page."""
        font, side = self._font, _side(width)
        right = _line(font, _right(number, len(self._pages), self._bates), side, baseline, SIZE)
        right = replace(right, left=width - side - right.width)
        mark = _marked(stamp)
        room = right.left - _GAP - side - font.width(mark, SIZE)
        return [_line(font, self._shortened(room) + mark, side, baseline, SIZE), right]

    def _moved(
        self, number: int, size: tuple[float, float], stamp: OwnStamp, usual: list[_Line], legend: Sequence[_Box]
    ) -> list[_Line]:
        """Return the stamp of a page that must keep its size where it covers nothing, or else at its usual place."""
        width, height = size
        taken: list[_Box | Word] = [*stamp.words, *(_Box(*each) for each in stamp.fields), *legend]
        if _meet(legend, stamp.words):
            self._done.covered.append(number)
        if not _meet([line.box for line in usual], taken):
            return usual
        for baseline in (_LOW, height - BASELINE - SIZE * _CAPITALS, height - _LOW - SIZE * _CAPITALS):
            lines = self._stamp_lines(number, width, stamp, baseline)
            if not _meet([line.box for line in lines], taken):
                self._done.moved.append(number)
                return lines
        if number not in self._done.covered:
            self._done.covered.append(number)
        return usual

    def _code(
        self, number: int, size: tuple[float, float], stamp: OwnStamp, lines: Sequence[_Line]
    ) -> tuple[list[_Line], bool]:
        """Find a corner for the page code; return the lines above it, and whether they stand at the head."""
        width, height = size
        taken: list[_Box | Word] = [
            *stamp.words,
            *(_Box(*each) for each in stamp.fields),
            *(line.box for line in lines),
        ]
        right, top = width - page_code.CORNER - page_code.SIDE, height - page_code.CORNER - _CODE_HEIGHT
        usual = (page_code.CORNER, page_code.CORNER)
        corners = (usual, (right, page_code.CORNER), (right, top), (page_code.CORNER, top))
        corner = next((each for each in corners if not _meet([_around_code(*each)], taken)), None)
        if corner is None:
            self._done.codes_covering.append(number)
        elif corner != usual:
            self._done.codes_moved.append(number)
        left, bottom = self._done.codes[number] = corner or usual
        size_of = page_code.CAPTION_SIZE
        return [_line(self._font, text, left, bottom + above, size_of) for text, above in _CAPTION], bottom == top


def _meet(boxes: Sequence[_Box], taken: Sequence[_Box | Word]) -> bool:
    return any(box.meets(each) for box in boxes for each in taken)


def _around_code(left: float, bottom: float) -> _Box:
    """Return what a page code takes with the lines above it and what must stay white around it."""
    return _Box(
        left - _QUIET, bottom - _QUIET, left + page_code.SIDE + _QUIET, bottom + max(_CODE_HEIGHT, page_code.SIDE)
    )


def _side(width: float) -> float:
    """Return how far from either side of a page its stamp stays."""
    return min(SIDE, width * _MARGIN)


def _marked(stamp: OwnStamp) -> str:
    return f" · {stamp.mark}" if stamp.mark else ""


def _right(number: int, total: int, bates: str) -> str:
    text = page_number_text(number, total)
    return f"{bates_number(bates, number)} · {text}" if bates else text


def _line(font: StampFont, text: str, left: float, baseline: float, size: float) -> _Line:
    return _Line(text, left, baseline, size, font.width(text, size))


def _legend(font: StampFont, text: str, width: float, height: float, side: float) -> list[_Line]:
    """Return the legend in the middle of the head, smaller when the page is narrow."""
    if not text:
        return []
    size = min(SIZE, SIZE * (width - 2 * side) / max(font.width(text, SIZE), 1.0))
    line = _line(font, text, 0, height - BASELINE - SIZE * _CAPITALS, size)
    return [replace(line, left=(width - line.width) / 2)]


def _drawing(font: StampFont, matrix: tuple[float, ...], lines: Sequence[_Line], kind: str, gray: float) -> bytes:
    if not lines:
        return b""
    edge = "Top" if kind == "Header" else "Bottom"
    placed = " ".join(f"{value:.5g}" for value in matrix)
    return (
        f"/Artifact <</Type/Pagination/Subtype/{kind}/Attached[/{edge}]>> BDC\n".encode()
        + f"q {placed} cm {gray:g} g BT\n".encode()
        + b"".join(_text(font, line) for line in lines)
        + b"ET Q\nEMC\n"
    )


def _text(font: StampFont, line: _Line) -> bytes:
    out = f"1 0 0 1 {line.left:.2f} {line.baseline:.2f} Tm\n".encode()
    for run in font.runs(line.text):
        out += f"{run.font} {line.size:.4g} Tf <{run.glyphs.hex()}> Tj\n".encode()
    return out if line.text else b""


def _shortened(font: StampFont, text: str, room: float) -> str:
    if font.width(text, SIZE) <= room:
        return text
    while text and font.width(text + "…", SIZE) > room:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def free_name(pages: Iterable[pikepdf.Page | PageObject], name: str) -> str:
    """Return the beginning of resource names with which no font of ``pages`` begins: ``name`` itself if it can be.

    A package of ours may come back as an exhibit, with fonts that have our names.
    """
    taken = {str(font) for page in pages for font in _fonts_of(page)}
    found, number = name, 1
    while any(font.startswith(found) for font in taken):
        number += 1
        found = f"{name}{number}-"
    return found


def _fonts_of(page: pikepdf.Page | PageObject) -> Iterable[str]:
    if isinstance(page, pikepdf.Page):
        return dictionary(dictionary(page.obj.get("/Resources")).get("/Font")).keys()
    from isa_docs.assembly.objects import as_dictionary

    return as_dictionary(as_dictionary(page.get("/Resources")).get("/Font")).keys()


def add_fonts(page: pikepdf.Page | PageObject, embedded: Mapping[str, Any]) -> None:
    """Make embedded fonts known to a page under their resource names."""
    if not isinstance(page, pikepdf.Page):
        _add_fonts_with_pypdf(page, embedded)
        return
    resources = page.obj.get("/Resources")
    if not isinstance(resources, Dictionary):
        page.obj.Resources = resources = Dictionary()
    fonts = resources.get("/Font")
    if not isinstance(fonts, Dictionary):
        resources.Font = fonts = Dictionary()
    for name, font in embedded.items():
        fonts[name] = font


def _add_fonts_with_pypdf(page: PageObject, embedded: Mapping[str, Any]) -> None:
    from pypdf.generic import DictionaryObject, NameObject

    from isa_docs.assembly.objects import as_dictionary, entry

    resources = as_dictionary(page.get("/Resources"))
    if "/Resources" not in page:
        page[NameObject("/Resources")] = resources
    fonts = entry(resources, "/Font")
    if not isinstance(fonts, DictionaryObject):
        fonts = DictionaryObject()
        resources[NameObject("/Font")] = fonts
    for name, reference in embedded.items():
        fonts[NameObject(name)] = reference
