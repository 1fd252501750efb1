"""Text laid into a place of a form: as large as asked, smaller when it must, on several lines where there is space."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from isa_docs.assembly.form_page import Box, Spot
from isa_docs.assembly.typeface import StampFont

SMALLEST: Final = 7.0
_LEADING: Final = 1.15
_STEP: Final = 0.5


@dataclass(frozen=True)
class Laid:
    """What is drawn at one place: the page, the operators within a text object, and the boxes they cover."""

    page: int
    operators: bytes
    boxes: tuple[Box, ...]


def laid(font: StampFont, text: str, spot: Spot, size: float) -> Laid | None:
    """Return a text laid into a place, at ``size`` points or down to 7 points; None when it does not fit."""
    if spot.comb:
        return _in_cells(font, text, spot, size)
    at = size
    while at >= min(SMALLEST, size):
        lines = _wrapped(font, text, spot.box.width, at) if spot.multiline else [text]
        high = (len(lines) - 1) * _LEADING * at + 0.95 * at if spot.multiline else 0.0
        if all(font.width(line, at) <= spot.box.width for line in lines) and high <= spot.box.height + 0.5:
            first = spot.box.top - 0.9 * at if spot.from_top else spot.baseline
            return _lines(font, lines, spot, at, first)
        at -= _STEP
    return None


def nearest_fit(font: StampFont, text: str, spot: Spot, size: float, *, mark: bool) -> Laid:
    """Return a short text in the middle of a place, as a check mark is: it may fill the box but not leave it."""
    box = spot.box
    at = min(size, box.height * 1.1) if mark else size
    left = box.left + max((box.width - font.width(text, at)) / 2, 0) if box.width < 40 else box.left
    baseline = box.bottom + max((box.height - 0.72 * at) / 2, 0) if box.width < 40 else spot.baseline
    inner = Spot(Box(box.page, left, box.bottom, box.right, box.top), baseline)
    return _lines(font, [text], inner, at, baseline)


def _wrapped(font: StampFont, text: str, width: float, size: float) -> list[str]:
    """Break a text at spaces and line ends."""
    lines: list[str] = []
    for piece in text.split("\n"):
        line = ""
        for word in piece.split():
            longer = f"{line} {word}" if line else word
            if line and font.width(longer, size) > width:
                lines.append(line)
                longer = word
            line = longer
        lines.append(line)
    return lines


def _lines(font: StampFont, lines: list[str], spot: Spot, size: float, first: float) -> Laid:
    operators, boxes = b"", []
    for number, line in enumerate(lines):
        baseline = first - number * _LEADING * size
        operators += _shown(font, line, spot.box.left, baseline, size)
        right = spot.box.left + font.width(line, size)
        boxes.append(Box(spot.box.page, spot.box.left, baseline - 0.1 * size, right, baseline + 0.72 * size))
    return Laid(spot.box.page, operators, tuple(boxes))


def _in_cells(font: StampFont, text: str, spot: Spot, size: float) -> Laid | None:
    """Put one character into each cell."""
    if len(text) > spot.comb:
        return None
    cell = spot.box.width / spot.comb
    operators = b""
    for number, character in enumerate(text):
        left = spot.box.left + number * cell + (cell - font.width(character, size)) / 2
        operators += _shown(font, character, left, spot.baseline, size)
    return Laid(spot.box.page, operators, (spot.box,))


def _shown(font: StampFont, text: str, left: float, baseline: float, size: float) -> bytes:
    out = f"1 0 0 1 {left:.2f} {baseline:.2f} Tm\n".encode()
    for run in font.runs(text):
        out += f"{run.font} {size:g} Tf <{run.glyphs.hex()}> Tj\n".encode()
    return out
