"""Tell business days from others, move by months, and keep a count that can be read day by day.

Business day: 19 CFR 101.1; national holidays and days made holidays by statute or Executive Order:
19 CFR 101.6(a), 5 U.S.C. 6103. The ``holidays`` library gives the statutory days, ``data/closings.toml``
the closings by Executive Order, the matter its own ``closed_days``.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from types import MappingProxyType
from typing import Literal

from isa_docs.intake.model import Matter
from isa_docs.program._data import json_table, table

Unit = Literal["calendar days", "working days", "months", "years"]

_DAY = timedelta(days=1)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def long_date(day: date) -> str:
    """Write ``day`` as a letter does: ``June 12, 2013``, whatever the locale."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def weekday_date(day: date) -> str:
    """Write ``day`` with its weekday: ``Wednesday, June 12, 2013``."""
    return f"{_WEEKDAYS[day.weekday()]}, {long_date(day)}"


def add_months(day: date, months: int) -> date:
    """Return the same day of the month ``months`` later, or that month's last day where it does not exist."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@cache
def statutory_holidays(year: int) -> Mapping[date, str]:
    """Return the federal holidays that fall in ``year`` with their names, observed days included.

    A Saturday holiday is observed on Friday, a Sunday holiday on Monday (19 CFR 101.6(a)); Juneteenth counts
    from 2021. New Year's Day of the next year may be observed on December 31.
    """
    known = json_table("holidays").get(str(year))
    if known is None:
        return computed_holidays(year)
    return MappingProxyType({date.fromisoformat(day): name for day, name in known.items()})


def computed_holidays(year: int) -> Mapping[date, str]:
    """Return the same as the library ``holidays`` computes it: what the data file was made from (scripts/)."""
    import holidays

    found = holidays.country_holidays("US", years=(year, year + 1), expand=False)
    return MappingProxyType({day: name for day, name in sorted(found.items()) if day.year == year})


@cache
def executive_closings() -> Mapping[date, str]:
    """Return the whole days on which agencies were closed by Executive Order, with the reason and its source."""
    return MappingProxyType({row["date"]: row["reason"] for row in table("closings")["closing"]})


@dataclass(frozen=True)
class HolidayCalendar:
    """The days on which CBP does no business.

    ``extra`` are the matter's own closed days; ``executive_orders`` takes in the closings of the data file;
    ``inauguration_day`` takes in January 20 after an election (5 U.S.C. 6103(c)), a holiday of the Washington
    area only and therefore left out unless asked for.
    """

    extra: Mapping[date, str] = field(default_factory=lambda: MappingProxyType({}))
    executive_orders: bool = True
    inauguration_day: bool = False

    def closing(self, day: date) -> str | None:
        """Return why ``day`` is not a business day (``Saturday``, ``Labor Day`` ...), or None if it is one."""
        if day.weekday() >= 5:
            return _WEEKDAYS[day.weekday()]
        name = statutory_holidays(day.year).get(day) or self.extra.get(day)
        if name is None and self.executive_orders:
            name = executive_closings().get(day)
        if name is None and self.inauguration_day and _is_inauguration_day(day):
            name = "Inauguration Day"
        return name

    def is_business_day(self, day: date) -> bool:
        """Tell whether CBP is open on ``day`` (19 CFR 101.1)."""
        return self.closing(day) is None

    def roll_back(self, day: date) -> date:
        """Return ``day``, or the business day before it when it is none."""
        while self.closing(day) is not None:
            day -= _DAY
        return day

    def roll_forward(self, day: date) -> date:
        """Return ``day``, or the business day after it when it is none."""
        while self.closing(day) is not None:
            day += _DAY
        return day

    def add_business_days(self, day: date, number: int) -> date:
        """Return the ``number``-th business day after ``day`` (before it when negative); ``day`` is not counted."""
        step = _DAY if number >= 0 else -_DAY
        left = abs(number)
        while left:
            day += step
            if self.closing(day) is None:
                left -= 1
        return day

    def business_days_between(self, start: date, end: date) -> int:
        """Return how many business days lie after ``start`` up to and including ``end``."""
        number, day = 0, start
        while day < end:
            day += _DAY
            number += self.closing(day) is None
        return number


def _is_inauguration_day(day: date) -> bool:
    if day.year % 4 != 1 or day.month != 1:
        return False
    return (day.day == 20 and day.weekday() != 6) or (day.day == 21 and day.weekday() == 0)


DEFAULT_CALENDAR = HolidayCalendar()
STATUTORY_CALENDAR = HolidayCalendar(executive_orders=False)


def calendar_for(matter: Matter) -> HolidayCalendar:
    """Return the calendar of ``matter``: the national one and its recorded ``closed_days``."""
    if not matter.closed_days:
        return DEFAULT_CALENDAR
    return HolidayCalendar(extra=MappingProxyType({day.date: day.reason for day in matter.closed_days}))


@dataclass(frozen=True)
class Step:
    """One line of a count: a day, its number if it counts, and why not if it does not."""

    day: date
    number: int | None
    note: str = ""

    def __str__(self) -> str:
        number = "not counted" if self.number is None else f"day {self.number}"
        return f"{weekday_date(self.day)}: {number}{f' ({self.note})' if self.note else ''}"


@dataclass(frozen=True)
class Count:
    """A period counted from ``start``, which is day zero and never counted itself."""

    start: date
    length: int
    unit: Unit
    calendar: HolidayCalendar = DEFAULT_CALENDAR

    @cached_property
    def end(self) -> date:
        """Return the last day of the period."""
        if self.unit == "calendar days":
            return self.start + self.length * _DAY
        if self.unit == "working days":
            return self.calendar.add_business_days(self.start, self.length)
        return add_months(self.start, self.length * (12 if self.unit == "years" else 1))

    @property
    def steps(self) -> tuple[Step, ...]:
        """Return the count day by day; for months and years only its two ends and what was adjusted."""
        if self.unit in ("months", "years"):
            note = "the same day of the month"
            if self.end.day != self.start.day:
                note = f"that month has no day {self.start.day}, so its last day is taken"
            return (Step(self.start, 0, "the period starts"), Step(self.end, self.length, note))
        steps = [Step(self.start, 0, "not counted itself")]
        day, number = self.start, 0
        direction = _DAY if self.length >= 0 else -_DAY
        while number < abs(self.length):
            day += direction
            closed = self.calendar.closing(day)
            if self.unit == "working days" and closed is not None:
                steps.append(Step(day, None, closed))
                continue
            number += 1
            holiday = closed if closed and day.weekday() < 5 else ""
            steps.append(Step(day, number, holiday or ""))
        return tuple(steps)

    @property
    def phrase(self) -> str:
        """Return the length in words and figures as letters write it: ``10 calendar days``."""
        number = abs(self.length)
        return f"{number} {self.unit if number != 1 else self.unit.removesuffix('s')}"

    @property
    def sentence(self) -> str:
        """Say what was counted, with every day left out of a working-day count that was not a weekend."""
        if self.unit in ("months", "years"):
            end = "ends" if abs(self.length) == 1 else "end"
            note = self.steps[-1].note
            return f"{self.phrase} from {long_date(self.start)} {end} on {weekday_date(self.end)} ({note})."
        text = f"{weekday_date(self.start)} is day 0; day {abs(self.length)} is {weekday_date(self.end)}."
        left_out = [step for step in self.steps if step.number is None and step.day.weekday() < 5]
        if self.unit == "working days":
            text += " Saturdays and Sundays are not counted"
            if left_out:
                text += ", nor " + _and_join([f"{long_date(step.day)} ({step.note})" for step in left_out])
            text += "."
        return text


def _and_join(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
