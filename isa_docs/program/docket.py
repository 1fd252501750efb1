"""The docket of a matter: what is due next, to whom, what is late, most pressing first.

A submission counts as made on the day the matter records as sent, or else on its date; one made after the day of
the docket is planned. An appeal, whose right is lost with its ten days, stays on the docket until they are over or the
matter records that it was sent. Nothing here reads the clock: the day comes in as ``as_of``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from isa_docs.findings import conceal
from isa_docs.intake.model import AnnualNotification, Application, DiscontinuanceAppeal, Matter
from isa_docs.program.calendar import HolidayCalendar, calendar_for, long_date, weekday_date
from isa_docs.program.deadlines import (
    Deadline,
    annual_anniversary,
    annual_cycle,
    annual_deadline,
    decision_deadline,
    other_deadline,
    own_deadline,
    run_clock,
    submission_deadlines,
)
from isa_docs.program.editions import INTEGRATED, edition_for
from isa_docs.program.events import decided_by, event_of, made_on, received_on
from isa_docs.program.recipients import directory, recipient_for

Status = Literal["late", "last-days", "open", "ahead", "expected", "overdue-at-cbp"]

_RANK: dict[Status, int] = {"late": 0, "last-days": 1, "open": 2, "ahead": 2, "overdue-at-cbp": 3, "expected": 4}
_SOON = (14, 60)
"""Days left that part the pressing from the near and the near from the far."""
_DECISION_SHOWN = timedelta(days=270)
"""How long after an appeal its decision stays on the docket; the matter does not record whether it has come."""


@dataclass(frozen=True)
class DocketEntry:
    """One line of the docket.

    ``due`` is the day to act (the target or the last safe day) while it is ahead, then the last day of the
    period. ``days_left`` counts calendar days from the docket's day to ``due``, negative when past. ``subject``
    tells apart the deadlines of one clock and stays the same from docket to docket; it is for programs. In what
    people are shown, a Social Security number is concealed.
    """

    matter: str
    importer: str
    subject: str
    deadline: Deadline
    due: date
    status: Status
    days_left: int
    to: str
    submission: str | None = None
    planned: date | None = None
    note: str = ""

    @property
    def title(self) -> str:
        """Return the title of the deadline."""
        return self.deadline.title

    @property
    def late(self) -> bool:
        """Tell whether the importer has let the period pass on every reading that is used."""
        return self.status == "late"

    @property
    def other_readings(self) -> tuple[date, ...]:
        """Return the last days of the readings not used on which a late act would still be in time."""
        today = self.due - timedelta(days=self.days_left)
        readings = self.deadline.readings if self.late else ()
        return tuple(r.end for r in readings if r.end is not None and not r.used and r.end >= today)

    @property
    def sort_key(self) -> tuple[int, int, int, date, str, str]:
        """Return the key of risk order: late first, then by nearness, by what is at stake, by day."""
        near = 0 if self.days_left <= _SOON[0] else 1 if self.days_left <= _SOON[1] else 2
        return (_RANK[self.status], near, -self.deadline.clock.risk, self.due, self.matter, self.subject)

    @property
    def sentence(self) -> str:
        """Say what is due when, to whom, and how it stands."""
        if self.deadline.clock.kind == "expect":
            return " ".join(part for part in (self.deadline.sentence, self.note) if part)
        stand = {
            "late": f"late by {-self.days_left} {'day' if self.days_left == -1 else 'days'}",
            "last-days": "past the safe day",
            "open": f"{self.days_left} {'day' if self.days_left == 1 else 'days'} left",
            "ahead": f"{self.days_left} {'day' if self.days_left == 1 else 'days'} left",
        }.get(self.status, "")
        parts = [f"{self.title}: {weekday_date(self.due)} ({stand}), to {self.to}."]
        if self.deadline.opens is not None:
            last = long_date(self.deadline.nominal)
            parts.append(f"The window runs from {long_date(self.deadline.opens)} to {last}.")
        elif self.due < self.deadline.nominal:
            parts.append(f"The period itself ends on {weekday_date(self.deadline.nominal)}.")
        if self.planned:
            parts.append(f"Planned for {long_date(self.planned)}.")
        parts += [f"On another reading in time until {long_date(end)}." for end in self.other_readings]
        return " ".join([*parts, self.note] if self.note else parts)


def docket_entries(matter: Matter, as_of: date, *, retention: bool = False) -> tuple[DocketEntry, ...]:
    """Return the docket of ``matter`` on ``as_of``, most pressing first.

    Due dates of what is not yet made, letters missed, decisions awaited from CBP; with ``retention`` also until
    when results and records are kept. A deadline that is met does not appear.
    """
    calendar = calendar_for(matter)
    entries = [
        *_application(matter, as_of, calendar),
        *_annual(matter, as_of, calendar),
        *_appeals(matter, as_of, calendar),
        *_others(matter, as_of, calendar),
    ]
    if retention:
        entries += _retention(matter, as_of, calendar)
    return tuple(in_risk_order(entries))


def in_risk_order(entries: Iterable[DocketEntry]) -> list[DocketEntry]:
    """Sort entries of any number of matters by risk: late, pressing, near, far, then what CBP owes."""
    return sorted(entries, key=lambda entry: entry.sort_key)


def _entry(
    matter: Matter,
    deadline: Deadline,
    as_of: date,
    subject: str,
    to: str,
    *,
    planned: date | None = None,
    note: str = "",
) -> DocketEntry:
    due = deadline.act_by if as_of <= deadline.act_by else deadline.nominal
    status: Status
    if deadline.clock.kind != "due":
        status = "expected" if as_of <= deadline.nominal else "overdue-at-cbp"
        due = deadline.nominal
    elif as_of > deadline.nominal:
        status = "late"
    elif as_of > deadline.cautious:
        status = "last-days"
    else:
        closed = deadline.opens is not None and as_of < deadline.opens
        status = "ahead" if closed or (due - as_of).days > _SOON[1] else "open"
    return DocketEntry(
        matter=matter.matter,
        importer=conceal(matter.importer.legal_name),
        subject=subject,
        deadline=deadline,
        due=due,
        status=status,
        days_left=(due - as_of).days,
        to=conceal(to),
        submission=deadline.submission,
        planned=planned,
        note=conceal(note),
    )


def _application(matter: Matter, as_of: date, calendar: HolidayCalendar) -> Iterator[DocketEntry]:
    if matter.acceptance is not None and matter.acceptance.mou_signed_by_cbp_on <= as_of:
        return
    made = [s for s in matter.submissions if isinstance(s, Application) and made_on(matter, s) <= as_of]
    planned = [i for i, s in enumerate(matter.submissions) if isinstance(s, Application) and made_on(matter, s) > as_of]
    if made:
        return
    for index in planned:
        submission = matter.submissions[index]
        to = recipient_for(matter, submission).one_line
        for deadline in submission_deadlines(matter, index, calendar):
            if deadline.clock.kind == "due" or as_of <= deadline.nominal:
                subject = submission.id
                yield _entry(matter, deadline, as_of, subject, to, planned=submission.date)
    report = matter.focused_assessment
    if not planned and report is not None and report.conclusion == "acceptable_risk":
        deadline = run_clock("D1", report.report_date, calendar, path=("focused_assessment", "report_date"))
        note = "The matter holds no application yet."
        yield _entry(matter, deadline, as_of, report.report_number, _office("application", as_of), note=note)


def _annual(matter: Matter, as_of: date, calendar: HolidayCalendar) -> Iterator[DocketEntry]:
    accepted = matter.acceptance
    if accepted is None or as_of < accepted.mou_signed_by_cbp_on:
        return
    letters = _letters(matter)
    made = [cycle for cycle, letter in letters.items() if made_on(matter, letter) <= as_of]
    first_open = max(made) + 1 if made else 0
    cycle = max(first_open, _cycle_on(matter, as_of))
    upcoming = _annual_entry(matter, cycle, as_of, calendar, letters.get(cycle), "")
    if upcoming.late:
        cycle += 1
        upcoming = _annual_entry(matter, cycle, as_of, calendar, letters.get(cycle), "")
    missed = cycle - first_open
    if missed:
        note = "The letter in the matter is dated later." if first_open in letters else "The matter holds no letter."
        if missed > 1:
            note += f" {missed - 1} later {'one is' if missed == 2 else 'ones are'} missing too."
        yield _annual_entry(matter, first_open, as_of, calendar, letters.get(first_open), note)
    yield upcoming


def _letters(matter: Matter) -> dict[int, AnnualNotification]:
    """Return for each year its letter; of several (a supplement, a corrected one) that which is made first."""
    letters: dict[int, AnnualNotification] = {}
    for submission in matter.submissions:
        if isinstance(submission, AnnualNotification):
            cycle = annual_cycle(matter, submission.period.end)
            letters[cycle] = min(letters.get(cycle, submission), submission, key=lambda each: made_on(matter, each))
    return letters


def _cycle_on(matter: Matter, day: date) -> int:
    """Return the last letter (0 is the first) whose anniversary is on or before ``day``, 0 before the first."""
    first = annual_anniversary(matter, 0)
    years = day.year - first.year
    return max(0, years if annual_anniversary(matter, max(0, years)) <= day else years - 1)


def _annual_entry(
    matter: Matter,
    cycle: int,
    as_of: date,
    calendar: HolidayCalendar,
    letter: AnnualNotification | None,
    note: str,
) -> DocketEntry:
    if letter is not None:
        portal = edition_for(matter, letter).edition == "ctpat-tc"
    else:
        portal = annual_anniversary(matter, cycle) >= INTEGRATED
    deadline = annual_deadline(matter, cycle, calendar, portal=portal, submission=letter.id if letter else None)
    if letter is not None:
        to, planned = recipient_for(matter, letter).one_line, letter.date
    else:
        to, planned = _office("annual-notification", max(deadline.nominal, as_of)), None
    return _entry(matter, deadline, as_of, f"annual-{cycle + 1}", to, planned=planned, note=note)


def _appeals(matter: Matter, as_of: date, calendar: HolidayCalendar) -> Iterator[DocketEntry]:
    for index, submission in enumerate(matter.submissions):
        if not isinstance(submission, DiscontinuanceAppeal) or as_of < submission.notice.received_on:
            continue
        own = own_deadline(matter, submission, calendar)
        assert own is not None
        recorded = event_of(matter, submission.id, "sent") or event_of(matter, submission.id, "received")
        unproved = "" if recorded else f"Dated {long_date(submission.date)}; nothing on file says that it was sent."
        if made_on(matter, submission) > as_of:
            to = recipient_for(matter, submission).one_line
            yield _entry(matter, own, as_of, submission.id, to, planned=submission.date)
        elif unproved and as_of <= own.outer and not decided_by(matter, submission, as_of):
            to = recipient_for(matter, submission).one_line
            yield _entry(matter, own, as_of, submission.id, to, note=unproved)
        elif decided_by(matter, submission, as_of) or edition_for(matter, submission).edition == "ctpat-tc":
            continue
        elif as_of - (received := received_on(matter, submission)) <= _DECISION_SHOWN:
            decision = decision_deadline(submission, received, calendar, path=("submissions", index, "date"))
            overdue = "" if as_of <= decision.nominal else "Ask CBP; the decision is overdue unless it has come."
            note = " ".join(each for each in (unproved, overdue) if each)
            yield _entry(matter, decision, as_of, submission.id, "the importer", note=note)


def _others(matter: Matter, as_of: date, calendar: HolidayCalendar) -> Iterator[DocketEntry]:
    for index, (running, subject) in enumerate(zip(matter.other_clocks, _subjects(matter), strict=True)):
        if running.runs_from > as_of or (running.done_on is not None and running.done_on <= as_of):
            continue
        deadline = other_deadline(running, index, calendar)
        note = f"{running.reference}." if running.reference else ""
        to = running.to or "the CBP office that gave the notice"
        yield _entry(matter, deadline, as_of, subject, to, note=note)


def _subjects(matter: Matter) -> list[str]:
    """Return a subject for each recorded period, done or not; equal ones are numbered in the order of the file."""
    subjects: list[str] = []
    for running in matter.other_clocks:
        name = subject = f"{running.clock}-{running.reference or running.runs_from.isoformat()}"
        number = 1
        while subject in subjects:
            number += 1
            subject = f"{name}-{number}"
        subjects.append(subject)
    return subjects


def _retention(matter: Matter, as_of: date, calendar: HolidayCalendar) -> Iterator[DocketEntry]:
    for index, submission in enumerate(matter.submissions):
        for deadline in submission_deadlines(matter, index, calendar):
            if deadline.clock.kind == "keep" and submission.date <= as_of <= deadline.nominal:
                yield _entry(matter, deadline, as_of, submission.id, "the importer's own files")


def _office(kind: str, day: date) -> str:
    """Return where a paper of ``kind`` would go on ``day``, in the words of the directory."""
    for kinds, _, entry in directory().values():
        after_start = entry.valid_from is None or day >= entry.valid_from
        if kind in kinds and after_start and (entry.valid_to is None or day <= entry.valid_to):
            return entry.one_line or "an address that CBP must confirm"
    return "an address that CBP must confirm"
