"""A page as it is shown: how it lies in its own space, and how its content is made smaller to free its edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pikepdf
from pikepdf import Array, Name

from isa_docs.assembly.objects import items_of, points

if TYPE_CHECKING:
    from pypdf import PageObject

Matrix = tuple[float, float, float, float, float, float]


def upright(page: pikepdf.Page | PageObject) -> tuple[Matrix, float, float]:
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


def shrink(page: pikepdf.Page, foot: float, head: float) -> bytes:
    """Return the operators that make a page's content smaller, so that ``foot`` and ``head`` points come free.

    The content keeps its proportions and stands in the middle of the page; what lay outside the visible page stays
    unseen. The places of the page's links follow.
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
    x0, y0, x1, y1 = (float(value) for value in page.cropbox)
    placed = " ".join(f"{value:.6g}" for value in matrix)
    return f"{placed} cm {x0:g} {y0:g} {x1 - x0:g} {y1 - y0:g} re W n".encode()


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
