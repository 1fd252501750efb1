"""The risk matrix: every area in its own cell, however many share it."""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from isa_docs.documents.figures import circles, risk_matrix
from isa_docs.intake.load import load_matter
from isa_docs.intake.testing_plan import TestArea as PlanArea

EXAMPLES = Path(__file__).parents[3] / "examples"
ACROSS, DOWN, LARGEST = 0.538, 0.408, 0.082


def picture(areas: list[PlanArea]) -> Image.Image:
    return Image.open(BytesIO(risk_matrix(areas).data)).convert("RGB")


def areas(count: int, likelihood: int, impact: int) -> list[PlanArea]:
    return [PlanArea(id=f"a{at}", title=f"Area {at}", likelihood=likelihood, impact=impact) for at in range(count)]


@pytest.mark.parametrize("count", range(1, 101))
def test_the_circles_of_a_cell_lie_within_it_above_its_score_and_clear_of_each_other(count: int) -> None:
    radius, centers = circles(count, ACROSS, DOWN, LARGEST)
    assert len(set(centers)) == count
    for x, y in centers:
        assert abs(x) + radius < ACROSS / 2
        assert y - radius > -DOWN / 2
        assert y + radius < 0.27 * DOWN  # the digits of the score begin there
    for at, (x, y) in enumerate(centers):
        for aside, below in centers[at + 1 :]:
            assert (x - aside) ** 2 + (y - below) ** 2 > (2 * radius) ** 2


@pytest.mark.parametrize("count", [1, 3, 4, 7, 8, 20, 100])
def test_nothing_is_drawn_outside_the_cell(count: int) -> None:
    empty = picture([])
    width, height = empty.size
    left, right, top, bottom = 0.5 * 220, width - 0.06 * 220, 0.06 * 220, height - 0.42 * 220
    across, down = (right - left) / 5, (bottom - top) / 5
    changed = ImageChops.difference(empty, picture(areas(count, 3, 2))).getbbox()
    assert changed is not None
    cell = (left + across, top + 2 * down, left + 2 * across, top + 3 * down)
    assert changed[0] >= cell[0] and changed[1] >= cell[1] and changed[2] <= cell[2] and changed[3] <= cell[3]


@pytest.mark.parametrize(
    ("example", "digest"),
    [
        ("northwind", "be413d1de81f2c4af4f55ade7fc1091cfac32b8ff9a0d72a5d6afbc356ea3eb9"),
        ("maple", "8a4f21ba4e284c3c235ba2e09e468d4178db6eab7fd0372d38aadcc3d2d45878"),
        ("harborlight", "20462a7ac58eaf4169d28c8a0d561d398f43a2c03e2e8f7e616ebd8501559893"),
    ],
)
def test_the_matrices_of_the_examples_stay_as_they_are(example: str, digest: str) -> None:
    plan = load_matter(EXAMPLES / example / "matter.yaml").matter.self_testing_plan
    assert plan is not None
    assert sha256(picture(list(plan.areas)).tobytes()).hexdigest() == digest
