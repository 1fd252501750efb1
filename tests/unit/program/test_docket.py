"""What is due next, to whom, what is late; and the calendar file of it."""

from __future__ import annotations

import re
import time
from datetime import date
from typing import Any

import pytest

from isa_docs.program.docket import DocketEntry, docket_entries, in_risk_order
from isa_docs.program.ics import event_uid, to_ics
from tests.unit.program.matters import matter


def lines(as_of: str, changes: str | dict[str, Any] = "") -> list[tuple[str, str, str, int]]:
    entries = docket_entries(matter(changes), date.fromisoformat(as_of))
    return [(e.deadline.id, e.due.isoformat(), e.status, e.days_left) for e in entries]


NO_LETTER = "submissions.1: DELETE"


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("2012-11-01", [("D1", "2013-06-18", "ahead", 229)]),
        ("2013-06-01", [("D3", "2015-01-15", "ahead", 593)]),
        ("2013-06-15", [("D6", "2013-06-21", "open", 6), ("D3", "2015-01-15", "ahead", 579)]),
        ("2013-06-21", [("D6", "2013-06-21", "open", 0), ("D3", "2015-01-15", "ahead", 573)]),
        ("2013-06-24", [("D3", "2015-01-15", "ahead", 570), ("D7-proposed", "2013-08-02", "expected", 39)]),
        ("2014-12-01", [("D3", "2015-01-15", "ahead", 45)]),
        ("2015-01-10", [("D3", "2015-01-15", "open", 5)]),
        ("2015-01-12", [("D5", "2016-01-15", "ahead", 368)]),
    ],
)
def test_the_next_dates_of_a_matter_through_its_life(as_of: str, expected: list[tuple[str, str, str, int]]) -> None:
    assert lines(as_of) == expected


def test_disclosures_and_petitions_recorded_in_the_matter_are_counted_until_they_are_done() -> None:
    notice = {"clock": "isa-disclosure", "runs_from": date(2013, 8, 2), "reference": "2013-RA-0117"}
    running = {"other_clocks": [notice]}
    assert lines("2013-08-10", running)[0] == ("D8", "2013-08-30", "open", 20)
    assert lines("2013-08-01", running)[0][0] != "D8"
    (entry, *_) = docket_entries(matter(running), date(2013, 9, 3))
    assert (entry.status, entry.to) == ("late", "the CBP office that gave the notice")
    assert entry.subject == "isa-disclosure-2013-RA-0117"
    done = {"other_clocks": [notice | {"done_on": date(2013, 8, 28)}]}
    assert [line[0] for line in lines("2013-08-29", done)] == [line[0] for line in lines("2013-08-29")]
    extended = {"other_clocks": [notice | {"extended_to": date(2013, 10, 1), "to": "Port of Seattle"}]}
    (entry, *_) = docket_entries(matter(extended), date(2013, 9, 3))
    assert (entry.due, entry.to) == (date(2013, 10, 1), "Port of Seattle")
    assert entry.deadline.assumption == "CBP extended the period to October 1, 2013, as the matter records."


def test_between_anniversary_and_end_of_the_window_the_letter_is_still_in_time() -> None:
    assert lines("2015-01-20", NO_LETTER)[0] == ("D3", "2015-02-14", "open", 25)
    assert lines("2015-02-14", NO_LETTER)[0] == ("D3", "2015-02-14", "last-days", 0)
    assert lines("2015-02-15", NO_LETTER)[0] == ("D3", "2015-02-14", "late", -1)


def test_a_missed_letter_stays_late_beside_the_next_one() -> None:
    entries = docket_entries(matter(NO_LETTER), date(2017, 3, 1))
    assert [(e.subject, e.due, e.late) for e in entries] == [
        ("annual-1", date(2015, 2, 14), True),
        ("annual-4", date(2018, 1, 12), False),  # January 15, 2018 is a holiday, the 13th a Saturday
    ]
    assert entries[0].note == "The matter holds no letter. 2 later ones are missing too."


def test_a_late_letter_shows_the_reading_on_which_it_is_in_time() -> None:
    late = docket_entries(matter(), date(2016, 1, 25))[0]
    assert "On another reading in time until February 14, 2016." in late.sentence
    assert late.sentence.startswith("Annual notification letter: Friday, January 15, 2016 (late by 10 days), to Chief,")


SUPPLEMENT = (
    "submissions.+: {id: anl-2015-supplement, kind: annual-notification, date: 2015-06-01, "
    "period: {start: 2013-01-15, end: 2014-12-31}, continues_to_meet_requirements: true}"
)


@pytest.mark.parametrize("day", ["2015-03-01", "2015-06-02"])
def test_a_second_letter_for_the_same_year_does_not_make_the_first_one_late(day: str) -> None:
    assert lines(day, SUPPLEMENT) == lines(day)


def test_of_two_letters_that_are_not_yet_made_the_earlier_is_shown() -> None:
    (entry, *_) = docket_entries(matter(SUPPLEMENT), date(2014, 12, 1))
    assert (entry.submission, entry.planned) == ("anl-2015", date(2015, 1, 12))


def test_an_appeal_not_yet_sent_is_late_after_its_tenth_day() -> None:
    changes = "submissions.2.date: 2013-06-30"
    assert lines("2013-06-22", changes)[0] == ("D6", "2013-06-22", "last-days", 0)
    assert lines("2013-06-24", changes)[0] == ("D6", "2013-06-22", "late", -2)


def test_a_decision_that_has_not_come_is_shown_as_overdue_at_cbp() -> None:
    sent = "events: [{submission: appeal, what: sent, on: 2013-06-20}]"
    entry = docket_entries(matter(sent), date(2013, 9, 1))[-1]
    assert (entry.status, entry.note) == ("overdue-at-cbp", "Ask CBP; the decision is overdue unless it has come.")


def test_an_appeal_stays_due_until_its_sending_is_recorded_or_its_days_are_over() -> None:
    unproved = "Dated June 20, 2013; nothing on file says that it was sent."
    (first, *_) = docket_entries(matter(), date(2013, 6, 21))
    assert (first.deadline.id, first.note) == ("D6", unproved)
    last = docket_entries(matter(), date(2013, 6, 23))[-1]
    assert (last.deadline.id, last.note) == ("D7-proposed", unproved)
    sent = "events: [{submission: appeal, what: sent, on: 2013-06-20}]"
    assert [line[0] for line in lines("2013-06-21", sent)] == ["D3", "D7-proposed"]


def test_an_appeal_of_a_ctpat_decision_stays_due_while_any_period_of_the_statute_runs() -> None:
    ctpat = (
        "submissions.2: {id: appeal, kind: discontinuance-appeal, edition: ctpat-tc, date: 2023-02-01, "
        "notice: {type: proposed, dated: 2023-01-10, received_on: 2023-01-12}, grounds: [], statement_of_facts: x}"
    )
    clocks = [[line[0] for line in lines(day, ctpat)] for day in ("2023-02-09", "2023-04-10", "2023-04-11")]
    assert ["D6-tc" in each for each in clocks] == [True, True, False]


def test_a_report_without_an_application_opens_the_twelve_months() -> None:
    bare = "submissions: []\nacceptance: DELETE"
    (entry,) = docket_entries(matter(bare), date(2013, 5, 1))
    assert (entry.deadline.id, entry.due, entry.status) == ("D1", date(2013, 6, 18), "open")
    assert entry.note == "The matter holds no application yet."


def test_the_addressee_follows_the_date() -> None:
    to = [docket_entries(matter(NO_LETTER), date(y, 1, 2))[-1].to for y in (2015, 2018, 2026)]
    assert to[0].endswith("Washington, D.C. 20229-1143")
    assert to[1:] == [
        "an address that CBP must confirm",
        "CTPAT Trade Compliance portal (CTPATTradeCompliance@cbp.dhs.gov)",
    ]


def test_retention_is_listed_when_asked_for() -> None:
    kept = docket_entries(matter(), date(2016, 1, 10), retention=True)
    assert {(e.deadline.id, e.due) for e in kept} >= {("D12", date(2018, 1, 12)), ("D13", date(2019, 12, 31))}


def test_risk_order_puts_late_before_pressing_before_far_and_rights_before_duties() -> None:
    everything = [
        *docket_entries(matter("matter: b"), date(2013, 6, 15)),
        *docket_entries(matter("matter: a\nsubmissions.2.date: 2013-06-30"), date(2013, 6, 25)),
    ]
    order = [(e.matter, e.deadline.id) for e in in_risk_order(everything)]
    assert order == [("a", "D6"), ("b", "D6"), ("a", "D3"), ("b", "D3")]


def _unfold(ics: str) -> list[str]:
    return re.sub("\r\n ", "", ics).split("\r\n")


def entries_on(day: date, changes: str = "") -> tuple[DocketEntry, ...]:
    return docket_entries(matter(changes), day)


def test_the_calendar_file_has_an_all_day_event_with_count_authority_and_reminders() -> None:
    day = date(2013, 6, 15)
    event = _unfold(to_ics(entries_on(day)[:1], day))
    assert event[0] == "BEGIN:VCALENDAR" and event[-2:] == ["END:VCALENDAR", ""]
    assert "DTSTART;VALUE=DATE:20130621" in event
    assert "DTEND;VALUE=DATE:20130622" in event
    assert "SUMMARY:Appeal of the discontinuance - Northwind Components\\, Inc." in event
    description = next(line for line in event if line.startswith("DESCRIPTION:Appeal of the"))
    assert "day 10 is Saturday\\, June 22\\, 2013" in description
    assert description.endswith("Authority: 77 FR 61012.")
    assert [line for line in event if line.startswith("TRIGGER")] == ["TRIGGER:-P5D", "TRIGGER:-P2D"]


def test_re_import_updates_the_same_event() -> None:
    early, late = date(2013, 2, 1), date(2014, 12, 1)
    moved = "acceptance.mou_signed_by_cbp_on: 2013-01-22"
    (before,) = (e for e in entries_on(early) if e.deadline.id == "D3")
    (after,) = (e for e in entries_on(late, moved) if e.deadline.id == "D3")
    assert before.due != after.due
    assert event_uid(before) == event_uid(after)
    sequence = [int(re.search(r"SEQUENCE:(\d+)", to_ics([e], d))[1]) for e, d in ((before, early), (after, late))]  # type: ignore[index]
    assert sequence[0] < sequence[1]


def test_events_of_other_matters_clocks_and_years_have_other_uids() -> None:
    day = date(2013, 6, 15)
    found = [
        *entries_on(day),
        *entries_on(day, "matter: other"),
        *entries_on(date(2015, 2, 1)),
        *entries_on(date(2016, 3, 1)),
    ]
    assert len({event_uid(e) for e in found}) == 2 + 2 + 2  # annual-2 appears on both of the last dockets


def test_periods_of_one_kind_from_one_day_are_events_of_their_own_and_stay_the_same() -> None:
    tender = {"clock": "tender", "runs_from": date(2014, 3, 3)}
    three = [tender | {"note": "Entry A"}, tender | {"note": "Entry B"}, tender | {"reference": "2014-03-03-2"}]

    def uids(clocks: list[dict[str, Any]]) -> dict[str, str]:
        found = docket_entries(matter({"other_clocks": clocks}), date(2014, 3, 10))
        return {e.subject: event_uid(e) for e in found if e.deadline.path and e.deadline.path[0] == "other_clocks"}

    before = uids(three)
    assert list(before) == ["tender-2014-03-03", "tender-2014-03-03-2", "tender-2014-03-03-2-2"]
    assert len(set(before.values())) == 3
    after = uids([three[0] | {"done_on": date(2014, 3, 5)}, *three[1:]])
    assert after == {subject: uid for subject, uid in before.items() if subject != "tender-2014-03-03"}
    assert uids(three[:1]) == {"tender-2014-03-03": before["tender-2014-03-03"]}


def test_lines_are_folded_at_75_octets_and_never_inside_a_character() -> None:
    day = date(2014, 12, 1)
    ics = to_ics(
        entries_on(
            day, 'importer.legal_name: "東京部品株式会社 <Intl>; \\"Q\\", é – ñ, a very long name indeed, Ltd."'
        ),
        day,
    )
    assert all(len(line.encode()) <= 75 for line in ics.split("\r\n"))
    assert (
        'SUMMARY:First annual notification letter - 東京部品株式会社 <Intl>\\; "Q"\\, é – ñ\\, a very long'
        in "".join(_unfold(ics))
    )
    assert "\n" not in ics.replace("\r\n", "")


@pytest.mark.slow
def test_five_thousand_matters_take_a_fraction_of_the_ten_seconds() -> None:
    m = matter()
    docket_entries(m, date(2014, 12, 1))
    start = time.perf_counter()
    for _ in range(5000):
        docket_entries(m, date(2014, 12, 1))
    assert time.perf_counter() - start < 5
