"""The samples of the plan: size against universe, claimed confidence, judgment and projection."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_FLOOR

from isa_docs.findings import Path
from isa_docs.intake.model import Sampling, TestArea
from isa_docs.program.rules.registry import ERROR, WARNING, Case, Problem, rule
from isa_docs.program.sampling import percent, rounded, statement


def _samples(case: Case[None]) -> Iterator[tuple[TestArea, Sampling, Path]]:
    plan = case.matter.self_testing_plan
    for position, area in enumerate(plan.areas if plan else ()):
        if area.sampling is not None:
            yield area, area.sampling, ("self_testing_plan", "areas", position, "sampling")


@rule(
    "ISA-PLAN-009",
    "Sample larger than its universe",
    severity=ERROR,
    scope="matter",
    authority=("fr-77-61012", "cfr-19-163-11"),
    remedy="Correct items or universe, or set method to complete.",
    example="sampling: {method: attribute, items: 80, universe: 60}",
)
def isa_plan_009(case: Case[None]) -> Iterator[Problem]:
    """A sample cannot hold more items than there are, nor a negative number of them."""
    for area, sampling, path in _samples(case):
        if sampling.items is not None and sampling.items < 0:
            yield Problem(f"{area.title}: {sampling.items} sample items.", (*path, "items"))
        elif sampling.items is not None and sampling.universe is not None and sampling.items > sampling.universe:
            yield Problem(
                f"{area.title}: {sampling.items:,} items cannot come from a universe of {sampling.universe:,}.",
                (*path, "items"),
            )


@rule(
    "ISA-PLAN-010",
    "Claimed confidence not supported by the sample",
    severity=ERROR,
    scope="matter",
    authority=("cfr-19-163-11",),
    remedy="Raise items to the number named, or lower the claim.",
    example="sampling: {method: attribute, items: 30, confidence: 0.95, tolerable_rate: 0.05}",
)
def isa_plan_010(case: Case[None]) -> Iterator[Problem]:
    """A stated confidence must follow from the sample by a generally recognized procedure (19 CFR 163.11(c)(3)).

    No CBP figure for self-tests is known; the plan's own figures must agree with each other.
    """
    for area, sampling, path in _samples(case):
        found = statement(sampling)
        if found.problem is not None:
            yield Problem(f"{area.title}: {found.problem}.", path)
        elif found.sufficient is False and found.supported is not None and found.confidence is not None:
            yield Problem(
                f"{area.title}: {sampling.items} items with {sampling.allowed_errors} allowed errors support "
                f"{rounded(found.supported, ROUND_FLOOR)} percent confidence, not {percent(found.confidence)}; "
                f"{found.required} items would.",
                (*path, "items"),
            )
        elif found.sufficient is False:
            yield Problem(
                f"{area.title}: {sampling.items} items do not reach the stated precision; {found.required} would.",
                (*path, "items"),
            )


@rule(
    "ISA-PLAN-011",
    "Judgmental sample projected to the universe",
    severity=WARNING,
    scope="matter",
    authority=("cfr-19-163-11",),
    remedy="Draw the sample at random (method attribute or estimation), or set project_results to false.",
    example="sampling: {method: judgmental, items: 25, project_results: true}",
)
def isa_plan_011(case: Case[None]) -> Iterator[Problem]:
    """Items picked by judgment show nothing about the rest; neither a rate nor a confidence follows from them."""
    for area, sampling, path in _samples(case):
        if sampling.method != "judgmental":
            continue
        if sampling.project_results:
            yield Problem(f"{area.title}: the judgmental sample is to be projected.", (*path, "project_results"))
        if sampling.confidence is not None:
            yield Problem(f"{area.title}: a judgmental sample claims a confidence.", (*path, "confidence"))


@rule(
    "ISA-PLAN-019",
    "Statistical sample without its design figures",
    severity=WARNING,
    scope="matter",
    authority=("cfr-19-163-11",),
    remedy="State confidence and tolerable_rate (attribute), or confidence, expected_rate and precision (estimation).",
    example="sampling: {method: attribute, items: 59}   # no confidence, no tolerable_rate",
)
def isa_plan_019(case: Case[None]) -> Iterator[Problem]:
    """A statistical sample says what it can show: its confidence and the rate it is tested against."""
    for area, sampling, path in _samples(case):
        needed = {
            "attribute": ("confidence", "tolerable_rate"),
            "estimation": ("confidence", "expected_rate", "precision"),
        }.get(sampling.method, ())
        missing = [name for name in needed if getattr(sampling, name) is None]
        if missing:
            yield Problem(f"{area.title}: the sample states no {' and no '.join(missing)}.", path)


@rule(
    "ISA-PLAN-020",
    "Very few items from a small universe",
    severity=WARNING,
    scope="matter",
    authority=("hud-oig-2000-04", "practice"),
    remedy="Test more items, or say under sampling.rationale why these are enough.",
    example="sampling: {method: judgmental, items: 3, universe: 150}",
)
def isa_plan_020(case: Case[None]) -> Iterator[Problem]:
    """For small universes a federal guide asks for at least 20 of 100-199 items, 10 of 50-99 and 5 of 20-49.

    It is no CBP rule, only a mark below which a reader will ask.
    """
    for area, sampling, path in _samples(case):
        if sampling.universe is None or sampling.items is None or sampling.method == "complete":
            continue
        least = next((n for floor, n in ((100, 20), (50, 10), (20, 5)) if sampling.universe >= floor), 0)
        if sampling.universe < 200 and 0 < sampling.items < least and not sampling.rationale:
            yield Problem(
                f"{area.title}: {sampling.items} of {sampling.universe} items; at least {least} are usual.",
                (*path, "items"),
            )
