"""Sentences and tables that the builder computes for the papers: frequencies, the program year, actions, titles."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from isa_docs.documents.annual import safety_contact
from isa_docs.documents.appeal import appeal
from isa_docs.documents.application import self_testing_plan, transmittal
from isa_docs.documents.blocks import plain_text
from isa_docs.documents.plan import plan_submission
from isa_docs.intake.load import load_matter
from isa_docs.intake.model import CorrectiveAction, Matter, ProductSafety
from isa_docs.program.areas import all_terms

EXAMPLES = Path(__file__).parents[3] / "examples"


@cache
def northwind() -> Matter:
    return load_matter(EXAMPLES / "northwind" / "matter.yaml").matter


def of_plan(**changes: Any) -> dict[str, Any]:
    """Return the plan's values when its self-testing plan is changed."""
    matter = northwind()
    assert matter.self_testing_plan is not None
    changed = replace(matter, self_testing_plan=replace(matter.self_testing_plan, **changes))
    values: dict[str, Any] = self_testing_plan(plan_submission(changed, 0))["plan"]
    return values


def test_the_calendar_begins_with_the_program_year() -> None:
    values = of_plan(year_begins=10)
    assert values["year"][:4] == ["Oct", "Nov", "Dec", "Jan"]
    assert values["year_begins"] == "October"
    quarterly = values["areas"][0]["months"]
    assert [month for month, mark in zip(values["year"], quarterly, strict=True) if mark] == [
        "Dec",
        "Mar",
        "Jun",
        "Sep",
    ]
    yearly = values["areas"][-1]["months"]
    assert [month for month, mark in zip(values["year"], yearly, strict=True) if mark] == ["Sep"]


def test_the_letter_says_when_some_areas_are_tested_otherwise() -> None:
    matter = northwind()
    assert matter.self_testing_plan is not None

    def said(matter: Matter) -> str:
        return str(transmittal(plan_submission(matter, 0))["plan"]["frequency"])

    assert said(matter) == "quarterly, in some areas once a year"
    same = tuple(replace(area, frequency=None) for area in matter.self_testing_plan.areas)
    assert said(replace(matter, self_testing_plan=replace(matter.self_testing_plan, areas=same))) == "quarterly"


def test_the_product_safety_addendum_is_a_section_with_its_own_contact() -> None:
    safety = ProductSafety(contact="results_reviewer", controls="Each lamp is tested.")
    shown = of_plan(product_safety=safety)["safety"]
    assert shown["cite"].replace("\u00a0", " ") == "73 Fed. Reg. 64356 (Oct. 29, 2008)"
    assert shown["contact"].startswith("Thomas Becker, Director of Internal Audit, (253)")
    assert (plain_text(shown["controls"]), plain_text(shown["changes"]), shown["areas"]) == (
        "Each lamp is tested.",
        "",
        "",
    )
    assert of_plan()["safety"] == {}
    matter = northwind()
    assert matter.self_testing_plan is not None
    changed = replace(matter, self_testing_plan=replace(matter.self_testing_plan, product_safety=safety))
    letters = [at for at, each in enumerate(changed.submissions) if each.id == "anl-2015"]
    assert safety_contact(plan_submission(changed, letters[0])).startswith("Thomas Becker")
    assert safety_contact(plan_submission(matter, letters[0])) == ""


def test_the_broker_test_is_marked_as_history() -> None:
    assert all_terms()["broker-pre-certification"].historic


def test_corrective_actions_say_who_and_when() -> None:
    matter = northwind()
    at = next(at for at, each in enumerate(matter.submissions) if each.id == "appeal-2015")
    actions = (
        CorrectiveAction(action="Done.", status="completed", on=date(2015, 5, 4), owner="officer"),
        CorrectiveAction(action="Begun", status="in-progress", on=date(2015, 7, 31)),
        CorrectiveAction(action="Meant", status="planned"),
    )
    changed = replace(matter.submissions[at], corrective_actions=actions)
    submissions = (*matter.submissions[:at], changed, *matter.submissions[at + 1 :])
    shown = appeal(plan_submission(replace(matter, submissions=submissions), at))["appeal"]["actions"]
    assert [(each["action"], each["owner"], each["status"]) for each in shown] == [
        ("Done", "Margaret Ellison", "Completed May 4, 2015"),
        ("Begun", "", "In progress; due July 31, 2015"),
        ("Meant", "", "Planned"),
    ]


def test_the_portal_takes_statements_not_letters() -> None:
    portal = load_matter(EXAMPLES / "harborlight" / "matter.yaml").matter
    titles = [plan_submission(portal, at).items[0].title for at in range(len(portal.submissions))]
    assert titles == ["Statement of Application", "Annual Notification"]
    assert plan_submission(northwind(), 0).items[0].title == "Transmittal Letter"
