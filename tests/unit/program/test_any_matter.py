"""Whatever a valid matter leaves out, the rules, deadlines and docket answer without failing."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_docs.intake.model import Matter
from isa_docs.program.deadlines import deadlines
from isa_docs.program.docket import docket_entries
from isa_docs.program.ics import to_ics
from isa_docs.program.recipients import recipient_for
from isa_docs.program.rules import check_rules
from tests.unit.program.matters import base


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    if isinstance(value, dict):
        for key, item in value.items():
            found += _places(item, (*path, key))
    elif isinstance(value, list):
        for position, item in enumerate(value):
            found += _places(item, (*path, position))
    return found


PLACES = _places(base())
DATES = [place for place in PLACES if "date" in str(place[-1]) or str(place[-1]).endswith(("_on", "start", "end"))]


def _drop(data: Any, path: tuple[Any, ...]) -> None:
    try:
        for key in path[:-1]:
            data = data[key]
        del data[path[-1]]
    except (KeyError, IndexError, TypeError):
        pass  # an earlier change took the place away


def _set(data: Any, path: tuple[Any, ...], value: Any) -> None:
    try:
        for key in path[:-1]:
            data = data[key]
        if isinstance(data[path[-1]], date):
            data[path[-1]] = value
    except (KeyError, IndexError, TypeError):
        pass


@settings(max_examples=120, deadline=None)
@given(
    dropped=st.lists(st.sampled_from(PLACES), max_size=6),
    moved=st.lists(st.tuples(st.sampled_from(DATES), st.dates(date(1999, 1, 1), date(2040, 1, 1))), max_size=4),
    edition=st.sampled_from([None, "isa-2002", "isa-2012", "ctpat-tc"]),
    as_of=st.dates(date(2001, 1, 1), date(2040, 1, 1)),
)
def test_any_matter_gets_an_answer(
    dropped: list[tuple[Any, ...]], moved: list[tuple[tuple[Any, ...], date]], edition: str | None, as_of: date
) -> None:
    data = base()
    for path, day in moved:
        _set(data, path, day)
    for path in dropped:
        _drop(data, path)
    for submission in data.get("submissions", []):
        if isinstance(submission, dict) and edition:
            submission["edition"] = edition
    try:
        matter = msgspec.convert(data, Matter)
    except msgspec.ValidationError:
        return
    for finding in check_rules(matter, as_of=as_of):
        assert finding.message and finding.authority
    for deadline in deadlines(matter):
        assert deadline.cautious <= deadline.nominal <= deadline.roll_forward
        assert deadline.sentence and deadline.count_text
    for submission in matter.submissions:
        assert recipient_for(matter, submission).sentence
    entries = docket_entries(matter, as_of, retention=True)
    assert all(entry.sentence for entry in entries)
    assert to_ics(entries, as_of).endswith("END:VCALENDAR\r\n")
