"""Run the program's clocks (D1-D15) and show every count, its authority and its assumption.

The lengths, starts and readings are data (``data/clocks.toml``); this module knows which fact of the matter
starts which clock. For each deadline: the nominal day, the cautious day (the business day on or before it) and
the roll-forward day (the business day on or after it, an argument only, never relied on).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, cached_property
from typing import Literal

from isa_docs.findings import Path
from isa_docs.intake.model import (
    AnnualNotification,
    Application,
    DiscontinuanceAppeal,
    Matter,
    OtherClock,
    Submission,
)
from isa_docs.program._data import table
from isa_docs.program.authorities import cite_all
from isa_docs.program.calendar import (
    STATUTORY_CALENDAR,
    Count,
    HolidayCalendar,
    Step,
    Unit,
    add_months,
    calendar_for,
    long_date,
    weekday_date,
)
from isa_docs.program.editions import edition_for, track_of
from isa_docs.program.events import event_of, received_on

Actor = Literal["importer", "CBP"]
DeadlineKind = Literal["due", "keep", "expect"]


@dataclass(frozen=True)
class Reading:
    """One side of an ambiguity; ``used`` marks the side that is counted. ``end`` is its last day, where it differs."""

    label: str
    text: str
    used: bool
    end: date | None = None

    @property
    def sentence(self) -> str:
        """Say the reading, its last day and whether it was used."""
        end = f" Last day: {weekday_date(self.end)}." if self.end else ""
        return f"{self.text}{end}{' (Used.)' if self.used else ''}"


@dataclass(frozen=True)
class Clock:
    """A period of the program as the data file has it; ``id`` is its number in the reference (D1-D15)."""

    id: str
    key: str
    title: str
    actor: Actor
    kind: DeadlineKind
    length: int
    unit: Unit
    start: str
    authority: tuple[str, ...]
    editions: tuple[str, ...]
    tracks: tuple[str, ...]
    risk: int
    assumption: str
    window: int = 0
    grace: int = 0
    earliest: int = 0
    readings: tuple[Reading, ...] = ()
    reading_lengths: tuple[int | None, ...] = ()
    ticklers: tuple[int, ...] = ()
    """Days before the day to act on which a diary reminds."""


@dataclass(frozen=True)
class Deadline:
    """One computed deadline. ``submission`` and ``path`` name the place in the matter that starts it.

    ``opens`` is the first day of a window, ``target`` the day to aim for where it is earlier than the last safe
    day; ``counts`` are chained periods (the anniversary, then the window).
    """

    clock: Clock
    start: date
    counts: tuple[Count, ...]
    calendar: HolidayCalendar
    submission: str | None = None
    path: Path | None = None
    opens: date | None = None
    target: date | None = None
    title: str = ""
    readings: tuple[Reading, ...] = ()
    assumption: str = ""

    @property
    def id(self) -> str:
        """Return the clock's number, e.g. ``D6``."""
        return self.clock.id

    @property
    def authority(self) -> tuple[str, ...]:
        """Return the keys of the authorities the clock rests on."""
        return self.clock.authority

    @cached_property
    def nominal(self) -> date:
        """Return the last day of the period as counted."""
        return self.counts[-1].end

    @cached_property
    def _offices(self) -> HolidayCalendar:
        """The days on which the offices that papers go to are closed: in Washington on Inauguration Day, too."""
        return replace(self.calendar, inauguration_day=True)

    @cached_property
    def cautious(self) -> date:
        """Return the last day to rely on: the nominal day, or the business day before it."""
        return self._offices.roll_back(self.nominal)

    @cached_property
    def roll_forward(self) -> date:
        """Return the business day on or after the nominal day; an argument by analogy, never a plan."""
        return self._offices.roll_forward(self.nominal)

    @cached_property
    def outer(self) -> date:
        """Return the last day on any reading, used or not."""
        return max([self.nominal, *(reading.end for reading in self.readings if reading.end)])

    @property
    def act_by(self) -> date:
        """Return the day to put in the diary: the target where there is one, else the cautious day."""
        return self.target if self.target is not None else self.cautious

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the whole count, day by day."""
        return tuple(step for count in self.counts for step in count.steps)

    @property
    def count_text(self) -> str:
        """Say how the period was counted, in sentences."""
        text = f"Counted from {self.clock.start}: " + " Then ".join(count.sentence for count in self.counts)
        if self.nominal != self.cautious:
            text += f" That day is no business day ({self._offices.closing(self.nominal)})."
        return text

    @property
    def sentence(self) -> str:
        """Say what falls due when, the safe day and the argument beyond it, with the authority."""
        basis = f" ({cite_all(self.authority)})"
        if self.clock.kind == "keep":
            return f"{self.title}: at least until {long_date(self.nominal)}{basis}."
        if self.clock.kind == "expect":
            return f"{self.title}: expected by {weekday_date(self.nominal)}{basis}."
        text = f"{self.title}: due by {weekday_date(self.nominal)}{basis}."
        if self.opens is not None:
            text = (
                f"{self.title}: from {long_date(self.opens)} to {long_date(self.nominal)}{basis}, "
                f"best on {weekday_date(self.act_by)}."
            )
        if self.nominal != self.cautious:
            text += (
                f" {long_date(self.nominal)} is {_article(self._offices.closing(self.nominal) or '')}; treat "
                f"{weekday_date(self.cautious)} as the last day. Filing on {weekday_date(self.roll_forward)} could "
                "only be argued by analogy to rules that roll a period forward; do not rely on it."
            )
        return text


def _article(closing: str) -> str:
    return f"a {closing}" if closing in ("Saturday", "Sunday") else f"a holiday ({closing})"


@cache
def clocks() -> dict[str, Clock]:
    """Return every clock by id, in the order of the data file."""
    found = {}
    for clock_id, row in table("clocks").items():
        readings = tuple(Reading(r["label"], r["text"], r["used"]) for r in row.get("readings", ()))
        found[clock_id] = Clock(
            id=clock_id,
            key=row["key"],
            title=row["title"],
            actor=row["actor"],
            kind=row["kind"],
            length=row["length"],
            unit=row["unit"],
            start=row["start"],
            authority=tuple(row["authority"]),
            editions=tuple(row.get("editions", ())),
            tracks=tuple(row.get("tracks", ())),
            risk=row["risk"],
            assumption=row["assumption"],
            window=row.get("window", 0),
            grace=row.get("grace", 0),
            earliest=row.get("earliest", 0),
            readings=readings,
            reading_lengths=tuple(r.get("length") for r in row.get("readings", ())),
            ticklers=tuple(row.get("ticklers", ())),
        )
    return found


def run_clock(
    clock_id: str,
    start: date,
    calendar: HolidayCalendar,
    *,
    cycles: int = 0,
    submission: str | None = None,
    path: Path | None = None,
) -> Deadline:
    """Count the clock ``clock_id`` from ``start``; ``cycles`` adds that many years to a yearly clock (D5).

    A window (D3) gives as target the anniversary, or the business day after it, and as nominal day the end of the
    window. Raises KeyError for an unknown clock.
    """
    clock = clocks()[clock_id]
    length = clock.length + 12 * cycles if clock.unit == "months" else clock.length
    first = Count(start, length, clock.unit, calendar)
    counts: tuple[Count, ...] = (first,)
    opens = target = None
    readings = clock.readings
    if clock.window:
        counts = (first, Count(first.end, clock.window, "calendar days", calendar))
        opens, target = first.end - timedelta(days=clock.window), calendar.roll_forward(first.end)
        readings = tuple(replace(reading, end=counts[-1].end) for reading in readings)
    elif clock.grace:
        ends = (first.end, first.end + timedelta(days=clock.grace))
        readings = tuple(replace(reading, end=end) for reading, end in zip(readings, ends, strict=True))
    elif clock.earliest:
        opens = start + timedelta(days=clock.earliest)
    elif any(clock.reading_lengths):
        readings = tuple(
            replace(reading, end=Count(start, other or length, clock.unit, calendar).end)
            for reading, other in zip(readings, clock.reading_lengths, strict=True)
        )
    return Deadline(
        clock=clock,
        start=start,
        counts=counts,
        calendar=calendar,
        submission=submission,
        path=path,
        opens=opens,
        target=target,
        title=clock.title,
        readings=readings,
        assumption=clock.assumption,
    )


def deadlines(matter: Matter, submission_ids: Collection[str] | None = None) -> tuple[Deadline, ...]:
    """Return the deadlines of the submissions of ``matter``, of all or of those named, in the file's order."""
    calendar = calendar_for(matter)
    found: list[Deadline] = []
    for index, submission in enumerate(matter.submissions):
        if submission_ids is None or submission.id in submission_ids:
            found.extend(submission_deadlines(matter, index, calendar))
    return tuple(found)


def submission_deadlines(matter: Matter, index: int, calendar: HolidayCalendar) -> Iterator[Deadline]:
    """Yield the deadlines of one submission, the one it must meet first."""
    submission = matter.submissions[index]
    match submission:
        case Application():
            yield from _application(matter, submission, calendar)
        case AnnualNotification():
            yield from _annual(matter, submission, index, calendar)
        case DiscontinuanceAppeal():
            yield from _appeal(matter, submission, index, calendar)


def own_deadline(matter: Matter, submission: Submission, calendar: HolidayCalendar | None = None) -> Deadline | None:
    """Return the deadline ``submission`` itself must meet, or None where the matter starts no clock for it."""
    index = matter.submissions.index(submission)
    for deadline in submission_deadlines(matter, index, calendar or calendar_for(matter)):
        return deadline if deadline.clock.kind == "due" else None
    return None


def _application(matter: Matter, submission: Application, calendar: HolidayCalendar) -> Iterator[Deadline]:
    report = matter.focused_assessment
    if submission.route != "focused-assessment" or edition_for(matter, submission).edition == "ctpat-tc":
        return
    if report is not None:
        path: Path = ("focused_assessment", "report_date")
        window = run_clock("D1", report.report_date, calendar, submission=submission.id, path=path)
        if report.transmitted_on is not None:
            ends = (window.nominal, Count(report.transmitted_on, window.clock.length, "months", calendar).end)
            readings = tuple(replace(r, end=end) for r, end in zip(window.readings, ends, strict=True))
            window = replace(window, readings=readings)
        yield window
    ctpat = matter.ctpat
    if ctpat is not None and ctpat.status == "applied" and ctpat.applied_on is not None:
        yield run_clock("D2", ctpat.applied_on, calendar, submission=submission.id, path=("ctpat", "applied_on"))


def _annual(
    matter: Matter, submission: AnnualNotification, index: int, calendar: HolidayCalendar
) -> Iterator[Deadline]:
    if matter.acceptance is not None:
        cycle = annual_cycle(matter, submission.period.end)
        edition = edition_for(matter, submission).edition
        yield annual_deadline(matter, cycle, calendar, portal=edition == "ctpat-tc", submission=submission.id)
    where: Path = ("submissions", index)
    kept = matter.self_testing_plan.retention if matter.self_testing_plan else None
    results = run_clock("D12", submission.date, calendar, submission=submission.id, path=(*where, "date"))
    yield _kept_longer(results, kept.test_results_years if kept else 0)
    entries = run_clock(
        "D13", submission.period.end, calendar, submission=submission.id, path=(*where, "period", "end")
    )
    yield _kept_longer(entries, kept.entry_records_years if kept else 0)


def _kept_longer(deadline: Deadline, years: int) -> Deadline:
    """Return how long records are kept where the plan promises more years than the clock asks for."""
    if years <= deadline.clock.length:
        return deadline
    promised = f"The self-testing plan promises {years} years, more than the {deadline.clock.length} asked for."
    return replace(
        deadline,
        counts=(Count(deadline.start, years, "years", deadline.calendar),),
        assumption=f"{promised} {deadline.assumption}",
    )


def annual_anniversary(matter: Matter, cycle: int) -> date:
    """Return the due anniversary number ``cycle`` (0 is the first letter); needs an acceptance.

    Focused Assessment track: two years after acceptance, then yearly (77 FR 61012). Standard track: thirteen
    months after acceptance, then yearly (ISA Handbook, second-hand).
    """
    acceptance = matter.acceptance
    if acceptance is None:
        raise ValueError("the matter records no acceptance, so no anniversary can be counted")
    first = 24 if track_of(matter).track == "focused-assessment" else 13
    return add_months(acceptance.mou_signed_by_cbp_on, first + 12 * cycle)


def annual_cycle(matter: Matter, period_end: date) -> int:
    """Return which annual letter (0 is the first) reports a period that ends on ``period_end``.

    A period may end up to 30 days after the anniversary its letter answers, never later.
    """
    cycle = 0
    while annual_anniversary(matter, cycle) < period_end - timedelta(days=30):
        cycle += 1
    return cycle


def annual_deadline(
    matter: Matter, cycle: int, calendar: HolidayCalendar, *, portal: bool = False, submission: str | None = None
) -> Deadline:
    """Return the deadline of annual letter number ``cycle`` (0 is the first) on the matter's track."""
    acceptance = matter.acceptance
    if acceptance is None:
        raise ValueError("the matter records no acceptance, so no annual letter can be due")
    track = track_of(matter)
    standard = track.track == "standard"
    first_months = 13 if standard else 24
    if portal:
        clock_id, cycles = "D5-tc", cycle
        offset = (
            first_months // 12 * 12 - 12
        )  # the portal goes by whole years, also where the first letter took 13 months
    elif cycle == 0:
        clock_id, cycles, offset = ("D4" if standard else "D3"), 0, 0
    else:
        clock_id, cycles, offset = "D5", cycle, first_months - 12
    path: Path = ("acceptance", "mou_signed_by_cbp_on")
    start = acceptance.mou_signed_by_cbp_on
    deadline = run_clock(clock_id, start, calendar, cycles=cycles, submission=submission, path=path)
    if offset:
        count = Count(start, clocks()[clock_id].length + 12 * cycles + offset, "months", calendar)
        ends = (count.end, count.end + timedelta(days=deadline.clock.grace))
        readings = tuple(replace(r, end=end) for r, end in zip(deadline.readings, ends, strict=False))
        deadline = replace(deadline, counts=(count,), readings=readings)
    if track.assumed:
        deadline = replace(deadline, assumption=f"{deadline.assumption} Track: {track.track}. {track.why}")
    return deadline


def _appeal(
    matter: Matter, submission: DiscontinuanceAppeal, index: int, calendar: HolidayCalendar
) -> Iterator[Deadline]:
    notice: Path = ("submissions", index, "notice")
    if edition_for(matter, submission).edition == "ctpat-tc":
        start = submission.notice.dated
        deadline = run_clock("D6-tc", start, calendar, submission=submission.id, path=(*notice, "dated"))
        stated = submission.stated_deadline
        if stated is not None:
            given = f"CBP's decision states {long_date(stated.due)} as the last day, as the matter records."
            deadline = _ending(deadline, stated.due, given)
        yield deadline
        return
    received: Path = (*notice, "received_on")
    yield run_clock("D6", submission.notice.received_on, calendar, submission=submission.id, path=received)
    event = event_of(matter, submission.id, "received")
    where: Path = ("events", matter.events.index(event), "on") if event else ("submissions", index, "date")
    yield decision_deadline(submission, received_on(matter, submission), calendar, path=where)


def other_deadline(running: OtherClock, index: int, calendar: HolidayCalendar) -> Deadline:
    """Return the deadline of a period recorded under ``other_clocks``; an extension that CBP granted replaces its end.

    Authorities: 77 FR 61012 (disclosure after notice), 19 CFR 162.74 (disclosure, tender), 103.35 (objection to
    release), 171.2 (petitions).
    """
    clock_id = next(each.id for each in clocks().values() if each.key == running.clock)
    deadline = run_clock(clock_id, running.runs_from, calendar, path=("other_clocks", index, "runs_from"))
    if running.extended_to is None:
        return _with_statutory(deadline, earlier=True)
    granted = f"CBP extended the period to {long_date(running.extended_to)}, as the matter records."
    return _ending(deadline, running.extended_to, granted)


def _ending(deadline: Deadline, last: date, why: str) -> Deadline:
    """Return the deadline with another last day, which somebody has set, in place of the count."""
    counts = (Count(deadline.start, (last - deadline.start).days, "calendar days", deadline.calendar),)
    return replace(deadline, counts=counts, readings=(), assumption=why)


def decision_deadline(
    submission: DiscontinuanceAppeal, received_by_cbp: date, calendar: HolidayCalendar, *, path: Path | None = None
) -> Deadline:
    """Return when CBP's decision is due: 30 working days (proposed) or 15 (immediate) after receipt (77 FR 61012).

    Where closings by Executive Order or the matter's closed days move the day, the statutory count is the
    second reading.
    """
    clock_id = f"D7-{submission.notice.type}"
    deadline = run_clock(clock_id, received_by_cbp, calendar, submission=submission.id, path=path)
    return _with_statutory(deadline)


def _with_statutory(deadline: Deadline, *, earlier: bool = False) -> Deadline:
    """Return a deadline in working days with both readings, where closings beyond the statutory holidays move it.

    With ``earlier`` the statutory count, which ends first, is the one used: the safe one for who has to act.
    """
    (count,) = deadline.counts
    if count.unit != "working days":
        return deadline
    statutory = replace(count, calendar=STATUTORY_CALENDAR)
    if statutory.end == count.end:
        return deadline
    closings = "Days closed by Executive Order or recorded in the matter are not working days."
    readings = (
        Reading("with closings", closings, not earlier, count.end),
        Reading("statutory holidays only", "Only the statutory holidays are left out.", earlier, statutory.end),
    )
    return replace(deadline, counts=(statutory if earlier else count,), readings=readings)
