"""``isa-docs build``."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from isa_docs.cli.check import AS_OF, MATTER, ONLY, STRICT, day_of
from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import Settings, cache_dir, settings_for, today
from isa_docs.errors import ExitCode

if TYPE_CHECKING:
    from isa_docs.build.pipeline import Outcome


@click.command()
@MATTER
@ONLY
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for the output; default: build.")
@click.option(
    "--templates",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with your own templates; the shipped ones serve for those it lacks.",
)
@STRICT
@AS_OF
@click.option("--soffice", type=click.Path(path_type=Path), help="The LibreOffice to use; default: the one found.")
@click.option("--fresh", is_flag=True, help="Make everything anew, without the cache of earlier builds.")
@click.option("--idempotency-key", help="A key of yours: a second call with it repeats the answer, not the build.")
@common_options
@answering("build")
def build(
    answer: Answer,
    matter: Path,
    only: tuple[str, ...],
    out: Path | None,
    templates: Path | None,
    strict: bool | None,
    as_of: date | None,
    soffice: Path | None,
    fresh: bool,
    idempotency_key: str | None,
    verbose: int,
) -> None:
    """Build the packages of MATTER into OUT/<matter>/<submission>/."""
    chosen = settings_for(matter.parent, out=out, templates=templates, strict=strict, soffice=soffice)
    if idempotency_key is None:
        _build(answer, matter, only, chosen, as_of, verbose, fresh)
        return
    from isa_docs.delivery.answers import RememberedAnswer

    asked = {"only": only, "templates": chosen.templates, "strict": chosen.strict, "as_of": as_of}
    remembered = RememberedAnswer(chosen.out, idempotency_key, matter.read_bytes(), asked)
    with remembered.held():
        if (result := remembered.recall()) is not None:
            answer.result = result
            answer.message = "Built before under this idempotency key; nothing was built anew."
            for package in result["packages"]:
                answer.say(package["file"])
            return
        _build(answer, matter, only, chosen, as_of, verbose, fresh)
        if not answer.exit_code:
            remembered.keep(answer.result)


def _build(
    answer: Answer,
    matter: Path,
    only: tuple[str, ...],
    chosen: Settings,
    as_of: date | None,
    verbose: int,
    fresh: bool = False,
) -> None:
    """Build one matter, or say at once that nothing changed since it was built."""
    from isa_docs.build.cache import Cache
    from isa_docs.build.recall import Call, Memory

    started = monotonic()
    call = Call(matter, only, chosen.out, chosen.templates, chosen.strict, chosen.soffice, as_of or today())
    cache = Cache(cache_dir())
    memory = Memory(call, cache, cache_dir())
    before = None if fresh else memory.recall()
    if before is not None:
        day_of(answer, as_of)
        _repeat(answer, before, verbose, monotonic() - started)
        return

    gc.set_threshold(50_000)  # a build makes many objects and keeps most: looking for garbage so often costs a tenth
    from isa_docs.build.checks import select
    from isa_docs.build.pipeline import BuildSettings, build_matter
    from isa_docs.build.state import sha256_file
    from isa_docs.intake.load import load_matter

    loaded = load_matter(matter)
    day = day_of(answer, as_of)
    chosen_indexes = select(loaded, only)
    exhibits = {
        loaded.folder / exhibit.file: sha256_file(loaded.folder / exhibit.file)
        for index in chosen_indexes
        for exhibit in loaded.matter.submissions[index].exhibits
    }
    settings = BuildSettings(chosen.out, chosen.engine, chosen.templates, chosen.strict, day, None if fresh else cache)
    outcomes = build_matter(loaded, chosen_indexes, settings, _progress(answer, verbose))
    seconds = monotonic() - started
    lines = []
    for outcome in outcomes:
        answer.add(outcome.findings)
        if outcome.pdf and outcome.package:
            fields = sum(field.slot.kind == "signature" for field in outcome.package.fields)
            lines.append(f"{outcome.pdf}  {_count(outcome.package.pages, 'page')}, {_count(fields, 'signature field')}")
            answer.say(lines[-1])
        if outcome.error:
            answer.note(f"{outcome.submission}: not built. {outcome.error.message}")
            answer.exit_code = answer.exit_code or ExitCode(outcome.exit_code)
            if verbose > 1:
                traceback.print_exception(outcome.error)
    answer.result = {
        "matter": loaded.matter.matter,
        "as_of": day.isoformat(),
        "seconds": round(seconds, 2),
        "packages": [_package_json(outcome) for outcome in outcomes],
    }
    if verbose:
        _say_why(answer)
    done = sum(outcome.error is None for outcome in outcomes)
    answer.message = f"{done} of {_count(len(outcomes), 'package')} built in {seconds:.1f} s."
    if not answer.exit_code:
        findings = [each.to_json() for each in answer.findings]
        kept = {"lines": lines, "findings": findings, "result": answer.result}
        memory.keep(kept, exhibits, [outcome.folder for outcome in outcomes])
        cache.trim()


def _repeat(answer: Answer, before: dict[str, Any], verbose: int, seconds: float) -> None:
    """Give the answer of the last build again; nothing changed since."""
    from isa_docs.findings import Finding

    answer.add(Finding.from_json(each) for each in before["findings"])
    for line in before["lines"]:
        answer.say(line)
    answer.result = before["result"] | {"seconds": round(seconds, 2)}
    for package in answer.result["packages"]:
        for document in package["documents"]:
            document |= {"made": False, "why": "nothing that decides it changed"}
    if verbose:
        _say_why(answer)
    answer.message = f"Nothing changed: {_count(len(before['result']['packages']), 'package')} up to date."


def _say_why(answer: Answer) -> None:
    """Say for each document whether it was made anew, and why."""
    for package in answer.result["packages"]:
        for document in package["documents"]:
            word = "made" if document["made"] else "kept"
            answer.note(f"{package['submission']}: {document['key']}: {word}: {document['why']}.")


def _progress(answer: Answer, verbose: int) -> Callable[[str], None]:
    """Return what shows progress: a line each on a terminal or when asked for, nothing otherwise."""
    if verbose or (sys.stderr.isatty() and not answer.as_json):
        return answer.note
    return lambda text: None


def _count(number: int, what: str) -> str:
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
        "error": outcome.error.message if outcome.error else None,
        "documents": [note.to_json() for note in outcome.documents],
    }
