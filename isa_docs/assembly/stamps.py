"""The stamp at the foot of every page: who and what at the left, ``Page n of N`` at the right, as an artifact."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Dictionary, Pdf

from isa_docs.assembly.content import contents_of
from isa_docs.assembly.typeface import StampFont

if TYPE_CHECKING:
    from pypdf import PageObject

SIZE = 7.5
BASELINE = 0.35 * 72
SIDE = 72.0
_GRAY = 0.35
_GAP = 18.0


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
    marks: Sequence[str] = (),
) -> frozenset[str]:
    """Stamp every page, upright whatever its rotation; return the characters of ``left`` no font can show.

    ``marks`` are what the stamp of each page adds at the left, such as the exhibit it belongs to.
    The page's own content is enclosed in ``q`` and ``Q`` so that it cannot move the stamp.
    """
    total = len(pages)
    font = StampFont(fonts, [left, *marks, f"{bates}Page of 0123456789 ·"])
    embedded = font.embed(pdf)
    before = pdf.make_stream(b"q")
    shortened = lru_cache(maxsize=64)(lambda room: _shortened(font, left, room))
    for number, page in enumerate(pages, start=1):
        add_fonts(page, embedded)
        right = page_number_text(number, total)
        if bates:
            right = f"{bates_number(bates, number)} · {right}"
        mark = marks[number - 1] if marks else ""
        drawing = _drawing(page, font, shortened, right, f" · {mark}" if mark else "")
        after = pdf.make_stream(b"Q\n" + drawing)
        page.obj.Contents = Array([before, *contents_of(page), after])
    return font.unshowable


def upright(
    page: pikepdf.Page | PageObject,
) -> tuple[tuple[float, float, float, float, float, float], float, float]:
    """Return the matrix that leads from the page as it is shown to its own space, and the shown width and height.

    Shown space has its origin at the lower left corner of the visible page and is measured in points.
    """
    own: Any = page.obj if isinstance(page, pikepdf.Page) else page
    unit = float(own.get("/UserUnit") or 1)
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    x0, x1, y0, y1 = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    wide, high = (x1 - x0) * unit, (y1 - y0) * unit
    s = 1 / unit
    turn = int(own.get("/Rotate") or 0) % 360
    if turn == 90:
        return (0, s, -s, 0, x1, y0), high, wide
    if turn == 180:
        return (-s, 0, 0, -s, x1, y1), wide, high
    if turn == 270:
        return (0, -s, s, 0, x0, y1), high, wide
    return (s, 0, 0, s, x0, y0), wide, high


def _drawing(page: pikepdf.Page, font: StampFont, left_within: Callable[[float], str], right: str, mark: str) -> bytes:
    matrix, width, _ = upright(page)
    side = min(SIDE, width / 8)
    right_start = width - side - font.width(right, SIZE)
    left = left_within(right_start - _GAP - side - font.width(mark, SIZE)) + mark
    shown = _text(font, left, side) + _text(font, right, right_start)
    placed = " ".join(f"{value:.5g}" for value in matrix)
    return (
        b"/Artifact <</Type/Pagination/Subtype/Footer/Attached[/Bottom]>> BDC\n"
        + f"q {placed} cm {_GRAY} g BT\n".encode()
        + shown
        + b"ET Q\nEMC"
    )


def _text(font: StampFont, text: str, x: float) -> bytes:
    out = f"1 0 0 1 {x:.2f} {BASELINE:.2f} Tm\n".encode()
    for run in font.runs(text):
        out += f"{run.font} {SIZE} Tf <{run.glyphs.hex()}> Tj\n".encode()
    return out if text else b""


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
