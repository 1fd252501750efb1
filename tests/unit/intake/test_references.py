"""Ids that are used must be defined, once."""

from __future__ import annotations

import json

import pytest

from isa_docs.errors import InputError
from isa_docs.intake.load import load_text
from isa_docs.intake.source import parse_source
from isa_docs.program.rules import check_rules
from tests.unit.intake.yaml_edits import example, only_finding

NORTHWIND = example("northwind")
MAPLE = example("maple")

WRONG = {
    "business unit of a number": (NORTHWIND, "business_unit: hydraulics", "business_unit: hydraulic", "business unit"),
    "business unit of an area": (
        MAPLE,
        "      business_units: [abrasives]",
        "      business_units: [abrasive]",
        "business unit",
    ),
    "reviewer": (NORTHWIND, "  reviewer: results_reviewer", "  reviewer: result_reviewer", "person"),
    "scorer": (NORTHWIND, "scored_by: isa_contact", "scored_by: isa_contract", "person"),
    "signer": (NORTHWIND, "    signer: counsel", "    signer: council", "person"),
    "person on copy": (NORTHWIND, "copies_to: [officer,", "copies_to: [officers,", "person"),
    "account manager on copy": (
        NORTHWIND,
        "copies_to: [national_account_manager]",
        "copies_to: [national_acount_manager]",
        "person",
    ),
    "declarant": (NORTHWIND, "      by: officer", "      by: oficer", "person"),
    "area of a result": (NORTHWIND, "- area: valuation", "- area: evaluation", "risk area of the plan"),
    "exhibit of a ground": (
        NORTHWIND,
        "corrections, scope-review, declaration]",
        "correction, scope-review, declaration]",
        "exhibit",
    ),
    "exhibit of an action": (NORTHWIND, "exhibit: corrections\n", "exhibit: corections\n", "exhibit"),
    "designated part": (
        NORTHWIND,
        "covers: [letter, annual-notification, mail-log,",
        "covers: [leter, annual-notification, mail-log,",
        "paper or exhibit",
    ),
    "owner of an action": (NORTHWIND, "owner: tester", "owner: testers", "person"),
}


@pytest.mark.parametrize(("text", "old", "new", "what"), WRONG.values(), ids=WRONG.keys())
def test_an_id_that_is_not_defined_is_one_finding_at_its_use(text: str, old: str, new: str, what: str) -> None:
    assert old in text
    changed = text.replace(old, new, 1)

    finding = only_finding(changed)

    assert finding.code == "REF-UNKNOWN"
    assert finding.message.startswith(f"There is no {what} with the id '")
    assert finding.remedy.startswith("Did you mean '")
    assert finding.place is not None
    assert finding.place.line is not None
    assert new.strip() in changed.splitlines()[finding.place.line - 1]


def test_an_id_like_no_other_is_answered_with_those_that_are_defined() -> None:
    finding = only_finding(NORTHWIND.replace("business_unit: hydraulics", "business_unit: pumps"))

    assert finding.remedy == "Defined: hydraulics."


TWICE = {
    "area": ("    - id: valuation\n", "    - id: classification\n"),
    "exhibit": ("      - id: ctpat-status\n", "      - id: fa-report\n"),
    "submission": ("  - id: anl-2015\n", "  - id: application\n"),
    "ground": ("      - id: origin-error\n", "      - id: late-results\n"),
}


@pytest.mark.parametrize(("old", "new"), TWICE.values(), ids=TWICE.keys())
def test_an_id_that_is_used_twice_in_one_list_is_one_finding_at_the_second(old: str, new: str) -> None:
    text = NORTHWIND.replace(old, new, 1)
    if "valuation" in old:
        text = text.replace("- area: valuation", "- area: classification")

    finding = only_finding(text)

    assert finding.code == "REF-TWICE"
    assert finding.place is not None
    assert finding.place.line == text[: text.rindex(new)].count("\n") + 1


def test_two_submissions_may_use_the_same_exhibit_id() -> None:
    from isa_docs.intake.load import load_text

    text = NORTHWIND.replace("id: results-2014", "id: fa-report").replace("[results-2014]", "[fa-report]")
    loaded = load_text(text)

    assert [exhibit.id for exhibit in loaded.matter.submissions[1].exhibits] == ["fa-report"]


@pytest.mark.parametrize("plan", [{"areas": []}, None])
def test_without_areas_the_program_speaks_and_not_each_result(plan: object) -> None:
    data = parse_source(NORTHWIND.encode(), "matter.yaml").data
    if plan is None:
        del data["self_testing_plan"]
    else:
        data["self_testing_plan"]["areas"] = []
    loaded = load_text(json.dumps(data), "matter.json")
    codes = {finding.code for finding in check_rules(loaded.matter)}
    assert ("ISA-PLAN-001" if plan is None else "ISA-PLAN-005") in codes


def test_without_a_plan_and_an_application_the_area_of_a_result_is_unknown() -> None:
    data = parse_source(NORTHWIND.encode(), "matter.yaml").data
    del data["self_testing_plan"]
    data["submissions"] = [each for each in data["submissions"] if each["kind"] == "annual-notification"]
    with pytest.raises(InputError, match="not valid") as caught:
        load_text(json.dumps(data), "matter.json")
    assert {finding.code for finding in caught.value.findings} == {"REF-UNKNOWN"}
