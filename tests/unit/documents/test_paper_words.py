"""Sentences and tables that the builder computes for the papers: frequencies, the program year, actions, titles."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from isa_docs.documents.annual import limit_note, safety_contact
from isa_docs.documents.appeal import appeal, notice_phrase
from isa_docs.documents.application import coverage, memorandum, self_testing_plan, transmittal
from isa_docs.documents.blocks import plain_text
from isa_docs.documents.characters import bound
from isa_docs.documents.context import Layout, context_for
from isa_docs.documents.plan import plan_submission
from isa_docs.intake.load import load_matter
from isa_docs.intake.model import (
    Confidentiality,
    Confirmation,
    CorrectiveAction,
    Delivery,
    DiscontinuanceAppeal,
    Matter,
    ProductSafety,
    StatedDeadline,
)
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


def test_a_yearly_test_may_end_in_another_month_than_the_program_year() -> None:
    matter = northwind()
    assert matter.self_testing_plan is not None
    areas = [replace(area, period_ends_in=None) for area in matter.self_testing_plan.areas]

    def marked(at: int, month: int) -> list[str]:
        changed = [*areas]
        changed[at] = replace(areas[at], period_ends_in=month)
        values = of_plan(year_begins=11, areas=tuple(changed))
        months = values["areas"][at]["months"]
        return [name for name, mark in zip(values["year"], months, strict=True) if mark]

    assert marked(-1, 7) == ["Jul"]
    assert marked(0, 3) == ["Dec", "Mar", "Jun", "Sep"]


def test_only_statistical_samples_state_how_many_errors_they_allow() -> None:
    shown = {area["title"]: area["sample"] for area in of_plan()["areas"]}
    assert (shown["Tariff classification"]["allowed"], shown["Country of origin and marking"]["allowed"]) == ("0", "–")
    assert (shown["Special trade programs"]["items"], shown["Special trade programs"]["allowed"]) == ("All", "–")
    assert "Frame: ACE entry-summary line report for the quarter." in shown["Tariff classification"]["statement"]


def with_importer(**changes: Any) -> Matter:
    matter = northwind()
    return replace(matter, importer=replace(matter.importer, **changes))


def test_subsidiaries_are_part_of_the_company_wherever_it_is_named() -> None:
    alone = shared_values(with_importer(organization=None), 0)["importer"]
    assert alone["as_subject"] == "Northwind Components, Inc. (the “Company”)"
    matter = with_importer(organization="a Delaware corporation", subsidiaries=("Alpha Ltd.", "Beta Ltd."))
    assert shared_values(matter, 0)["importer"]["as_subject"] == (
        "Northwind Components, Inc., a Delaware corporation, for itself and its subsidiaries Alpha Ltd. and Beta Ltd. "
        "(together, the “Company”),"
    )
    values = context_for(plan_submission(matter, 0), plan_submission(matter, 0).items[0], Layout())
    assert values["letter"]["re_lines"][0] == "Importers: Northwind Components, Inc. and its subsidiaries"
    assert values["signer"]["organization"] == "Northwind Components, Inc.,\nfor itself and its subsidiaries"
    one = with_importer(subsidiaries=("Alpha Ltd.",))
    assert shared_values(one, 0)["importer"]["parties"] == "Northwind Components, Inc. and its subsidiary"
    assert shared_values(one, 0)["importer"]["subsidiaries"] == "its subsidiary"


def test_the_plan_names_the_notice_whose_elements_it_has_once_there_is_one() -> None:
    matter = northwind()
    earlier = replace(matter.submissions[0], edition="isa-2002", date=date(2012, 9, 1))
    for submission, caption in (
        (matter.submissions[0], "The elements that 77~Fed.~Reg.~61012 asks for"),
        (earlier, "The elements of this plan"),
    ):
        plan = plan_submission(replace(matter, submissions=(submission,)), 0)
        item = next(each for each in plan.items if each.key == "plan")
        said = context_for(plan, item, Layout())["plan"]["elements_caption"]
        assert said == caption.replace("~", "\u00a0")


def shared_values(matter: Matter, at: int) -> dict[str, Any]:
    plan = plan_submission(matter, at)
    return context_for(plan, plan.items[0], Layout())


def test_coverage_names_each_number_and_unit_once() -> None:
    assert coverage(plan_submission(northwind(), 0)) == (
        "both importer of record numbers, including that of the Company’s Hydraulics Division (12-345678901)"
    )
    maple = load_matter(EXAMPLES / "maple" / "matter.yaml").matter
    assert coverage(plan_submission(maple, 0)) == (
        "all three importer of record numbers of the business units Cutting Tools (043801-00217 and 98-765432100) "
        "and Abrasives (093802-00164)"
    )
    assert coverage(plan_submission(with_importer(business_units=()), 0)) == ""
    (hydraulics,) = northwind().importer.business_units
    first, second = northwind().importer.ior_numbers
    apart = with_importer(ior_numbers=(first, replace(second, business_unit=None)))
    assert coverage(plan_submission(apart, 0)) == (
        "both importer of record numbers, and with them the Company’s Hydraulics Division"
    )
    third = replace(second, number="12-345678902")
    matter = with_importer(ior_numbers=(first, second, third), business_units=(hydraulics,))
    application = replace(
        matter.submissions[0],
        mou=replace(matter.submissions[0].mou, ior_numbers=(first.number, second.number, third.number)),
    )
    assert coverage(plan_submission(replace(matter, submissions=(application,)), 0)) == (
        "all three importer of record numbers, including those of the Company’s Hydraulics Division "
        "(12-345678901 and 12-345678902)"
    )


def of_letter(at: int, **changes: Any) -> dict[str, Any]:
    """Return what Northwind's letter number ``at`` is given when its submission is changed."""
    matter = northwind()
    submissions = [*matter.submissions]
    submissions[at] = replace(submissions[at], **changes)
    return shared_values(replace(matter, submissions=tuple(submissions)), at)


def test_with_the_exhibit_of_results_the_letter_s_summary_is_designated_too() -> None:
    why = Confidentiality(justification="It states volumes.", by="officer", covers=("results-2014",))
    values = of_letter(1, confidentiality=why)
    assert values["confidentiality"]["scope"].replace("\u00a0", " ") == "Section 4 of this letter and Exhibit A"
    assert values["doc"]["marking"].startswith("SECTION 4 IS CONFIDENTIAL COMMERCIAL INFORMATION")
    whole = of_letter(1, confidentiality=replace(why, covers=("letter", "results-2014")))
    assert whole["confidentiality"]["scope"].replace("\u00a0", " ") == "this letter and Exhibit A"
    assert whole["doc"]["marking"].startswith("CONFIDENTIAL")
    none = of_letter(1, confidentiality=why, results=())
    assert none["confidentiality"]["scope"].replace("\u00a0", " ") == "Exhibit A"
    assert none["doc"]["marking"] == ""


def test_who_signs_the_letter_makes_the_statement_in_the_first_person() -> None:
    why = Confidentiality(justification="It states volumes.", by="officer")
    assert of_letter(1, confidentiality=why)["confidentiality"]["statement"] == (
        "As the Company’s authorized representative, I state in support:"
    )
    assert of_letter(1, confidentiality=replace(why, by="finance"))["confidentiality"]["statement"] == (
        "As the Company’s authorized representative, and on information from Anne Kowalski, Chief Financial Officer, "
        "the undersigned states in support:"
    )


def test_counsel_who_signs_makes_the_statement_as_the_undersigned() -> None:
    why = Confidentiality(justification="It states volumes.", by="counsel")
    said = of_letter(2, confidentiality=replace(why, covers=("letter", "mou", "declaration", "notice")))[
        "confidentiality"
    ]
    assert said["statement"] == "As the Company’s authorized representative, the undersigned states in support:"
    assert said["scope"].replace("\u00a0", " ") == "this letter and Exhibits A, B and J"


def test_the_appeal_introduces_the_notice_and_the_memorandum_and_cites_them() -> None:
    matter = northwind()
    at = next(at for at, each in enumerate(matter.submissions) if each.id == "appeal-2015")
    notice, *others = matter.submissions[at].exhibits
    exhibits = (notice, replace(others[0], kind="memorandum"), *(replace(each, kind="other") for each in others[1:]))
    values = of_letter(at, exhibits=exhibits)["appeal"]
    said = {name: str(values[name]).replace("\u00a0", " ") for name in ("memorandum", "notice_phrase", "timeliness")}
    assert said["memorandum"].endswith("which CBP signed on January 15, 2013 (the “Memorandum”; Exhibit B).")
    assert said["notice_phrase"].startswith("CBP gave notice by its letter of June 1, 2015 (the “Notice”), reference")
    assert "(certified mail, return receipt; Exhibit A)" in said["timeliness"]


IN_TIME = ", for receipt within the ten days, so that it is timely whether the day of sending or of receipt counts."


@pytest.mark.parametrize(
    ("received", "day", "method", "ending"),
    [
        # The tenth day is a Saturday: a courier's delivery on the Monday is too late, a hand delivery is not.
        ("2013-06-12", "2013-06-20", "courier", f"Thursday, June 20, 2013, day 8{IN_TIME}"),
        ("2013-06-12", "2013-06-21", "courier", "Friday, June 21, 2013, day 9."),
        ("2013-06-12", "2013-06-21", "hand", f"Friday, June 21, 2013, day 9{IN_TIME}"),
        ("2013-06-12", "2013-06-17", "first-class-mail", "Monday, June 17, 2013, day 5."),
        ("2013-06-12", "2013-06-17", "email", "Monday, June 17, 2013, day 5."),
    ],
)
def test_that_an_appeal_arrives_in_time_is_said_only_where_it_can(
    received: str, day: str, method: Any, ending: str
) -> None:
    appealed = northwind().submissions[2]
    assert isinstance(appealed, DiscontinuanceAppeal)
    notice = replace(appealed.notice, received_on=date.fromisoformat(received))
    values = of_letter(2, notice=notice, date=date.fromisoformat(day), delivery=(Delivery(method=method),))
    assert values["appeal"]["timeliness"].replace("\u00a0", " ").endswith(f"This appeal is sent on {ending}")


def test_an_appeal_of_a_ctpat_decision_states_the_decision_s_own_day_and_none_of_the_2012_notice() -> None:
    appealed = northwind().submissions[2]
    assert isinstance(appealed, DiscontinuanceAppeal)
    notice = replace(appealed.notice, dated=date(2023, 1, 10), received_on=date(2023, 1, 12))
    stated = StatedDeadline(due=date(2023, 2, 24), counted_from="notice-date")
    values = of_letter(2, edition="ctpat-tc", notice=notice, date=date(2023, 2, 1), stated_deadline=stated)
    said = values["appeal"]["timeliness"].replace("\u00a0", " ")
    assert said.endswith(
        "It gives until Friday, February 24, 2023 for an appeal. This appeal is sent on Wednesday, February 1, 2023."
    )
    assert "ten" not in said.split()
    assert values["appeal"]["decider"] == "CBP"
    assert values["letter"]["subject"].replace("\u00a0", " ").startswith("Appeal of Decision on Participation in the")


@pytest.mark.parametrize(
    ("first", "asked"),
    [
        ("Executive Assistant Commissioner, Office of Trade", "the Executive Assistant Commissioner"),
        ("Office of Trade", "CBP"),
    ],
)
def test_the_office_that_decides_is_the_one_addressed(first: str, asked: str) -> None:
    matter = northwind()
    given = Confirmation(
        submission="appeal-2015",
        by="R. Ortiz",
        on=date(2017, 1, 5),
        how="email",
        reason="instructed-by-cbp",
        address=(first, "1331 Example Street"),
    )
    changed = replace(matter, confirmations=(given,))
    assert shared_values(changed, 2)["appeal"]["decider"] == asked


def test_the_letter_of_results_states_the_limit_at_the_plan_s_own_level_where_it_is_another() -> None:
    matter = northwind()
    assert matter.self_testing_plan is not None
    first, second, third, *_ = matter.self_testing_plan.areas
    found = matter.submissions[1].results[0]
    assert first.sampling is not None
    assert third.sampling is not None
    usual = [(found, first), (found, second), (found, replace(third, sampling=None))]
    assert limit_note(usual).endswith("describe the items tested.")
    other = replace(first, sampling=replace(first.sampling, confidence=0.9))
    assert limit_note([(found, other), *usual]).endswith(
        "The sample of “Tariff classification” is designed at 90 percent confidence, at which the limit is 2.3 percent."
    )
    judged = replace(third, sampling=replace(third.sampling, confidence=0.9))
    assert limit_note([(found, judged)]).endswith("describe the items tested.")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("under 19 CFR 162.74 and 19 U.S.C. 1508(c)", "under 19~CFR~162.74 and 19~U.S.C.~1508(c)"),
        ("see Exhibit B, Tab 2 and Section 4", "see Exhibit~B, Tab~2 and Section~4"),
        ("Suite 400, Tacoma, WA 98402", "Suite~400, Tacoma, WA~98402"),
        ("Guelph, ON N1H 0A7", "Guelph, ON~N1H~0A7"),
        ("U.S. Customs, P.O. Box 2210, Tier II", "U.S.~Customs, P.O.~Box~2210, Tier~II"),
        ("on May 4, 2015, in May and in May 2015", "on May~4,~2015, in May and in May 2015"),
        ("on May 4 and 5, 2015, at 1200 Harbor Way", "on May~4 and 5, 2015, at 1200~Harbor Way"),
        ("of 36 Custom House Wharf, with 25 Entry Lines", "of 36~Custom House Wharf, with 25 Entry Lines"),
        ("The Exhibit shows the form", "The Exhibit shows the form"),
        ("(Exhibit B, pages 1 and 3; section 2.1)", "(Exhibit~B, pages~1 and 3; section~2.1)"),
    ],
)
def test_words_that_belong_together_stay_on_one_line(typed: str, printed: str) -> None:
    assert bound(typed) == printed.replace("~", "\u00a0")


def test_a_long_exhibit_title_ends_with_three_words_on_a_line() -> None:
    matter = northwind()
    at = next(at for at, each in enumerate(matter.submissions) if each.id == "appeal-2015")
    plan = plan_submission(matter, at)
    titles = {
        item.tab: context_for(plan, item, Layout())["exhibit"]["title"]
        for item in plan.items
        if item.kind == "exhibit-sheet"
    }
    assert any(title.endswith("with Proof\u00a0of\u00a0Delivery") for title in titles.values())


def test_the_contents_call_tabs_and_exhibits_by_their_names() -> None:
    for at, heading, marks in (
        (0, "Tab / Exhibit", ["", "Tab 1", "Tab 2", "Exhibit A"]),
        (2, "Exhibit", ["", "Exhibit A"]),
    ):
        plan = plan_submission(northwind(), at)
        item = next(each for each in plan.items if each.kind == "contents")
        shown = context_for(plan, item, Layout())["contents"]
        assert shown["heading"] == heading
        assert [each["where"].replace("\u00a0", " ") for each in shown["entries"]][: len(marks)] == marks


def test_a_long_line_of_ways_begins_a_new_line_for_each() -> None:
    via = shared_values(northwind(), 0)["letter"]["via"]
    assert via.split("\n")[1].startswith("AND E-MAIL (")
    short = of_letter(0, delivery=(Delivery(method="courier"), Delivery(method="email")))
    assert short["letter"]["via"] == "VIA COURIER AND E-MAIL"


def test_the_letter_says_when_some_areas_are_tested_otherwise() -> None:
    matter = northwind()
    assert matter.self_testing_plan is not None

    def said(matter: Matter) -> str:
        return str(transmittal(plan_submission(matter, 0))["plan"]["tests"])

    assert said(matter) == "tests are done quarterly; “Recordkeeping and audit trail” is tested once a year"
    same = tuple(replace(area, frequency=None) for area in matter.self_testing_plan.areas)
    assert said(replace(matter, self_testing_plan=replace(matter.self_testing_plan, areas=same))) == (
        "tests are done quarterly"
    )


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


@pytest.mark.parametrize("position", ["contested", "facts-admitted", "contested-in-part", "admitted"])
def test_an_appeal_admits_of_a_ground_what_the_matter_says_and_no_more(position: str) -> None:
    matter = northwind()
    (index,) = [at for at, each in enumerate(matter.submissions) if each.id == "appeal-2015"]
    submission = matter.submissions[index]
    grounds = tuple(replace(ground, position=position) for ground in submission.grounds)  # type: ignore[union-attr]
    submissions = tuple(
        replace(submission, grounds=grounds) if at == index else each for at, each in enumerate(matter.submissions)
    )
    said = appeal(plan_submission(replace(matter, submissions=submissions), index))["appeal"]["grounds"]
    for ground in said:
        assert ("admits" in ground["position"]) is (position in ("facts-admitted", "admitted"))
        assert ("contests" in ground["position"]) is (position != "admitted")


def test_a_registered_name_is_found_by_either_spelling_of_its_number() -> None:
    importer = northwind().importer
    first, second = importer.ior_numbers
    held = replace(first, number="12-3456789", name="Northwind Holdings LLC")
    matter = with_importer(ior_numbers=(held, second))
    rows = memorandum(plan_submission(matter, 0))["mou"]["ior_numbers"]
    assert (rows[0]["number"], rows[0]["name"]) == ("12-345678900", "Northwind Holdings LLC")
    assert coverage(plan_submission(matter, 0)) == coverage(plan_submission(northwind(), 0))


def test_a_plan_without_a_usual_frequency_names_each_area_with_its_own() -> None:
    matter = northwind()
    assert matter.self_testing_plan is not None
    first, *others = matter.self_testing_plan.areas
    areas = (replace(first, frequency="quarterly"), *(replace(each, frequency="annually") for each in others))
    changed = replace(matter, self_testing_plan=replace(matter.self_testing_plan, frequency=None, areas=areas))
    said = transmittal(plan_submission(changed, 0))["plan"]["tests"]
    assert said.startswith("“Tariff classification” is tested quarterly; “Transaction value”, ")
    assert said.endswith(" are tested once a year")
    values = self_testing_plan(plan_submission(changed, 0))["plan"]
    assert values["frequency"] == said
    assert values["frequency_sentence"] == "Tests are done as often as the table states."


def test_the_first_exhibit_of_a_kind_is_the_one_that_is_cited() -> None:
    matter = northwind()
    application = matter.submissions[0]
    again = replace(application.exhibits[0], id="fa-numbers", title="List of numbers")
    changed = replace(application, exhibits=(*application.exhibits, again))
    plan = plan_submission(replace(matter, submissions=(changed,)), 0)
    assert transmittal(plan)["where"]["fa_report"] == "Exhibit A"


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("Executive Director, Trade Policy and Programs", "signed by the Executive Director, Trade"),
        ("Jane A. Roe, Executive Director", "signed by Jane A. Roe, Executive Director"),
        ("John Chiefly", "signed by John Chiefly"),
    ],
)
def test_a_title_has_an_article_and_a_name_has_none(by: str, said: str) -> None:
    appealed = northwind().submissions[2]
    assert isinstance(appealed, DiscontinuanceAppeal)
    assert said in notice_phrase(replace(appealed.notice, signed_by=by))


def test_membership_without_a_day_is_present() -> None:
    assert northwind().ctpat is not None
    matter = replace(northwind(), ctpat=replace(northwind().ctpat, status="certified", since=None))
    said = shared_values(matter, 0)["ctpat"]["sentence"].replace("\u00a0", " ")
    assert said.startswith("The Company is a certified member of")
