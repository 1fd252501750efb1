"""``isa-docs form``: use an agency's own form for the Memorandum of Understanding."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import settings_for
from isa_docs.errors import InputError, OutputError
from isa_docs.findings import Finding, Severity, conceal


@click.group()
def form() -> None:
    """Use an agency's own form for the MOU."""


@form.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@common_options
@answering("form new")
def new(answer: Answer, file: Path, verbose: int) -> None:
    """Begin the places file of a form (FILE, a PDF or Word file), and list what was found on it.

    For a PDF also a page to click on is written, which says the position of every point.
    """
    from isa_docs.documents.form_map import places_file

    if file.suffix.lower() not in (".pdf", ".docx"):
        raise click.UsageError(f"{file} is neither a PDF nor a Word (.docx) file.")
    target, clicks = places_file(file), file.with_suffix(".html")
    word = file.suffix.lower() == ".docx"
    for each in (target,) if word else (target, clicks):
        if each.exists():
            raise OutputError(f"{each} exists already and stays as it is. Nothing was written.")
    found = _found_in_word(file) if word else _found_in_pdf(file)
    from isa_docs.review.form_places import click_page, places_text

    clicked = None if word else click_page(file)
    target.write_text(places_text(file, found), encoding="utf-8")
    files = [target]
    if clicked is not None:
        clicks.write_bytes(clicked)
        files.append(clicks)
    for where, text, page in found:
        answer.say(f"{f'page {page}' if page else '':<8} {where:<8} {text}")
    places = [{"where": where, "text": text, "page": page or None} for where, text, page in found]
    answer.result = {"files": [str(each) for each in files], "places": places}
    names = " and ".join(str(each) for each in files)
    answer.message = f"Wrote {names}. Next: say in {target.name} what goes where; see docs/templates.md."


@form.command()
@click.argument("matter", type=click.Path(path_type=Path))
@click.option("--only", help="Id of the application, when the matter has several.")
@common_options
@answering("form values")
def values(answer: Answer, matter: Path, only: str | None, verbose: int) -> None:
    """List what the places of a form can be filled with for a matter (MATTER)."""
    from isa_docs.documents.form_values import form_values
    from isa_docs.documents.plan import plan_submission
    from isa_docs.intake.load import load_matter
    from isa_docs.intake.model import Application

    settings_for(matter.parent)
    loaded = load_matter(matter)
    for index, submission in enumerate(loaded.matter.submissions):
        if isinstance(submission, Application) and only in (None, submission.id):
            plan = plan_submission(loaded.matter, index)
            found = form_values(plan, next(item for item in plan.items if item.key == "mou"))
            width = max(map(len, found))
            rows: list[dict[str, Any]] = []
            for name, value in sorted(found.items()):
                shown = conceal(value) if isinstance(value, str) else [conceal(each) for each in value]
                rows.append({"name": name, "value": shown})
                answer.say(f"{name:<{width}}  {shown if isinstance(shown, str) else '; '.join(shown)}")
            answer.result = {"submission": submission.id, "values": rows}
            return
    message = f"{matter} has no application{f' {only!r}' if only else ''}; only applications have an MOU."
    raise InputError(message, [Finding("FORM-VALUE", Severity.ERROR, message)])


def _found_in_word(file: Path) -> list[tuple[str, str, int]]:
    from isa_docs.documents.form_word import word_blanks

    return [(where, text, 0) for where, text in word_blanks(file.read_bytes(), file.name)]


def _found_in_pdf(file: Path) -> list[tuple[str, str, int]]:
    from isa_docs.assembly.form_fill import found_places

    return found_places(file)
