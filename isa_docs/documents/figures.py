"""Figures for the papers, drawn as pictures with alternative text."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

from isa_docs.documents.blocks import Picture
from isa_docs.intake.testing_plan import TestArea

_SCALE = 5
_WIDTH_INCHES = 4.1
_DPI = 220
_SHADES = ("#ffffff", "#6d7f91")
"""Lowest and highest score; one hue, so that the order of shades survives a gray printer."""


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


@lru_cache(maxsize=64)
def _drawn(cells: tuple[tuple[tuple[int, int], tuple[int, ...]], ...]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure
    from matplotlib.patches import Rectangle

    figure = Figure(figsize=(_WIDTH_INCHES, _WIDTH_INCHES * 0.78), dpi=_DPI)
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.12, 0.13, 0.86, 0.85))
    shade = LinearSegmentedColormap.from_list("risk", _SHADES)
    for likelihood in range(1, _SCALE + 1):
        for impact in range(1, _SCALE + 1):
            color = shade(0.04 + 0.9 * (likelihood * impact - 1) / (_SCALE * _SCALE - 1))
            axes.add_patch(
                Rectangle((impact - 0.5, likelihood - 0.5), 1, 1, facecolor=color, edgecolor="#8a8a8a", linewidth=0.6)
            )
            axes.text(impact + 0.45, likelihood - 0.44, str(likelihood * impact), ha="right", va="bottom", fontsize=5.5)
    for (likelihood, impact), numbers in cells:
        across = min(len(numbers), _SCALE - 2)
        for order, number in enumerate(numbers):
            row, column = divmod(order, across)
            x = impact + 0.3 * (column - (across - 1) / 2)
            y = likelihood + 0.12 - 0.3 * row
            axes.text(
                x,
                y,
                str(number),
                ha="center",
                va="center",
                fontsize=8.5,
                fontweight="bold",
                bbox={"boxstyle": "circle,pad=0.22", "facecolor": "white", "edgecolor": "black", "linewidth": 0.8},
            )
    axes.set_xlim(0.5, _SCALE + 0.5)
    axes.set_ylim(0.5, _SCALE + 0.5)
    axes.set_xticks(range(1, _SCALE + 1))
    axes.set_yticks(range(1, _SCALE + 1))
    axes.tick_params(length=0, labelsize=8)
    axes.set_xlabel("Impact", fontsize=9)
    axes.set_ylabel("Likelihood", fontsize=9)
    for side in axes.spines.values():
        side.set_visible(False)
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()
