"""``isa-docs build``."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import click

from isa_docs.build.form import PLAIN, PackageForm
from isa_docs.cli.check import AS_OF, ONLY, STRICT, day_of
from isa_docs.cli.forms import AskedForm, as_arguments, form_options
from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import Settings, cache_dir, settings_for
from isa_docs.errors import ExitCode


@click.command()
@click.argument("matter", type=click.Path(path_type=Path))
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
@click.option(
    "--jobs", type=click.IntRange(1), metavar="N", help="Matters of a folder built at a time; default: one a core."
)
@click.option("--fresh", is_flag=True, help="Make everything anew, without the cache of earlier builds.")
@click.option("--watch", is_flag=True, help="Build again whenever the matter, an exhibit or a template is saved.")
@form_options
@click.option("--check-reproducible", is_flag=True, help="Build twice, under other circumstances; compare the bytes.")
@click.option(
    "--watermark",
    metavar="WORD",
    help="Only preview, with WORD (such as DRAFT) across every page, in spite of open rule errors.",
)
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
    jobs: int | None,
    fresh: bool,
    watch: bool,
    asked: AskedForm,
    check_reproducible: bool,
    watermark: str | None,
    idempotency_key: str | None,
    verbose: int,
) -> None:
    """Build the packages of MATTER into OUT/<matter>/<submission>/.

    MATTER is a matter file, or a folder: then every matter below it is built, whatever becomes of the others.
    """
    form = asked.over(matter if matter.is_dir() else matter.parent)
    if matter.is_dir():
        from isa_docs.cli.batch import build_folder

        for name, given in (
            ("--only", only),
            ("--check-reproducible", check_reproducible),
            ("--watermark", watermark),
            ("--watch", watch),
            ("--idempotency-key", idempotency_key),
        ):
            if given:
                raise click.UsageError(f"{name} is for one matter file; {matter} is a folder.")
        chosen = settings_for(matter, out=out, templates=templates, strict=strict, soffice=soffice)
        jobs = jobs or os.cpu_count() or 1
        build_folder(answer, matter, chosen, as_of, jobs=jobs, fresh=fresh, form=form, verbose=verbose)
        return
    if jobs:
        raise click.UsageError(f"--jobs is for a folder of matters; {matter} is one file.")
    chosen = settings_for(matter.parent, out=out, templates=templates, strict=strict, soffice=soffice)
    if watch:
        if watermark or fresh or check_reproducible or idempotency_key or answer.as_json:
            raise click.UsageError("--watch goes with no other mode of building, nor with --json.")
        from isa_docs.build.recall import Call
        from isa_docs.cli.rebuild import build_on_save

        day = day_of(answer, as_of)
        call = Call(matter, only, chosen.out, chosen.templates, chosen.strict, chosen.soffice, day, form)
        build_on_save(answer, call, chosen, _progress(answer, verbose))
    if watermark is not None:
        from isa_docs.cli.preview import build_previews

        if check_reproducible or idempotency_key or not 0 < len(watermark.strip()) <= 30:
            raise click.UsageError("--watermark takes a word of at most 30 characters, and goes with no other mode.")
        build_previews(answer, matter, only, chosen, as_of, form, watermark.strip(), _progress(answer, verbose))
        return
    if idempotency_key is None:
        _build(answer, matter, only, chosen, as_of, verbose, fresh, form)
        if check_reproducible and not answer.exit_code:
            _check_reproducible(answer, matter, only, chosen, form)
        return
    from isa_docs.delivery.answers import RememberedAnswer
    from isa_docs.intake.source import matter_bytes

    said: dict[str, Any] = {"only": only, "templates": chosen.templates, "strict": chosen.strict, "as_of": as_of}
    said["form"] = asdict(form)
    remembered = RememberedAnswer(chosen.out, idempotency_key, matter_bytes(matter), said)
    with remembered.held():
        if (result := remembered.recall()) is not None:
            answer.result = result
            answer.message = "Built before under this idempotency key; nothing was built anew."
            for package in result["packages"]:
                answer.say(package["file"])
            return
        _build(answer, matter, only, chosen, as_of, verbose, fresh, form)
        if check_reproducible and not answer.exit_code:
            _check_reproducible(answer, matter, only, chosen, form)
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
    form: PackageForm = PLAIN,
) -> None:
    """Build one matter, or say at once that nothing changed since it was built."""
    from isa_docs.build.answer import build_call
    from isa_docs.build.recall import Call

    day = day_of(answer, as_of)
    call = Call(matter, only, chosen.out, chosen.templates, chosen.strict, chosen.soffice, day, form)
    built = build_call(call, chosen.engine, cache_dir(), fresh=fresh, progress=_progress(answer, verbose))
    answer.add(built.findings)
    for line in built.lines:
        answer.say(line)
    for note in built.notes:
        answer.note(note)
    answer.result, answer.message, answer.exit_code = built.result, built.message, built.exit_code
    if verbose:
        _say_why(answer)
    if verbose > 1:
        for error in built.errors:
            traceback.print_exception(error)


def _say_why(answer: Answer) -> None:
    """Say for each document whether it was made anew, and why."""
    for package in answer.result["packages"]:
        for document in package["documents"]:
            word = "made" if document["made"] else "kept"
            answer.note(f"{package['submission']}: {document['key']}: {word}: {document['why']}.")


def _check_reproducible(
    answer: Answer, matter: Path, only: tuple[str, ...], chosen: Settings, form: PackageForm
) -> None:
    from isa_docs.cli.reproducible import differences

    arguments = ["build", str(matter), "--as-of", answer.result["as_of"], *as_arguments(form)]
    arguments.append("--strict" if chosen.strict else "--no-strict")
    for name in only:
        arguments += ["--only", name]
    for option, value in (("--templates", chosen.templates), ("--soffice", chosen.soffice)):
        arguments += [option, str(value)] if value else []
    found = list(differences([Path(each["folder"]) for each in answer.result["packages"]], arguments))
    answer.add(found)
    if found:
        answer.exit_code = ExitCode.ASSEMBLY
    else:
        answer.note("Built twice under different circumstances: every byte is the same.")


def _progress(answer: Answer, verbose: int) -> Callable[[str], None]:
    """Return what shows progress: a line each on a terminal or when asked for, nothing otherwise."""
    if verbose or (sys.stderr.isatty() and not answer.as_json):
        return answer.note
    return lambda text: None
