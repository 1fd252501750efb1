"""Ids that must agree: people, business units, areas, exhibits and submissions named elsewhere in the matter."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from isa_docs.findings import Finding, Path, Severity
from isa_docs.intake.model import AnnualNotification, Application, DiscontinuanceAppeal, Matter, Submission


def check_references(matter: Matter) -> list[Finding]:
    """Return a finding for each id that is used but not defined, or defined twice."""
    return [*_undefined(matter), *_twice(matter)]


@dataclass(frozen=True, eq=False)
class _Ids:
    """The ids of one kind that may be used somewhere, and where each is defined."""

    what: str
    defined: dict[str, Path]


@dataclass(frozen=True)
class _Use:
    """One place that names an id."""

    name: str
    ids: _Ids
    path: Path


def _undefined(matter: Matter) -> Iterator[Finding]:
    uses: dict[tuple[_Ids, str], list[Path]] = {}
    for use in _uses(matter):
        uses.setdefault((use.ids, use.name), []).append(use.path)
    for (ids, name), paths in uses.items():
        if name not in ids.defined:
            used = {other for same, other in uses if same is ids}
            yield _unknown(ids, name, paths, used)


def _unknown(ids: _Ids, name: str, paths: list[Path], used: set[str]) -> Finding:
    """Say that an id is not defined; where one definition is the likelier slip than several uses, point at it."""
    places = f" It is used in {len(paths)} places." if len(paths) > 1 else ""
    message = f"There is no {ids.what} with the id '{name}'.{places}"
    close = get_close_matches(name, sorted(ids.defined), 1, 0.6)
    remedy = f"Did you mean '{close[0]}'?" if close else f"Defined: {', '.join(sorted(ids.defined)) or 'none'}."
    path = paths[0]
    if close and close[0] not in used and len(paths) > 1:
        path = ids.defined[close[0]]
        message += f" The id '{close[0]}' is defined here and never used."
        remedy = f"Did you mean '{name}'?"
    return Finding("REF-UNKNOWN", Severity.ERROR, message, remedy, path)


def _uses(matter: Matter) -> Iterator[_Use]:
    for name, ids, path in _named(matter):
        if name is not None:
            yield _Use(name, ids, path)


def _listed(what: str, ids: Iterable[str], path: Path) -> _Ids:
    return _Ids(what, {name: (*path, index, "id") for index, name in enumerate(ids)})


def _named(matter: Matter) -> Iterator[tuple[str | None, _Ids, Path]]:
    """Yield every field that names an id: the name, the ids it may be, and its place."""
    people = _Ids("person", {name: ("people", name) for name in matter.people})
    units = _listed(
        "business unit", (unit.id for unit in matter.importer.business_units), ("importer", "business_units")
    )
    plan = matter.self_testing_plan
    areas = _listed(
        "risk area of the plan", (area.id for area in plan.areas) if plan else (), ("self_testing_plan", "areas")
    )
    submissions = _listed("submission", (submission.id for submission in matter.submissions), ("submissions",))

    for index, ior in enumerate(matter.importer.ior_numbers):
        yield ior.business_unit, units, ("importer", "ior_numbers", index, "business_unit")
    if plan:
        here: Path = ("self_testing_plan",)
        yield plan.reviewer, people, (*here, "reviewer")
        if plan.product_safety:
            yield plan.product_safety.contact, people, (*here, "product_safety", "contact")
        if plan.risk_assessment:
            yield plan.risk_assessment.scored_by, people, (*here, "risk_assessment", "scored_by")
        for index, area in enumerate(plan.areas):
            yield area.tester, people, (*here, "areas", index, "tester")
            for at, unit in enumerate(area.business_units):
                yield unit, units, (*here, "areas", index, "business_units", at)
    told = _lack_of_areas_is_told(matter)
    for index, submission in enumerate(matter.submissions):
        yield from _named_in(submission, ("submissions", index), people, None if told else areas)
    for index, confirmation in enumerate(matter.confirmations):
        yield confirmation.submission, submissions, ("confirmations", index, "submission")
    for index, override in enumerate(matter.overrides):
        yield override.submission, submissions, ("overrides", index, "submission")
    for index, event in enumerate(matter.events):
        yield event.submission, submissions, ("events", index, "submission")


def _lack_of_areas_is_told(matter: Matter) -> bool:
    """Tell whether the plan or all its areas are missing and a rule of the program says so (ISA-PLAN-001, -005)."""
    if matter.self_testing_plan is None:
        return any(isinstance(submission, Application) for submission in matter.submissions)
    return not matter.self_testing_plan.areas


def _named_in(
    submission: Submission, here: Path, people: _Ids, areas: _Ids | None
) -> Iterator[tuple[str | None, _Ids, Path]]:
    manager: Path = ("importer", "national_account_manager")
    on_copy = _Ids("person", {**people.defined, "national_account_manager": manager})
    exhibits = _listed("exhibit", (exhibit.id for exhibit in submission.exhibits), (*here, "exhibits"))
    yield submission.signer, people, (*here, "signer")
    for at, copy in enumerate(submission.copies_to):
        yield copy, people if copy in people.defined else on_copy, (*here, "copies_to", at)
    if submission.confidentiality:
        yield submission.confidentiality.by, people, (*here, "confidentiality", "by")
        papers = ("letter", "mou", "plan") if isinstance(submission, Application) else ("letter",)
        parts = _Ids("paper or exhibit", {**dict.fromkeys(papers, here), **exhibits.defined})
        for at, part in enumerate(submission.confidentiality.covers):
            yield part, parts, (*here, "confidentiality", "covers", at)
    if isinstance(submission, Application):
        yield submission.mou.signer, people, (*here, "mou", "signer")
    elif isinstance(submission, AnnualNotification):
        for at, result in enumerate(submission.results):
            if areas is not None:
                yield result.area, areas, (*here, "results", at, "area")
    else:
        for at, ground in enumerate(submission.grounds):
            for which, exhibit in enumerate(ground.exhibits):
                yield exhibit, exhibits, (*here, "grounds", at, "exhibits", which)
        for at, action in enumerate(submission.corrective_actions):
            yield action.owner, people, (*here, "corrective_actions", at, "owner")
            yield action.exhibit, exhibits, (*here, "corrective_actions", at, "exhibit")


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
