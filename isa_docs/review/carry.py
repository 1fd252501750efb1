"""Next year's annual notification from last year's: what is carried, what follows from the calendar, what is open.

Nothing is carried silently: every value is marked *same*, *changed* or *to confirm*, and the names of those to
confirm stand in the submission's ``to_confirm``; a build refuses it until that list is empty.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Literal

import yaml

from isa_docs.errors import InputError
from isa_docs.findings import Finding, Severity
from isa_docs.intake.load import LoadedMatter
from isa_docs.intake.model import AnnualNotification, Application, DiscontinuanceAppeal, Matter
from isa_docs.program.calendar import add_months, calendar_for
from isa_docs.program.deadlines import annual_anniversary, annual_cycle, annual_deadline
from isa_docs.program.editions import INTEGRATED

State = Literal["same", "changed", "to confirm"]


@dataclass(frozen=True)
class Carried:
    """One value of the new submission: its field, where it comes from, and why."""

    field: str
    state: State
    value: Any
    why: str


@dataclass(frozen=True)
class NextLetter:
    """Next year's submission: its id, its values in order, and whether the shared facts are those of last year."""

    id: str
    values: tuple[Carried, ...]
    matter_unchanged: bool

    @property
    def data(self) -> dict[str, Any]:
        """The submission as the matter file will hold it."""
        data = {each.field: each.value for each in self.values if each.value is not None}
        data["to_confirm"] = [each.field for each in self.values if each.state == "to confirm"]
        return data

    @property
    def block(self) -> str:
        """The submission as YAML lines, each value with its mark."""
        lines = []
        for each in self.values:
            mark = f"{each.state}: {each.why}" if each.value is not None else f"{each.state}, {each.field}: {each.why}"
            lines += [f"# {line}" for line in textwrap.wrap(mark, 100)]
            if each.value is not None:
                lines += _yaml({each.field: each.value})
        lines.append("# delete each name once its value is right; a build refuses while one is left")
        lines += _yaml({"to_confirm": self.data["to_confirm"]})
        return "\n".join(("- " if number == 0 else "  ") + line for number, line in enumerate(_key_first(lines))) + "\n"


def _key_first(lines: list[str]) -> list[str]:
    """Let the item open with its first key, so that the dash stands before the id."""
    first = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    return [lines[first], *lines[:first], *lines[first + 1 :]]


def _yaml(data: dict[str, Any]) -> list[str]:
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)
    return re.sub(r"'(\d{4}-\d\d-\d\d)'", r"\1", text).splitlines()


def next_letter(loaded: LoadedMatter, manifest: Mapping[str, Any], *, matter_unchanged: bool) -> NextLetter:
    """Make next year's submission from the matter and the manifest of last year's package (or of the application).

    Raises InputError when the manifest is of another matter or of a submission that has no successor, when the
    matter records no acceptance, or when the successor is there already.
    """
    matter = loaded.matter
    last = _last(matter, manifest)
    if matter.acceptance is None:
        raise _refuse(
            "The matter records no acceptance, so no annual letter is due.",
            "Record it: isa-docs record MATTER decided --submission ID --outcome accepted.",
        )
    values = tuple(_values(matter, loaded.source.data, last, manifest, matter_unchanged))
    made = NextLetter(str(values[0].value), values, matter_unchanged)
    if made.id in [each.id for each in matter.submissions]:
        raise _refuse(f"The matter has a submission '{made.id}' already.", "Continue with that one.")
    return made


def _last(matter: Matter, manifest: Mapping[str, Any]) -> Application | AnnualNotification:
    name, of = manifest["matter"]["submission"], manifest["matter"]["id"]
    if of != matter.matter:
        raise _refuse(f"The manifest is of the matter '{of}', not of '{matter.matter}'.", "Name the right one.")
    last = next((each for each in matter.submissions if each.id == name), None)
    if last is None or isinstance(last, DiscontinuanceAppeal):
        what = "is an appeal" if last else "is no longer in the matter"
        raise _refuse(f"The submission '{name}' {what}.", "Name last year's annual letter, or the application.")
    return last


def _values(
    matter: Matter,
    data: dict[str, Any],
    last: Application | AnnualNotification,
    manifest: Mapping[str, Any],
    unchanged: bool,
) -> Iterator[Carried]:
    start, end, sure = _period(matter, last)
    cycle = annual_cycle(matter, end)
    anniversary = annual_anniversary(matter, cycle)
    due = annual_deadline(matter, cycle, calendar_for(matter), portal=anniversary >= INTEGRATED)
    said = next(each for each in data["submissions"] if each["id"] == last.id)
    yield Carried("id", "changed", f"anl-{anniversary.year}", "named after the year of the anniversary")
    yield Carried("kind", "same", "annual-notification", "the annual letter")
    yield Carried("date", "changed", due.act_by.isoformat(), f"the day to act; {due.count_text}")
    yield Carried("signer", "same", last.signer, f"as in {last.id}")
    if last.delivery:
        ways = [{"method": each.method} for each in last.delivery]
        yield Carried("delivery", "to confirm", ways, "as last year; number and address are new")
    if last.copies_to:
        yield Carried("copies_to", "same", list(last.copies_to), f"as in {last.id}")
    if isinstance(last, AnnualNotification) and "confidentiality" in said:
        kept = {key: value for key, value in said["confidentiality"].items() if key != "covers"}
        reasons = "the reasons given last year; do they still hold?"
        if covers := said["confidentiality"].get("covers"):  # its exhibits are not carried
            kept |= {"covers": ["letter"]} if "letter" in covers else {}
            reasons += f" Name under covers what they hold for; last year: {', '.join(covers)}"
        yield Carried("confidentiality", "to confirm", kept, reasons)
    period = {"start": start.isoformat(), "end": end.isoformat()}
    if sure:
        yield Carried("period", "changed", period, f"the year after the period of {last.id}")
    else:
        yield Carried("period", "to confirm", period, "the twelve months before the anniversary")
    yield Carried("continues_to_meet_requirements", "to confirm", True, "somebody must state it anew")
    yield Carried("changes", "to confirm", None, "none carried; list this year's, or write no_changes: true")
    yield Carried("results", "to confirm", list(_results(matter, last)), _results_of(last))
    yield Carried("post_entry_corrections", "to confirm", None, "last year's summary is not carried")
    yield Carried("exhibits", "to confirm", None, _exhibits_of(last))
    contact = matter.people["isa_contact"].name
    numbers = [each.number for each in matter.importer.ior_numbers if each.active]
    told = {"ior_numbers": numbers, "isa_contact": contact, "letter_date": manifest["matter"]["date"]}
    why = f"what the package of {manifest['matter']['date']} told CBP"
    if unchanged:
        yield Carried("last_year", "changed", told, why)
    else:
        yield Carried("last_year", "to confirm", told, f"{why}; the matter file was changed since, compare the letter")


def _period(matter: Matter, last: Application | AnnualNotification) -> tuple[date, date, bool]:
    """Return the next period, both days included, and whether it follows from last year's."""
    if isinstance(last, AnnualNotification):
        start = last.period.end + timedelta(days=1)
        return start, add_months(start, 12) - timedelta(days=1), True
    anniversary = annual_anniversary(matter, 0)
    return add_months(anniversary, -12), anniversary - timedelta(days=1), False


def _results(matter: Matter, last: Application | AnnualNotification) -> Iterator[dict[str, Any]]:
    """Yield one empty result for each area of the plan, or of last year's letter where there is no plan."""
    plan = matter.self_testing_plan
    areas = [each.id for each in plan.areas] if plan else []
    if not areas and isinstance(last, AnnualNotification):
        areas = [each.area for each in last.results]
    yield from ({"area": area, "items_tested": 0, "errors": 0} for area in areas)


def _results_of(last: Application | AnnualNotification) -> str:
    if not isinstance(last, AnnualNotification) or not last.results:
        return "the areas of the plan; fill in the numbers"
    told = "; ".join(f"{each.area} {each.items_tested} tested, {each.errors} wrong" for each in last.results)
    return f"last year: {told}"


def _exhibits_of(last: Application | AnnualNotification) -> str:
    titles = "; ".join(each.title for each in last.exhibits)
    return f"none carried; last year: {titles}" if titles and isinstance(last, AnnualNotification) else "none carried"


def _refuse(message: str, remedy: str) -> InputError:
    return InputError(message, [Finding("CARRY-REFUSED", Severity.ERROR, message, remedy)])
