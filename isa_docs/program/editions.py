"""Tell which program edition governs a submission, and on which track the importer is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from isa_docs.intake.model import Application, DiscontinuanceAppeal, Edition, Matter, Submission, Track

NOTICE_2002 = date(2002, 6, 17)
"""Publication of 67 FR 41298."""
NOTICE_2012 = date(2012, 10, 5)
"""Publication and effective date of 77 FR 61012."""
OIT_ABOLISHED = date(2016, 3, 25)
"""First day on which no Office of International Trade can exist (19 U.S.C. 2084)."""
INTEGRATED = date(2020, 3, 1)
"""First day of the month in which CBP integrated ISA into CTPAT Trade Compliance."""


@dataclass(frozen=True)
class EditionChoice:
    """The edition a submission is made under, and why.

    ``in_force`` is the edition of the submission's date; it differs from ``edition`` when a paper of the old
    program is dated after March 2020 without saying so: nothing is switched silently, a rule reports it.
    """

    edition: Edition
    in_force: Edition
    explicit: bool
    why: str


def edition_for(matter: Matter, submission: Submission) -> EditionChoice:
    """Return the edition of ``submission``: its own ``edition`` field, else by date and route.

    Before October 5, 2012 and on the standard track the 2002 notice governs; the Focused Assessment route and
    every discontinuance appeal follow the 2012 notice. ``ctpat-tc`` is never chosen unless the matter says so.
    """
    by_date = _edition_on(matter, submission)
    in_force: Edition = "ctpat-tc" if submission.date >= INTEGRATED else by_date
    if submission.edition is not None:
        return EditionChoice(submission.edition, in_force, True, "The matter names the edition.")
    if submission.date < NOTICE_2012:
        why = "The submission is dated before the 2012 notice took effect on October 5, 2012."
    elif by_date == "isa-2012":
        why = "The 2012 notice governs the Focused Assessment route and every discontinuance appeal."
    else:
        why = "The standard track follows the 2002 notice as the 2012 notice updated it."
    return EditionChoice(by_date, in_force, False, why)


def _edition_on(matter: Matter, submission: Submission) -> Edition:
    if submission.date < NOTICE_2012:
        return "isa-2002"
    if isinstance(submission, DiscontinuanceAppeal):
        return "isa-2012"
    route = submission.route if isinstance(submission, Application) else track_of(matter).track
    return "isa-2012" if route == "focused-assessment" else "isa-2002"


@dataclass(frozen=True)
class TrackChoice:
    """The track the importer came in by; ``assumed`` when the matter does not settle it."""

    track: Track
    assumed: bool
    why: str


def track_of(matter: Matter) -> TrackChoice:
    """Return the track: as recorded at acceptance, else the route of the application, else by the facts.

    Without either, a Focused Assessment in the matter speaks for that route; otherwise the standard track is
    taken, whose first annual letter is due earlier.
    """
    if matter.acceptance is not None and matter.acceptance.track is not None:
        return TrackChoice(matter.acceptance.track, False, "The acceptance records the track.")
    routes = {submission.route for submission in matter.submissions if isinstance(submission, Application)}
    if len(routes) == 1:
        return TrackChoice(routes.pop(), False, "The application in the matter was made on this route.")
    if matter.focused_assessment is not None:
        return TrackChoice("focused-assessment", True, "Assumed because the matter holds a Focused Assessment.")
    return TrackChoice("standard", True, "Assumed; its first annual letter is due earlier, which is the safer date.")
