"""The self-testing plan beyond its five elements: risk, disclosure, independence, coverage, catalog."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from isa_docs.findings import Path
from isa_docs.program.areas import all_areas
from isa_docs.program.rules.plan import TIMES_A_YEAR, TOO_RARE
from isa_docs.program.rules.registry import NOTE, WARNING, Case, Problem, listing, rule

_PLAN: Path = ("self_testing_plan",)


@rule(
    "ISA-PLAN-014",
    "High-risk area tested less often than the others",
    severity=WARNING,
    scope="matter",
    authority=("cbp-self-testing", "practice"),
    remedy="Test the area at least as often as the plan's own frequency, or override this warning with the reason.",
    example="areas: [{id: value, likelihood: 5, impact: 5, frequency: annually}]   # plan quarterly",
)
def isa_plan_014(case: Case[None]) -> Iterator[Problem]:
    """Testing based on risk means that the areas scored highest (15 of 25 or more) are not tested least."""
    plan = case.matter.self_testing_plan
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
    plan = case.matter.self_testing_plan
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
    plan = case.matter.self_testing_plan
    if plan is not None and plan.risk_assessment is not None and plan.risk_assessment.refreshed in TOO_RARE:
        yield Problem(
            f"The risk assessment is refreshed {plan.risk_assessment.refreshed.replace('-', ' ')}.",
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
    plan = case.matter.self_testing_plan
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
    plan = case.matter.self_testing_plan
    if plan is None or not plan.areas or any(not area.business_units for area in plan.areas):
        return
    covered = {unit for area in plan.areas for unit in area.business_units}
    for position, unit in enumerate(case.matter.importer.business_units):
        if unit.id not in covered:
            yield Problem(f"No area of the plan tests {unit.name}.", ("importer", "business_units", position))


_RARELY = re.compile(
    r"\b(?:every|each|once\s+(?:in|every)|at\s+least\s+every)\s+"
    r"(?:(?:1[3-9]|[2-9]\d|thirteen|fifteen|eighteen|twenty-four|thirty-six)(?:\s*\(\d+\))?\s+months"
    r"|(?:2|3|4|5|two|three|four|five)(?:\s*\(\d+\))?\s+years|second\s+year|other\s+year)\b|\bbiennially\b",
    re.IGNORECASE,
)
_TESTS = re.compile(r"\btest(?:s|ed|ing)?\b|\bself-test", re.IGNORECASE)
_SENTENCE = re.compile(r"[^.!?]+[.!?]?")


@rule(
    "ISA-PLAN-022",
    "Text of the plan that tests less often than once a year",
    severity=WARNING,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Let the text say what the frequency says, annually or more often.",
    example="self_testing_plan: {frequency: quarterly, testing_methodology: Tests are made every 18 months.}",
)
def isa_plan_022(case: Case[None]) -> Iterator[Problem]:
    """The plan's own words agree with its frequency: self-testing is conducted at least annually."""
    plan = case.matter.self_testing_plan
    for name in ("scope", "testing_methodology", "tracking", "reporting") if plan else ():
        for sentence in _SENTENCE.findall(getattr(plan, name) or ""):
            rare = _RARELY.search(sentence)
            if rare and _TESTS.search(sentence):
                stated = f"; its frequency is {plan.frequency.replace('-', ' ')}" if plan and plan.frequency else ""
                yield Problem(f"The plan's text tests {' '.join(rare[0].split())!r}{stated}.", (*_PLAN, name))


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
    plan = case.matter.self_testing_plan
    for position, area in enumerate(plan.areas if plan else ()):
        if area.catalog is not None and area.catalog not in all_areas():
            close = get_close_matches(area.catalog, all_areas(), 1)
            hint = f" Is {close[0]!r} meant?" if close else ""
            yield Problem(
                f"{area.title}: the catalog has no area {area.catalog!r}.{hint}",
                (*_PLAN, "areas", position, "catalog"),
            )
