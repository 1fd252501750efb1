"""The manifest: the record of a build that proves what went in and what came out (schemas/manifest.schema.json)."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from isa_docs import __version__
from isa_docs.assembly.model import AssemblyResult
from isa_docs.conversion.engine import EngineInfo
from isa_docs.documents.plan import SubmissionPlan
from isa_docs.errors import InputError
from isa_docs.findings import Finding, Severity, conceal
from isa_docs.intake.schema import bundled
from isa_docs.program.deadlines import Deadline, deadlines
from isa_docs.program.recipients import Recipient

if TYPE_CHECKING:
    from isa_docs.assembly.extracts import Extract


@dataclass(frozen=True)
class PartRecord:
    """One part of the finished package: where it begins (1-based) and how many pages it has."""

    key: str
    title: str
    kind: str
    tab: str
    first_page: int
    pages: int


@dataclass(frozen=True)
class ExhibitRecord:
    """What became of one exhibit: the checksum of the client's file, what was allowed, and what was done."""

    key: str
    file: str
    sha256: str
    treatment: str
    outcome: str
    proved: bool


@dataclass(frozen=True)
class BuildRecord:
    """Everything the manifest and the checklist tell about one build."""

    matter_file: str
    matter_sha256: str
    plan: SubmissionPlan
    package: AssemblyResult
    package_id: str
    engine: EngineInfo
    inputs: dict[str, str]
    findings: tuple[Finding, ...]
    parts: tuple[PartRecord, ...]
    exhibits: tuple[ExhibitRecord, ...] = ()
    archive: str = "a2"
    volumes: tuple[Extract, ...] = ()
    validator: str | None = None
    """The validator that confirmed the package in this build."""

    @property
    def deadlines(self) -> tuple[Deadline, ...]:
        """The deadlines of this submission."""
        return deadlines(self.plan.matter, [self.plan.submission.id])


def read_manifest(file: Path) -> dict[str, Any]:
    """Return the manifest in ``file``, which has everything that the schema asks for.

    Raises InputError when it cannot be read, or is no manifest of the version that is known here.
    """
    try:
        data: dict[str, Any] = json.loads(file.read_bytes())
        fault = _fault(data)
    except OSError as error:
        fault = f"it cannot be read: {error.strerror}"
    except (ValueError, RecursionError):
        fault = "it is no JSON"
    if fault is None:
        return data
    message = conceal(f"{file} is not a manifest that this version understands: {fault}.")
    remedy = "Use the manifest.json that the build left, unchanged."
    raise InputError(message, [Finding("INPUT-MANIFEST", Severity.ERROR, message, remedy)])


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator, FormatChecker

    return Draft202012Validator(bundled("manifest.schema.json"), format_checker=FormatChecker(["date"]))


def _fault(data: Any) -> str | None:
    """Say what in ``data`` is not as the schema has it, without repeating any value; None when nothing is."""
    from jsonschema.exceptions import best_match

    error = best_match(_validator().iter_errors(data))
    if error is None:
        return None
    where = "/".join(map(str, error.absolute_path))
    if error.validator == "required":
        lost = ", ".join(f"'{name}'" for name in error.validator_value if name not in error.instance)
        return f"{where or 'it'} lacks {lost}"
    if error.validator == "additionalProperties":
        return f"{where or 'it'} holds something that is not known here"
    return f"{where} is not as it must be" if where else "it is something else"


def manifest_json(record: BuildRecord, name: str) -> bytes:
    """Return the manifest of the package called ``name`` as UTF-8 JSON; it holds no time and no folder."""
    return (json.dumps(manifest(record, name), indent=2, ensure_ascii=False) + "\n").encode()


def manifest(record: BuildRecord, name: str) -> dict[str, Any]:
    """Return the manifest as data."""
    plan, package = record.plan, record.package
    return {
        "manifest_version": 1,
        "package": {
            "file": name,
            "id": record.package_id,
            "esign_profile": package.profile,
            "sha256": package.sha256,
            "pages": package.pages,
        },
        "matter": {
            "id": plan.matter.matter,
            "file": PurePath(record.matter_file).name,
            "sha256": record.matter_sha256,
            "submission": plan.submission.id,
            "kind": plan.submission.__struct_config__.tag,
            "date": plan.submission.date.isoformat(),
        },
        "edition": {"key": plan.edition.edition, "why": plan.edition.why},
        "recipient": recipient_json(plan.recipient),
        "tool": {"name": "isa-docs", "version": __version__},
        "engine": {"name": record.engine.name, "version": record.engine.version, "kind": record.engine.kind},
        "inputs": record.inputs,
        "parts": [
            {
                "key": part.key,
                "title": part.title,
                "kind": part.kind,
                "tab": part.tab,
                "first_page": part.first_page,
                "pages": part.pages,
            }
            for part in record.parts
        ],
        "exhibits": [asdict(each) for each in record.exhibits],
        "volumes": [
            {
                "file": f"volumes/{each.pdf.name}",
                "sha256": each.sha256,
                "first_page": each.pages[0],
                "pages": len(each.pages),
            }
            for each in record.volumes
        ],
        "conformance": {
            "claims": ["PDF/UA-1", f"PDF/A-{record.archive.removeprefix('a')}b"],
            "checked_by": record.validator,
        },
        "fields": [
            {
                "name": field.slot.name,
                "kind": field.slot.kind,
                "role": field.slot.role,
                "signer": field.slot.signer,
                "title": field.slot.title,
                "order": field.slot.order,
                "part": field.part,
                "page": field.page,
                "page_label": field.page_label,
                "rect": [round(value, 2) for value in field.rect],
            }
            for field in package.fields
        ],
        "deadlines": [deadline_json(each) for each in record.deadlines],
        "findings": [_finding_json(finding) for finding in record.findings],
    }


def _finding_json(finding: Finding) -> dict[str, Any]:
    out = finding.to_json()
    if "place" in out:
        out["place"]["file"] = PurePath(out["place"]["file"]).name
    return out


def recipient_json(recipient: Recipient) -> dict[str, Any]:
    """Return a recipient as data: which office, why, by what authority, how far it was verified.

    A Social Security number in what people wrote of it is concealed.
    """
    out: dict[str, Any] = {
        "key": recipient.key,
        "channel": recipient.channel,
        "source": recipient.source,
        "lines": [conceal(line) for line in recipient.lines],
        "why": conceal(recipient.why),
        "authority": list(recipient.authority),
        "confidence": str(recipient.confidence),
        "current": recipient.current,
    }
    if recipient.verified:
        out["verified"] = recipient.verified.isoformat()
    if recipient.note:
        out["note"] = conceal(recipient.note)
    if recipient.confirmation:
        given = recipient.confirmation
        out["confirmation"] = {
            "by": conceal(given.by),
            "on": given.on.isoformat(),
            "how": given.how,
            "reason": given.reason,
        }
    return out


def deadline_json(deadline: Deadline) -> dict[str, Any]:
    """Return a deadline as data, with its count in words."""
    return {
        "id": deadline.id,
        "title": deadline.title,
        "nominal": deadline.nominal.isoformat(),
        "cautious": deadline.cautious.isoformat(),
        "roll_forward": deadline.roll_forward.isoformat(),
        "act_by": deadline.act_by.isoformat(),
        "count": deadline.count_text,
        "assumption": deadline.assumption,
        "authority": list(deadline.authority),
    }
