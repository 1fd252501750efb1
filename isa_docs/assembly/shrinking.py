"""A page as it is shown: how it lies in its own space, and how its edges are freed of its content.

Either the content is made smaller, or the page larger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Name

from isa_docs.assembly.objects import box, items_of, points

if TYPE_CHECKING:
    from pypdf import PageObject

Matrix = tuple[float, float, float, float, float, float]


Rectangle = tuple[float, float, float, float]
"""Left, bottom, right and top."""

_LETTER: Rectangle = (0.0, 0.0, 612.0, 792.0)
"""What readers take for a page of no size."""


def visible(page: pikepdf.Page | PageObject) -> Rectangle:
    """Return what is shown of a page, in its own space: of its crop box, what lies within its media box.

    It is the media box when the two have nothing in common, as readers have it.
    """
    left, bottom, right, top = media = _ordered(page.mediabox)
    if left == right or bottom == top:
        media = left, bottom, right, top = _LETTER
    x0, y0, x1, y1 = _ordered(page.cropbox)
    shown = max(left, x0), max(bottom, y0), min(right, x1), min(top, y1)
    return shown if shown[0] < shown[2] and shown[1] < shown[3] else media


def set_boxes(page: pikepdf.Page) -> None:
    """Have the boxes of a page say what is shown of it; readers differ in what they make of boxes that do not."""
    if len(items_of(page.obj.get("/CropBox"))) != 4 and "/CropBox" in page.obj:
        del page.obj["/CropBox"]
    shown = visible(page)
    if tuple(float(value) for value in page.cropbox) != shown:
        page.obj.CropBox = box(shown)
    left, bottom, right, top = _ordered(page.mediabox)
    if left == right or bottom == top:
        page.obj.MediaBox = box(shown)


def unit_of(page: pikepdf.Page | PageObject) -> float:
    """Return how many points the unit of a page's own space has."""
    own: Any = page.obj if isinstance(page, pikepdf.Page) else page
    unit = float(own.get("/UserUnit") or 1)
    return unit if unit > 0 else 1.0


def upright(page: pikepdf.Page | PageObject) -> tuple[Matrix, float, float]:
    """Return the matrix that leads from the page as it is shown to its own space, and the shown width and height.

    Shown space has its origin at the lower left corner of the visible page and is measured in points.
    """
    own: Any = page.obj if isinstance(page, pikepdf.Page) else page
    unit = unit_of(page)
    x0, y0, x1, y1 = visible(page)
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


def as_shown(page: pikepdf.Page, rectangle: Rectangle) -> Rectangle:
    """Return a rectangle of a page's own space as one of the page as it is shown."""
    to_shown = inverse(upright(page)[0])
    x0, y0, x1, y1 = rectangle
    return _ordered((*moved(to_shown, x0, y0), *moved(to_shown, x1, y1)))


def shrink(page: pikepdf.Page, foot: float, head: float) -> bytes:
    """Return the operators that make a page's content smaller, so that ``foot`` and ``head`` points come free.

    The content keeps its proportions and stands in the middle of the page; what lay outside the visible page stays
    unseen. The places of the page's links follow. The page must be higher than what comes free.
    """
    to_own, width, height = upright(page)
    share = (height - foot - head) / height
    smaller: Matrix = (share, 0, 0, share, width * (1 - share) / 2, foot)
    matrix = times(times(inverse(to_own), smaller), to_own)
    for link in items_of(page.obj.get("/Annots")):
        if link.get("/Subtype") == Name.Link:
            x0, y0, x1, y1 = (float(value) for value in link.Rect)
            (x0, y0), (x1, y1) = moved(matrix, x0, y0), moved(matrix, x1, y1)
            link.Rect = Array([points(value) for value in (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))])
    placed = " ".join(f"{value:.6g}" for value in matrix)
    return f"{placed} cm ".encode() + _clip(visible(page))


def enlarge(page: pikepdf.Page, foot: float, head: float, side: float) -> bytes:
    """Make a page larger by so many points at its foot, its head and either side; its content stays as it is.

    Return the operators without which what lay outside the visible page would come to be seen.
    """
    to_own, width, height = upright(page)
    clip = _clip(visible(page))
    x0, y0 = moved(to_own, -side, -foot)
    x1, y1 = moved(to_own, width + side, height + head)
    page.obj.MediaBox = box(_ordered((x0, y0, x1, y1)))
    if "/CropBox" in page.obj:
        del page.obj["/CropBox"]
    return clip


def _clip(shown: Rectangle) -> bytes:
    x0, y0, x1, y1 = shown
    return f"{x0:g} {y0:g} {x1 - x0:g} {y1 - y0:g} re W n".encode()


def _ordered(values: Any) -> Rectangle:
    x0, y0, x1, y1 = (float(value) for value in values)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def times(first: Matrix, then: Matrix) -> Matrix:
    """Return the matrix that does what ``first`` does and ``then`` what the other does."""
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def inverse(matrix: Matrix) -> Matrix:
    """Return the matrix that leads back."""
    a, b, c, d, e, f = matrix
    area = a * d - b * c
    return (d / area, -b / area, -c / area, a / area, (c * f - d * e) / area, (b * e - a * f) / area)


def moved(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    """Return where a point comes to lie."""
    a, b, c, d, e, f = matrix
    return a * x + c * y + e, b * x + d * y + f
