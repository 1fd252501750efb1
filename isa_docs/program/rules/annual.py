"""The annual notification letter: its due date and its reporting period."""

from __future__ import annotations

from collections.abc import Iterator

from isa_docs.intake.model import AnnualNotification
from isa_docs.program.calendar import long_date, weekday_date
from isa_docs.program.rules.registry import ERROR, ISA_EDITIONS, WARNING, Case, Problem, rule

_KIND = ("annual-notification",)


@rule(
    "ISA-ANL-001",
    "Acceptance not recorded",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="Enter acceptance.mou_signed_by_cbp_on, the day the Assistant Commissioner signed the MOU.",
    example="acceptance is missing",
)
def isa_anl_001(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The letter's clock starts on the day CBP signed the MOU; without it no due date can be counted."""
    if case.matter.acceptance is None:
        yield Problem("The matter does not say when CBP signed the MOU.", ())


@rule(
    "ISA-ANL-002",
    "First letter outside its window",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Date the letter inside the window, best on the anniversary or the first business day after it.",
    example="date: 2014-01-13   # accepted 2013-01-15 on the Focused Assessment route",
)
def isa_anl_002(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """On the Focused Assessment route the first letter is due within 30 days of the two-year anniversary.

    The anniversary is that of CBP's signature on the MOU. One year or thirteen months are other tracks' clocks.
    """
    deadline, day = case.deadline, case.submission.date
    if deadline is None or deadline.id != "D3" or deadline.opens is None or deadline.target is None:
        return
    if not deadline.opens <= day <= deadline.nominal:
        side = "before the window opens" if day < deadline.opens else "after the window closed"
        yield Problem(
            f"The letter is dated {long_date(day)}, {side}: it runs from {long_date(deadline.opens)} to "
            f"{long_date(deadline.nominal)} around the two-year anniversary of {long_date(deadline.counts[0].end)}.",
            case.path("date"),
        )


@rule(
    "ISA-ANL-003",
    "Letter late",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012", "handbook-2010"),
    remedy="Send it now with an explanation of the delay.",
    example="date: 2016-03-01   # due 2016-01-15",
)
def isa_anl_003(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """A first letter on the standard track is due thirteen months after acceptance, later ones every twelve months.

    A later letter more than 30 days past its day is late on every reading.
    """
    deadline, day = case.deadline, case.submission.date
    if deadline is None or deadline.id == "D3":
        return
    outer = max(deadline.roll_forward, deadline.outer)
    if day > outer:
        yield Problem(
            f"The letter is dated {long_date(day)}; it was due by {weekday_date(deadline.nominal)}. "
            f"{deadline.count_text}",
            case.path("date"),
        )


@rule(
    "ISA-ANL-004",
    "Letter after the anniversary, drifting",
    severity=WARNING,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="Date the letter on or before the day named; later years count from the anniversary, not from this letter.",
    example="date: 2016-01-29   # due 2016-01-15",
)
def isa_anl_004(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """Later letters are due every twelve months from the anniversary; counted from the last letter they drift.

    Whether the 30 days of the first letter apply to the later ones is open; the day itself is the safe one. A
    first letter after its anniversary but inside the window is in time and only less safe. The due date of the
    portal was not verified, so a late portal paper is a warning as well.
    """
    deadline, day = case.deadline, case.submission.date
    if deadline is None:
        return
    outer = max(deadline.roll_forward, deadline.outer)
    if deadline.id == "D3":
        if deadline.cautious < day <= deadline.nominal:
            yield Problem(
                f"The letter is dated {long_date(day)}, after the last safe day, {weekday_date(deadline.cautious)}.",
                case.path("date"),
            )
    elif deadline.cautious < day and (day <= outer or deadline.id == "D5-tc"):
        yield Problem(
            f"The letter is dated {long_date(day)}; the safe day was {weekday_date(deadline.cautious)}.",
            case.path("date"),
        )


@rule(
    "ISA-ANL-005",
    "Anniversary counted from the wrong day",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="Count from CBP's signature on the MOU and take the computed day.",
    example="stated_deadline: {due: 2015-02-01, counted_from: certificate}",
)
def isa_anl_005(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The anniversary is that of CBP's signature on the MOU.

    The application, the certificate, the acceptance letter and the last letter start no clock.
    """
    stated, deadline = case.submission.stated_deadline, case.deadline
    if stated is None:
        return
    if stated.counted_from != "mou-signature":
        yield Problem(
            f"The due date {long_date(stated.due)} is counted from the {stated.counted_from.replace('-', ' ')}.",
            case.path("stated_deadline", "counted_from"),
        )
    elif deadline is not None and not (deadline.target or deadline.cautious) <= stated.due <= deadline.nominal:
        yield Problem(
            f"The file's due date is {long_date(stated.due)}; counted, the letter is due by "
            f"{weekday_date(deadline.nominal)}, best by {weekday_date(deadline.act_by)}.",
            case.path("stated_deadline", "due"),
        )


@rule(
    "ISA-ANL-006",
    "Certificate and MOU bear different dates",
    severity=WARNING,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Ask CBP which date governs; the MOU's is used, as the notice names it.",
    example="acceptance: {mou_signed_by_cbp_on: 2013-01-15, certificate_date: 2013-02-01}",
)
def isa_anl_006(case: Case[None]) -> Iterator[Problem]:
    """The certificate shows the date of acceptance, which the notice defines as the day CBP signed the MOU."""
    accepted = case.matter.acceptance
    if accepted and accepted.certificate_date and accepted.certificate_date != accepted.mou_signed_by_cbp_on:
        yield Problem(
            f"The certificate is dated {long_date(accepted.certificate_date)}, CBP's signature on the MOU "
            f"{long_date(accepted.mou_signed_by_cbp_on)}.",
            ("acceptance", "certificate_date"),
        )


@rule(
    "ISA-ANL-007",
    "Track assumed",
    severity=WARNING,
    kinds=_KIND,
    authority=("fr-77-61012", "handbook-2010"),
    remedy="Enter acceptance.track.",
    example="acceptance: {mou_signed_by_cbp_on: 2013-01-15}   # no track, no application in the file",
)
def isa_anl_007(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The first letter is due after two years on the one track and thirteen months on the other."""
    if case.matter.acceptance is not None and case.track.assumed:
        yield Problem(f"The track is taken to be {case.track.track}. {case.track.why}", ("acceptance",))


@rule(
    "ISA-ANL-019",
    "Reporting period in impossible order",
    severity=ERROR,
    kinds=_KIND,
    authority=("practice",),
    remedy="Correct period.start, period.end or the letter's date.",
    example="period: {start: 2015-01-01, end: 2014-12-31}",
)
def isa_anl_019(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """The period ends after it starts and before the letter; the letter is later than CBP's acceptance."""
    letter, accepted = case.submission, case.matter.acceptance
    if letter.period.end < letter.period.start:
        yield Problem("The reporting period ends before it starts.", case.path("period", "end"))
    elif letter.period.end > letter.date:
        yield Problem(
            f"The period ends on {long_date(letter.period.end)}, after the letter of {long_date(letter.date)}.",
            case.path("period", "end"),
        )
    if accepted is not None and letter.date <= accepted.mou_signed_by_cbp_on:
        yield Problem("The letter is not later than CBP's acceptance.", case.path("date"))


@rule(
    "ISA-ANL-020",
    "Gap since the last letter's period",
    severity=WARNING,
    kinds=_KIND,
    authority=("practice",),
    remedy="Let the periods join, or explain the gap in results_note.",
    example="period: {start: 2015-03-01, end: 2015-12-31}   # the last letter's period ended 2014-12-31",
)
def isa_anl_020(case: Case[AnnualNotification]) -> Iterator[Problem]:
    """Consecutive letters leave no day of the participation unreported."""
    letter = case.submission
    earlier = [
        other.period.end
        for other in case.matter.submissions
        if isinstance(other, AnnualNotification) and other.period.end < letter.period.start
    ]
    start = max(earlier) if earlier else case.matter.acceptance and case.matter.acceptance.mou_signed_by_cbp_on
    if start and (letter.period.start - start).days > 31 and not (letter.results_note or "").strip():
        yield Problem(
            f"The period starts on {long_date(letter.period.start)}; what came before is reported to "
            f"{long_date(start)}.",
            case.path("period", "start"),
        )
