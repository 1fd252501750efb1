"""Write a docket as an iCalendar file (RFC 5545) whose re-import updates the earlier entries.

Each event keeps its UID from docket to docket (matter, clock, subject), and its SEQUENCE grows with the day of
the docket, so a diary that imports the file again moves the event instead of adding one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from hashlib import sha256

from isa_docs.program.authorities import cite_all
from isa_docs.program.docket import DocketEntry

_EPOCH = date(2000, 1, 1)
_FOLD = 75
"""Longest line in octets, without its line break (RFC 5545, 3.1)."""


def to_ics(entries: Iterable[DocketEntry], as_of: date) -> str:
    """Return ``entries`` as one calendar of all-day events with reminders; lines end in CRLF."""
    return calendar_text(event_text(entry, as_of) for entry in entries)


def calendar_text(events: Iterable[str]) -> str:
    """Return a calendar of events that :func:`event_text` has written."""
    head = ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//isa-docs//docket//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH")
    return "".join((*(f"{line}\r\n" for line in head), *events, "END:VCALENDAR\r\n"))


def event_text(entry: DocketEntry, as_of: date) -> str:
    """Return one event, its lines folded and ended."""
    return "".join(folded for line in _event(entry, as_of) for folded in _fold(line))


def event_uid(entry: DocketEntry) -> str:
    """Return the stable UID of ``entry``: the same for the same matter, clock and subject, whatever the dates."""
    name = "\x1f".join((entry.matter, entry.deadline.clock.key, entry.subject))
    return f"{sha256(name.encode()).hexdigest()[:32]}@isa-docs"


def _event(entry: DocketEntry, as_of: date) -> Iterator[str]:
    deadline = entry.deadline
    yield "BEGIN:VEVENT"
    yield f"UID:{event_uid(entry)}"
    yield f"DTSTAMP:{as_of:%Y%m%d}T000000Z"
    yield f"SEQUENCE:{max(0, (as_of - _EPOCH).days)}"
    yield f"DTSTART;VALUE=DATE:{entry.due:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.due + timedelta(days=1):%Y%m%d}"
    prefix = "LATE: " if entry.late else ""
    yield f"SUMMARY:{_text(f'{prefix}{entry.title} - {entry.importer}')}"
    parts = [entry.sentence, deadline.count_text, deadline.assumption, f"Authority: {cite_all(deadline.authority)}."]
    yield f"DESCRIPTION:{_text(chr(10).join(part for part in parts if part))}"
    yield f"CATEGORIES:ISA,{_text(deadline.id)}"
    yield "TRANSP:TRANSPARENT"
    if entry.days_left >= 0:
        for days in deadline.clock.ticklers:
            yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{_text(entry.title)}")
            yield from (f"TRIGGER:-P{days}D", "END:VALARM")
    yield "END:VEVENT"


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    return escaped.replace("\r\n", "\n").replace("\r", "\n").replace("\n", "\\n")


def _fold(line: str) -> Iterator[str]:
    """Yield ``line`` folded to 75 octets a line, never inside a character."""
    room, piece = _FOLD, ""
    for character in line:
        size = len(character.encode())
        if size > room:
            yield piece + "\r\n"
            piece, room = " ", _FOLD - 1
        piece += character
        room -= size
    yield piece + "\r\n"
