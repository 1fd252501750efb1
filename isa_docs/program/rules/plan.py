"""The self-testing plan: the notice's five elements, independence, frequency, retention, good practice."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

from isa_docs.findings import Path
from isa_docs.intake.model import Application, SelfTestingPlan
from isa_docs.program.areas import all_areas
from isa_docs.program.rules.registry import ERROR, NOTE, WARNING, Case, Problem, listing, rule

_PLAN: Path = ("self_testing_plan",)
TOO_RARE = ("every-18-months", "every-two-years", "as-needed")
TIMES_A_YEAR = {"daily": 250, "weekly": 52, "monthly": 12, "quarterly": 4, "semiannually": 2, "annually": 1}
"""Test cycles in a year of each frequency that meets the yearly minimum; daily means business days."""


def _plan(case: Case[None]) -> SelfTestingPlan | None:
    return case.matter.self_testing_plan


@rule(
    "ISA-PLAN-001",
    "Application without a self-testing plan",
    severity=ERROR,
    kinds=("application",),
    authority=("fr-77-61012",),
    remedy="Write the plan under self_testing_plan.",
    example="self_testing_plan is missing",
)
def isa_plan_001(case: Case[Application]) -> Iterator[Problem]:
    """Every application includes a written, risk-based self-testing plan."""
    if case.matter.self_testing_plan is None:
        yield Problem("The matter holds no self-testing plan.", ())


@rule(
    "ISA-PLAN-002",
    "Plan without a risk assessment methodology",
    severity=ERROR,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Say under self_testing_plan.risk_assessment.methodology how risk is assessed.",
    example="self_testing_plan: {risk_assessment: {}}",
)
def isa_plan_002(case: Case[None]) -> Iterator[Problem]:
    """First of the five elements: the risk assessment methodology used by the company."""
    plan = _plan(case)
    if plan is None:
        return
    if plan.risk_assessment is None:
        yield Problem("The plan says nothing about risk assessment.", _PLAN)
    elif not (plan.risk_assessment.methodology or "").strip():
        yield Problem("The plan does not say by which method risk is assessed.", (*_PLAN, "risk_assessment"))


@rule(
    "ISA-PLAN-003",
    "Plan without a testing methodology",
    severity=ERROR,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Describe under self_testing_plan.testing_methodology how items are tested.",
    example="self_testing_plan: {testing_methodology: ''}",
)
def isa_plan_003(case: Case[None]) -> Iterator[Problem]:
    """Second of the five elements: the testing methodology."""
    plan = _plan(case)
    if plan is not None and not (plan.testing_methodology or "").strip():
        yield Problem("The plan does not describe its testing methodology.", _PLAN)


@rule(
    "ISA-PLAN-004",
    "Plan without a frequency",
    severity=ERROR,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Set self_testing_plan.frequency (monthly, quarterly ...).",
    example="self_testing_plan: {}   # no frequency",
)
def isa_plan_004(case: Case[None]) -> Iterator[Problem]:
    """Third of the five elements: how often the self-testing activities take place."""
    plan = _plan(case)
    if plan is None or plan.frequency is not None:
        return
    if not plan.areas or any(area.frequency is None for area in plan.areas):
        yield Problem("The plan does not say how often testing takes place.", _PLAN)


@rule(
    "ISA-PLAN-005",
    "Plan without the number of sample items",
    severity=ERROR,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Give each area sampling.items, or sampling.method complete where every item is tested.",
    example="areas: [{id: classification, title: Classification, likelihood: 3, impact: 4}]   # no sampling",
)
def isa_plan_005(case: Case[None]) -> Iterator[Problem]:
    """Fourth of the five elements: the number of sample items to be tested, area by area."""
    plan = _plan(case)
    if plan is None:
        return
    if not plan.areas:
        yield Problem("The plan names no area to test, and so no number of sample items.", (*_PLAN, "areas"))
    for position, area in enumerate(plan.areas):
        where = (*_PLAN, "areas", position)
        if area.sampling is None:
            yield Problem(f"{area.title}: the plan does not say how many items are tested.", where)
        elif area.sampling.method != "complete" and not area.sampling.items:
            count = "zero" if area.sampling.items == 0 else "no"
            yield Problem(f"{area.title}: the plan states {count} sample items.", (*where, "sampling"))


@rule(
    "ISA-PLAN-006",
    "Plan without a reviewer who can be reached",
    severity=ERROR,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Name under self_testing_plan.reviewer a person of people who has a phone number or an email address.",
    example="people: {reviewer: {name: Ines Roy, title: Director of Internal Audit}}   # no phone, no email",
)
def isa_plan_006(case: Case[None]) -> Iterator[Problem]:
    """Fifth of the five elements: name and contact information of the person who will review the results."""
    plan = _plan(case)
    if plan is None:
        return
    if plan.reviewer is None:
        yield Problem("The plan names nobody to review the results.", _PLAN)
        return
    reviewer = case.person(plan.reviewer)
    if reviewer is not None and not (reviewer.phone or reviewer.email):
        yield Problem(f"The plan's reviewer, {reviewer.name}, has neither phone nor email.", ("people", plan.reviewer))


@rule(
    "ISA-PLAN-007",
    "Testing less often than once a year",
    severity=ERROR,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Choose annually or a shorter interval.",
    example="self_testing_plan: {frequency: every-18-months}",
)
def isa_plan_007(case: Case[None]) -> Iterator[Problem]:
    """The self-testing process is conducted at least annually; as needed is no frequency."""
    plan = _plan(case)
    if plan is None:
        return
    if plan.frequency in TOO_RARE:
        yield Problem(f"The plan tests {_words(plan.frequency)}; at least annually is asked.", (*_PLAN, "frequency"))
    for position, area in enumerate(plan.areas):
        if area.frequency in TOO_RARE:
            yield Problem(
                f"{area.title} is tested {_words(area.frequency)}; at least annually is asked.",
                (*_PLAN, "areas", position, "frequency"),
            )


def _words(frequency: str | None) -> str:
    return (frequency or "").replace("-", " ")


@rule(
    "ISA-PLAN-008",
    "Reviewer reviews own work",
    severity=WARNING,
    scope="matter",
    authority=("cbp-self-testing",),
    remedy="Let somebody else test the area or review the results.",
    example="self_testing_plan: {reviewer: reviewer, areas: [{tester: reviewer}]}",
)
def isa_plan_008(case: Case[None]) -> Iterator[Problem]:
    """CBP's guidance on self-testing: nobody reviews his or her own work."""
    plan = _plan(case)
    if plan is None or plan.reviewer is None:
        return
    reviewer = case.person(plan.reviewer)
    for position, area in enumerate(plan.areas):
        tester = case.person(area.tester)
        same_name = reviewer is not None and tester is not None and reviewer.name == tester.name
        if area.tester == plan.reviewer or same_name:
            name = reviewer.name if reviewer else plan.reviewer
            yield Problem(f"{area.title}: {name} both tests and reviews.", (*_PLAN, "areas", position, "tester"))


@rule(
    "ISA-PLAN-012",
    "Self-testing results kept for less than three years",
    severity=ERROR,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Set self_testing_plan.retention.test_results_years to 3 or more.",
    example="self_testing_plan: {retention: {test_results_years: 2}}",
)
def isa_plan_012(case: Case[None]) -> Iterator[Problem]:
    """Participants retain self-testing results for three years."""
    plan = _plan(case)
    if plan is not None and plan.retention.test_results_years < 3:
        yield Problem(
            f"Self-testing results are kept for {plan.retention.test_results_years} years; three are required.",
            (*_PLAN, "retention", "test_results_years"),
        )


@rule(
    "ISA-PLAN-013",
    "Entry records kept for less than five years",
    severity=ERROR,
    scope="matter",
    authority=("cfr-19-163-4", "usc-19-1508"),
    remedy="Set self_testing_plan.retention.entry_records_years to 5 or more.",
    example="self_testing_plan: {retention: {entry_records_years: 3}}",
)
def isa_plan_013(case: Case[None]) -> Iterator[Problem]:
    """Entry records are kept for five years from the date of entry; the three years are for test results only."""
    plan = _plan(case)
    if plan is not None and plan.retention.entry_records_years < 5:
        yield Problem(
            f"Entry records are kept for {plan.retention.entry_records_years} years; five are required.",
            (*_PLAN, "retention", "entry_records_years"),
        )


@rule(
    "ISA-PLAN-014",
    "High-risk area tested less often than the others",
    severity=WARNING,
    scope="matter",
    authority=("cbp-self-testing", "practice"),
    remedy="Test the area at least as often as the plan's own frequency, or explain it in the area's rationale.",
    example="areas: [{id: value, likelihood: 5, impact: 5, frequency: annually}]   # plan quarterly",
)
def isa_plan_014(case: Case[None]) -> Iterator[Problem]:
    """Testing based on risk means that the areas scored highest (15 of 25 or more) are not tested least."""
    plan = _plan(case)
    if plan is None or plan.frequency not in TIMES_A_YEAR:
        return
    for position, area in enumerate(plan.areas):
        times = TIMES_A_YEAR.get(area.frequency or plan.frequency)
        score = area.likelihood * area.impact
        if score >= 15 and times is not None and times < TIMES_A_YEAR[plan.frequency]:
            yield Problem(
                f"{area.title} scores {score} of 25 and is tested {area.frequency}, the plan {plan.frequency}.",
                (*_PLAN, "areas", position, "frequency"),
            )


@rule(
    "ISA-PLAN-015",
    "Plan silent on errors or their disclosure",
    severity=WARNING,
    scope="matter",
    authority=("handbook-mou-2011", "cfr-19-162-74"),
    remedy="Write self_testing_plan.error_handling and self_testing_plan.disclosure.",
    example="self_testing_plan: {disclosure: ''}",
)
def isa_plan_015(case: Case[None]) -> Iterator[Problem]:
    """In the MOU the importer promises to adjust controls and to make appropriate disclosures of errors found."""
    plan = _plan(case)
    if plan is None:
        return
    missing = [
        words
        for text, words in (
            (plan.error_handling, "how errors are handled"),
            (plan.disclosure, "how they are disclosed"),
        )
        if not (text or "").strip()
    ]
    if missing:
        yield Problem(f"The plan does not say {listing(missing)}.", _PLAN)


@rule(
    "ISA-PLAN-016",
    "Risk assessment refreshed less than yearly",
    severity=WARNING,
    scope="matter",
    authority=("handbook-mou-2011",),
    remedy="Set self_testing_plan.risk_assessment.refreshed to annually or a shorter interval.",
    example="self_testing_plan: {risk_assessment: {refreshed: every-two-years}}",
)
def isa_plan_016(case: Case[None]) -> Iterator[Problem]:
    """The MOU as posted in 2011 asks for annual risk assessments (second-hand)."""
    plan = _plan(case)
    if plan is not None and plan.risk_assessment is not None and plan.risk_assessment.refreshed in TOO_RARE:
        yield Problem(
            f"The risk assessment is refreshed {_words(plan.risk_assessment.refreshed)}.",
            (*_PLAN, "risk_assessment", "refreshed"),
        )


@rule(
    "ISA-PLAN-017",
    "Plan says nothing of the reviewer's independence",
    severity=NOTE,
    scope="matter",
    authority=("cbp-self-testing",),
    remedy="Say under self_testing_plan.reviewer_independence why the reviewer is independent of the work tested.",
    example="self_testing_plan: {reviewer: reviewer}   # reviewer_independence missing",
)
def isa_plan_017(case: Case[None]) -> Iterator[Problem]:
    """CBP's guidance asks who reviews and expects independence; a sentence about it answers the question."""
    plan = _plan(case)
    if plan is not None and plan.reviewer and not (plan.reviewer_independence or "").strip():
        yield Problem("The plan does not say why its reviewer is independent.", _PLAN)


@rule(
    "ISA-PLAN-018",
    "Business unit that no area tests",
    severity=WARNING,
    scope="matter",
    authority=("fr-77-61012", "practice"),
    remedy="Add the unit to an area's business_units, or leave business_units empty to cover all.",
    example="importer: {business_units: [{id: west, name: West}]}   # every area names only east",
)
def isa_plan_018(case: Case[None]) -> Iterator[Problem]:
    """The plan covers all business units that take part; an area without business_units covers every one."""
    plan = _plan(case)
    if plan is None or not plan.areas or any(not area.business_units for area in plan.areas):
        return
    covered = {unit for area in plan.areas for unit in area.business_units}
    for position, unit in enumerate(case.matter.importer.business_units):
        if unit.id not in covered:
            yield Problem(f"No area of the plan tests {unit.name}.", ("importer", "business_units", position))


@rule(
    "ISA-PLAN-021",
    "Area that the risk-area catalog does not have",
    severity=WARNING,
    scope="matter",
    authority=("practice",),
    remedy="Use an id of `isa-docs areas`, or leave catalog out for an area of your own.",
    example="areas: [{id: value, title: Transaction value, catalog: value}]   # the catalog's id is valuation",
)
def isa_plan_021(case: Case[None]) -> Iterator[Problem]:
    """An area that names the catalog takes its objective, attributes and evidence from there."""
    plan = _plan(case)
    for position, area in enumerate(plan.areas if plan else ()):
        if area.catalog is not None and area.catalog not in all_areas():
            close = get_close_matches(area.catalog, all_areas(), 1)
            hint = f" Is {close[0]!r} meant?" if close else ""
            yield Problem(
                f"{area.title}: the catalog has no area {area.catalog!r}.{hint}",
                (*_PLAN, "areas", position, "catalog"),
            )
