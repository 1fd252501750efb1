"""The program's clocks: every worked example of the reference, and both sides of each ambiguity."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_docs.intake.load import load_matter
from isa_docs.program.authorities import all_authorities
from isa_docs.program.calendar import DEFAULT_CALENDAR, HolidayCalendar, calendar_for
from isa_docs.program.deadlines import (
    Deadline,
    annual_cycle,
    annual_deadline,
    clocks,
    deadlines,
    other_deadline,
    own_deadline,
    run_clock,
)
from tests.unit.program.matters import matter


def days(deadline: Deadline) -> tuple[str, str, str]:
    return tuple(day.isoformat() for day in (deadline.nominal, deadline.cautious, deadline.roll_forward))  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("report", "nominal", "cautious", "roll_forward"),
    [
        ("2012-10-31", "2013-10-31", "2013-10-31", "2013-10-31"),
        ("2012-02-29", "2013-02-28", "2013-02-28", "2013-02-28"),
        ("2012-06-30", "2013-06-30", "2013-06-28", "2013-07-01"),
        ("2011-10-05", "2012-10-05", "2012-10-05", "2012-10-05"),
    ],
)
def test_d1_twelve_months_from_the_report(report: str, nominal: str, cautious: str, roll_forward: str) -> None:
    deadline = run_clock("D1", date.fromisoformat(report), DEFAULT_CALENDAR)
    assert days(deadline) == (nominal, cautious, roll_forward)


def test_d1_shows_the_transmittal_date_as_the_other_reading() -> None:
    (deadline,) = deadlines(matter("focused_assessment.transmitted_on: 2012-07-10"), ["application"])
    assert deadline.nominal == date(2013, 6, 18)
    assert [(r.label, r.end, r.used) for r in deadline.readings] == [
        ("report date", date(2013, 6, 18), True),
        ("transmittal date", date(2013, 7, 10), False),
    ]


def test_d2_expedited_review_of_a_pending_ctpat_application() -> None:
    pending = matter("ctpat: {status: applied, applied_on: 2012-11-01}")
    review = deadlines(pending, ["application"])[1]
    assert (review.opens, review.nominal) == (date(2012, 12, 1), date(2012, 12, 16))


@pytest.mark.parametrize(
    ("accepted", "opens", "target", "nominal", "cautious", "roll_forward"),
    [
        ("2013-01-15", "2014-12-16", "2015-01-15", "2015-02-14", "2015-02-13", "2015-02-17"),
        ("2016-02-29", "2018-01-29", "2018-02-28", "2018-03-30", "2018-03-30", "2018-03-30"),
        # The anniversary is a Sunday, the day after it a holiday: only from then on is it in time on either reading.
        ("2013-01-18", "2014-12-19", "2015-01-20", "2015-02-17", "2015-02-17", "2015-02-17"),
    ],
)
def test_d3_window_around_the_two_year_anniversary(
    accepted: str, opens: str, target: str, nominal: str, cautious: str, roll_forward: str
) -> None:
    m = matter(f"acceptance.mou_signed_by_cbp_on: {accepted}")
    deadline = annual_deadline(m, 0, DEFAULT_CALENDAR)
    assert deadline.id == "D3"
    assert (str(deadline.opens), str(deadline.target)) == (opens, target)
    assert days(deadline) == (nominal, cautious, roll_forward)
    assert {r.label for r in deadline.readings} == {"before or after", "after only"}


def test_d4_thirteen_months_on_the_standard_track() -> None:
    deadline = annual_deadline(matter("acceptance.track: standard"), 0, DEFAULT_CALENDAR)
    assert deadline.id == "D4"
    assert days(deadline) == ("2014-02-15", "2014-02-14", "2014-02-18")


def test_d5_counts_from_the_anniversary_and_never_drifts() -> None:
    fa, standard = matter(), matter("acceptance.track: standard")
    assert [annual_deadline(fa, n, DEFAULT_CALENDAR).nominal for n in (1, 2)] == [date(2016, 1, 15), date(2017, 1, 15)]
    assert annual_deadline(standard, 1, DEFAULT_CALENDAR).nominal == date(2015, 2, 15)
    leap = matter("acceptance.mou_signed_by_cbp_on: 2012-02-29")
    assert [annual_deadline(leap, n, DEFAULT_CALENDAR).nominal for n in (1, 2)] == [
        date(2015, 2, 28),
        date(2016, 2, 29),
    ]
    later = annual_deadline(fa, 1, DEFAULT_CALENDAR)
    assert [(r.label, r.end) for r in later.readings] == [
        ("on the anniversary", date(2016, 1, 15)),
        ("within 30 days", date(2016, 2, 14)),
    ]


def test_the_letter_belongs_to_the_anniversary_after_its_period() -> None:
    m = matter()
    assert annual_cycle(m, date(2014, 12, 31)) == 0
    assert annual_cycle(m, date(2015, 1, 31)) == 0
    assert annual_cycle(m, date(2015, 12, 31)) == 1


@pytest.mark.parametrize(
    ("received", "nominal", "cautious", "roll_forward"),
    [
        ("2013-06-12", "2013-06-22", "2013-06-21", "2013-06-24"),
        ("2012-12-22", "2013-01-01", "2012-12-31", "2013-01-02"),
        ("2013-10-04", "2013-10-14", "2013-10-11", "2013-10-15"),
        ("2017-01-10", "2017-01-20", "2017-01-19", "2017-01-23"),  # Inauguration Day: closed in Washington
    ],
)
def test_d6_ten_calendar_days_from_receipt(received: str, nominal: str, cautious: str, roll_forward: str) -> None:
    m = matter(f"submissions.2.notice.received_on: {received}")
    deadline = own_deadline(m, m.submissions[2])
    assert deadline is not None
    assert days(deadline) == (nominal, cautious, roll_forward)


def test_d6_says_the_count_and_warns_of_the_roll_forward() -> None:
    m = matter()
    deadline = own_deadline(m, m.submissions[2])
    assert deadline is not None
    assert deadline.path == ("submissions", 2, "notice", "received_on")
    assert deadline.count_text == (
        "Counted from receipt of the written notice: Wednesday, June 12, 2013 is day 0; day 10 is Saturday, "
        "June 22, 2013. That day is no business day (Saturday)."
    )
    assert deadline.sentence == (
        "Appeal of the discontinuance: due by Saturday, June 22, 2013 (77 FR 61012). June 22, 2013 is a Saturday; "
        "treat Friday, June 21, 2013 as the last day. Filing on Monday, June 24, 2013 could only be argued by "
        "analogy to rules that roll a period forward; do not rely on it."
    )


def test_ctpat_decisions_never_take_the_ten_days() -> None:
    m = matter(
        "submissions.2: {id: a, kind: discontinuance-appeal, edition: ctpat-tc, date: 2023-02-01, "
        "notice: {type: proposed, dated: 2023-01-10, received_on: 2023-01-12}, grounds: [], "
        "statement_of_facts: x}"
    )
    (deadline,) = deadlines(m, ["a"])
    assert (deadline.id, deadline.nominal) == ("D6-tc", date(2023, 2, 9))
    assert [(r.end, r.used) for r in deadline.readings] == [(date(2023, 2, 9), True), (date(2023, 4, 10), False)]


def test_a_ctpat_decision_s_own_last_day_stands_above_the_statute() -> None:
    m = matter(
        "submissions.2.edition: ctpat-tc\nsubmissions.2.date: 2023-02-01\n"
        "submissions.2.notice: {type: proposed, dated: 2023-01-10, received_on: 2023-01-12}\n"
        "submissions.2.stated_deadline: {due: 2023-02-24, counted_from: notice-date}"
    )
    (deadline,) = deadlines(m, ["appeal"])
    assert (deadline.nominal, deadline.readings) == (date(2023, 2, 24), ())
    assert deadline.assumption == "CBP's decision states February 24, 2023 as the last day, as the matter records."


def test_d7_thirty_working_days_for_proposed_fifteen_for_immediate() -> None:
    proposed = deadlines(matter("submissions.2.date: 2013-06-24"), ["appeal"])[1]
    immediate = deadlines(matter("submissions.2.date: 2013-06-24\nsubmissions.2.notice.type: immediate"), ["appeal"])[1]
    assert (proposed.id, proposed.nominal) == ("D7-proposed", date(2013, 8, 6))
    assert (immediate.id, immediate.nominal) == ("D7-immediate", date(2013, 7, 16))


def test_d7_runs_from_the_receipt_that_the_matter_records() -> None:
    decision = deadlines(matter("events: [{submission: appeal, what: received, on: 2013-06-24}]"), ["appeal"])[1]
    assert (decision.nominal, decision.path) == (date(2013, 8, 6), ("events", 0, "on"))


def test_d7_shows_both_readings_when_an_executive_order_moves_it() -> None:
    m = matter("submissions.2.date: 2025-12-15\nsubmissions.2.edition: isa-2012")
    decision = deadlines(m, ["appeal"])[1]
    assert [(r.end, r.used) for r in decision.readings] == [(date(2026, 2, 2), True), (date(2026, 1, 29), False)]


def test_d8_thirty_days_from_the_notification() -> None:
    assert days(run_clock("D8", date(2013, 8, 2), DEFAULT_CALENDAR)) == ("2013-09-01", "2013-08-30", "2013-09-03")


def test_d12_and_d13_keep_results_three_years_and_entries_five() -> None:
    _, results, entries = deadlines(matter(), ["anl-2015"])
    assert (results.id, results.nominal) == ("D12", date(2018, 1, 12))
    assert (entries.id, entries.nominal) == ("D13", date(2019, 12, 31))
    assert results.sentence == "Self-testing results kept: at least until January 12, 2018 (77 FR 61012)."


def test_what_the_plan_promises_to_keep_longer_is_kept_longer() -> None:
    m = matter("self_testing_plan.retention: {test_results_years: 5, entry_records_years: 6}")
    _, results, entries = deadlines(m, ["anl-2015"])
    assert (results.nominal, entries.nominal) == (date(2020, 1, 12), date(2020, 12, 31))
    assert results.assumption.startswith("The self-testing plan promises 5 years, more than the 3 asked for. ")


def test_d14_counts_a_day_closed_by_executive_order_because_it_may_be_no_legal_holiday() -> None:
    m = matter({"other_clocks": [{"clock": "foia-objection", "runs_from": date(2025, 12, 15)}]})
    deadline = other_deadline(m.other_clocks[0], 0, calendar_for(m))
    assert (deadline.nominal, deadline.cautious) == (date(2025, 12, 30), date(2025, 12, 30))
    assert [(r.end, r.used) for r in deadline.readings] == [(date(2026, 1, 2), False), (date(2025, 12, 30), True)]


def test_d14_leaves_out_weekends_and_holidays() -> None:
    assert run_clock("D14", date(2013, 6, 28), DEFAULT_CALENDAR).nominal == date(2013, 7, 15)


def test_d9_d10_d11_and_d15_are_there() -> None:
    ends = {c: run_clock(c, date(2013, 3, 1), DEFAULT_CALENDAR).nominal for c in ("D9", "D10", "D11", "D15-penalty")}
    assert ends == {
        "D9": date(2013, 3, 31),
        "D10": date(2013, 3, 31),
        "D11": date(2013, 3, 11),
        "D15-penalty": date(2013, 4, 30),
    }


def test_an_assumed_track_is_said_in_the_assumption() -> None:
    m = matter("acceptance.track: DELETE\nsubmissions.0: DELETE")
    assert (
        "Assumed because the matter holds a Focused Assessment." in annual_deadline(m, 0, DEFAULT_CALENDAR).assumption
    )


def test_every_clock_has_known_authorities_an_assumption_and_at_most_one_reading_used() -> None:
    for clock in clocks().values():
        assert set(clock.authority) <= set(all_authorities()), clock.id
        assert clock.assumption
        assert not clock.readings or sum(r.used for r in clock.readings) == 1


@given(
    clock=st.sampled_from(sorted(clocks())),
    start=st.dates(date(1995, 1, 1), date(2060, 1, 1)),
    closed=st.dictionaries(st.dates(date(1995, 1, 1), date(2066, 1, 1)), st.just("closed"), max_size=40),
)
def test_cautious_nominal_roll_forward_are_in_order(clock: str, start: date, closed: dict[date, str]) -> None:
    deadline = run_clock(clock, start, HolidayCalendar(extra=closed))
    assert deadline.cautious <= deadline.nominal <= deadline.roll_forward
    assert deadline.act_by <= deadline.nominal


def test_the_portal_goes_by_whole_years_where_the_first_letter_took_thirteen_months() -> None:
    path = Path(__file__).resolve().parents[3] / "examples" / "harborlight" / "matter.yaml"
    matter = load_matter(path).matter
    letter = next(each for each in matter.submissions if each.id == "anl-2026")
    deadline = own_deadline(matter, letter)
    assert deadline is not None
    assert (deadline.id, deadline.nominal) == ("D5-tc", date(2026, 9, 23))
