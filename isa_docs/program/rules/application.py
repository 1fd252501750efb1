"""The application: its route, the twelve-month window, the report, what must be enclosed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from isa_docs.intake.model import Application
from isa_docs.program.calendar import long_date, weekday_date
from isa_docs.program.editions import NOTICE_2012
from isa_docs.program.rules.registry import ERROR, ISA_EDITIONS, NOTE, WARNING, Case, Problem, rule

_KIND = ("application",)
_REPORT = ("focused_assessment", "report_date")


def _on_fa_route(case: Case[Application]) -> bool:
    return case.submission.route == "focused-assessment"


@rule(
    "ISA-APL-001",
    "Focused Assessment route without a Focused Assessment",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Enter the report under focused_assessment, or apply on the standard route.",
    example="route: focused-assessment   # and no focused_assessment in the file",
)
def isa_apl_001(case: Case[Application]) -> Iterator[Problem]:
    """Only a company that has successfully completed a Focused Assessment may use the transition of the 2012 notice."""
    if _on_fa_route(case) and case.matter.focused_assessment is None:
        yield Problem("The route is focused-assessment but the matter holds no report.", case.path("route"))


@rule(
    "ISA-APL-002",
    "Application later than twelve months after the report",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Apply on the standard route, or ask CBP and record the answer with a reasoned override.",
    example="focused_assessment: {report_date: 2012-06-18}   # submission dated 2013-06-19",
)
def isa_apl_002(case: Case[Application]) -> Iterator[Problem]:
    """The application must be made within twelve months from the date of the Focused Assessment report."""
    deadline = case.deadline
    if deadline is not None and deadline.id == "D1" and case.submission.date > deadline.nominal:
        yield Problem(
            f"The application is dated {long_date(case.submission.date)}; the twelve months ended on "
            f"{weekday_date(deadline.nominal)}. {deadline.count_text}",
            case.path("date"),
        )


@rule(
    "ISA-APL-003",
    "Application close to the end of the twelve months",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012", "practice"),
    remedy="Send it by courier and email now, and keep the proof of delivery.",
    example="focused_assessment: {report_date: 2012-06-18}   # submission dated 2013-05-20",
)
def isa_apl_003(case: Case[Application]) -> Iterator[Problem]:
    """From the 300th day after the report little is left of the twelve months for a correction.

    A last day on a weekend or holiday is reported with the business day before it.
    """
    report, deadline = case.matter.focused_assessment, case.deadline
    if report is None or deadline is None or deadline.id != "D1":
        return
    age = (case.submission.date - report.report_date).days
    if age >= 300 and case.submission.date <= deadline.nominal:
        last = f"the last safe day is {weekday_date(deadline.cautious)}"
        yield Problem(f"The report is {age} days old on the day of the application; {last}.", case.path("date"))


@rule(
    "ISA-APL-004",
    "C-TPAT review may not end within the twelve months",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Ask CBP now whether the application may be filed while C-TPAT is pending, and record the answer.",
    example="ctpat: {status: applied, applied_on: 2013-05-20}   # report dated 2012-06-18, submission 2013-05-21",
)
def isa_apl_004(case: Case[Application]) -> Iterator[Problem]:
    """The expedited C-TPAT review takes 30 to 45 days; with fewer than 45 left it may outlast the twelve months.

    The days are counted from the application to C-TPAT or from this one, whichever is later.
    """
    deadline, ctpat = case.deadline, case.matter.ctpat
    if deadline is None or deadline.id != "D1" or ctpat is None or ctpat.status != "applied":
        return
    start = max(ctpat.applied_on or case.submission.date, case.submission.date)
    left = (deadline.nominal - start).days
    if left < 45:
        yield Problem(
            f"C-TPAT is pending and only {max(left, 0)} days are left on {long_date(start)} until the twelve months "
            f"end on {long_date(deadline.nominal)}; the expedited review takes up to 45.",
            ("ctpat", "status"),
        )


@rule(
    "ISA-APL-005",
    "Focused Assessment not concluded with acceptable risk",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012",),
    remedy="Wait for the report that finds an acceptable risk, or apply on the standard route.",
    example="focused_assessment: {conclusion: unacceptable_risk}",
)
def isa_apl_005(case: Case[Application]) -> Iterator[Problem]:
    """The report must find that the company represents an acceptable risk to CBP, and the assessment must be over."""
    report = case.matter.focused_assessment
    if not _on_fa_route(case) or report is None:
        return
    if report.conclusion != "acceptable_risk":
        found = "is still pending" if report.conclusion == "pending" else "found an unacceptable risk"
        yield Problem(f"The Focused Assessment {found}.", ("focused_assessment", "conclusion"))
    elif report.phase in ("assessment-compliance-testing", "follow-up"):
        yield Problem(
            f"The Focused Assessment is still in its {report.phase.replace('-', ' ')} phase.",
            ("focused_assessment", "phase"),
        )


@rule(
    "ISA-APL-011",
    "Focused Assessment route used before the notice took effect",
    severity=ERROR,
    kinds=_KIND,
    until=date(2012, 10, 4),
    authority=("fr-77-61012",),
    remedy="Date the application on or after October 5, 2012, or use the standard route.",
    example="route: focused-assessment   # submission dated 2012-09-01",
)
def isa_apl_011(case: Case[Application]) -> Iterator[Problem]:
    """The direct transition from a Focused Assessment exists since October 5, 2012."""
    if _on_fa_route(case):
        yield Problem(
            f"The Focused Assessment route opened on {long_date(NOTICE_2012)}; the application is dated "
            f"{long_date(case.submission.date)}.",
            case.path("date"),
        )


@rule(
    "ISA-APL-020",
    "Focused Assessment route under CTPAT Trade Compliance",
    severity=ERROR,
    kinds=_KIND,
    editions=("ctpat-tc",),
    authority=("fr-77-61012", "ctpat-tc-faq"),
    remedy="Set route: standard for a portal application, or remove edition: ctpat-tc.",
    example="edition: ctpat-tc, route: focused-assessment",
)
def isa_apl_020(case: Case[Application]) -> Iterator[Problem]:
    """The transition from a Focused Assessment belongs to the 2012 notice; no such route into CTPAT is known."""
    if _on_fa_route(case):
        yield Problem(
            "The application is made under ctpat-tc on the Focused Assessment route, which only the 2012 notice knows.",
            case.path("route"),
        )


@rule(
    "ISA-APL-012",
    "Standard application without questionnaire or internal-control manual",
    severity=ERROR,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-67-41298-summaries",),
    remedy="Add the exhibit of kind isa-questionnaire and the one of kind internal-control-manual.",
    example="route: standard   # exhibits: []",
)
def isa_apl_012(case: Case[Application]) -> Iterator[Problem]:
    """On the standard route the application carries the completed ISA questionnaire and the written controls."""
    if case.submission.route != "standard":
        return
    for kind, words in (("isa-questionnaire", "ISA questionnaire"), ("internal-control-manual", "control manual")):
        if not case.has_exhibit(kind):
            yield Problem(f"The standard application encloses no {words}.", case.path("exhibits"))


@rule(
    "ISA-APL-013",
    "Focused Assessment report not enclosed",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("practice",),
    remedy="Enclose the report's cover and conclusion pages as an exhibit of kind fa-report.",
    example="exhibits: []   # on the focused-assessment route",
)
def isa_apl_013(case: Case[Application]) -> Iterator[Problem]:
    """The reader should find the report's date, conclusion and IOR numbers in the package."""
    if _on_fa_route(case) and not case.has_exhibit("fa-report"):
        yield Problem("The Focused Assessment report is not among the exhibits.", case.path("exhibits"))


@rule(
    "ISA-APL-014",
    "Proof of C-TPAT status not enclosed",
    severity=WARNING,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("practice",),
    remedy="Enclose the portal's status page as an exhibit of kind ctpat-proof.",
    example="exhibits: [{id: fa, title: FA report, file: fa.pdf, kind: fa-report}]   # no ctpat-proof",
)
def isa_apl_014(case: Case[Application]) -> Iterator[Problem]:
    """The reader should find the C-TPAT status in the package."""
    if not case.has_exhibit("ctpat-proof"):
        yield Problem("No proof of the C-TPAT status is among the exhibits.", case.path("exhibits"))


@rule(
    "ISA-APL-017",
    "Report transmitted on a later day than it is dated",
    severity=NOTE,
    kinds=_KIND,
    editions=ISA_EDITIONS,
    authority=("fr-77-61012", "cfr-19-163-11"),
    remedy="Nothing to do; do not rely on the later date.",
    example="focused_assessment: {report_date: 2012-06-18, transmitted_on: 2012-07-10}",
)
def isa_apl_017(case: Case[Application]) -> Iterator[Problem]:
    """The twelve months run from the date of the report; the day of its transmittal is only the other reading."""
    report = case.matter.focused_assessment
    if _on_fa_route(case) and report and report.transmitted_on and report.transmitted_on != report.report_date:
        yield Problem(
            f"The report is dated {long_date(report.report_date)} and was transmitted on "
            f"{long_date(report.transmitted_on)}; the earlier date is used.",
            ("focused_assessment", "transmitted_on"),
        )


@rule(
    "ISA-APL-018",
    "Dates of the application in impossible order",
    severity=ERROR,
    kinds=_KIND,
    authority=("practice",),
    remedy="Correct the date that is wrong.",
    example="focused_assessment: {report_date: 2013-06-18}   # submission dated 2012-11-15",
)
def isa_apl_018(case: Case[Application]) -> Iterator[Problem]:
    """The report comes before the application, and the application before CBP's acceptance."""
    report, accepted, day = case.matter.focused_assessment, case.matter.acceptance, case.submission.date
    if _on_fa_route(case) and report is not None and report.report_date > day:
        yield Problem(f"The report is dated {long_date(report.report_date)}, after the application.", _REPORT)
    if accepted is not None and accepted.mou_signed_by_cbp_on < day:
        yield Problem(
            f"CBP signed the MOU on {long_date(accepted.mou_signed_by_cbp_on)}, before the application of "
            f"{long_date(day)}.",
            ("acceptance", "mou_signed_by_cbp_on"),
        )
