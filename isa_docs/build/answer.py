"""One build from call to answer: recalled when nothing changed, made otherwise, and remembered when all went well."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from isa_docs.build.cache import Cache
from isa_docs.build.early import EarlyEngine
from isa_docs.build.recall import Call, Memory
from isa_docs.build.state import sha256_file
from isa_docs.errors import ExitCode, IsaDocsError
from isa_docs.findings import Finding

if TYPE_CHECKING:
    from isa_docs.assembly.child import AssemblyProcess
    from isa_docs.build.pipeline import Outcome
    from isa_docs.conversion.engine import Engine
    from isa_docs.intake.load import LoadedMatter

_SAME = "nothing that decides it changed"


@dataclass(frozen=True)
class Built:
    """The answer to a call: what to print, what was found, the result for programs, the exit code."""

    lines: tuple[str, ...]
    """One for each package that was built."""
    notes: tuple[str, ...]
    """One for each that was not."""
    findings: tuple[Finding, ...]
    result: dict[str, Any]
    message: str
    exit_code: ExitCode = ExitCode.OK
    errors: tuple[IsaDocsError, ...] = ()


def build_call(
    call: Call,
    engine: Callable[[], Engine],
    cache_dir: Path,
    *,
    fresh: bool = False,
    progress: Callable[[str], None] = lambda text: None,
    assembly: AssemblyProcess | None = None,
) -> Built:
    """Build what ``call`` asks for; with ``fresh`` without anything that earlier builds left.

    ``assembly`` outlives this build; without one, one is started for it.

    Raises InputError when the matter cannot be read; what happens to one submission is in the answer.
    """
    started = monotonic()
    cache = Cache(cache_dir)
    memory = Memory(call, cache, cache_dir)
    before = None if fresh else memory.recall()
    if before is not None:
        return _again(before, monotonic() - started)

    gc.set_threshold(50_000)  # a build makes many objects and keeps most: looking for garbage so often costs a tenth
    from isa_docs.assembly.child import AssemblyProcess  # only here: a repeated answer needs nothing of it

    converter = EarlyEngine(engine)
    own = AssemblyProcess() if assembly is None else assembly
    own.start()
    try:
        return _build(call, converter, own, memory, cache, fresh=fresh, progress=progress, started=started)
    finally:
        converter.close()
        if assembly is None:
            own.close()


def _build(
    call: Call,
    engine: Callable[[], Engine],
    assembly: AssemblyProcess,
    memory: Memory,
    cache: Cache,
    *,
    fresh: bool,
    progress: Callable[[str], None],
    started: float,
) -> Built:
    """Build what ``call`` asks for, and remember it when all went well."""
    from isa_docs.build.checks import select
    from isa_docs.build.compiled import CompiledTemplates
    from isa_docs.build.pipeline import BuildSettings, build_matter
    from isa_docs.intake.containment import outside
    from isa_docs.intake.load import load_matter

    loaded = load_matter(call.matter)
    indexes = select(loaded, call.only)
    named = [loaded.folder / each.file for index in indexes for each in loaded.matter.submissions[index].exhibits]
    named += [file for index in indexes for file in _form_files(loaded, index)]
    inputs = {file: sha256_file(file) for file in named if not (call.within and outside(call.within, file.absolute()))}
    kept = None if fresh else cache
    settings = BuildSettings(
        call.out, engine, call.templates, call.strict, call.as_of, kept, call.form, assembly, call.within
    )
    templates = CompiledTemplates(cache)
    outcomes = build_matter(loaded, indexes, settings, progress)
    templates.keep()
    built = _answer(loaded.matter.matter, call, outcomes, monotonic() - started)
    if not built.exit_code:
        answer = {
            "lines": built.lines,
            "findings": [each.to_json() for each in built.findings],
            "result": built.result,
        }
        memory.keep(answer, inputs, [outcome.folder for outcome in outcomes])
        cache.tend()
    return built


def _form_files(loaded: LoadedMatter, index: int) -> list[Path]:
    """Return the agency's form that a submission names, and its places file."""
    from isa_docs.documents.form_map import places_file
    from isa_docs.intake.model import Application

    submission = loaded.matter.submissions[index]
    if not isinstance(submission, Application) or submission.mou.form is None:
        return []
    return [loaded.folder / submission.mou.form, places_file(loaded.folder / submission.mou.form)]


def _answer(matter: str, call: Call, outcomes: list[Outcome], seconds: float) -> Built:
    lines, notes = [], []
    for outcome in outcomes:
        if outcome.pdf and outcome.package:
            fields = sum(field.slot.kind == "signature" for field in outcome.package.fields)
            lines.append(f"{outcome.pdf}  {count(outcome.package.pages, 'page')}, {count(fields, 'signature field')}")
        if outcome.superseded:
            notes.append(f"{outcome.submission}: what others had put or signed there is kept in {outcome.superseded}.")
        if outcome.error:
            notes.append(f"{outcome.submission}: not built. {outcome.error.message}")
    errors = tuple(outcome.error for outcome in outcomes if outcome.error)
    return Built(
        tuple(lines),
        tuple(notes),
        tuple(finding for outcome in outcomes for finding in outcome.findings),
        {
            "matter": matter,
            "as_of": call.as_of.isoformat(),
            "seconds": round(seconds, 2),
            "packages": [_package_json(outcome) for outcome in outcomes],
        },
        f"{len(outcomes) - len(errors)} of {count(len(outcomes), 'package')} built in {seconds:.1f} s.",
        ExitCode(errors[0].exit_code) if errors else ExitCode.OK,
        errors,
    )


def _again(before: dict[str, Any], seconds: float) -> Built:
    """Return the answer of the last build; nothing changed since."""
    result = before["result"] | {"seconds": round(seconds, 2)}
    for package in result["packages"]:
        package["superseded"] = None
        package["documents"] = [each | {"made": False, "why": _SAME} for each in package["documents"]]
    findings = tuple(Finding.from_json(each) for each in before["findings"])
    message = f"Nothing changed: {count(len(result['packages']), 'package')} up to date."
    return Built(tuple(before["lines"]), (), findings, result, message)


def count(number: int, what: str) -> str:
    """Return a number with its noun: ``1 page``, ``3 pages``."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def _package_json(outcome: Outcome) -> dict[str, Any]:
    package = outcome.package
    return {
        "submission": outcome.submission,
        "exit_code": int(outcome.exit_code),
        "file": str(outcome.pdf) if outcome.pdf else None,
        "folder": str(outcome.folder),
        "package_id": outcome.package_id or None,
        "pages": package.pages if package else None,
        "sha256": package.sha256 if package else None,
        "superseded": str(outcome.superseded) if outcome.superseded else None,
        "error": outcome.error.message if outcome.error else None,
        "documents": [note.to_json() for note in outcome.documents],
    }
