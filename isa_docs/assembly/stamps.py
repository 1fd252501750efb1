"""What is printed on every page besides its content, as artifacts: the stamp at the foot, a legend at the head.

At the foot stand who and what at the left, ``Page n of N`` at the right. Text of an exhibit is never covered: a page
that has words there is made a little smaller.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf

from isa_docs.assembly import page_code
from isa_docs.assembly.content import contents_of
from isa_docs.assembly.shrinking import shrink, upright
from isa_docs.assembly.typeface import StampFont
from isa_docs.conversion.pdfium import Word

if TYPE_CHECKING:
    from pypdf import PageObject

SIZE = 7.5
BASELINE = 0.35 * 72
SIDE = 72.0
ROOM = BASELINE + SIZE + 4
"""What the stamp takes of the foot of a page, and a legend of its head, in points."""
_GRAY, _BLACK = 0.35, 0.0
_GAP = 18.0
_CAPITALS = 0.73
"""Height of a capital letter, as a share of the size."""
_APART = 1.0
_CAPTION = tuple(
    (text, page_code.CORNER + page_code.SIDE + 3 + (len(page_code.CAPTION) - 1 - row) * page_code.CAPTION_SIZE * 1.15)
    for row, text in enumerate(page_code.CAPTION)
)
"""The lines above a page code, from the top, and their baselines."""

__all__ = ["BASELINE", "OwnStamp", "Stamped", "add_fonts", "bates_number", "page_number_text", "stamp_pages", "upright"]


@dataclass(frozen=True)
class OwnStamp:
    """What the stamp of one page has of its own."""

    mark: str = ""
    """Added at the left, such as the exhibit it belongs to."""
    legend: str = ""
    """Printed at the head."""
    words: Sequence[Word] = ()
    """The page's own words near its edges, which must not be covered."""
    fixed: bool = False
    """Whether the page must keep its size."""
    coded: bool = False
    """Whether the page gets a page code, which then says what it is for."""


@dataclass(frozen=True)
class Stamped:
    """What came of it: characters no font can show, pages (from 1) made smaller, pages whose words are covered."""

    unshowable: frozenset[str]
    shrunk: tuple[int, ...]
    covered: tuple[int, ...]


@dataclass(frozen=True)
class _Line:
    """A line of text to print: where it begins, on which baseline, at which size and width."""

    text: str
    left: float
    baseline: float
    size: float
    width: float

    def covers(self, word: Word) -> bool:
        return (
            word.left < self.left + self.width + _APART
            and word.right > self.left - _APART
            and word.bottom < self.baseline + self.size * _CAPITALS + _APART
            and word.top > self.baseline - self.size * 0.22 - _APART
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
    total = len(pages)
    texts = {text for each in own for text in (each.mark, each.legend)}
    font = StampFont(fonts, [left, *sorted(texts), f"{bates}Page of 0123456789 ·", *page_code.CAPTION])
    embedded = font.embed(pdf)
    before = pdf.make_stream(b"q")
    shortened = lru_cache(maxsize=64)(lambda room: _shortened(font, left, room))
    shrunk: list[int] = []
    covered: list[int] = []
    for number, page in enumerate(pages, start=1):
        add_fonts(page, embedded)
        stamp = own[number - 1] if own else OwnStamp()
        matrix, width, height = upright(page)
        side = min(SIDE, width / 8)
        right = _line(font, _right(number, total, bates), side, BASELINE, SIZE)
        right = replace(right, left=width - side - right.width)
        mark = f" · {stamp.mark}" if stamp.mark else ""
        room = right.left - _GAP - side - font.width(mark, SIZE)
        foot = [_line(font, shortened(room) + mark, side, BASELINE, SIZE), right]
        if stamp.coded:
            foot += _caption(font)
        head = _legend(font, stamp.legend, width, height, side)
        opening = before
        if any(line.covers(word) for line in (*foot, *head) for word in stamp.words):
            (covered if stamp.fixed else shrunk).append(number)
            if not stamp.fixed:
                opening = pdf.make_stream(b"q " + shrink(page, ROOM, ROOM if head else 0))
        drawing = _drawing(font, matrix, head, "Header", _BLACK) + _drawing(font, matrix, foot, "Footer", _GRAY)
        page.obj.Contents = Array([opening, *contents_of(page), pdf.make_stream(b"Q\n" + drawing)])
    return Stamped(font.unshowable, tuple(shrunk), tuple(covered))


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


def _caption(font: StampFont) -> list[_Line]:
    """Return what stands above a page code."""
    return [_line(font, text, page_code.CORNER, baseline, page_code.CAPTION_SIZE) for text, baseline in _CAPTION]


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
