"""What a job tells: ``status.json`` for machines, a plain-English text for people; importer numbers are concealed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path, PurePath
from typing import Any

from isa_docs import __version__
from isa_docs.delivery.jobs.model import Job, JobState
from isa_docs.errors import ExitCode
from isa_docs.findings import Finding, conceal, in_order, stopping
from isa_docs.intake.schema import field_title

# Internal Revenue Service numbers (NN-NNNNNNNXX), CBP-assigned numbers (YYDDPP-NNNNN), and Social Security numbers
# with and without their hyphens: 19 CFR 24.5(b).
_NUMBERS = re.compile(
    r"(?<![0-9A-Za-z])(?:[0-9]{2}-?[0-9]{3}(?=[0-9]{4})|[0-9]{6}-?[0-9](?=[0-9]{4})|[0-9]{3}-?[0-9]{2}-?(?=[0-9]{4}))"
    r"[0-9]{4}[0-9A-Z]{0,2}(?![0-9A-Za-z])"
)

RESULT = "result.json"
"""The file in a job's folder that says what was found."""
HEADLINES = {
    JobState.RECEIVED: "The intake was received and waits for its turn.",
    JobState.BUILDING: "The package is being built.",
    JobState.BUILT: "The package is built.",
    JobState.FILED: "The package is built and filed.",
    JobState.NEEDS_CORRECTION: "The intake needs correction.",
    JobState.FAILED: "The package could not be built. This is not the intake's fault.",
    JobState.BUILT_NOT_FILED: "The package is built but not yet filed. It will be filed as soon as that is possible.",
    JobState.CANCELED: "The job was canceled.",
}


def mask(text: str) -> str:
    """Replace every importer number in ``text`` by asterisks and its last four characters."""
    return _NUMBERS.sub(lambda match: "*****" + match[0][-4:], conceal(text))


def masked(value: Any) -> Any:
    """Return JSON data with every importer number in its texts concealed."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [masked(each) for each in value]
    return value


def finding_lines(findings: Iterable[Finding], data: Any = None, *, strict: bool = False) -> list[str]:
    """Return the findings that stop a build as lines for a person, each with the title of its field.

    Under ``strict`` warnings do, too. ``data`` is the matter they were found in; it decides which kind of submission a
    field belongs to.
    """
    lines = []
    for finding in in_order(stopping(findings, strict=strict)):
        where = field_title(finding.path, data) if finding.path else ""
        where = "" if finding.message.startswith(where) else where
        line = f"line {finding.place.line}" if finding.place and finding.place.line else ""
        place = " – ".join(part for part in (where, line) if part)
        remedy = f" {finding.remedy}" if finding.remedy else ""
        lines.append(mask(f"{place}: {finding.message}{remedy}" if place else f"{finding.message}{remedy}"))
    return lines


def write_result(
    folder: Path, findings: Sequence[Finding], files: Sequence[str], data: Any = None, *, strict: bool = False
) -> None:
    """Write what a build found beside its packages, concealed, for whoever reports the job later."""
    result = {
        "findings": [_told(finding) for finding in in_order(findings)],
        "lines": finding_lines(findings, data, strict=strict),
        "files": list(files),
    }
    folder.mkdir(parents=True, exist_ok=True)
    fresh = folder / f".{RESULT}.new"
    fresh.write_text(json.dumps(result, indent=1, ensure_ascii=False), encoding="utf-8", errors="backslashreplace")
    fresh.replace(folder / RESULT)


def _told(finding: Finding) -> dict[str, Any]:
    """Return a finding for whoever handed the intake in: without where on this machine the intake lies."""
    told: dict[str, Any] = masked(finding.to_json())
    if place := told.get("place"):
        place["file"] = PurePath(place["file"]).name
    return told


def read_result(folder: Path) -> dict[str, Any]:
    """Read what :func:`write_result` wrote; empty lists when there is nothing."""
    try:
        data: dict[str, Any] = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {"findings": [], "lines": [], "files": []}
    return data


def status(job: Job, result: dict[str, Any]) -> dict[str, Any]:
    """Return the status object for machines."""
    return {
        "tool": {"name": "isa-docs", "version": __version__},
        "job": job.key,
        "state": str(job.state),
        "headline": HEADLINES[job.state],
        "message": job.message,
        "exit_code": job.exit_code,
        "attempt": job.attempt,
        "source": job.request.source,
        "intake_sha256": job.request.intake,
        "as_of": job.request.as_of.isoformat(),
        "packages": [asdict(each) for each in job.files],
        "findings": result["findings"],
    }


def refused_status(why: str, source: str) -> dict[str, Any]:
    """Return the status object of what was handed in and is no intake, so that there is no job."""
    return {
        "tool": {"name": "isa-docs", "version": __version__},
        "job": "",
        "state": str(JobState.NEEDS_CORRECTION),
        "headline": HEADLINES[JobState.NEEDS_CORRECTION],
        "message": why,
        "exit_code": int(ExitCode.INPUT),
        "attempt": 1,
        "source": source,
        "intake_sha256": "",
        "as_of": "",
        "packages": [],
        "findings": [],
    }


def plain_text(job: Job, result: dict[str, Any]) -> str:
    """Return what a person is told: the headline, every fault by the title of its field, what to do next."""
    lines = [HEADLINES[job.state]]
    if job.message:
        lines.append(job.message)
    faults = result["lines"]
    if faults:
        lines += ["", "To correct:" if job.state is JobState.NEEDS_CORRECTION else "What was found:"]
        lines += [f"{number}. {text}" for number, text in enumerate(faults, start=1)]
    if job.state is JobState.NEEDS_CORRECTION:
        lines += ["", "Correct the intake and hand it in again. Nothing was filed."]
    elif job.state is JobState.FAILED:
        lines += ["", f"Tell whoever runs isa-docs: job {job.key}, exit code {job.exit_code} (docs/errors.md)."]
    return "\n".join(lines) + "\n"
