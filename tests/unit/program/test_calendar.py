"""Business days of 19 CFR 101.1 and 101.6, months, and counts that show their days."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_docs.program.calendar import (
    DEFAULT_CALENDAR,
    STATUTORY_CALENDAR,
    Count,
    HolidayCalendar,
    add_months,
    calendar_for,
    computed_holidays,
    statutory_holidays,
)
from tests.unit.program.matters import matter

DAYS = st.dates(date(1995, 1, 1), date(2060, 12, 31))
CLOSED = st.dictionaries(DAYS, st.just("closed"), max_size=30)


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2013, 7, 4), "Independence Day"),
        (date(2013, 9, 2), "Labor Day"),
        (date(2013, 10, 14), "Columbus Day"),
        (date(2013, 6, 22), "Saturday"),
        (date(2012, 11, 12), "Veterans Day (observed)"),  # Sunday the 11th
        (date(2010, 12, 31), "New Year's Day (observed)"),  # Saturday, observed in the year before
        (date(2021, 6, 18), "Juneteenth National Independence Day (observed)"),
        (date(2012, 12, 24), "Christmas Eve (Executive Order)"),
        (date(2025, 12, 26), "Day after Christmas (Executive Order)"),
    ],
)
def test_closed_days_have_a_reason(day: date, why: str) -> None:
    assert DEFAULT_CALENDAR.closing(day) == why


@pytest.mark.parametrize(
    "day", [date(2020, 6, 19), date(2013, 4, 16), date(2013, 11, 29), date(2015, 12, 24), date(2013, 6, 12)]
)
def test_juneteenth_before_2021_local_holidays_and_half_days_are_business_days(day: date) -> None:
    assert DEFAULT_CALENDAR.is_business_day(day)


def test_inauguration_day_is_a_washington_holiday_only_when_asked_for() -> None:
    assert DEFAULT_CALENDAR.is_business_day(date(2017, 1, 20))
    assert HolidayCalendar(inauguration_day=True).closing(date(2017, 1, 20)) == "Inauguration Day"


@pytest.mark.parametrize("year", range(2000, 2043))
def test_the_table_says_what_the_library_computes_and_years_beyond_it_are_computed(year: int) -> None:
    assert dict(statutory_holidays(year)) == dict(computed_holidays(year))
    assert list(statutory_holidays(year)) == sorted(statutory_holidays(year))


def test_eleven_statutory_holidays_since_2021_ten_before() -> None:
    assert len(statutory_holidays(2013)) == 10
    assert len(statutory_holidays(2024)) == 11


def test_the_matter_adds_its_own_closed_days() -> None:
    added = matter("closed_days: [{date: 2013-06-21, reason: Severe weather, authority: OPM}]")
    assert calendar_for(added).closing(date(2013, 6, 21)) == "Severe weather"
    assert calendar_for(added).roll_back(date(2013, 6, 22)) == date(2013, 6, 20)


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2012, 10, 31), 12, date(2013, 10, 31)),
        (date(2012, 2, 29), 12, date(2013, 2, 28)),
        (date(2016, 2, 29), 24, date(2018, 2, 28)),
        (date(2013, 1, 31), 1, date(2013, 2, 28)),
        (date(2012, 12, 15), 1, date(2013, 1, 15)),
        (date(2013, 3, 31), -1, date(2013, 2, 28)),
    ],
)
def test_months_keep_the_day_or_take_the_last(start: date, months: int, end: date) -> None:
    assert add_months(start, months) == end


@pytest.mark.parametrize(
    ("received", "working_days", "end", "calendar"),
    [
        (date(2013, 6, 24), 30, date(2013, 8, 6), DEFAULT_CALENDAR),
        (date(2013, 6, 24), 15, date(2013, 7, 16), DEFAULT_CALENDAR),
        (date(2013, 12, 23), 30, date(2014, 2, 6), DEFAULT_CALENDAR),
        (date(2013, 12, 23), 15, date(2014, 1, 15), DEFAULT_CALENDAR),
        (date(2025, 12, 15), 30, date(2026, 1, 29), STATUTORY_CALENDAR),
        (date(2025, 12, 15), 15, date(2026, 1, 7), STATUTORY_CALENDAR),
        (date(2025, 12, 15), 30, date(2026, 2, 2), DEFAULT_CALENDAR),
        (date(2025, 12, 15), 15, date(2026, 1, 9), DEFAULT_CALENDAR),
    ],
)
def test_working_days_leave_out_holidays(
    received: date, working_days: int, end: date, calendar: HolidayCalendar
) -> None:
    assert Count(received, working_days, "working days", calendar).end == end


def test_a_calendar_day_count_shows_every_day() -> None:
    count = Count(date(2012, 12, 22), 10, "calendar days")
    assert [str(step) for step in count.steps][:3] == [
        "Saturday, December 22, 2012: day 0 (not counted itself)",
        "Sunday, December 23, 2012: day 1",
        "Monday, December 24, 2012: day 2 (Christmas Eve (Executive Order))",
    ]
    assert str(count.steps[-1]) == "Tuesday, January 1, 2013: day 10 (New Year's Day)"
    assert count.sentence == "Saturday, December 22, 2012 is day 0; day 10 is Tuesday, January 1, 2013."


def test_a_working_day_count_names_the_holidays_it_left_out() -> None:
    count = Count(date(2013, 6, 24), 15, "working days")
    assert count.sentence == (
        "Monday, June 24, 2013 is day 0; day 15 is Tuesday, July 16, 2013. "
        "Saturdays and Sundays are not counted, nor July 4, 2013 (Independence Day)."
    )
    assert "Thursday, July 4, 2013: not counted (Independence Day)" in [str(step) for step in count.steps]


def test_a_month_count_says_when_the_day_does_not_exist() -> None:
    assert Count(date(2012, 2, 29), 12, "months").sentence == (
        "12 months from February 29, 2012 end on Thursday, February 28, 2013 (that month has no day 29, so its last "
        "day is taken)."
    )


@given(day=DAYS, closed=CLOSED)
def test_rolling_never_crosses_the_day(day: date, closed: dict[date, str]) -> None:
    calendar = HolidayCalendar(extra=closed)
    back, forward = calendar.roll_back(day), calendar.roll_forward(day)
    assert back <= day <= forward
    assert calendar.is_business_day(back) and calendar.is_business_day(forward)


@given(day=DAYS, number=st.integers(1, 80), closed=CLOSED)
def test_working_days_agree_with_numpy(day: date, number: int, closed: dict[date, str]) -> None:
    calendar = HolidayCalendar(extra=closed)
    years = range(day.year, day.year + 3)
    window = [day + timedelta(days=n) for n in range(400)]
    holidays = [d for year in years for d in statutory_holidays(year)] + [d for d in window if calendar.closing(d)]
    start = np.busday_offset(day, 0, roll="backward", holidays=holidays)
    assert calendar.add_business_days(day, number) == np.busday_offset(start, number, holidays=holidays).astype(date)


@given(day=DAYS, length=st.integers(0, 60), closed=CLOSED)
def test_between_undoes_add(day: date, length: int, closed: dict[date, str]) -> None:
    calendar = HolidayCalendar(extra=closed)
    assert calendar.business_days_between(day, calendar.add_business_days(day, length)) == length


@given(day=DAYS, length=st.integers(1, 40), unit=st.sampled_from(["calendar days", "working days"]))
def test_the_steps_number_every_counted_day_once(day: date, length: int, unit: str) -> None:
    count = Count(day, length, unit)  # type: ignore[arg-type]
    numbers = [step.number for step in count.steps if step.number is not None]
    assert numbers == list(range(length + 1))
    assert count.steps[-1].day == count.end
