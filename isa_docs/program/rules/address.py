"""The addressee: the right office for the kind of paper, an office that existed, a channel that arrives in time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from isa_docs.intake.model import Submission
from isa_docs.program.calendar import long_date, weekday_date
from isa_docs.program.editions import INTEGRATED
from isa_docs.program.recipients import confirmation_for, directory, expected_key, kind_of, wrong_offices
from isa_docs.program.rules.registry import ERROR, ISA_EDITIONS, NOTE, WARNING, Case, Problem, rule

_MAIL = ("first-class-mail",)
_UNPROVED = {"email", "first-class-mail", "portal"}


@rule(
    "ISA-ADR-001",
    "Office that did not exist on the date of the submission",
    severity=ERROR,
    editions=ISA_EDITIONS,
    authority=("usc-19-2084", "fr-77-61012"),
    remedy="Ask CBP for the address and record the answer under confirmations (who, when, how, the address), or make "
    "the papers under edition ctpat-tc.",
    example="date: 2017-01-12   # no confirmation for the submission",
)
def isa_adr_001(case: Case[Submission]) -> Iterator[Problem]:
    """The offices of the 2012 notice ended with the Office of International Trade in March 2016.

    Before October 5, 2012 no address of theirs is known. An address is never swapped silently.
    """
    recipient = case.recipient
    if recipient.current or recipient.channel != "post" or case.submission.date >= INTEGRATED:
        return
    yield Problem(
        f"The submission is dated {long_date(case.submission.date)} and would go to {recipient.one_line}; "
        f"{recipient.note}.",
        case.path("date"),
    )


@rule(
    "ISA-ADR-002",
    "ISA paper dated after the program was integrated into CTPAT",
    severity=ERROR,
    editions=ISA_EDITIONS,
    since=INTEGRATED,
    authority=("ctpat-tc-faq", "usc-19-2084"),
    remedy="Set edition: ctpat-tc to make portal attachments, or record under confirmations who at CBP asked for an "
    "ISA letter, when, and the address.",
    example="date: 2022-01-12   # no edition, no confirmation",
)
def isa_adr_002(case: Case[Submission]) -> Iterator[Problem]:
    """CBP integrated ISA into CTPAT Trade Compliance in March 2020; filing is through the portal, not by letter."""
    if case.recipient.source != "confirmation":
        yield Problem(
            f"The submission is dated {long_date(case.submission.date)} but is made under {case.edition.edition}, the "
            "mailed program.",
            case.path("edition" if case.submission.edition else "date"),
        )


@rule(
    "ISA-ADR-003",
    "Wrong addressee for this kind of paper",
    severity=ERROR,
    authority=("fr-77-61012",),
    remedy="Remove the recipient field and let the directory choose, or record CBP's instruction under confirmations.",
    example="kind: discontinuance-appeal, recipient: isa_ppb_2012",
)
def isa_adr_003(case: Case[Submission]) -> Iterator[Problem]:
    """Applications and annual letters go to the Chief, Partnership Programs Branch (20229-1143).

    Appeals go to the Assistant Commissioner (20229 without a suffix), never the other way round.
    """
    asked, expected = case.submission.recipient, expected_key(case.matter, case.submission)
    if asked is None or asked == expected:
        return
    entry = directory().get(asked)
    if entry is None:
        yield Problem(
            f"The directory has no entry {asked!r}.",
            case.path("recipient"),
            f"Remove the recipient field and let the directory choose; its keys are {', '.join(directory())}.",
        )
        return
    right = directory()[expected][2]
    yield Problem(
        f"The {kind_of(case.submission).replace('-', ' ')} is to go to "
        f"{entry[2].one_line or asked}; it goes to {right.one_line}.",
        case.path("recipient"),
    )


@rule(
    "ISA-ADR-004",
    "Ordinary mail may arrive too late",
    severity=WARNING,
    editions=ISA_EDITIONS,
    authority=("gao-08-938r",),
    remedy="Send it by courier and by email, and keep both proofs of delivery.",
    example="delivery: [{method: first-class-mail}]   # an appeal with ten days",
)
def isa_adr_004(case: Case[Submission]) -> Iterator[Problem]:
    """Mail to ZIP codes 20201-20597 is irradiated and can lose days to weeks.

    An appeal, or anything with fewer than 15 days left, must not depend on it.
    """
    methods = [way.method for way in case.submission.delivery]
    mailed = [method for method in methods if method in _MAIL]
    if not mailed or len(mailed) < len(methods) or case.recipient.channel != "post":
        return
    deadline = case.deadline
    left = (deadline.nominal - case.submission.date).days if deadline is not None else None
    if kind_of(case.submission) == "discontinuance-appeal" or (left is not None and left < 15):
        rest = f" with {max(left, 0)} days left" if left is not None else ""
        yield Problem(f"The submission travels only by ordinary mail{rest}.", case.path("delivery"))


@rule(
    "ISA-ADR-005",
    "Address given by CBP",
    severity=NOTE,
    editions=ISA_EDITIONS,
    authority=("practice",),
    remedy="Nothing to do; keep the record of the call or message with the file.",
    example="confirmations: [{submission: anl-2015, by: R. Ortiz, on: 2015-01-08, how: phone, ...}]",
)
def isa_adr_005(case: Case[Submission]) -> Iterator[Problem]:
    """An instruction of CBP for the submission wins over the directory and is shown."""
    if case.recipient.source == "confirmation":
        yield Problem(f"Addressed to {case.recipient.one_line}. {case.recipient.why}", _confirmation_path(case))


def _confirmation_path(case: Case[Submission]) -> tuple[str | int, ...]:
    found = confirmation_for(case.matter, case.submission)
    return ("confirmations", case.matter.confirmations.index(found)) if found else ("confirmations",)


@rule(
    "ISA-ADR-006",
    "Confirmation old, later than the paper, or not needed",
    severity=WARNING,
    authority=("practice",),
    remedy="Confirm address and channel again in the week of sending, and record it.",
    example="confirmations: [{on: 2014-06-01}]   # submission dated 2015-01-12",
)
def isa_adr_006(case: Case[Submission]) -> Iterator[Problem]:
    """An address is confirmed within the 30 days before the paper goes out."""
    found = confirmation_for(case.matter, case.submission)
    if found is None:
        return
    path = _confirmation_path(case)
    if case.recipient.source != "confirmation":
        yield Problem(f"The confirmation is not used: {case.edition.edition} prints no address.", path)
    elif found.on > case.submission.date:
        yield Problem(f"The confirmation of {long_date(found.on)} is later than the paper.", (*path, "on"))
    elif case.submission.date - found.on > timedelta(days=30):
        yield Problem(f"The confirmation of {long_date(found.on)} is more than 30 days old.", (*path, "on"))


@rule(
    "ISA-ADR-007",
    "Confirmed address belongs to another office",
    severity=WARNING,
    authority=("fr-87-9371", "practice"),
    remedy="Ask CBP again; if the address is meant, override this warning with the reason.",
    example="confirmations: [{address: [90 K Street NE, 10th Floor]}]",
)
def isa_adr_007(case: Case[Submission]) -> Iterator[Problem]:
    """Some CBP addresses are right for rulings or bonds and wrong for ISA papers."""
    if case.recipient.source != "confirmation":
        return
    text = case.recipient.one_line
    for office in wrong_offices():
        if any(fragment.lower() in text.lower() for fragment in office.match):
            yield Problem(
                f"The confirmed address is that of {office.office}: {office.reason}.",
                (*_confirmation_path(case), "address"),
            )


@rule(
    "ISA-ADR-008",
    "Confirmed address mixes up the two offices of the notice",
    severity=WARNING,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Ask CBP again whether this office takes this kind of paper.",
    example="confirmations: [{submission: appeal, address: ['Chief, Partnership Programs Branch', ...]}]",
)
def isa_adr_008(case: Case[Submission]) -> Iterator[Problem]:
    """ZIP suffix 1143 and the Chief are for applications and letters, the Assistant Commissioner for appeals."""
    if case.recipient.source != "confirmation":
        return
    text, is_appeal = case.recipient.one_line, kind_of(case.submission) == "discontinuance-appeal"
    wrong = ("Partnership Programs Branch", "20229-1143", "Executive Director") if is_appeal else ("Commissioner,",)
    for fragment in wrong:
        if fragment in text:
            yield Problem(
                f"The confirmed address of this {kind_of(case.submission).replace('-', ' ')} says {fragment!r}.",
                (*_confirmation_path(case), "address"),
            )
            return


@rule(
    "ISA-ADR-009",
    "Way of sending not stated, or not one that proves delivery",
    severity=WARNING,
    authority=("practice",),
    remedy="State courier and email under delivery (portal under ctpat-tc).",
    example="delivery: []",
)
def isa_adr_009(case: Case[Submission]) -> Iterator[Problem]:
    """The VIA line says how the package travels; a mailed paper wants proof of delivery, a portal paper the portal."""
    methods = {way.method for way in case.submission.delivery}
    if not methods:
        yield Problem("The file does not say how the package travels.", case.path("delivery"))
    elif case.recipient.channel == "portal" and "portal" not in methods:
        yield Problem("The papers go through the portal, which delivery does not name.", case.path("delivery"))
    elif case.recipient.channel == "post" and methods == {"portal"}:
        yield Problem("An ISA paper cannot be sent through the CTPAT portal.", case.path("delivery"))
    elif case.recipient.channel == "post" and methods <= _UNPROVED:
        yield Problem("Neither email nor first-class mail proves delivery at the address.", case.path("delivery"))


@rule(
    "ISA-ADR-010",
    "Directory entry not verified for a year",
    severity=NOTE,
    authority=("practice",),
    remedy="Confirm the address or channel with CBP in the week of sending.",
    example="directory entry last verified more than a year before the day of the check",
)
def isa_adr_010(case: Case[Submission]) -> Iterator[Problem]:
    """The directory says when each entry was last verified; a paper that still has to go out relies on it."""
    recipient = case.recipient
    if case.as_of is None or recipient.verified is None or recipient.source == "confirmation":
        return
    if case.submission.date >= case.as_of and case.as_of - recipient.verified > timedelta(days=366):
        yield Problem(
            f"The directory entry {recipient.key} was last verified on {long_date(recipient.verified)}.",
            case.path("date"),
        )


@rule(
    "ISA-ADR-011",
    "CTPAT edition before CTPAT Trade Compliance existed",
    severity=ERROR,
    editions=("ctpat-tc",),
    until=INTEGRATED - timedelta(days=1),
    authority=("ctpat-tc-faq",),
    remedy="Remove edition: ctpat-tc, or correct the date.",
    example="edition: ctpat-tc   # submission dated 2015-01-12",
)
def isa_adr_011(case: Case[Submission]) -> Iterator[Problem]:
    """CTPAT Trade Compliance exists since March 2020."""
    yield Problem(f"The submission of {long_date(case.submission.date)} is made under ctpat-tc.", case.path("edition"))


@rule(
    "ISA-ADR-012",
    "Stated due date on a day CBP is closed",
    severity=WARNING,
    authority=("cfr-19-101-1", "cfr-19-101-6"),
    remedy="Put the business day before it in the diary.",
    example="stated_deadline: {due: 2013-06-22, counted_from: receipt}   # a Saturday",
)
def isa_adr_012(case: Case[Submission]) -> Iterator[Problem]:
    """A due date on a weekend or holiday needs an earlier safe date; nothing in these rules rolls it forward."""
    stated = case.submission.stated_deadline
    if stated is None:
        return
    closed = case.calendar.closing(stated.due)
    if closed is not None:
        yield Problem(
            f"The file's due date, {weekday_date(stated.due)}, is no business day ({closed}); the last safe day is "
            f"{weekday_date(case.calendar.roll_back(stated.due))}.",
            case.path("stated_deadline", "due"),
        )
