"""Where a place on a page stands in the reading order: the structure element whose text is on that line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Dictionary

from isa_docs.assembly.content import page_bytes
from isa_docs.assembly.structure import StructureTree

_INLINE = frozenset({"/Span", "/Link", "/Reference", "/Quote", "/Lbl", "/Code", "/Note"})
_BELOW, _ABOVE = 18.0, 2.0
"""How far below and above the top of a line its baseline is looked for, in points."""

_Matrix = tuple[float, float, float, float, float, float]
_UNIT: _Matrix = (1, 0, 0, 1, 0, 0)


def element_on_line(tree: StructureTree, page: pikepdf.Page, left: float, top: float) -> Dictionary | None:
    """Return the block element with text on the line whose top is at ``top``, nearest to ``left``; None if none.

    ``left`` and ``top`` are points in the page's own space. A paragraph is returned rather than a span in it.
    """
    near = [(abs(x - left), mark) for mark, x, y in _marked_text(page_bytes(page)) if top - _BELOW <= y <= top + _ABOVE]
    for _, mark in sorted(near):
        element = tree.owner(page.obj, mark)
        while element is not None and role_of(tree, element) in _INLINE:
            element = parent_of(element)
        if element is not None:
            return element
    return None


def parent_of(element: Dictionary) -> Dictionary | None:
    """Return the element above another."""
    above = element.get("/P")
    return above if isinstance(above, Dictionary) else None


def role_of(tree: StructureTree, element: Dictionary) -> str:
    """Return the standard type of an element."""
    return tree.roles.resolve(str(element.get("/S", "")))


def _marked_text(data: bytes) -> Iterator[tuple[int, float, float]]:
    """Yield, for every piece of text shown inside marked content, its mark and where it begins."""
    with pikepdf.new() as holder:
        steps = pikepdf.parse_content_stream(pikepdf.Stream(holder, data))
    states: list[_Matrix] = []
    space, line, leading = _UNIT, _UNIT, 0.0
    marks: list[int | None] = []
    for step in steps:
        operator, operands = str(step.operator), step.operands
        if operator == "q":
            states.append(space)
        elif operator == "Q":
            space = states.pop() if states else space
        elif operator == "cm":
            space = _times(_matrix(operands), space)
        elif operator == "BT":
            line = _UNIT
        elif operator == "Tm":
            line = _matrix(operands)
        elif operator in ("Td", "TD"):
            x, y = (float(value) for value in operands)
            leading = -y if operator == "TD" else leading
            line = _times((1, 0, 0, 1, x, y), line)
        elif operator == "TL":
            leading = float(operands[0])
        elif operator in ("T*", "'", '"'):
            line = _times((1, 0, 0, 1, 0, -leading), line)
        elif operator in ("BDC", "BMC"):
            marks.append(_mark(operands))
        elif operator == "EMC" and marks:
            marks.pop()
        if operator in ("Tj", "TJ", "'", '"'):
            mark = next((each for each in reversed(marks) if each is not None), None)
            if mark is not None:
                placed = _times(line, space)
                yield mark, placed[4], placed[5]


def _mark(operands: Any) -> int | None:
    if len(operands) == 2 and isinstance(operands[1], pikepdf.Dictionary) and "/MCID" in operands[1]:
        return int(operands[1].MCID)
    return None


def _matrix(operands: Any) -> _Matrix:
    a, b, c, d, e, f = (float(value) for value in operands)
    return a, b, c, d, e, f


def _times(first: _Matrix, then: _Matrix) -> _Matrix:
    a, b, c, d, e, f = first
    g, h, i, j, k, m = then
    return (
        a * g + b * i,
        a * h + b * j,
        c * g + d * i,
        c * h + d * j,
        e * g + f * i + k,
        e * h + f * j + m,
    )
