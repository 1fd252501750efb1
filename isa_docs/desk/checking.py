"""What the page shows of a matter while it is typed: findings, the addressees, the deadlines with their counts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from isa_docs.build.checks import check_matter, select
from isa_docs.desk.pointers import pointer
from isa_docs.desk.provisional import provisional_matters
from isa_docs.errors import InputError
from isa_docs.findings import Finding, Severity, stopping
from isa_docs.intake.load import to_matter
from isa_docs.intake.model import Matter
from isa_docs.intake.source import MAX_BYTES, Source, parse_source
from isa_docs.program.authorities import all_authorities, cite_all
from isa_docs.program.deadlines import Deadline, deadlines
from isa_docs.program.recipients import recipient_for


def source_of(document: Any, name: str) -> Source:
    """Return the source of a document that is not in a file yet; raises InputError when it can be no matter."""
    raw = json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "surrogatepass")
    return replace(parse_source(raw, "matter.json"), file=name)


def check(
    source: Source, saved: Source | None, folder: Path, as_of: date, within: Path | None = None
) -> dict[str, Any]:
    """Return all that is to be said of a matter on ``as_of``; ``saved`` gives findings their lines in the file.

    With ``within``, exhibits outside that folder are not looked at, and are errors.
    """
    try:
        loaded = to_matter(source, folder)
        findings, standing = check_matter(loaded, select(loaded), as_of, within), _standing(loaded.matter)
    except InputError as error:
        findings, standing = list(error.findings), _provisional(source.data, as_of)
    return {
        "as_of": as_of.isoformat(),
        "verdict": verdict(findings),
        "findings": [finding_json(each, source, saved) for each in findings],
        **standing,
    }


def verdict(findings: Sequence[Finding]) -> str:
    """Return ``errors`` if anything stops a build, else ``warnings`` if anything asks for thought, else ``clean``."""
    if stopping(findings):
        return "errors"
    warned = any(each.severity is Severity.WARNING and not each.overridden for each in findings)
    return "warnings" if warned else "clean"


def finding_json(finding: Finding, source: Source | None = None, saved: Source | None = None) -> dict[str, Any]:
    """Return a finding as the page wants it: with its JSON pointer, and its line in the file as it is saved."""
    out: dict[str, Any] = {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "remedy": finding.remedy,
        "authority": citations(finding.authority),
        "pointer": None if finding.path is None else pointer(finding.path),
    }
    if finding.submission:
        out["submission"] = finding.submission
    elif source and finding.path and len(finding.path) > 1 and finding.path[0] == "submissions":
        out["submission"] = _submission_id(source.data, finding.path[1])
    if finding.overridden:
        out["overridden"] = finding.overridden
    if saved is not None and finding.path is not None and finding.path in saved.values:
        out["line"] = saved.place(finding.path).line
    elif finding.place and (source is None or (finding.path is None and finding.place.file == source.file)):
        out["line"] = finding.place.line
    return out


def citations(keys: Sequence[str]) -> str:
    """Return the short citations of authorities, as a law office strings them; what is no key stands as it is."""
    known = all_authorities()
    return "; ".join(known[key].short if key in known else key for key in keys)


def _submission_id(data: Any, index: Any) -> str | None:
    try:
        name = data["submissions"][index]["id"]
    except (KeyError, IndexError, TypeError):
        return None
    return name if isinstance(name, str) else None


def _standing(matter: Matter) -> dict[str, Any]:
    addressees = []
    for submission in matter.submissions:
        recipient = recipient_for(matter, submission)
        addressees.append(
            {
                "submission": submission.id,
                "to": list(recipient.lines) or [recipient.one_line],
                "via": recipient.channel,
                "why": recipient.why,
                "authority": cite_all(recipient.authority),
                "confidence": recipient.confidence.words,
                "current": recipient.current,
                "note": recipient.note,
            }
        )
    due = [deadline_json(each) for each in deadlines(matter)]
    return {"addressees": addressees, "deadlines": due, "provisional": False}


def _provisional(data: Any, as_of: date) -> dict[str, Any]:
    """Return what can be said of addressees and dates before the matter is valid."""
    said: dict[str, Any] = {"addressees": [], "deadlines": [], "provisional": True}
    for matter in provisional_matters(data, as_of):
        try:
            found = _standing(matter)
        except (OverflowError, ValueError, LookupError):
            continue
        said["addressees"] += found["addressees"]
        said["deadlines"] += [each for each in found["deadlines"] if each not in said["deadlines"]]
    return said


def deadline_json(deadline: Deadline) -> dict[str, Any]:
    """Return a deadline with its whole count."""
    return {
        "code": deadline.id,
        "submission": deadline.submission,
        "what": deadline.title,
        "kind": deadline.clock.kind,
        "due": deadline.nominal.isoformat(),
        "cautious": deadline.cautious.isoformat(),
        "act_by": deadline.act_by.isoformat(),
        "sentence": deadline.sentence,
        "count": deadline.count_text,
        "steps": [str(step) for step in deadline.steps],
        "assumption": deadline.assumption,
        "authority": cite_all(deadline.authority),
    }


LARGEST_DOCUMENT = 3 * MAX_BYTES
"""Bytes of a document in JSON; escapes make it longer than the file that comes of it."""
