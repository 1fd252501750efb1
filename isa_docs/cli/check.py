"""``isa-docs check`` and ``isa-docs plan``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import DateType, Settings, cache_dir, settings_for, today
from isa_docs.findings import conceal

MATTER = click.argument("matter", type=click.Path(path_type=Path, dir_okay=False))
ONLY = click.option("--only", multiple=True, metavar="ID", help="Only this submission; may be given more than once.")
STRICT = click.option("--strict/--no-strict", default=None, help="Whether warnings stop a build, too.")
AS_OF = click.option("--as-of", type=DateType(1990, 2200), metavar="DATE", help="The day to judge by; default: today.")


def day_of(answer: Answer, as_of: date | None) -> date:
    """Return the day to judge by, and say so when it is only the default."""
    if as_of:
        return as_of
    day = today()
    answer.note(f"Judged as of {day.isoformat()} (today; --as-of changes it).")
    return day


@click.command()
@MATTER
@ONLY
@STRICT
@AS_OF
@common_options
@answering("check")
def check(
    answer: Answer, matter: Path, only: tuple[str, ...], strict: bool | None, as_of: date | None, verbose: int
) -> None:
    """Check MATTER against the schema, the program's rules, and its exhibit files. Nothing is written."""
    from isa_docs.build.checks import check_matter, select, stop_for
    from isa_docs.intake.load import load_matter

    answer.findings_are_product = True
    settings = settings_for(matter.parent, strict=strict)
    loaded = load_matter(matter)
    day = day_of(answer, as_of)
    indexes = select(loaded, only)
    answer.findings = check_matter(loaded, indexes, day)
    ids = [loaded.matter.submissions[index].id for index in indexes]
    answer.result = {"matter": loaded.matter.matter, "as_of": day.isoformat(), "submissions": ids}
    stop_for(answer.findings, strict=settings.strict)
    answer.message = f"{matter}: nothing stops a build of {', '.join(ids)}."


@click.command()
@MATTER
@ONLY
@AS_OF
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The output folder; default: build.")
@common_options
@answering("plan")
def plan(
    answer: Answer, matter: Path, only: tuple[str, ...], as_of: date | None, out: Path | None, verbose: int
) -> None:
    """Show what a build of MATTER would make: addressee, parts in order, deadlines, and why. Nothing is written."""
    from isa_docs.build.cache import Cache
    from isa_docs.build.checks import check_matter, select
    from isa_docs.build.expect import expected
    from isa_docs.build.templates import Templates
    from isa_docs.documents.plan import plan_submission
    from isa_docs.intake.load import load_matter
    from isa_docs.program.authorities import cite_all
    from isa_docs.program.deadlines import deadlines
    from isa_docs.review.manifest import deadline_json, recipient_json

    settings = settings_for(matter.parent, out=out)
    loaded = load_matter(matter)
    day = day_of(answer, as_of)
    indexes = select(loaded, only)
    answer.findings = check_matter(loaded, indexes, day)
    templates, cache, converter = Templates(settings.templates), Cache(cache_dir()), _converter(settings)
    shown: list[dict[str, Any]] = []
    for index in indexes:
        planned = plan_submission(loaded.matter, index)
        submission = planned.submission
        due = deadlines(loaded.matter, [submission.id])
        folder = settings.out / loaded.matter.matter / submission.id
        notes = {note.key: note for note in expected(loaded, planned, templates, folder, cache, converter)}
        shown.append(
            {
                "id": submission.id,
                "kind": submission.__struct_config__.tag,
                "date": submission.date.isoformat(),
                "edition": {"key": planned.edition.edition, "why": planned.edition.why},
                "recipient": recipient_json(planned.recipient),
                "parts": [
                    {"key": item.key, "kind": item.kind, "tab": item.tab, "title": conceal(item.title), "why": item.why}
                    for item in planned.items
                ],
                "deadlines": [deadline_json(each) for each in due],
                "documents": [note.to_json() for note in notes.values()],
            }
        )
        answer.say(click.style(f"{submission.id}  ({submission.__struct_config__.tag}, {submission.date})", bold=True))
        answer.say(f"  edition    {planned.edition.edition}: {planned.edition.why}")
        answer.say(f"  to         {conceal(planned.recipient.one_line)}")
        answer.say(f"  because    {conceal(planned.recipient.why)}")
        answer.say(f"  authority  {cite_all(planned.recipient.authority)} ({planned.recipient.confidence.words})")
        for number, item in enumerate(planned.items, start=1):
            note = notes[item.key]
            answer.say(f"  {number:>3}. {item.tab or '–':<3} {conceal(item.title)}")
            answer.say(f"           {'to be made' if note.made else 'kept'}: {note.why}")
        for each in due:
            answer.say(f"  due        {each.sentence}")
            answer.say(f"             {each.count_text}")
        answer.say()
    answer.result = {"matter": loaded.matter.matter, "as_of": day.isoformat(), "submissions": shown}


def _converter(settings: Settings) -> str | None:
    """Return the mark of the converter that a build would use; None where there is none."""
    from isa_docs.build.reuse import converter_mark
    from isa_docs.errors import MissingProgramError

    try:
        engine = settings.engine()
    except MissingProgramError:
        return None
    engine.close()
    return converter_mark(engine.info)
