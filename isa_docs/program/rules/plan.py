"""The self-testing plan: the notice's five elements, independence of the review, retention."""

from __future__ import annotations

from collections.abc import Iterator

from isa_docs.findings import Path
from isa_docs.intake.model import Application, SelfTestingPlan
from isa_docs.program.rules.registry import ERROR, WARNING, Case, Problem, rule

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
