"""``isa-docs template``: see, start, check and read the Word templates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import settings_for
from isa_docs.errors import InputError, OutputError, TemplateError

TEMPLATES = click.option(
    "--templates", type=click.Path(path_type=Path), help="The firm's own templates; those it lacks are the shipped."
)


@click.group()
def template() -> None:
    """See, start, check and read the Word templates."""


@template.command("list")
@TEMPLATES
@common_options
@answering("template list")
def list_(answer: Answer, templates: Path | None, verbose: int) -> None:
    """List the kinds of templates, and which of them are the firm's own."""
    from isa_docs.build.templates import Templates
    from isa_docs.documents.catalog import KINDS

    own = Templates(settings_for(Path(), templates=templates).templates)
    rows = [
        {
            "name": kind.name,
            "paper": kind.paper,
            "signed": kind.signed,
            "own": own.is_own(kind.name),
            "file": str(own.path(kind.name)),
        }
        for kind in KINDS.values()
    ]
    answer.result = {"templates": rows}
    for row in rows:
        answer.say(f"{row['name']:<22} {'own' if row['own'] else 'shipped':<8} {row['paper']}")


@template.command()
@click.argument("kind")
@common_options
@answering("template fields")
def fields(answer: Answer, kind: str, verbose: int) -> None:
    """List every name that a template of KIND can print, and what it is."""
    from isa_docs.documents.catalog import shape
    from isa_docs.documents.shapes import described

    rows = [{"name": name, "is": what} for name, what in described(shape(_known(kind)))]
    answer.result = {"template": kind, "fields": rows}
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        answer.say(f"{row['name']:<{width}}  {row['is']}")


@template.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.argument("kinds", nargs=-1)
@common_options
@answering("template new")
def new(answer: Answer, folder: Path, kinds: tuple[str, ...], verbose: int) -> None:
    """Copy the shipped templates of KINDS (default: all) into FOLDER, to be changed in Word."""
    from isa_docs.build.templates import Templates
    from isa_docs.documents.catalog import KINDS

    shipped = Templates()
    names = [_known(kind) for kind in kinds] or list(KINDS)
    files = [folder / f"{name}.docx" for name in names]
    there = [str(file) for file in files if file.exists()]
    if there:
        raise OutputError(f"Nothing was written: {', '.join(there)} exists already and stays as it is.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, file in zip(names, files, strict=True):
        file.write_bytes(shipped.read(name))
        answer.say(str(file))
    answer.result = {"files": [str(file) for file in files]}
    answer.message = f"Next: change them in Word, then run: isa-docs template lint {folder}"


@template.command()
@click.argument("path", type=click.Path(path_type=Path, exists=True))
@click.option("--kind", help="What the file is a template of, when its name does not say so.")
@click.option("--mark", is_flag=True, help="Write a copy beside each template with a Word comment at each place.")
@common_options
@answering("template lint")
def lint(answer: Answer, path: Path, kind: str | None, mark: bool, verbose: int) -> None:
    """Check a template, or all templates in a folder, without filling them (PATH)."""
    from isa_docs.build.templates import check_template
    from isa_docs.documents.catalog import KINDS
    from isa_docs.findings import stopping

    answer.findings_are_product = True
    files = _templates_in(path)
    marked: list[str] = []
    for file in files:
        name = _known(kind) if kind else file.stem
        if name not in KINDS:
            raise TemplateError(
                f"{file} is not named after a kind of template, so a build would never use it. "
                f"Name it after one ({', '.join(KINDS)}), or say which it is with --kind."
            )
        data = file.read_bytes()
        answer.add(check_template(data, name, str(file)))
        if mark and (copy := _mark(file, data, name)):
            marked.append(str(copy))
    answer.result = {"templates": [str(file) for file in files], "marked": marked}
    for each in marked:
        answer.note(f"Marked: {each}")
    if stops := stopping(answer.findings):
        count = "1 fault stops" if len(stops) == 1 else f"{len(stops)} faults stop"
        raise TemplateError(f"{count} a build with these templates.")
    warnings = len(answer.findings)
    answer.message = f"{_count(len(files), 'template')}, {_count(warnings, 'warning')}."


@template.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@common_options
@answering("template text")
def text(answer: Answer, file: Path, verbose: int) -> None:
    """Print a template (FILE) as plain text, all that shows or counts, to be compared line by line."""
    from isa_docs.documents.textform import text_form

    form = text_form(file.read_bytes(), file.name)
    answer.result = {"text": form}
    answer.say(form.rstrip("\n"))


@template.command()
@TEMPLATES
@common_options
@answering("template coverage")
def coverage(answer: Answer, templates: Path | None, verbose: int) -> None:
    """Report each condition and loop of the templates that no sample package takes both ways."""
    from isa_docs.build.templates import Templates
    from isa_docs.documents.catalog import KINDS, branch_coverage

    own = Templates(settings_for(Path(), templates=templates).templates)
    rows: list[dict[str, Any]] = []
    for name in KINDS:
        report = branch_coverage(name, own.read(name))
        rows.append({"template": name, "shown": report.shown, "ways": report.ways, "missing": report.missing})
        answer.say(f"{name:<22} {report.shown:>3} of {report.ways:>3} ways shown")
        for line in report.missing:
            answer.say(f"    never {line}")
    answer.result = {"templates": rows}


def _known(kind: str) -> str:
    """Return the kind when there is such; a usage error with the nearest one otherwise."""
    from isa_docs.documents.catalog import KINDS

    name = kind.removesuffix(".docx")
    if name in KINDS:
        return name
    from difflib import get_close_matches

    close = get_close_matches(name, KINDS, 1)
    hint = f"Did you mean '{close[0]}'?" if close else f"There are: {', '.join(KINDS)}."
    raise click.UsageError(f"There is no template '{kind}'. {hint}")


def _templates_in(path: Path) -> list[Path]:
    if path.is_file():
        return [path]
    files = [
        file
        for file in sorted(path.glob("*.docx"))
        if not file.name.startswith("~$") and not file.stem.endswith("-marked")
    ]
    if not files:
        raise InputError(f"There is no template (*.docx) in {path}.")
    return files


def _mark(file: Path, data: bytes, kind: str) -> Path | None:
    """Write the copy with comments; None when there is nothing to say, or nothing that Word could open."""
    from isa_docs.build.templates import template_flaws
    from isa_docs.documents.lint import mark_template

    flaws = template_flaws(data, kind, file.name)
    if not flaws or any(flaw.finding.code == "TPL-FILE" for flaw in flaws):
        return None
    copy = file.with_name(f"{file.stem}-marked.docx")
    try:
        copy.write_bytes(mark_template(data, flaws))
    except OSError as error:
        raise OutputError(f"{copy} cannot be written: {error.strerror}.") from None
    return copy


def _count(number: int, noun: str) -> str:
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"
