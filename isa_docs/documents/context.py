"""What the templates can say: the values every paper shares, and those of each kind of paper.

``context_for(plan, item, layout)`` returns the values for one template. All values are text, lists, plain
mappings, true or false, or narratives (:class:`Blocks`); docs/templates.md lists them by template.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from isa_docs.documents.characters import bound, unbroken
from isa_docs.documents.filters import long_date, series
from isa_docs.documents.narratives import narrative
from isa_docs.documents.plan import PlannedItem, SubmissionPlan
from isa_docs.documents.regions import region_name
from isa_docs.intake.model import Address, AnnualNotification, Application, DiscontinuanceAppeal, Importer, Person
from isa_docs.program.authorities import authority

Values = dict[str, Any]

MODIFIED = date(2012, 10, 5)
"""The day on which the 2012 notice changed the program for everybody (77 FR 61012)."""

MARKING = "CONFIDENTIAL COMMERCIAL INFORMATION – 19 CFR 103.35; 5 U.S.C. 552(b)(4)"
"""The legend on every page of what is designated as confidential."""

RESULTS_MARKING = f"SECTION 4 IS {MARKING}"
"""The legend on the pages of an annual letter of which only the summary of results is designated."""


@dataclass(frozen=True)
class Layout:
    """Page counts and first pages known so far, by item key; empty before the first conversion."""

    pages: dict[str, int] = field(default_factory=dict)
    first_pages: dict[str, int] = field(default_factory=dict)


def context_for(plan: SubmissionPlan, item: PlannedItem, layout: Layout) -> Values:
    """Return the values for the template of ``item``."""
    from isa_docs.documents import annual, appeal, application, furniture

    values = shared(plan, item)
    if item.kind == "letter":
        values |= letter(plan, layout)
        if isinstance(plan.submission, Application):
            values |= application.transmittal(plan)
        elif isinstance(plan.submission, DiscontinuanceAppeal):
            values |= appeal.appeal(plan)
        else:
            values |= annual.annual_notification(plan)
    elif item.key in ("mou", "mou-annex"):
        values |= application.memorandum(plan)
    elif item.key == "plan":
        values |= application.self_testing_plan(plan)
    elif item.kind == "contents":
        values |= furniture.contents(plan, layout)
    else:
        values |= furniture.exhibit_sheet(plan, item, layout)
    return {name: value if name == "doc" else _bound(value) for name, value in values.items()}


def _bound(value: Any) -> Any:
    """Return a value in whose texts the words that belong on one line are bound; narratives are already."""
    if isinstance(value, str):
        return bound(value)
    if isinstance(value, list):
        return [_bound(each) for each in value]
    return {name: _bound(each) for name, each in value.items()} if isinstance(value, dict) else value


def shared(plan: SubmissionPlan, item: PlannedItem) -> Values:
    """Return the values every template has: doc, importer, terms, cites, edition, contact, ctpat, confidentiality."""
    matter = plan.matter
    importer = matter.importer
    isa = plan.edition.edition != "ctpat-tc"
    return {
        "doc": {
            "title": f"{item.title} – {importer.legal_name}",
            "short_title": f"Tab {item.tab} – {item.short_title}" if item.kind == "paper" else item.short_title,
            "author": importer.legal_name,
            "marking": marking(plan, item),
        },
        "importer": {
            "legal_name": importer.legal_name,
            "organization": importer.organization or "",
            "described": described(importer),
            "as_subject": f"{importer.legal_name}{described(importer)}{',' if apposition(importer) else ''}",
            "parties": parties(importer),
            "subsidiaries": _its_subsidiaries(importer) if importer.subsidiaries else "",
            "address_line": ", ".join(address_lines(importer.address)),
            "residency_sentence": residency(plan),
            "residency_fact": residency(plan, office(importer.address)),
            "importing_since": str(importer.importing_since) if importer.importing_since else "",
        },
        "business_units": [unit.name for unit in importer.business_units],
        "ior_numbers": [ior.number for ior in importer.ior_numbers],
        "contact": person(matter.people["isa_contact"]),
        "ctpat": {"sentence": ctpat_sentence(plan)} if matter.ctpat else {},
        "terms": terms(isa),
        "edition": {"isa": isa, "modified": isa and plan.submission.date >= MODIFIED},
        "cites": {
            "notice_2002": law_review("fr-67-41298"),
            "notice_2012": law_review("fr-77-61012"),
            "usc_1592": unbroken(authority("usc-19-1592").short),
            "usc_1593a": unbroken(authority("usc-19-1593a").short),
        },
        "confidentiality": confidentiality(plan),
    }


def letter(plan: SubmissionPlan, layout: Layout) -> Values:
    """Return the letter's frame: letterhead, date, VIA line, inside address, RE block, enclosures, copies, signer."""
    matter, submission = plan.matter, plan.submission
    signer = matter.people[submission.signer]
    by_counsel = bool(matter.firm and signer.organization == matter.firm.name)
    enclosures = enclosure_lines(plan, layout)
    postal = bool(plan.recipient.lines)
    head: Any = matter.firm if by_counsel else matter.importer
    return {
        "letterhead": {
            "name": matter.firm.name if by_counsel and matter.firm else matter.importer.legal_name,
            "address": "  ·  ".join(address_lines(head.address)),
            "contact": "  ·  ".join(each for each in (head.phone, head.email, head.website) if each),
        },
        "letter": {
            "word": "letter" if postal else "statement",
            "date": long_date(submission.date),
            "via": via_line(plan),
            "confidential": "CONFIDENTIAL TREATMENT REQUESTED – 19 CFR 103.35" if confidentiality(plan) else "",
            "address_lines": list(plan.recipient.lines) if postal else [],
            "addressee": plan.recipient.lines[0] if postal else "U.S. Customs and Border Protection",
            "subject": subject(plan).replace("Self-Assessment", unbroken("Self-Assessment")),
            "re_lines": re_lines(plan),
            "salutation": plan.recipient.salutation.rstrip(":,") if postal else "",
            "enclosures": enclosures,
            "enclosure_word": "Enclosure" if len(enclosures) == 1 else "Enclosures",
            "copies": copies(plan),
        },
        "signer": {
            **person(signer),
            "role": submission.signer,
            "organization": signer.organization or signing_for(matter.importer),
            "capacity": f"Counsel for {matter.importer.legal_name}" if by_counsel else "",
        },
    }


def apposition(importer: Importer) -> str:
    """Return what stands between an importer's name and its defined term, or nothing."""
    text = f", {importer.organization}" if importer.organization else ""
    if importer.subsidiaries:
        text += f", for itself and {_its_subsidiaries(importer)} {series(importer.subsidiaries)}"
    return text


def parties(importer: Importer) -> str:
    """Return who is bound by what is signed for the importer: its name, and its subsidiaries where it has some."""
    return f"{importer.legal_name}{f' and {_its_subsidiaries(importer)}' if importer.subsidiaries else ''}"


def _its_subsidiaries(importer: Importer) -> str:
    return "its subsidiary" if len(importer.subsidiaries) == 1 else "its subsidiaries"


def described(importer: Importer) -> str:
    """Return what follows the importer's name where a paper defines it: ``, an Ohio corporation (the “Company”)``."""
    return f"{apposition(importer)} ({'together, ' if importer.subsidiaries else ''}the “Company”)"


def signing_for(importer: Importer) -> str:
    """Return for whom an officer of the importer signs."""
    whose = f",\nfor itself and {_its_subsidiaries(importer)}" if importer.subsidiaries else ""
    return f"{importer.legal_name}{whose}"


def office(address: Address) -> str:
    """Return where the principal office is: ``Tacoma, Washington``, ``Guelph, Ontario, Canada``."""
    country = {"US": "", "CA": ", Canada"}.get(address.country, f", {address.country}")
    return f"{address.city}, {region_name(address.region, address.country)}{country}"


def terms(isa: bool) -> Values:
    """Return the program's words of the time: ISA and C-TPAT, or CTPAT Trade Compliance."""
    if isa:
        return {
            "program": "Importer Self-Assessment",
            "program_defined": "Importer Self-Assessment (“ISA”)",
            "program_short": "ISA",
            "ctpat": "C-TPAT",
            "questionnaire": "ISA Questionnaire",
        }
    return {
        "program": "CTPAT Trade Compliance",
        "program_defined": "Customs Trade Partnership Against Terrorism (“CTPAT”) Trade Compliance",
        "program_short": "Trade Compliance",
        "ctpat": "CTPAT",
        "questionnaire": "Eligibility questionnaire",
    }


def law_review(key: str) -> str:
    """Return a Federal Register citation as a letter prints it: ``77 Fed. Reg. 61012 (Oct. 5, 2012)``."""
    found = authority(key)
    assert found.dated is not None, f"{key} has no date"
    return f"{fed_reg(key)} ({unbroken(long_date(found.dated, 'short'))})"


def fed_reg(key: str) -> str:
    """Return the same without the date: ``77 Fed. Reg. 61012``."""
    return unbroken(authority(key).short.replace(" FR ", " Fed. Reg. "))


def person(someone: Person) -> Values:
    """Return a person for a template: name, title, organization, reach (telephone and e-mail)."""
    return {
        "name": someone.name,
        "title": someone.title,
        "organization": someone.organization or "",
        "reach": reach(someone),
    }


def reach(someone: Person) -> str:
    """Return how to reach a person, for a sentence: the telephone number, which no line breaks, and the e-mail."""
    return ", ".join(each for each in (unbroken(someone.phone or ""), someone.email) if each)


def address_lines(address: Address) -> list[str]:
    """Return an address as its lines; the country only when it is not the United States."""
    lines = [*address.lines, f"{address.city}, {address.region} {address.postal_code}"]
    if address.country != "US":
        lines[-1] += f", {'Canada' if address.country == 'CA' else address.country}"
    return lines


def residency(plan: SubmissionPlan, seat: str = "") -> str:
    """Return the sentence on residency, keeping the program's test apart from the customs entry status.

    With ``seat`` it also says where the principal office is.
    """
    company = f"The Company, with its principal office in {seat}," if seat else "The Company"
    importer = plan.matter.importer
    country = {"US": "U.S.", "CA": "Canadian"}.get(importer.program_residency)
    if country is None:
        return f"{company} is neither a U.S. nor a Canadian resident importer."
    text = f"{company} is a {country} resident importer for the purposes of the Program."
    if importer.entry_status == "nonresident":
        text += " For customs entry it is a nonresident (19 CFR 141.31(d))"
        if importer.resident_agent:
            text += f"; its resident agent for service of process is {importer.resident_agent.name}"
        if importer.bond:
            text += f", and its {importer.bond.type} bond is written by {importer.bond.surety}"
        text += "."
    return text


def ctpat_sentence(plan: SubmissionPlan) -> str:
    """Return the sentence on C-TPAT membership, with which a paper of the ISA years defines that name."""
    ctpat = plan.matter.ctpat
    isa = plan.edition.edition != "ctpat-tc"
    name = "the Customs-Trade Partnership Against Terrorism (“C-TPAT”)" if isa else "CTPAT"
    assert ctpat is not None
    since = f" since {long_date(ctpat.since)}" if ctpat.since else ""
    tier = f", Tier {ctpat.tier}" if ctpat.tier else ""
    if ctpat.status == "certified":
        verb = "has been" if since else "is"
        return f"The Company {verb} a certified member of {name}{since}{tier}."
    if ctpat.status == "validated":
        certified = f"; it has been certified{since}" if since else ""
        return f"The Company is a validated member of {name}{tier}{certified}."
    if ctpat.status == "applied":
        on = f" on {long_date(ctpat.applied_on)}" if ctpat.applied_on else ""
        submission = plan.submission
        expedited = isinstance(submission, Application) and submission.route == "focused-assessment" and isa
        wish = f" and asks for the expedited review for which {law_review('fr-77-61012')} provides" if expedited else ""
        return f"The Company applied for membership in {name}{on}{wish}."
    return f"The Company is not at present a member of {name}."


def confidentiality(plan: SubmissionPlan) -> Values:
    """Return the designation under 19 CFR 103.35, or nothing; never the marking without its justification."""
    wanted = plan.submission.confidentiality
    if not wanted or not wanted.justification or not wanted.by:
        return {}
    speaker = plan.matter.people[wanted.by]
    covered = [item for item in plan.items if is_designated(plan, item) and item.kind != "exhibit-sheet"]
    word = "letter" if plan.recipient.lines else "statement"
    parts = [
        f"this {word}" if any(item.kind == "letter" for item in covered) else "",
        f"Section 4 of this {word}" if designates_results(plan) else "",
        _listed("Tab", [item.tab for item in covered if item.kind == "paper"]),
        _listed("Exhibit", [item.tab for item in covered if item.kind == "exhibit"]),
    ]
    by = f"{speaker.name}, {speaker.title}"
    return {
        "scope": _scope([part for part in parts if part]),
        "by": by,
        "statement": f"As the Company’s authorized representative, {_in_support(plan, wanted.by, by)}:",
        "justification": narrative(wanted.justification, plan.tabs),
    }


def _scope(parts: list[str]) -> str:
    """Join what is designated: ``this letter and Exhibits D, F and H``."""
    return " and ".join(parts) if len(parts) == 2 else series(parts)


def _in_support(plan: SubmissionPlan, role: str, by: str) -> str:
    """Return who states the reasons of a designation: always the one who signs, if need be on another's word."""
    matter, submission = plan.matter, plan.submission
    if role != submission.signer:
        return f"and on information from {by}, the undersigned states in support"
    by_counsel = matter.firm and matter.people[role].organization == matter.firm.name
    return "the undersigned states in support" if by_counsel else "I state in support"


def is_designated(plan: SubmissionPlan, item: PlannedItem) -> bool:
    """Say whether a part is designated as confidential; by default all but an application's letter and MOU."""
    wanted = plan.submission.confidentiality
    if not wanted or not wanted.justification or not wanted.by or item.kind == "contents":
        return False
    key = "mou" if item.key == "mou-annex" else item.key
    if wanted.covers:
        return (item.exhibit.id if item.exhibit else key) in wanted.covers
    return not isinstance(plan.submission, Application) or key not in ("letter", "mou")


def designates_results(plan: SubmissionPlan) -> bool:
    """Say whether an annual letter's summary of results is designated: with the exhibit of results, not the letter."""
    letter, *others = plan.items
    return (
        isinstance(plan.submission, AnnualNotification)
        and bool(plan.submission.results)
        and not is_designated(plan, letter)
        and any(each.exhibit and each.exhibit.kind == "test-results" and is_designated(plan, each) for each in others)
    )


def marking(plan: SubmissionPlan, item: PlannedItem) -> str:
    """Return the legend that a part carries on each page, or nothing."""
    if item.kind == "exhibit-sheet":
        return ""
    if is_designated(plan, item):
        return MARKING
    return RESULTS_MARKING if item.kind == "letter" and designates_results(plan) else ""


def _listed(word: str, tabs: list[str]) -> str:
    if len(tabs) > 2 and _unbroken(tabs):
        return f"{word}s {tabs[0]} through {tabs[-1]}"
    return f"{word}{'s' if len(tabs) > 1 else ''} {series(tabs)}" if tabs else ""


def _unbroken(tabs: list[str]) -> bool:
    steps = [ord(tab[-1]) for tab in tabs]
    return all(len(tab) == 1 for tab in tabs) and steps == list(range(steps[0], steps[0] + len(tabs)))


_LONG_VIA = 70
"""Characters of a VIA line that fit on one line of a letter."""

_VIA = {
    "courier": "COURIER",
    "email": "E-MAIL",
    "hand": "HAND DELIVERY",
    "portal": "CTPAT PORTAL",
    "express-mail": "U.S. POSTAL SERVICE EXPRESS MAIL",
    "priority-mail": "U.S. POSTAL SERVICE PRIORITY MAIL",
    "first-class-mail": "FIRST-CLASS MAIL",
}


def via_line(plan: SubmissionPlan) -> str:
    """Return the VIA line, e.g. ``VIA COURIER (FedEx 7712 0000 4521) AND E-MAIL (tppb-isa@dhs.gov)``.

    What is too long for one line begins a new one for each way.
    """
    ways = [
        f"{_VIA[way.method]} ({way.detail})" if way.detail else _VIA[way.method] for way in plan.submission.delivery
    ]
    line = " AND ".join(ways)
    if len(line) > _LONG_VIA:
        line = "\nAND ".join(ways)
    return f"VIA {line}" if ways else ""


def subject(plan: SubmissionPlan) -> str:
    """Return the first line of the RE block."""
    isa = plan.edition.edition != "ctpat-tc"
    program, submission = terms(isa)["program"], plan.submission
    if isinstance(submission, Application):
        return f"Application to Participate in the {program} Program"
    if isinstance(submission, DiscontinuanceAppeal):
        what = f"{submission.notice.type.capitalize()} Discontinuance of" if isa else "Decision on"
        return f"Appeal of {what} Participation in the {program} Program"
    return f"Annual Notification, {program} Program"


def re_lines(plan: SubmissionPlan) -> list[str]:
    """Return the other lines of the RE block: importer, numbers, report or notice."""
    matter, submission = plan.matter, plan.submission
    numbers = [ior.number for ior in matter.importer.ior_numbers]
    if isinstance(submission, Application):
        numbers = list(submission.mou.ior_numbers)
    shown = "; ".join(numbers) if len(numbers) <= 4 else f"{numbers[0]} and {len(numbers) - 1} others, listed within"
    importer = "Importers" if matter.importer.subsidiaries else "Importer"
    lines = [f"{importer}: {parties(matter.importer)}", f"Importer of Record {_nos(numbers)} {shown}"]
    report = matter.focused_assessment
    if isinstance(submission, Application) and submission.route == "focused-assessment" and report:
        lines.append(f"Focused Assessment Report No. {report.report_number} of {long_date(report.report_date)}")
    elif isinstance(submission, DiscontinuanceAppeal):
        notice = submission.notice
        what = "Decision" if plan.edition.edition == "ctpat-tc" else f"Notice of {notice.type} discontinuance"
        lines.append(f"{what} dated {long_date(notice.dated)}")
        lines.append(f"Received {long_date(notice.received_on)}")
        if notice.reference:
            lines.append(f"CBP reference {notice.reference}")
    elif not isinstance(submission, Application) and matter.acceptance:
        lines.append(f"Accepted into the Program on {long_date(matter.acceptance.mou_signed_by_cbp_on)}")
    return lines


def _nos(numbers: list[str]) -> str:
    return "No." if len(numbers) == 1 else "Nos."


def enclosure_lines(plan: SubmissionPlan, layout: Layout) -> list[str]:
    """Return the enclosure list with page counts, from what is really enclosed; a tab parts mark and title."""
    lines = []
    for item in plan.items:
        if item.kind not in ("paper", "exhibit"):
            continue
        pages = layout.pages.get(item.key)
        count = f" ({pages}\u00a0{'page' if pages == 1 else 'pages'})" if pages else ""
        lines.append(f"{plan.where(item.key)}\t{item.title}{count}")
    return lines


def copies(plan: SubmissionPlan) -> list[str]:
    """Return the cc lines."""
    matter = plan.matter
    lines = []
    for name in plan.submission.copies_to:
        if name == "national_account_manager":
            manager = matter.importer.national_account_manager
            title = manager.title if manager else "National Account Manager"
            lines.append(f"{f'{manager.name}, ' if manager else ''}{title}, U.S. Customs and Border Protection")
        else:
            someone = matter.people[name]
            lines.append(f"{someone.name}, {someone.title}, {someone.organization or matter.importer.legal_name}")
    return lines
