"""Which parts a package has, in which order, and how their pages are labeled."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from isa_docs.documents.plan import plan_submission, tab_letters
from isa_docs.intake.load import load_matter

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.parametrize(("index", "tab"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ")])
def test_tabs_go_on_after_z(index: int, tab: str) -> None:
    assert tab_letters(index) == tab


@pytest.mark.parametrize("index", [0, 1, 2])
def test_the_pages_of_two_hundred_exhibits_have_labels_of_their_own(index: int) -> None:
    matter = load_matter(EXAMPLES / "northwind" / "matter.yaml").matter
    submission = matter.submissions[index]
    exhibits = tuple(replace(submission.exhibits[0], id=f"exhibit-{number}") for number in range(200))
    submissions = list(matter.submissions)
    submissions[index] = replace(submission, exhibits=exhibits)
    items = plan_submission(replace(matter, submissions=tuple(submissions)), index).items
    labels = [item.label for item in items if item.label]
    assert len(labels) > 400
    assert len(set(labels)) == len(labels)
