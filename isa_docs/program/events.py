"""What became of a submission, as the matter records it: sent, received by CBP, decided."""

from __future__ import annotations

from datetime import date
from typing import Literal

from isa_docs.intake.model import Event, Matter, Submission


def event_of(matter: Matter, submission: str, what: Literal["sent", "received", "decided"]) -> Event | None:
    """Return the last recorded event of this kind for a submission, or None."""
    found = [each for each in matter.events if each.submission == submission and each.what == what]
    return max(found, key=lambda each: each.on, default=None)


def made_on(matter: Matter, submission: Submission) -> date:
    """Return the day a submission counts as made: the first day it was sent, or else the date it bears."""
    sent = [each.on for each in matter.events if each.submission == submission.id and each.what == "sent"]
    return min(sent, default=submission.date)


def received_on(matter: Matter, submission: Submission) -> date:
    """Return the day CBP received a submission where it is recorded, or else the day it counts as made."""
    event = event_of(matter, submission.id, "received")
    return event.on if event else made_on(matter, submission)


def decided_by(matter: Matter, submission: Submission, day: date) -> bool:
    """Tell whether CBP's decision on a submission is recorded on or before ``day``."""
    event = event_of(matter, submission.id, "decided")
    return event is not None and event.on <= day
