"""``isa-docs record``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isa_docs.cli.check import AS_OF, MATTER
from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import DateType, today
from isa_docs.errors import InputError
from isa_docs.findings import Finding, Severity

if TYPE_CHECKING:
    from isa_docs.intake.load import LoadedMatter
    from isa_docs.intake.model import Matter

_WHAT = ("sent", "received", "decided")
_OUTCOMES = ("accepted", "not-accepted", "granted", "denied", "acknowledged")


@click.command()
@MATTER
@click.argument("what", type=click.Choice(_WHAT))
@click.option("--submission", required=True, metavar="ID", help="The submission it is about.")
@click.option("--on", "day", type=DateType(), metavar="DATE", help="The day it happened; default: today.")
@click.option("--carrier", help="How it was sent.")
@click.option("--tracking", help="The carrier's number.")
@click.option("--by", help="Who at CBP received or decided.")
@click.option("--outcome", type=click.Choice(_OUTCOMES), help="What was decided; required with 'decided'.")
@click.option("--proof", help="File or place of the proof.")
@click.option("--note", help="Anything else.")
@AS_OF
@common_options
@answering("record")
def record(
    answer: Answer,
    matter: Path,
    what: str,
    submission: str,
    day: date | None,
    outcome: str | None,
    as_of: date | None,
    verbose: int,
    **details: str | None,
) -> None:
    """Record in MATTER that a submission was sent, was received by CBP, or was decided.

    One line is added; comments and layout of the file stay. An application decided 'accepted' also sets the day on
    which CBP signed the MOU, which starts the clock of the annual letters.
    """
    from isa_docs.intake.load import to_matter
    from isa_docs.intake.replacing import change_matter
    from isa_docs.intake.source import parse_source
    from isa_docs.program.docket import docket_entries
    from isa_docs.review.record import with_acceptance, with_event

    if (outcome is not None) != (what == "decided"):
        raise click.UsageError("--outcome belongs to 'decided', and 'decided' needs it.")
    present = as_of or today()
    if day is None:
        day = present
        answer.note(f"Recorded for {day.isoformat()} ({'the day of --as-of' if as_of else 'today'}; --on changes it).")
    if day > present:
        message = f"{submission} cannot be {what} on {day} already: it is {present}."
        raise _refuse(message, "Record it when it has happened; the day to judge by is changed with --as-of.")
    event = {"submission": submission, "what": what, "on": day.isoformat()}
    event |= {key: value for key, value in {"outcome": outcome, **details}.items() if value}

    def recorded(loaded: LoadedMatter) -> tuple[str, Matter]:
        _check(loaded.matter, what, submission, day, details["tracking"], outcome)
        text = with_event(loaded.source, event)
        kind = next(each for each in loaded.matter.submissions if each.id == submission).__struct_config__.tag
        if kind == "application" and outcome == "accepted" and loaded.matter.acceptance is None:
            text = with_acceptance(parse_source(text.encode(), str(matter)), day.isoformat())
        return text, to_matter(parse_source(text.encode(), str(matter)), matter.parent).matter

    changed = change_matter(matter, recorded)
    due = docket_entries(changed, day)
    answer.result = {
        "file": str(matter),
        "event": event,
        "docket": [{"submission": each.submission, "due": each.due.isoformat(), "text": each.sentence} for each in due],
    }
    answer.say(f"{matter}: {what} on {day.isoformat()}: {submission}{f' ({outcome})' if outcome else ''}")
    for each in due:
        answer.say(f"  due  {each.sentence}")


def _check(matter: Any, what: str, name: str, day: date, tracking: str | None, outcome: str | None) -> None:
    """Refuse what cannot be so: an unknown submission, the same twice, days out of order, an outcome that cannot be."""
    submission = next((each for each in matter.submissions if each.id == name), None)
    if submission is None:
        ids = ", ".join(each.id for each in matter.submissions)
        raise _refuse(f"There is no submission '{name}' in the matter.", f"There are: {ids}.")
    events = [each for each in matter.events if each.submission == name]
    same = [each for each in events if each.what == what and (what != "sent" or each.tracking == tracking)]
    if same:
        message = f"'{what}' is recorded for {name} already, on {same[0].on.isoformat()}."
        raise _refuse(message, "Correct the entry under events in the matter file, if it is wrong.")
    _check_order(submission, events, what, day)
    kind = submission.__struct_config__.tag
    fitting = {"application": ("accepted", "not-accepted"), "discontinuance-appeal": ("granted", "denied")}
    if outcome and outcome not in fitting.get(kind, ("acknowledged",)):
        raise _refuse(
            f"'{outcome}' is no outcome of {'an' if kind[0] == 'a' else 'a'} {kind}.",
            f"Possible: {', '.join(fitting.get(kind, ('acknowledged',)))}.",
        )
    if outcome == "accepted" and matter.acceptance and matter.acceptance.mou_signed_by_cbp_on != day:
        signed = matter.acceptance.mou_signed_by_cbp_on
        raise _refuse(
            f"{name} cannot be accepted on {day}: the matter says that CBP signed the MOU on {signed}.",
            f"Record it with --on {signed}, or correct acceptance.mou_signed_by_cbp_on in the matter file first.",
        )
    signed_on = matter.acceptance.mou_signed_by_cbp_on if matter.acceptance else None
    if outcome == "not-accepted" and signed_on is not None and signed_on >= submission.date:
        raise _refuse(
            f"{name} cannot be 'not-accepted': the matter says that CBP signed the MOU on {signed_on}.",
            "Take acceptance.mou_signed_by_cbp_on out of the matter file first, if it is wrong.",
        )


def _check_order(submission: Any, events: list[Any], what: str, day: date) -> None:
    """Refuse a day before the letter's own date, and one that would put receipt or decision before the sending."""
    name = submission.id
    if what == "sent":
        if day < submission.date:
            message = f"{name} cannot be sent on {day}, before its own date, {submission.date}."
            raise _refuse(message, "Correct the date, or the date of the submission and build it again.")
        earlier = any(each.what == "sent" for each in events)
        later = [each for each in events if each.what != "sent" and each.on < day]
        if later and not earlier:
            message = f"{name} cannot be sent on {day}, after it was {later[0].what} on {later[0].on}."
            raise _refuse(message, "Correct the date, or the entry under events in the matter file.")
        return
    sent = min((each.on for each in events if each.what == "sent"), default=submission.date)
    if day < sent:
        raise _refuse(f"{name} cannot be {what} on {day}, before it was sent on {sent}.", "Correct the date.")


def _refuse(message: str, remedy: str) -> InputError:
    return InputError(message, [Finding("RECORD-REFUSED", Severity.ERROR, message, remedy)])
