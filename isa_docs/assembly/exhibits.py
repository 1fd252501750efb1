"""Take in exhibits: each in a process of its own, with limits, and each with a stated outcome.

An exhibit ends as taken *as is* (clean already), *normalized* (redrawn and compared with the original), or refused
with a finding that names the file, the page and the remedy. Nothing is changed silently: every loss is a finding.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from isa_docs.errors import AssemblyError
from isa_docs.findings import Finding, Place, Severity

if TYPE_CHECKING:
    from isa_docs.assembly.child import AssemblyProcess

ExhibitType = Literal["pdf", "png", "jpeg", "tiff", "docx"]
Treatment = Literal["auto", "redraw", "keep", "exact"]
"""``auto``: redrawn only when it is not fit for the archive; ``redraw``: always; ``keep``: never; ``exact``: refused
rather than changed or deprived of anything."""

_LARGEST = 500 * 1024 * 1024
_WORD_BODY = b"wordprocessingml.document.main+xml"
_MOST_TYPES = 1_000_000
_UNPROVED = frozenset({"EXH-NOT-REDRAWN", "EXH-KEPT"})


@dataclass(frozen=True)
class ExhibitFile:
    """One exhibit to take in."""

    path: Path
    title: str
    alternative_text: str | None = None
    treatment: Treatment = "auto"


@dataclass(frozen=True)
class Limits:
    """What the taking in of one exhibit may use."""

    seconds: int = 60
    memory: int = 2 * 1024**3
    pixels: int = 180_000_000


@dataclass(frozen=True)
class ExhibitResult:
    """An exhibit ready for assembly; ``sha256`` is that of the client's original file."""

    pdf: Path
    pages: int
    outcome: Literal["as-is", "normalized"]
    warnings: tuple[Finding, ...]
    sha256: str

    @property
    def proved(self) -> bool:
        """Whether its pages are fit for the archive form: judged so by rule, or redrawn, and none kept against them."""
        return not any(each.code in _UNPROVED for each in self.warnings)


def exhibit_type(path: Path) -> ExhibitType | None:
    """Return what a file is by its bytes, whatever its name says; None for anything not accepted."""
    with path.open("rb") as file:
        head = file.read(1024)
        if head.startswith(b"\x89PNG\r\n\x1a\n"):
            return "png"
        if head.startswith(b"\xff\xd8\xff"):
            return "jpeg"
        if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
            return "tiff"
        if head.startswith(b"PK\x03\x04"):
            return "docx" if _is_docx(path) else None
    return "pdf" if b"%PDF-" in head else None


def take_exhibit(
    path: Path,
    *,
    work: Path,
    title: str,
    alternative_text: str | None = None,
    limits: Limits | None = None,
) -> ExhibitResult:
    """Take in one exhibit, a PDF, PNG, JPEG or TIFF; the ready PDF is written into ``work``.

    A DOCX is converted by the caller first. Raises AssemblyError with findings when the exhibit is refused.
    """
    return take_exhibits([ExhibitFile(path, title, alternative_text)], work=work, limits=limits)[0]


def take_exhibits(
    files: Sequence[ExhibitFile],
    *,
    work: Path,
    limits: Limits | None = None,
    at_once: int | None = None,
    process: AssemblyProcess | None = None,
) -> list[ExhibitResult]:
    """Take in several exhibits, ``at_once`` at a time (default: one per core); results in the order given.

    They are read below ``process``, or below one that is started for them. Raises AssemblyError with the findings of
    all refused exhibits.
    """
    limits = limits or Limits()
    work.mkdir(parents=True, exist_ok=True)
    refusals: list[Finding] = []
    jobs: list[dict[str, Any]] = []
    hashes: list[str] = []
    for number, file in enumerate(files):
        finding = _refused_at_sight(file)
        if finding:
            refusals.append(finding)
            continue
        digest = _sha256(file.path)
        hashes.append(digest)
        target = work.absolute() / f"exhibit-{number + 1:02d}-{digest[:12]}.pdf"
        job: dict[str, Any] = {"path": str(file.path.absolute()), "type": exhibit_type(file.path), "out": str(target)}
        jobs.append({**job, "treatment": file.treatment})
    answers = _run(jobs, work, limits, at_once or os.cpu_count() or 1, process) if jobs else []
    results = []
    for job, answer, digest in zip(jobs, answers, hashes, strict=True):
        name = Path(job["path"]).name
        findings = [_finding(note, name) for note in answer.get("notes", [])]
        if "pages" in answer and job["treatment"] == "exact":
            lost = [_inexact(each) for each in findings if each.severity is Severity.WARNING]
            refusals += lost
            if lost:
                continue
        if "pages" in answer:
            results.append(ExhibitResult(Path(job["out"]), answer["pages"], answer["outcome"], tuple(findings), digest))
        else:
            refusals += [finding for finding in findings if finding.severity is Severity.ERROR]
    if refusals:
        raise AssemblyError(refusals[0].message, refusals)
    return results


def _refused_at_sight(file: ExhibitFile) -> Finding | None:
    name = file.path.name
    if not file.path.is_file():
        return _error("EXH-MISSING", name, "it does not exist", "Correct the path in the matter file.")
    size = file.path.stat().st_size
    if size == 0:
        return _error("EXH-EMPTY", name, "it is empty", "Ask for the file again.")
    if size > _LARGEST:
        return _error("EXH-SIZE", name, f"it is larger than {_LARGEST // 1024**2} MB", "Split it, or scan at 300 dpi.")
    kind = exhibit_type(file.path)
    if kind == "docx":
        return _error("EXH-TYPE", name, "it is a Word file that was not converted", "Save it as PDF.")
    if kind is None:
        return _error(
            "EXH-TYPE",
            name,
            "by its content it is no PDF, PNG, JPEG, TIFF or Word (.docx) file",
            "Print or save it as PDF and name that file.",
        )
    return None


def _run(
    jobs: list[dict[str, Any]], work: Path, limits: Limits, at_once: int, process: AssemblyProcess | None
) -> list[dict[str, Any]]:
    """Have the jobs done; each gets an answer, whatever becomes of the process."""
    from isa_docs.assembly.child import AssemblyProcess, GoneError  # only here: telling types needs nothing of it

    order = {
        "jobs": jobs,
        "folder": str(work.absolute()),
        "at_once": at_once,
        "seconds": limits.seconds,
        "memory": limits.memory,
        "pixels": limits.pixels,
        "pdftocairo": shutil.which("pdftocairo"),
        "pdftoppm": shutil.which("pdftoppm"),
    }
    rounds = -(-len(jobs) // at_once)
    try:
        with nullcontext(process) if process is not None else AssemblyProcess() as worker:
            answers = worker.exhibits(order, 30 + rounds * (limits.seconds + 5))
    except GoneError:
        answers = []
    missing = {"notes": [{"code": "EXH-FAILED", "severity": "error", "why": "its reading failed", "remedy": _SAVE}]}
    return [answers[number] if number < len(answers) else missing for number in range(len(jobs))]


_SAVE = "Open it in a viewer, print it to PDF, and name that file."


def _finding(note: dict[str, Any], name: str) -> Finding:
    severity = Severity(note["severity"])
    verb = "cannot be used" if severity is Severity.ERROR else "was changed on the way in"
    if severity is Severity.NOTE:
        verb = "was taken"
    message = f"the exhibit {name} {verb}: {note['why']}"
    return Finding(note["code"], severity, message, note.get("remedy", ""), place=Place(name, page=note.get("page")))


def _inexact(warning: Finding) -> Finding:
    """Turn what would change an exhibit into its refusal."""
    message = f"{warning.message}; the matter asks for it exactly as it is"
    remedy = warning.remedy or "Put the file right, or take another treatment for this exhibit."
    return replace(warning, severity=Severity.ERROR, message=message, remedy=remedy)


def _error(code: str, name: str, why: str, remedy: str) -> Finding:
    return _finding({"code": code, "severity": "error", "why": why, "remedy": remedy}, name)


def _is_docx(path: Path) -> bool:
    import zipfile
    import zlib

    try:
        with zipfile.ZipFile(path) as archive:
            if "word/document.xml" in archive.namelist():
                return True
            with archive.open("[Content_Types].xml") as types:  # the body may have any name
                return _WORD_BODY in types.read(_MOST_TYPES)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, KeyError, ValueError):
        return False


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
