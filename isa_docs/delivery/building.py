"""What a job does in this product: build the packages of an intake, then hand them to whoever asked."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock

from isa_docs.assembly.child import AssemblyProcess
from isa_docs.build.cache import Cache
from isa_docs.build.checks import select
from isa_docs.build.pipeline import BuildSettings, Outcome, build_matter
from isa_docs.conversion.engine import Engine
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, Job, JobRequest, JobState
from isa_docs.delivery.kept import keep, recall
from isa_docs.delivery.results import write_result
from isa_docs.delivery.spool import Spool
from isa_docs.errors import ExitCode, InputError, IsaDocsError
from isa_docs.findings import Finding, Severity, stopping
from isa_docs.intake.containment import outside
from isa_docs.intake.load import LoadedMatter, load_matter
from isa_docs.intake.model import Application, DiscontinuanceAppeal, Matter

APPEAL, APPLICATION, ANNUAL = 1, 50, 100
"""Priorities: an appeal has a deadline of days, an annual letter one of weeks."""

_THEIRS = (ExitCode.INPUT, ExitCode.RULE)
_MAY_BE_THEIRS = (ExitCode.TEMPLATE, ExitCode.ASSEMBLY)
_PASSING = (ExitCode.BUG, ExitCode.CONVERSION, ExitCode.OUTPUT, ExitCode.TRY_AGAIN)
_log = logging.getLogger("isa_docs.delivery")


class Destination(Protocol):
    """Where a job's outcome goes, by the name of its source."""

    def file(self, job: Job, folder: Path) -> None:
        """File the packages in ``folder``, or what needs correcting; raises FilingFailedError."""
        ...


@dataclass(frozen=True)
class BuildOrder:
    """What one build needs to know; ``folder`` is the job's own."""

    matter: Path
    folder: Path
    as_of: date
    only: tuple[str, ...] = ()
    templates: Path | None = None
    strict: bool = False
    patient: bool = False
    """Whether it gives way to what is urgent."""


Builder = Callable[[BuildOrder], BuildResult]


class PackageWork:
    """Builds into ``<packages>/<build>/<matter>/<submission>/`` and files with the destination of the job's source.

    What several jobs ask for is built once, whichever doors they came in by.
    """

    def __init__(
        self,
        spool: Spool,
        packages: Path,
        builder: Builder,
        *,
        templates: Path | None = None,
        strict: bool = False,
        destinations: Mapping[str, Destination] | None = None,
    ) -> None:
        self._spool = spool
        self._packages = packages
        self._builder = builder
        self._templates = templates
        self._strict = strict
        self._destinations = dict(destinations or {})

    def folder(self, job: Job) -> Path:
        """Return the folder that holds what is built for the job."""
        return self._packages / (job.request.build or job.key)

    def build(self, job: Job) -> BuildResult:
        """Build every submission asked for; the job is BUILT only when all of them are."""
        folder = self.folder(job)
        self._packages.mkdir(parents=True, exist_ok=True)
        with FileLock(folder.with_suffix(".lock")):
            if kept := recall(folder):
                return kept
            result = self._build(job.request, folder)
            if result.state is JobState.BUILT:
                keep(folder, result)
            return result

    def _build(self, asked: JobRequest, folder: Path) -> BuildResult:
        try:
            matter = self._spool.matter(asked.intake)
        except InputError as error:
            write_result(folder, [Finding("JOB-INTAKE", Severity.ERROR, error.message)], [])
            return BuildResult(JobState.FAILED, int(error.exit_code), error.message)  # so that it runs when sent again
        patient = asked.priority >= ANNUAL
        order = BuildOrder(matter, folder, asked.as_of, asked.only, self._templates, self._strict, patient)
        return self._builder(order)

    def must_file(self, job: Job) -> bool:
        """Say whether the job's source has somewhere to file to."""
        return job.request.source in self._destinations

    def file(self, job: Job) -> None:
        """File with the destination of the job's source; raises FilingFailedError."""
        self._destinations[job.request.source].file(job, self.folder(job))


def build_here(
    order: BuildOrder,
    engine: Callable[[], Engine],
    cache: Cache | None = None,
    assembly: AssemblyProcess | None = None,
) -> BuildResult:
    """Build in this process; whatever happens ends as a result, and what was found lies beside the packages.

    ``cache`` holds what earlier builds made; without one everything is made anew. ``assembly`` is the process that
    has to do with PDFs; without one the build has its own.
    """
    folder = order.folder
    data: Any = None
    try:
        loaded = load_matter(order.matter)
        data = loaded.source.data
        _stay_inside(loaded)
        settings = BuildSettings(folder, engine, order.templates, order.strict, order.as_of, cache, assembly=assembly)
        outcomes = build_matter(loaded, select(loaded, order.only), settings)
    except IsaDocsError as error:
        told = error.findings or (Finding("JOB-INTAKE", Severity.ERROR, error.message),)
        write_result(folder, told, [], data, strict=order.strict)
        return _failure(error.exit_code, told, strict=order.strict)
    except Exception as error:  # a bug must end as a state that people see, not as a stack of text with intake in it
        _log.error("unexpected error", extra={"job": folder.name, "error": type(error).__name__})
        write_result(folder, [], [])
        return _failure(ExitCode.BUG, ())
    findings = _unique(outcomes)
    files = tuple(_built(outcome, folder) for outcome in outcomes if outcome.pdf)
    write_result(folder, findings, [each.file for each in files], data, strict=order.strict)
    failed = [outcome for outcome in outcomes if outcome.error]
    if failed:
        named = {each.id for each in loaded.matter.submissions if isinstance(each, Application) and each.mou.form}
        return _worst(
            [_failure(each.exit_code, each.findings, order.strict, each.submission in named) for each in failed]
        )
    return BuildResult(JobState.BUILT, files=files)


def crashed(order: BuildOrder) -> BuildResult:
    """Return the result of a build whose process died or took too long: ours, and worth another try."""
    write_result(order.folder, [], [])
    return _failure(ExitCode.BUG, ())


def priority_of(matter: Matter, only: Sequence[str] = ()) -> int:
    """Return how urgent a matter's submissions are: the most urgent of them counts."""
    asked = [each for each in matter.submissions if not only or each.id in only]
    if any(isinstance(each, DiscontinuanceAppeal) for each in asked):
        return APPEAL
    return APPLICATION if any(each.__struct_config__.tag == "application" for each in asked) else ANNUAL


def priority_of_file(path: Path, only: Sequence[str] = ()) -> int:
    """Return how urgent the matter in a file is; one that cannot be read waits its turn to be told so."""
    try:
        return priority_of(load_matter(path).matter, only)
    except (IsaDocsError, OSError):
        return ANNUAL


def _stay_inside(loaded: LoadedMatter) -> None:
    """Refuse exhibits outside the intake: who may hand in an intake may not read this machine's files through it."""
    faults = []
    for index, submission in enumerate(loaded.matter.submissions):
        for at, exhibit in enumerate(submission.exhibits):
            if outside(loaded.folder, exhibit.file):
                message = f"The exhibit file {exhibit.file} is not part of what was handed in."
                remedy = "Hand it in together with the matter, and name it relative to the matter."
                path = ("submissions", index, "exhibits", at, "file")
                faults.append(Finding("JOB-EXHIBIT", Severity.ERROR, message, remedy, path, submission=submission.id))
    if faults:
        raise InputError("Exhibits are missing.", loaded.locate(faults))


def _built(outcome: Outcome, folder: Path) -> BuiltFile:
    assert outcome.pdf is not None and outcome.package is not None
    package = outcome.package
    name = outcome.pdf.relative_to(folder).as_posix()
    return BuiltFile(outcome.submission, name, package.sha256, package.pages, outcome.package_id)


def _failure(code: int, findings: Sequence[Finding], strict: bool = False, form: bool = False) -> BuildResult:
    """Return the result for an exit code; its message counts and never quotes, for it is kept in the database.

    Under ``strict`` warnings stop a build, too. ``form`` says whether the intake names the agency's form; otherwise
    that is the firm's.
    """
    stops = stopping(findings, strict=strict)
    theirs = code in _THEIRS or (
        code in _MAY_BE_THEIRS and bool(stops) and all(_is_theirs(each, form) for each in stops)
    )
    state = JobState.NEEDS_CORRECTION if theirs else JobState.FAILED
    count = max(len(stops), 1)
    if state is JobState.NEEDS_CORRECTION:
        message = "1 thing is to be corrected." if count == 1 else f"{count} things are to be corrected."
    else:
        message = f"isa-docs ended with exit code {int(code)}."
    return BuildResult(state, int(code), message, passing=code in _PASSING)


def _is_theirs(finding: Finding, form: bool) -> bool:
    """Say whether the intake is to be corrected, rather than this machine or the firm's templates."""
    if finding.code.startswith("FORM-"):
        return form and finding.code != "FORM-CHARACTER"  # a font is missing
    return finding.code.startswith(("EXH-", "ISA-"))


def _worst(results: Sequence[BuildResult]) -> BuildResult:
    """Return our own failure before theirs: what we have broken, nobody can correct."""
    return next((each for each in results if each.state is JobState.FAILED), results[0])


def _unique(outcomes: Sequence[Outcome]) -> list[Finding]:
    found: dict[tuple[object, ...], Finding] = {}
    for outcome in outcomes:
        for each in outcome.findings:
            found.setdefault((each.code, each.message, each.path), each)
    return list(found.values())
