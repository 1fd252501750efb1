"""Values for the letter of appeal against a proposed or immediate discontinuance."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from isa_docs.documents.characters import typographic
from isa_docs.documents.context import reach, signing_for
from isa_docs.documents.filters import long_date, series
from isa_docs.documents.narratives import narrative
from isa_docs.documents.plan import SubmissionPlan
from isa_docs.intake.model import CorrectiveAction, DiscontinuanceAppeal, Ground, Notice
from isa_docs.program.calendar import calendar_for
from isa_docs.program.recipients import Recipient

Values = dict[str, Any]

APPEAL_DAYS = 10
"""Calendar days from receipt of the notice (77 FR 61012)."""

_ARRIVES = {"hand": 0, "courier": 1}
"""Days in which a delivery can be relied on to arrive, where the last one is a business day."""

_CATEGORY = {
    "mou-terms": "a failure to follow the terms of the Memorandum",
    "reasonable-care": (
        "a failure to exercise reasonable care in the execution of participant obligations under the Program"
    ),
    "laws-and-regulations": "a failure to abide by applicable laws and regulations",
    "willfulness": "willfulness",
    "public-health-interest-safety": "public health, interest or safety",
}
_POSITION = {
    "contested": "The Company contests it.",
    "facts-admitted": (
        "The Company admits facts, to the extent that the answer states, and contests the conclusion drawn from them."
    ),
    "contested-in-part": "The Company contests it in part, as the answer states.",
    "admitted": "The Company admits it, to the extent that the answer states.",
}
_TITLE = re.compile(
    r"^[^,]*\b(?:Administrator|Chief|Commissioner|Counsel|Director|Manager|Officer|Supervisor)\b(?:,|$)"
)
"""Who signed, told by a title and not by a name."""
_STATUS = {"completed": "Completed", "in-progress": "In progress", "planned": "Planned"}


def appeal(plan: SubmissionPlan) -> Values:
    """Return the values of the appeal beyond the letter's frame."""
    submission, matter, tabs = plan.submission, plan.matter, plan.tabs
    assert isinstance(submission, DiscontinuanceAppeal)
    signer = matter.people[submission.signer]
    by_counsel = bool(matter.firm and signer.organization == matter.firm.name)
    return {
        "signer": {
            "role": submission.signer,
            "name": signer.name,
            "title": signer.title,
            "organization": signer.organization or signing_for(matter.importer),
            "capacity": f"Counsel for {matter.importer.legal_name}" if by_counsel else "",
            "reach": reach(signer),
            "bar": signer.bar_admission or "",
        },
        "appeal": {
            "kind": submission.notice.type,
            "immediate": submission.notice.type == "immediate",
            "by_counsel": by_counsel,
            "notice_phrase": notice_phrase(submission.notice),
            "memorandum": memorandum(plan),
            "timeliness": timeliness(plan, _exhibit(plan, "discontinuance-notice")),
            "decider": decider(plan.recipient),
            "facts": narrative(submission.statement_of_facts, tabs),
            "grounds": [_ground(plan, at, ground) for at, ground in enumerate(submission.grounds, 1)],
            "actions": [_action(plan, action) for action in submission.corrective_actions],
            "relief": narrative(submission.relief, tabs),
            "representation": submission.representation_statement,
        },
    }


def notice_phrase(notice: Notice) -> str:
    """Return how the letter identifies the notice: ``CBP gave notice by its letter of June 1, 2015 (the “Notice”)``."""
    text = f"CBP gave notice by its letter of {long_date(notice.dated)} (the “Notice”)"
    if notice.reference:
        text += f", reference {notice.reference}"
    if notice.signed_by:
        text += f", signed by {'the ' * bool(_TITLE.search(notice.signed_by))}{notice.signed_by}"
    return text


def memorandum(plan: SubmissionPlan) -> str:
    """Return the sentence that introduces the Memorandum of Understanding, and cites it where it is enclosed."""
    accepted = plan.matter.acceptance
    signed = f", which CBP signed on {long_date(accepted.mou_signed_by_cbp_on)}" if accepted else ""
    where = _exhibit(plan, "memorandum")
    return (
        f"The Company’s participation rests on its Memorandum of Understanding with CBP{signed} "
        f"(the “Memorandum”{f'; {where}' if where else ''})."
    )


def _exhibit(plan: SubmissionPlan, kind: str) -> str:
    """Return where the first exhibit of a kind is, or nothing."""
    found = [item.key for item in plan.items if item.kind == "exhibit" and item.exhibit and item.exhibit.kind == kind]
    return plan.where(found[0]) if found else ""


def decider(recipient: Recipient) -> str:
    """Return who is asked to decide, as the address names the office: ``the Assistant Commissioner``, else ``CBP``."""
    title = recipient.lines[0].partition(",")[0] if recipient.lines else ""
    return f"the {title}" if title.endswith("Commissioner") else "CBP"


def timeliness(plan: SubmissionPlan, evidence: str = "") -> str:
    """State when the notice was received, the period that runs from then, and the day on which this appeal falls.

    The ten calendar days are those of 77 FR 61012; of a CTPAT decision only its own last day is stated. That the
    appeal arrives in time is said only of a delivery by hand today or by courier on the next business day.
    ``evidence`` is where the notice and the proof of its receipt are enclosed.
    """
    submission = plan.submission
    assert isinstance(submission, DiscontinuanceAppeal)
    notice = submission.notice
    how = "; ".join(each for each in (notice.received_how, evidence) if each)
    how = f" ({how})" if how else ""
    text = (
        f"The Notice is dated {long_date(notice.dated)}. The Company received it on "
        f"{long_date(notice.received_on, 'weekday')}{how}. "
    )
    sent = f"This appeal is sent on {long_date(submission.date, 'weekday')}"
    if plan.edition.edition == "ctpat-tc":
        stated = submission.stated_deadline
        limit = f"It gives until {long_date(stated.due, 'weekday')} for an appeal. " if stated else ""
        return f"{text}{limit}{sent}."
    last = notice.received_on + timedelta(days=APPEAL_DAYS)
    text += (
        "The ten calendar days for an appeal run from receipt: the day of receipt is not counted, and the tenth day is "
        f"{long_date(last, 'weekday')}. {sent}, day {(submission.date - notice.received_on).days}"
    )
    days = min((_ARRIVES[way.method] for way in submission.delivery if way.method in _ARRIVES), default=None)
    if days is not None and calendar_for(plan.matter).roll_forward(submission.date + timedelta(days=days)) <= last:
        text += (
            ", for receipt within the ten days, so that it is timely whether the day of sending or of receipt counts"
        )
    return f"{text}."


def _ground(plan: SubmissionPlan, at: int, ground: Ground) -> Values:
    return {
        "number": at,
        "title": typographic(ground.title),
        "category": _CATEGORY[ground.category],
        "position": _POSITION[ground.position],
        "notice_states": narrative(ground.notice_states, plan.tabs),
        "response": narrative(ground.response, plan.tabs),
        "exhibits": _cited([plan.tabs[name] for name in ground.exhibits]),
    }


def _cited(tabs: list[str]) -> str:
    """Return a citation of exhibits: ``Exhibit B``, ``Exhibits B, C and D``."""
    return f"Exhibit{'s' if len(tabs) > 1 else ''} {series(tabs)}" if tabs else ""


def _status(action: CorrectiveAction) -> str:
    """Return how far an action is, with the day: ``Completed May 1, 2015``, ``In progress; due July 31, 2015``."""
    word = _STATUS[action.status]
    if action.on is None:
        return word
    return f"{word} {long_date(action.on)}" if action.status == "completed" else f"{word}; due {long_date(action.on)}"


def _action(plan: SubmissionPlan, action: CorrectiveAction) -> Values:
    return {
        "action": typographic(action.action).rstrip("."),
        "status": _status(action),
        "owner": plan.matter.people[action.owner].name if action.owner else "",
        "exhibit": f"Exhibit {plan.tabs[action.exhibit]}" if action.exhibit else "–",
    }
