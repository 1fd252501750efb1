"""How wide a place in a Word document is: between the margins, or within a table cell."""

from __future__ import annotations

from typing import Any, Final

from docx.oxml.ns import qn

Cell = tuple[int | None, int]
"""Of a table cell: its width in twentieths of a point where that is stated, and how many cells its row has."""

_MARGINS: Final = 216
"""The usual cell margins, left and right together."""


def cell_of(paragraph: Any) -> Cell | None:
    """Return the table cell a paragraph stands in, None outside of tables."""
    cell = next(paragraph.iterancestors(qn("w:tc")), None)
    if cell is None:
        return None
    width = cell.find(f"{qn('w:tcPr')}/{qn('w:tcW')}")
    stated = width is not None and width.get(qn("w:type")) == "dxa"
    return int(width.get(qn("w:w"))) if stated else None, len(cell.getparent().findall(qn("w:tc")))


def room(cell: Cell | None, text_width: int) -> int:
    """Return the width of a place: ``text_width``, that between the margins, or what a cell has of it."""
    if cell is None:
        return text_width
    width, columns = cell
    return (text_width // columns if width is None else width) - _MARGINS
