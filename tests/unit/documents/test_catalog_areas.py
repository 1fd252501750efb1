"""The plan draws on the risk-area catalog where the matter is silent, and only there."""

from __future__ import annotations

from pathlib import Path

from msgspec.structs import replace

from isa_docs.documents.application import self_testing_plan
from isa_docs.documents.blocks import plain_text
from isa_docs.documents.plan import plan_submission
from isa_docs.intake.load import load_matter
from isa_docs.program.areas import area

NORTHWIND = Path(__file__).parents[3] / "examples" / "northwind" / "matter.yaml"


def first_area(**changes: object) -> dict[str, object]:
    matter = load_matter(NORTHWIND).matter
    assert matter.self_testing_plan is not None
    one = replace(matter.self_testing_plan.areas[0], **changes)
    matter = replace(matter, self_testing_plan=replace(matter.self_testing_plan, areas=(one,)))
    shown: dict[str, object] = self_testing_plan(plan_submission(matter, 0))["plan"]["areas"][0]
    return shown


def test_a_silent_matter_takes_the_catalogs_words():
    shown = first_area(catalog="assists", objective=None, attributes=(), evidence=())
    assert plain_text(shown["objective"]) == area("assists").objective  # type: ignore[arg-type]
    assert shown["attributes"] == list(area("assists").attributes)
    listed = "; ".join(area("assists").evidence)
    assert shown["evidence"] == listed[0].upper() + listed[1:]


def test_the_matters_own_words_win():
    shown = first_area(catalog="assists", objective="Ours.", attributes=("One.",), evidence=("file",))
    assert plain_text(shown["objective"]) == "Ours."  # type: ignore[arg-type]
    assert (shown["attributes"], shown["evidence"]) == (["One."], "File")


def test_without_a_catalog_entry_nothing_is_added():
    shown = first_area(catalog=None, objective=None, attributes=(), evidence=())
    assert (bool(shown["objective"]), shown["attributes"], shown["evidence"]) == (False, [], "")
