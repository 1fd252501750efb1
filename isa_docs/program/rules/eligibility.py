"""Who may apply: C-TPAT membership, residency, agent and bond, importing history."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from isa_docs.intake.model import Application
from isa_docs.program.calendar import add_months, long_date
from isa_docs.program.rules.registry import ERROR, WARNING, Case, Problem, rule

_KIND = ("application",)


@rule(
    "ISA-APL-006",
    "No C-TPAT membership",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012", "fr-67-41298-summaries"),
    remedy="Apply in the C-TPAT portal and enter the application under ctpat, or enter the certification.",
    example="ctpat: {status: none}",
)
def isa_apl_006(case: Case[Application]) -> Iterator[Problem]:
    """A participant must be a C-TPAT member; only on the Focused Assessment route may its application be pending."""
    ctpat = case.matter.ctpat
    if ctpat is None:
        yield Problem("The matter says nothing about C-TPAT.", ("ctpat",))
    elif ctpat.status in ("none", "suspended"):
        yield Problem(f"The C-TPAT status is {ctpat.status!r}.", ("ctpat", "status"))
    elif ctpat.status == "applied" and case.submission.route == "standard":
        yield Problem(
            "C-TPAT certification is pending, and the standard route is open to certified members only.",
            ("ctpat", "status"),
            "Apply once the company is certified, and enter the certification under ctpat.",
        )


@rule(
    "ISA-APL-007",
    "C-TPAT certification pending",
    severity=WARNING,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="Follow the portal; tell CBP in the transmittal letter that certification is pending.",
    example="ctpat: {status: applied, applied_on: 2012-11-01}",
)
def isa_apl_007(case: Case[Application]) -> Iterator[Problem]:
    """Membership must be obtained: an application made while C-TPAT is pending depends on it."""
    ctpat = case.matter.ctpat
    if ctpat is not None and ctpat.status == "applied" and case.submission.route == "focused-assessment":
        since = f" since {long_date(ctpat.applied_on)}" if ctpat.applied_on else ""
        yield Problem(f"C-TPAT certification is pending{since}.", ("ctpat", "status"))


@rule(
    "ISA-APL-008",
    "Importer resident in neither the United States nor Canada",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-77-61012",),
    remedy="The program is closed to this importer; check importer.program_residency.",
    example="importer: {program_residency: other}",
)
def isa_apl_008(case: Case[Application]) -> Iterator[Problem]:
    """The program is open to U.S. and Canadian resident importers."""
    if case.matter.importer.program_residency == "other":
        yield Problem(
            "The importer is resident in neither the United States nor Canada.", ("importer", "program_residency")
        )


@rule(
    "ISA-APL-009",
    "Canadian importer before the 2012 notice",
    severity=WARNING,
    kinds=_KIND,
    until=date(2012, 10, 4),
    authority=("fr-77-61012", "fr-67-41298-summaries"),
    remedy="Ask CBP, or date the application on or after October 5, 2012, or check the residency.",
    example="importer: {program_residency: CA}   # submission dated 2011-05-01",
)
def isa_apl_009(case: Case[Application]) -> Iterator[Problem]:
    """The 2002 notice was for U.S. importers; the 2012 notice says the program has been expanded to Canadian ones.

    Since when CBP took them in before October 5, 2012 was not verified.
    """
    if case.matter.importer.program_residency == "CA":
        yield Problem(
            "Nothing seen shows that a Canadian resident importer could take part before October 5, 2012.",
            ("importer", "program_residency"),
        )


@rule(
    "ISA-APL-010",
    "Nonresident corporation without resident agent or resident surety",
    severity=WARNING,
    kinds=_KIND,
    authority=("cfr-19-141-18", "cfr-19-141-31"),
    remedy="Enter importer.resident_agent and importer.bond (a resident corporate surety), or correct entry_status.",
    example="importer: {program_residency: CA, entry_status: nonresident}   # no resident_agent, no bond",
)
def isa_apl_010(case: Case[Application]) -> Iterator[Problem]:
    """A nonresident corporation that enters goods for consumption needs a resident agent for service and a bond.

    The agent is in the State of the port of entry, the surety a resident corporation (19 CFR 141.18). A Canadian
    resident importer of the program is normally a nonresident under 19 CFR 141.31(d).
    """
    importer = case.matter.importer
    if importer.entry_status != "nonresident":
        if importer.program_residency == "CA":
            yield Problem(
                "A Canadian resident importer is marked as a resident for customs entry; it normally is a "
                "nonresident unless incorporated in the customs territory or the U.S. Virgin Islands.",
                ("importer", "entry_status"),
            )
        return
    if importer.resident_agent is None:
        yield Problem("The nonresident importer names no resident agent for service of process.", ("importer",))
    if importer.bond is None or not importer.bond.surety_resident:
        yield Problem("The nonresident importer shows no bond with a resident corporate surety.", ("importer",))


@rule(
    "ISA-APL-015",
    "Less than two years of importing on the standard route",
    severity=ERROR,
    kinds=_KIND,
    authority=("fr-67-41298-summaries",),
    remedy="Apply once two years of importing are complete, or correct importer.importing_since.",
    example="importer: {importing_since: 2012}   # standard route, submission dated 2013-02-01",
)
def isa_apl_015(case: Case[Application]) -> Iterator[Problem]:
    """On the standard route the importer has at least two years of importing into the United States behind it."""
    since = case.matter.importer.importing_since
    if case.submission.route == "standard" and since is not None and case.submission.date.year - since < 2:
        yield Problem(
            f"Importing since {since}: two full years cannot have passed by {long_date(case.submission.date)}.",
            ("importer", "importing_since"),
        )


@rule(
    "ISA-APL-016",
    "Two years of importing not shown",
    severity=WARNING,
    kinds=_KIND,
    authority=("fr-67-41298-summaries",),
    remedy="Enter importer.importing_since, the year of the first U.S. entry.",
    example="importer: {}   # standard route, importing_since missing",
)
def isa_apl_016(case: Case[Application]) -> Iterator[Problem]:
    """On the standard route the two years of importing must be shown; the year of the first entry may not show them."""
    since, day = case.matter.importer.importing_since, case.submission.date
    if case.submission.route != "standard":
        return
    if since is None:
        yield Problem("The file does not say since when the importer has been importing.", ("importer",))
    elif day.year - since == 2 and (day.month, day.day) != (12, 31):
        yield Problem(
            f"Importing since {since}: two years have passed only if the first entry was made by "
            f"{long_date(add_months(day, -24))}.",
            ("importer", "importing_since"),
            "Check the date of the first entry; if it is early enough, record that as an override.",
        )


@rule(
    "ISA-APL-019",
    "Portal application without C-TPAT tier II or III",
    severity=WARNING,
    kinds=_KIND,
    editions=("ctpat-tc",),
    authority=("ctpat-tc-eligibility",),
    remedy="Enter ctpat.tier once CBP has validated the company.",
    example="edition: ctpat-tc   # ctpat: {status: certified}",
)
def isa_apl_019(case: Case[Application]) -> Iterator[Problem]:
    """CTPAT Trade Compliance is reported to be open to importers of tier II or III (second-hand)."""
    ctpat = case.matter.ctpat
    if ctpat is not None and ctpat.tier not in ("II", "III"):
        yield Problem("The file shows no C-TPAT tier II or III.", ("ctpat",))
