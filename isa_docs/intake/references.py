"""Ids that must agree: people, business units, areas, exhibits and submissions named elsewhere in the matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from isa_docs.findings import Finding, Path, Severity
from isa_docs.intake.model import AnnualNotification, Application, DiscontinuanceAppeal, Matter


def check_references(matter: Matter) -> list[Finding]:
    """Return a finding for each id that is used but not defined, or defined twice."""
    return [*_undefined(matter), *_twice(matter)]


def _undefined(matter: Matter) -> Iterator[Finding]:
    people = set(matter.people)
    units = {unit.id for unit in matter.importer.business_units}
    plan = matter.self_testing_plan
    areas = {area.id for area in plan.areas} if plan else set()
    everyone_on_copy = people | {"national_account_manager"}

    for index, ior in enumerate(matter.importer.ior_numbers):
        yield from _known(
            ior.business_unit, units, "business unit", ("importer", "ior_numbers", index, "business_unit")
        )
    if plan:
        here: Path = ("self_testing_plan",)
        yield from _known(plan.reviewer, people, "person", (*here, "reviewer"))
        if plan.risk_assessment:
            scorer = plan.risk_assessment.scored_by
            yield from _known(scorer, people, "person", (*here, "risk_assessment", "scored_by"))
        for index, area in enumerate(plan.areas):
            yield from _known(area.tester, people, "person", (*here, "areas", index, "tester"))
            for at, unit in enumerate(area.business_units):
                yield from _known(unit, units, "business unit", (*here, "areas", index, "business_units", at))
    for index, submission in enumerate(matter.submissions):
        here = ("submissions", index)
        exhibits = {exhibit.id for exhibit in submission.exhibits}
        yield from _known(submission.signer, people, "person", (*here, "signer"))
        for at, copy in enumerate(submission.copies_to):
            yield from _known(copy, everyone_on_copy, "person", (*here, "copies_to", at))
        if submission.confidentiality:
            yield from _known(submission.confidentiality.by, people, "person", (*here, "confidentiality", "by"))
        if isinstance(submission, Application):
            yield from _known(submission.mou.signer, people, "person", (*here, "mou", "signer"))
        elif isinstance(submission, AnnualNotification):
            for at, result in enumerate(submission.results):
                yield from _known(result.area, areas, "risk area of the plan", (*here, "results", at, "area"))
        elif isinstance(submission, DiscontinuanceAppeal):
            for at, ground in enumerate(submission.grounds):
                for which, exhibit in enumerate(ground.exhibits):
                    yield from _known(exhibit, exhibits, "exhibit", (*here, "grounds", at, "exhibits", which))
            for at, action in enumerate(submission.corrective_actions):
                yield from _known(action.owner, people, "person", (*here, "corrective_actions", at, "owner"))
                yield from _known(action.exhibit, exhibits, "exhibit", (*here, "corrective_actions", at, "exhibit"))
    submissions = {submission.id for submission in matter.submissions}
    for index, confirmation in enumerate(matter.confirmations):
        yield from _known(confirmation.submission, submissions, "submission", ("confirmations", index, "submission"))
    for index, override in enumerate(matter.overrides):
        yield from _known(override.submission, submissions, "submission", ("overrides", index, "submission"))


def _known(name: str | None, defined: set[str], what: str, path: Path) -> Iterator[Finding]:
    if name is None or name in defined:
        return
    close = get_close_matches(name, sorted(defined), 1, 0.6)
    remedy = f"Did you mean '{close[0]}'?" if close else f"Defined: {', '.join(sorted(defined)) or 'none'}."
    yield Finding("REF-UNKNOWN", Severity.ERROR, f"There is no {what} with the id '{name}'.", remedy, path)


def _twice(matter: Matter) -> Iterator[Finding]:
    plan = matter.self_testing_plan
    yield from _unique((unit.id for unit in matter.importer.business_units), ("importer", "business_units"))
    yield from _unique((area.id for area in plan.areas) if plan else (), ("self_testing_plan", "areas"))
    yield from _unique((submission.id for submission in matter.submissions), ("submissions",))
    for index, submission in enumerate(matter.submissions):
        yield from _unique((exhibit.id for exhibit in submission.exhibits), ("submissions", index, "exhibits"))
        if isinstance(submission, DiscontinuanceAppeal):
            yield from _unique((ground.id for ground in submission.grounds), ("submissions", index, "grounds"))


def _unique(ids: Iterable[str], path: Path) -> Iterator[Finding]:
    seen: set[str] = set()
    for index, name in enumerate(ids):
        if name in seen:
            message = f"The id '{name}' is used twice in this list."
            yield Finding("REF-TWICE", Severity.ERROR, message, "Give each its own id.", (*path, index, "id"))
        seen.add(name)
