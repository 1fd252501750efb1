"""Figures for the papers, drawn as pictures with alternative text."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from functools import cache, lru_cache
from math import ceil

from isa_docs.documents.blocks import Picture
from isa_docs.intake.testing_plan import TestArea

_SCALE = 5
_WIDTH_INCHES = 3.25
_HEIGHT_INCHES = 2.52
_DPI = 220
_FINER = 2
"""Lines and circles are drawn so many times larger and then made smaller, which smooths their edges."""

_LIGHTEST, _DARKEST = (255, 255, 255), (150, 170, 190)
"""Lowest and highest score; one hue, so that the order of shades survives a gray printer, and light enough for the
figures on it to be read on a copy of a copy."""
_LINE, _INK = (138, 138, 138), (0, 0, 0)
_LEFT, _BOTTOM, _MARGIN = 0.5, 0.42, 0.06
"""Inches kept free for the axes' labels, and at the other edges."""
_RADIUS, _POINTS = 0.082, 8.5
"""Inches from the center of a circle to its edge, and the size of the number in it, where the cell has the room."""
_PITCH, _ROW = 0.33, -0.12
"""Between neighbors in a row, in cell widths; and where the middle of all rows lies, in cell heights below the cell's
own: its score stands under them."""
_ROOM_ACROSS, _ROOM_DOWN = 0.94, 0.7
"""The part of a cell that circles may fill."""


def risk_matrix(areas: Sequence[TestArea]) -> Picture:
    """Draw likelihood against impact (1 to 5 each), every area by its number in the plan's risk register."""
    placed: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, area in enumerate(areas, start=1):
        placed[(area.likelihood, area.impact)].append(number)
    cells = tuple(sorted((place, tuple(numbers)) for place, numbers in placed.items()))
    return Picture(_drawn(cells), _WIDTH_INCHES, _described(areas))


def _described(areas: Sequence[TestArea]) -> str:
    ranked = sorted(areas, key=lambda area: -area.likelihood * area.impact)
    listed = "; ".join(
        f"{area.title}: likelihood {area.likelihood}, impact {area.impact}, score {area.likelihood * area.impact}"
        for area in ranked
    )
    return f"Risk matrix of likelihood (1 to 5) against impact (1 to 5). From the highest score down: {listed}."


def circles(count: int, across: float, down: float, largest: float) -> tuple[float, list[tuple[float, float]]]:
    """Return the radius of the circles of ``count`` areas in one cell, and how far to the right of and below the
    cell's middle each center is.

    ``across`` and ``down`` are the cell's sides; no radius is above ``largest``. Up to three stand in one row, more in
    the rows and columns that leave them largest.
    """
    columns, pitch_across, pitch_down, radius = count, _PITCH * across, 0.0, largest
    if count > _SCALE - 2:
        choices = []
        for columns in range(1, count + 1):
            steps = min(_PITCH * across, _ROOM_ACROSS * across / columns), _ROOM_DOWN * down / ceil(count / columns)
            choices.append((min(largest, 0.46 * min(steps)), -columns, steps))
        radius, fewest, (pitch_across, pitch_down) = max(choices)
        columns = -fewest
    rows = ceil(count / columns)
    return radius, [
        (pitch_across * (column - (columns - 1) / 2), _ROW * down + pitch_down * (row - (rows - 1) / 2))
        for row, column in (divmod(order, columns) for order in range(count))
    ]


@lru_cache(maxsize=64)
def _drawn(cells: tuple[tuple[tuple[int, int], tuple[int, ...]], ...]) -> bytes:
    from PIL import Image, ImageDraw, ImageFont

    dots = _DPI * _FINER
    width, height = round(_WIDTH_INCHES * dots), round(_HEIGHT_INCHES * dots)
    image = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(image)
    left, right = _LEFT * dots, width - _MARGIN * dots
    top, bottom = _MARGIN * dots, height - _BOTTOM * dots
    across, down = (right - left) / _SCALE, (bottom - top) / _SCALE

    @cache
    def font(points: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
        return ImageFont.load_default(points * dots / 72)  # comes with Pillow: the same on every machine

    for likelihood in range(1, _SCALE + 1):
        for impact in range(1, _SCALE + 1):
            x, y = left + (impact - 1) * across, bottom - likelihood * down
            draw.rectangle((x, y, x + across, y + down), _shade(likelihood * impact), _LINE, round(dots / 110))
            corner = (x + 0.94 * across, y + 0.93 * down)
            draw.text(corner, str(likelihood * impact), _INK, font(6.5), anchor="rs")
    for (likelihood, impact), numbers in cells:
        middle = (left + (impact - 0.5) * across, bottom - (likelihood - 0.5) * down)
        radius, centers = circles(len(numbers), across, down, _RADIUS * dots)
        share = radius / (_RADIUS * dots)
        for (aside, below), number in zip(centers, numbers, strict=True):
            x, y = middle[0] + aside, middle[1] + below
            edge = max(1, round(share * round(dots / 90)))
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), "white", _INK, edge)
            size = font(_POINTS * share * (1 if number < 100 else 0.7))
            bold = share * dots / 400
            draw.text((x, y), str(number), _INK, size, anchor="mm", stroke_width=bold, stroke_fill=_INK)
    for step in range(1, _SCALE + 1):
        draw.text((left + (step - 0.5) * across, bottom + 0.11 * dots), str(step), _INK, font(8.5), anchor="mm")
        draw.text((left - 0.1 * dots, bottom - (step - 0.5) * down), str(step), _INK, font(8.5), anchor="mm")
    draw.text(((left + right) / 2, height - 0.03 * dots), "Impact", _INK, font(9.5), anchor="md")
    sideways = Image.new("RGB", (round(bottom - top), round(0.24 * dots)), "white")
    ImageDraw.Draw(sideways).text((sideways.width / 2, 0), "Likelihood", _INK, font(9.5), anchor="ma")
    image.paste(sideways.transpose(Image.Transpose.ROTATE_90), (round(0.06 * dots), round(top)))
    out = io.BytesIO()
    image.reduce(_FINER).save(out, "png", dpi=(_DPI, _DPI), compress_level=3)
    return out.getvalue()


def _shade(score: int) -> tuple[int, int, int]:
    """Return the color of a score from 1 to 25."""
    part = 0.04 + 0.9 * (score - 1) / (_SCALE * _SCALE - 1)
    red, green, blue = (round(low + (high - low) * part) for low, high in zip(_LIGHTEST, _DARKEST, strict=True))
    return red, green, blue
