"""Run the rules over a matter, or over finished papers, and apply the recorded overrides."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from isa_docs.findings import Finding, Path
from isa_docs.intake.model import Matter, Override
from isa_docs.program.calendar import long_date
from isa_docs.program.rules.package import Enclosure, FinishedPaper, PackageCase
from isa_docs.program.rules.registry import Case, Problem, Rule, registered

_UNUSED = "ISA-GEN-004"
_OVERRIDABLE = re.compile(r"ISA-(?!GEN-)")
"""Codes that an override may name: the program's rules, without those about the matter file and its overrides."""


def check_rules(
    matter: Matter, submission_ids: Collection[str] | None = None, as_of: date | None = None
) -> list[Finding]:
    """Return what the rules say of ``matter`` and of its submissions, of all or of those named.

    Findings carry the path into the matter; the caller adds file and line. A finding that a recorded override
    covers keeps its severity and says in ``overridden`` who set it aside and why. ``as_of`` is the day of the
    check: an override of a later day covers nothing yet; rules about today are silent without it.
    """
    findings: list[Finding] = []
    everything: Case[None] = Case(matter, None, as_of=as_of)
    cases: list[Case[Any]] = [
        Case(matter, submission, index, as_of)
        for index, submission in enumerate(matter.submissions)
        if submission_ids is None or submission.id in submission_ids
    ]
    for rule in registered().values():
        if rule.scope == "matter":
            findings += _matter_findings(rule, everything, submission_ids)
        elif rule.scope == "submission":
            findings += [f for case in cases if rule.applies(case) for f in _findings(rule, case, case.submission.id)]
    findings = [_overridden(finding, matter, as_of) for finding in findings]
    findings += _unused_overrides(matter, findings, submission_ids)
    return findings


def check_package(
    matter: Matter,
    submission_id: str,
    papers: Sequence[FinishedPaper],
    enclosures: Sequence[Enclosure] = (),
    signature_fields: Collection[str] | None = None,
) -> list[Finding]:
    """Return what the rules say of the finished papers of ``submission_id``, re-read from the merged PDF.

    ``papers`` hold the text of each page; ``enclosures`` the list printed in the letter. ``signature_fields``
    are the names of the empty signature fields found, or None when they are checked elsewhere. Raises KeyError
    when the matter has no such submission.
    """
    index = next((i for i, s in enumerate(matter.submissions) if s.id == submission_id), None)
    if index is None:
        raise KeyError(f"the matter has no submission {submission_id!r}")
    fields = None if signature_fields is None else frozenset(signature_fields)
    case = PackageCase(matter, matter.submissions[index], index, None, tuple(papers), tuple(enclosures), fields)
    rules = [rule for rule in registered().values() if rule.scope == "package" and rule.applies(case)]
    return [_overridden(f, matter, None) for rule in rules for f in _findings(rule, case, submission_id)]


def _findings(rule: Rule, case: Case[Any], submission: str | None) -> Iterator[Finding]:
    for problem in rule.check(case):
        yield _finding(rule, problem, submission)


def _matter_findings(rule: Rule, case: Case[None], chosen: Collection[str] | None) -> Iterator[Finding]:
    for problem in rule.check(case):
        submission = _submission_of(case.matter, problem.path)
        if submission is None or chosen is None or submission in chosen:
            yield _finding(rule, problem, submission)


def _finding(rule: Rule, problem: Problem, submission: str | None) -> Finding:
    return Finding(
        code=rule.code,
        severity=rule.severity,
        message=problem.message,
        remedy=problem.remedy or rule.remedy,
        path=problem.path,
        authority=rule.authority,
        submission=submission,
    )


def _submission_of(matter: Matter, path: Path | None) -> str | None:
    if path and len(path) > 1 and path[0] == "submissions" and isinstance(path[1], int):
        return matter.submissions[path[1]].id
    return None


def _covers(override: Override, finding: Finding) -> bool:
    if not _OVERRIDABLE.match(override.code):
        return False
    return override.code == finding.code and override.submission in (None, finding.submission)


def _overridden(finding: Finding, matter: Matter, as_of: date | None) -> Finding:
    for override in matter.overrides:
        if as_of is not None and override.on > as_of:
            continue  # nobody has decided it yet
        if _covers(override, finding) and override.reason.strip() and override.by.strip():
            return replace(finding, overridden=f"{override.by}, {long_date(override.on)}: {override.reason}")
    return finding


def _unused_overrides(matter: Matter, findings: list[Finding], chosen: Collection[str] | None) -> Iterator[Finding]:
    rules = registered()
    for position, override in enumerate(matter.overrides):
        if not _OVERRIDABLE.match(override.code):
            if chosen is None or override.submission is None or override.submission in chosen:
                message = f"The override of {override.code} sets nothing aside: such findings cannot be overridden."
                yield _finding(rules[_UNUSED], Problem(message, ("overrides", position)), override.submission)
            continue
        known = rules.get(override.code)
        outside = chosen is not None and (override.submission is None or override.submission not in chosen)
        if known is None or known.scope == "package" or outside:
            continue
        if not any(_covers(override, finding) for finding in findings):
            problem = Problem(f"The override of {override.code} sets nothing aside.", ("overrides", position))
            yield _finding(rules[_UNUSED], problem, override.submission)
