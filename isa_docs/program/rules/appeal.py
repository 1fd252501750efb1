"""The discontinuance appeal: ten calendar days, the right decision period, grounds, proof, representation."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from isa_docs.findings import Path
from isa_docs.intake.model import DiscontinuanceAppeal
from isa_docs.program.calendar import long_date, weekday_date
from isa_docs.program.events import event_of, made_on
from isa_docs.program.rules.registry import ERROR, ISA_EDITIONS, WARNING, Case, Problem, rule

_KIND = ("discontinuance-appeal",)
_IMMEDIATE_GROUNDS = ("willfulness", "public-health-interest-safety")
_DAYS = r"(?P<number>\d+|[a-z]+)(?:\s*\(\d+\))?[\s-]+(?P<kind>calendar|working|business)[\s-]+days?"
_PERIOD = re.compile(_DAYS, re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:appeal\w*|decision|decide[sd]?|ruling|Assistant Commissioner|answer|hear(?:ing)?\s+from)\b", re.IGNORECASE
)
_NO_KIND = re.compile(
    r"(?<!after\sthe\s)(?<!following\sthe\s)(?<!of\sthe\s)\b(?:decision|decide|ruling|rule|answer)\b[^.,;]{0,40}?\b"
    r"(?P<words>(?:with)?in\s+(?P<number>15|30|fifteen|thirty)(?:\s*\(\d+\))?\s+days)\b",
    re.IGNORECASE,
)
"""A decision's days without saying that they are working days."""
_FROM_NOTICE = re.compile(
    r"\b(?:10|ten)\b(?:\s*\(10\))?\s+(?:calendar\s+)?days\s+(?:of|from|after)\s+(?:the\s+)?"
    r"(?:date\s+of\s+(?:the|this|that|CBP's)\s+(?:\w+\s+)?notice|notice's\s+date|(?:issuance|mailing)\s+of\s+the\s+notice)\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?]+[.!?]?")
_NUMBERS = {"ten": 10, "fifteen": 15, "thirty": 30}
_POSITIONS = {
    "facts-admitted": "admitted as to its facts",
    "contested-in-part": "contested in part",
    "admitted": "admitted",
}
"""What is said of a ground that is not contested altogether."""


@rule(
    "ISA-APP-001",
    "Appeal later than ten calendar days after receipt",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Tell the attorney today: without a timely appeal the notice becomes the agency's final decision.",
    example="notice: {received_on: 2013-06-12}   # appeal dated 2013-06-24",
)
def isa_app_001(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """The appeal is made in writing within ten calendar days of receipt of the notice; every day counts."""
    if (deadline := case.deadline) is not None:
        ended = f"the ten calendar days ended on {weekday_date(deadline.nominal)}. {deadline.count_text}"
        yield from _late(case, deadline.nominal, ended)


@rule(
    "ISA-APP-002",
    "Appeal on the last day, or on a day CBP is closed",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012", "cfr-19-163-13", "cfr-19-101-6"),
    remedy="Have it in CBP's hands on a business day before the last one, by courier, and by email as well.",
    example="notice: {received_on: 2013-06-12}   # appeal dated Saturday 2013-06-22",
)
def isa_app_002(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """The notice does not say whether sending is enough, so the appeal must be received by the last day.

    A letter dated on the last safe day can only arrive by hand: the notice names a street address and no mailbox.
    """
    deadline, day = case.deadline, case.submission.date
    if deadline is None or day > deadline.nominal:
        return
    by_hand = any(way.method == "hand" for way in case.submission.delivery)
    safe = f"the last safe day for CBP to receive it is {weekday_date(deadline.cautious)}."
    if day > deadline.cautious or (day == deadline.cautious and not by_hand):
        yield Problem(f"The appeal is dated {weekday_date(day)}; {safe}", case.path("date"))
    received = event_of(case.matter, case.submission.id, "received")
    if received is not None and received.on > deadline.nominal:
        message = f"CBP received the appeal on {weekday_date(received.on)}, as the file records; {safe}"
        yield Problem(message, ("events", case.matter.events.index(received), "on"))


@rule(
    "ISA-APP-003",
    "Appeal period counted wrongly",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Count ten calendar days from receipt of the notice.",
    example="stated_deadline: {due: 2013-06-26, counted_from: receipt, days: business}",
)
def isa_app_003(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """The ten days are calendar days and run from receipt: not from the notice's date, not in business days."""
    stated, deadline = case.submission.stated_deadline, case.deadline
    if stated is None or deadline is None:
        return
    if stated.counted_from != "receipt":
        start = stated.counted_from.replace("-", " ")
        yield Problem(f"The file counts the appeal period from the {start}.", case.path("stated_deadline"))
    if stated.days != "calendar":
        yield Problem("The file counts the appeal period in business days.", case.path("stated_deadline", "days"))
    if stated.due > deadline.nominal:
        yield Problem(
            f"The file's last day is {long_date(stated.due)}; it is {weekday_date(deadline.nominal)}.",
            case.path("stated_deadline", "due"),
        )


@rule(
    "ISA-APP-004",
    "Wrong decision or appeal period in the text",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Write ten calendar days for the appeal, and thirty (proposed) or fifteen (immediate) working days for the "
    "decision.",
    example="relief: A decision is asked for within thirty (30) working days.   # the notice is immediate",
)
def isa_app_004(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """CBP decides in 30 working days on a proposed and in 15 on an immediate discontinuance; never calendar days.

    The appeal itself has ten calendar days.
    """
    right = 30 if case.submission.notice.type == "proposed" else 15
    for text, path in _texts(case):
        about = (sentence[0] for sentence in _SENTENCE.finditer(text) if _ABOUT.search(sentence[0]))
        for match in (match for sentence in about for match in _PERIOD.finditer(sentence)):
            number = _NUMBERS.get(match["number"].lower()) or (int(match["number"]) if match["number"].isdigit() else 0)
            working = match["kind"].lower() != "calendar"
            if (number == 10 and working) or (number in (15, 30) and (not working or number != right)):
                yield Problem(
                    f"The text says {match[0]!r}; the appeal period is ten calendar days and the decision on this "
                    f"{case.submission.notice.type} discontinuance is due in {right} working days.",
                    path,
                )
        for match in _NO_KIND.finditer(text):
            yield Problem(
                f"The text says {match['words']!r} of the decision, without a kind of days; on this "
                f"{case.submission.notice.type} discontinuance it is due in {right} working days.",
                path,
            )
        for match in _FROM_NOTICE.finditer(text):
            yield Problem(
                f"The text says {match[0]!r}; the ten calendar days run from the receipt of the notice.", path
            )


def _late(case: Case[DiscontinuanceAppeal], last: date, ended: str) -> Iterator[Problem]:
    """Find an appeal dated, or recorded as sent, after its ``last`` day; ``ended`` says when and why that was."""
    day, sent = case.submission.date, made_on(case.matter, case.submission)
    if day > last:
        yield Problem(f"The appeal is dated {long_date(day)}; {ended}", case.path("date"))
    elif sent > last:
        yield Problem(f"The appeal was sent on {long_date(sent)}, as the file records; {ended}", _sent(case))


def _sent(case: Case[DiscontinuanceAppeal]) -> Path:
    """Return where the first sending of the appeal is recorded."""
    events, appeal = case.matter.events, case.submission.id
    sent = [(each.on, at) for at, each in enumerate(events) if each.submission == appeal and each.what == "sent"]
    return ("events", min(sent)[1], "on")


def _texts(case: Case[DiscontinuanceAppeal]) -> Iterator[tuple[str, Path]]:
    appeal = case.submission
    yield appeal.statement_of_facts, case.path("statement_of_facts")
    if appeal.relief:
        yield appeal.relief, case.path("relief")
    for position, ground in enumerate(appeal.grounds):
        yield ground.response, case.path("grounds", position, "response")
    for position, action in enumerate(appeal.corrective_actions):
        yield action.action, case.path("corrective_actions", position, "action")


@rule(
    "ISA-APP-005",
    "Counsel signs without the statement of representation",
    severity=WARNING,
    kinds=_KIND,
    authority=("usc-5-500",),
    remedy="Set representation_statement to true, or let an officer sign.",
    example="signer: counsel   # representation_statement: false",
)
def isa_app_005(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """A member of the bar may represent a person on a written declaration of being qualified and authorized to."""
    signer = case.person(case.submission.signer)
    outside = signer is not None and (signer.bar_admission is not None or signer.organization is not None)
    if signer is not None and outside and not case.submission.representation_statement:
        yield Problem(
            f"{signer.name} signs for the importer without the statement of 5 U.S.C. 500(b).",
            case.path("representation_statement"),
        )


@rule(
    "ISA-APP-006",
    "Dates of notice and appeal in impossible order",
    severity=ERROR,
    kinds=_KIND,
    authority=("practice",),
    remedy="Check the envelope or the courier record, and correct the date that is wrong.",
    example="notice: {dated: 2013-06-10, received_on: 2013-06-07}",
)
def isa_app_006(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """A notice is received on or after its date, and appealed on or after its receipt."""
    notice = case.submission.notice
    if notice.received_on < notice.dated:
        yield Problem(
            f"The notice is dated {long_date(notice.dated)} but was received on {long_date(notice.received_on)}.",
            case.path("notice", "received_on"),
        )
    if case.submission.date < notice.received_on:
        yield Problem(
            f"The appeal is dated {long_date(case.submission.date)}, before the notice was received.", case.path("date")
        )


@rule(
    "ISA-APP-008",
    "Ground does not fit the type of notice",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Check notice.type and the ground's category against the notice.",
    example="notice: {type: proposed}   # grounds: [{category: willfulness}]",
)
def isa_app_008(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """Immediate discontinuance rests on willfulness or on public health, interest or safety; proposed on the rest.

    An immediate notice that states none of these may be answered on that point.
    """
    kind = case.submission.notice.type
    for position, ground in enumerate(case.submission.grounds):
        if kind == "proposed" and ground.category in _IMMEDIATE_GROUNDS:
            yield Problem(
                f"{ground.title}: {ground.category.replace('-', ' ')} is a ground for immediate discontinuance, and "
                "the notice is entered as proposed.",
                case.path("grounds", position, "category"),
            )
    categories = {ground.category for ground in case.submission.grounds}
    if kind == "immediate" and categories and not categories & set(_IMMEDIATE_GROUNDS):
        yield Problem(
            "The notice is entered as immediate, but no ground is willfulness or public health, interest or safety.",
            case.path("grounds"),
        )


@rule(
    "ISA-APP-009",
    "Notice not enclosed",
    severity=WARNING,
    kinds=_KIND,
    authority=("practice",),
    remedy="Enclose a copy of the notice as an exhibit of kind discontinuance-notice.",
    example="exhibits: []",
)
def isa_app_009(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """The reader should find the notice that is appealed in the package."""
    if not case.has_exhibit("discontinuance-notice"):
        yield Problem("The notice is not among the exhibits.", case.path("exhibits"))


@rule(
    "ISA-APP-010",
    "No proof of when the notice was received",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012", "practice"),
    remedy="Enclose the envelope or the courier record as an exhibit of kind proof-of-receipt.",
    example="exhibits: [{id: n, title: Notice, file: n.pdf, kind: discontinuance-notice}]",
)
def isa_app_010(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """The ten days run from receipt, so the day of receipt is the fact to prove."""
    if not case.has_exhibit("proof-of-receipt"):
        yield Problem("No exhibit shows when the notice was received.", case.path("exhibits"))


@rule(
    "ISA-APP-012",
    "Admitted ground without corrective action",
    severity=WARNING,
    kinds=_KIND,
    authority=("handbook-mou-2011", "practice"),
    remedy="Enter what was done or will be done under corrective_actions.",
    example="grounds: [{id: care, position: admitted}]   # corrective_actions: []",
)
def isa_app_012(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """What is admitted is corrected; the appeal says how."""
    if case.submission.corrective_actions:
        return
    for position, ground in enumerate(case.submission.grounds):
        if ground.position != "contested":
            yield Problem(
                f"{ground.title} is {_POSITIONS[ground.position]}, and the appeal names no corrective action.",
                case.path("grounds", position, "position"),
            )


@rule(
    "ISA-APP-011",
    "CTPAT decision: the period is the one stated in the decision",
    severity=WARNING,
    kinds=_KIND,
    editions=("ctpat-tc",),
    authority=("usc-6-967", "ctpat-appeals-2020"),
    remedy="Read the period in the decision letter and enter its last day as stated_deadline.",
    example="edition: ctpat-tc   # no stated_deadline",
)
def isa_app_011(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """The ten days of the 2012 notice never apply to a CTPAT decision; the decision's own period does.

    Where two periods are arguable, the shorter is met.
    """
    deadline = case.deadline
    if case.submission.stated_deadline is None and deadline is not None:
        shorter, longer = deadline.readings
        yield Problem(
            "The file does not say which period the decision gives. Until then the shorter one of the statute is "
            f"counted, to {long_date(deadline.nominal)}: {shorter.text} {longer.sentence}",
            case.path("stated_deadline"),
        )


@rule(
    "ISA-APP-013",
    "CTPAT appeal later than the decision allows",
    severity=ERROR,
    kinds=_KIND,
    editions=("ctpat-tc",),
    authority=("usc-6-967", "ctpat-appeals-2020"),
    remedy="Tell the attorney today; if CBP extended the period, enter the new last day as stated_deadline.",
    example="edition: ctpat-tc, stated_deadline: {due: 2023-02-10, counted_from: receipt}   # dated 2023-02-13",
)
def isa_app_013(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """A CTPAT decision is appealed by the day it states; without one, within the longest period of the statute."""
    if (deadline := case.deadline) is not None:
        why = "as the decision states" if case.submission.stated_deadline else "90 days after the decision"
        yield from _late(case, deadline.outer, f"its last day was {weekday_date(deadline.outer)}, {why}.")


@rule(
    "ISA-APP-014",
    "Admission in the appeal",
    severity=WARNING,
    kinds=_KIND,
    authority=("usc-19-1592", "practice"),
    remedy="Have counsel read the answer for what it admits, and record the decision as an override.",
    example="grounds: [{id: care, position: admitted}]",
)
def isa_app_014(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """What the appeal admits, CBP may hold against the importer in a penalty case; counsel decides on it.

    The papers admit no more than the answer states.
    """
    for position, ground in enumerate(case.submission.grounds):
        if ground.position != "contested":
            willful = "; it is the ground of willfulness" if ground.category == "willfulness" else ""
            message = f"{ground.title} is {_POSITIONS[ground.position]}{willful}."
            yield Problem(message, case.path("grounds", position, "position"))


@rule(
    "ISA-APP-007",
    "Planned corrective action without a date",
    severity=WARNING,
    kinds=_KIND,
    authority=("practice",),
    remedy="Give each action that is not completed a due date and an owner.",
    example="corrective_actions: [{action: New procedure, status: planned}]",
)
def isa_app_007(case: Case[DiscontinuanceAppeal]) -> Iterator[Problem]:
    """A promise without a date or an owner carries little weight."""
    for position, action in enumerate(case.submission.corrective_actions):
        if action.status != "completed" and (action.on is None or not action.owner):
            yield Problem(
                "A corrective action that is not completed has no due date or no owner.",
                case.path("corrective_actions", position),
            )
