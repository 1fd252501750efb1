"""Values for the application's papers: transmittal letter, Memorandum of Understanding, self-testing plan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from isa_docs.documents.blocks import Blocks, Paragraph, Text, led_by, plain_text
from isa_docs.documents.characters import bound, typographic
from isa_docs.documents.context import MODIFIED, fed_reg, law_review, reach
from isa_docs.documents.figures import risk_matrix
from isa_docs.documents.filters import long_date, number, percent, series, words
from isa_docs.documents.narratives import narrative
from isa_docs.documents.plan import SubmissionPlan
from isa_docs.errors import InputError
from isa_docs.findings import Finding, Severity
from isa_docs.intake.model import Application, FocusedAssessment, SelfTestingPlan, TestArea
from isa_docs.program.areas import all_areas
from isa_docs.program.deadlines import own_deadline
from isa_docs.program.ior import normalize
from isa_docs.program.sampling import statement_for

Values = dict[str, Any]

_FEW_NUMBERS = 24
_AT_LEAST = {"quarterly": "at least ", "semiannually": "at least ", "annually": "at least "}

FREQUENCY = {
    "daily": "daily",
    "weekly": "weekly",
    "monthly": "monthly",
    "quarterly": "quarterly",
    "semiannually": "twice a year",
    "annually": "once a year",
    "every-18-months": "every eighteen months",
    "every-two-years": "every two years",
    "as-needed": "as needed",
}
_MONTHS_BETWEEN_TESTS = {"daily": 1, "weekly": 1, "monthly": 1, "quarterly": 3, "semiannually": 6, "annually": 12}
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_METHOD = {
    "attribute": "Statistical (attribute)",
    "estimation": "Statistical (estimation)",
    "judgmental": "Judgmental",
    "complete": "Complete",
}


def transmittal(plan: SubmissionPlan) -> Values:
    """Return the values of the transmittal letter beyond the letter's frame."""
    submission = _application(plan)
    exhibits = {item.exhibit.kind: item for item in reversed(plan.items) if item.kind == "exhibit" and item.exhibit}
    kinds = {kind: item.key for kind, item in exhibits.items()}  # the first of each kind
    nonresident = plan.matter.importer.entry_status == "nonresident"
    where = {
        "mou": plan.where("mou"),
        "plan": plan.where("plan"),
        "fa_report": plan.where(kinds["fa-report"]) if "fa-report" in kinds else "",
        "ctpat": plan.where(kinds["ctpat-proof"]) if "ctpat-proof" in kinds else "",
        "questionnaire": plan.where(kinds["isa-questionnaire"]) if "isa-questionnaire" in kinds else "",
        "manual": plan.where(kinds["internal-control-manual"]) if "internal-control-manual" in kinds else "",
        "authority": plan.where(kinds["officer-authority"]) if "officer-authority" in kinds else "",
        "bond": plan.where(kinds["bond"]) if "bond" in kinds else "",
        "agent": plan.where(kinds["bond"]) if "bond" in kinds and nonresident else "",
        "forced_labor": plan.where(kinds["forced-labor-program"]) if "forced-labor-program" in kinds else "",
    }
    titles = {kind: item.title for kind, item in exhibits.items()}
    testing = _plan(plan)
    bond = plan.matter.importer.bond
    return {
        "fa": _report(plan),
        "where": where,
        "titles": {
            "questionnaire": titles.get("isa-questionnaire", ""),
            "manual": titles.get("internal-control-manual", ""),
            "forced_labor": titles.get("forced-labor-program", ""),
        },
        "bond": {"type": bond.type, "surety": bond.surety} if bond else {},
        "coverage": coverage(plan),
        "mou": {"ior_phrase": _ior_phrase(submission)},
        "mou_signer": _signer(plan, submission.mou.signer),
        "plan": {
            "version": testing.version,
            "adopted_on": long_date(testing.adopted_on) if testing.adopted_on else "",
            "tests": _frequencies(testing, "tests are done "),
        },
        "message": narrative(submission.message, plan.tabs),
    }


def memorandum(plan: SubmissionPlan) -> Values:
    """Return the values of the MOU; its importer of record numbers are those the matter lists for it."""
    submission, matter = _application(plan), plan.matter
    names = {normalize(ior.number): ior for ior in matter.importer.ior_numbers}
    units = {unit.id: unit.name for unit in matter.importer.business_units}
    rows = []
    for listed in submission.mou.ior_numbers:
        ior = names.get(normalize(listed))
        rows.append(
            {
                "number": listed,
                "name": ior.name if ior else matter.importer.legal_name,
                "unit": units[ior.business_unit] if ior and ior.business_unit else "–",
            }
        )
    has_units = any(row["unit"] != "–" for row in rows)
    testing = _plan(plan)
    in_2012 = plan.recipient.key == "isa_ppb_2012"
    return {
        "fa": _report(plan),
        "mou": {"ior_numbers": rows, "has_units": has_units},
        "mou_signer": _signer(plan, submission.mou.signer),
        "cbp_signer": {
            "title": "Assistant Commissioner" if in_2012 else "Authorized Official",
            "office": "Office of International Trade" if in_2012 else "",
        },
        "plan": {
            "version": testing.version,
            "adopted_on": long_date(testing.adopted_on) if testing.adopted_on else "",
            "results_years": words(testing.retention.test_results_years),
        },
    }


def self_testing_plan(plan: SubmissionPlan) -> Values:
    """Return the values of the plan: the notice's five elements and the good practice around them."""
    matter, testing = plan.matter, _plan(plan)
    risk = testing.risk_assessment
    people, tabs = matter.people, plan.tabs
    units = {unit.id: unit.name for unit in matter.importer.business_units}
    reviewer = people[testing.reviewer] if testing.reviewer else None
    assessed = ""
    if risk and risk.scored_by:
        scorer = people[risk.scored_by]
        assessed = f"{scorer.name}, {scorer.title}; {_AT_LEAST.get(risk.refreshed, '')}{FREQUENCY[risk.refreshed]}"
    modified = plan.edition.edition != "ctpat-tc" and plan.submission.date >= MODIFIED
    return {
        "approver": _signer(plan, _application(plan).mou.signer),
        "plan": {
            "version": testing.version,
            "adopted_on": long_date(testing.adopted_on) if testing.adopted_on else "",
            "ior_line": _ior_line(_application(plan).mou.ior_numbers),
            "ior_word": "number" if len(_application(plan).mou.ior_numbers) == 1 else "numbers",
            "coverage": coverage(plan),
            "elements_caption": f"The elements that {fed_reg('fr-77-61012')} asks for"
            if modified
            else "The elements of this plan",
            "frequency": _sentence(_frequencies(testing)),
            "frequency_sentence": f"Tests are done {FREQUENCY[testing.frequency]} unless the table states otherwise."
            if testing.frequency
            else "Tests are done as often as the table states.",
            "reviewer_line": f"{reviewer.name}, {reviewer.title}" if reviewer else "–",
            "scope": narrative(testing.scope, tabs),
            "universe_source": typographic(testing.universe_source or ""),
            "units": list(units.values()),
            "methodology": narrative(risk.methodology if risk else None, tabs),
            "factors": [typographic(each) for each in risk.factors] if risk else [],
            "assessed_by": assessed,
            "testing": narrative(testing.testing_methodology, tabs),
            "areas": [_area(plan, testing, area, units) | {"number": at} for at, area in enumerate(testing.areas, 1)],
            "matrix": risk_matrix(testing.areas) if testing.areas else None,
            "criteria": any(area.pass_criteria for area in testing.areas),
            "year": _year(testing),
            "year_begins": _MONTHS[testing.year_begins - 1],
            "tested_more_often": any(_frequency(testing, area) in ("daily", "weekly") for area in testing.areas),
            "reviewer": _reviewer(plan, testing),
            "independence": narrative(testing.reviewer_independence, tabs),
            "errors": narrative(testing.error_handling, tabs),
            "disclosure": narrative(testing.disclosure, tabs),
            "tracking": narrative(testing.tracking, tabs),
            "reporting": narrative(testing.reporting, tabs),
            "safety": _safety(plan, testing),
            "results_years": words(testing.retention.test_results_years),
            "results_more": testing.retention.test_results_years > 3,
            "entry_years": words(testing.retention.entry_records_years),
            "entry_more": testing.retention.entry_records_years > 5,
            "revisions": [
                {"version": each.version, "on": long_date(each.on), "description": each.description, "by": each.by}
                for each in testing.revisions
            ],
        },
    }


def _area(plan: SubmissionPlan, testing: SelfTestingPlan, area: TestArea, units: dict[str, str]) -> Values:
    """Return one area; where the matter is silent and names a catalog entry, that entry speaks."""
    tester = plan.matter.people[area.tester] if area.tester else None
    frequency = _frequency(testing, area)
    known = all_areas().get(area.catalog) if area.catalog else None
    attributes = area.attributes or (known.attributes if known else ())
    evidence = area.evidence or (known.evidence if known else ())
    return {
        "title": area.title,
        "likelihood": area.likelihood,
        "impact": area.impact,
        "score": area.likelihood * area.impact,
        "rationale": narrative(area.rationale or "–", plan.tabs),
        "objective": narrative(area.objective or (known.objective if known else None), plan.tabs),
        "controls": narrative(area.controls, plan.tabs),
        "attributes": [typographic(each) for each in attributes],
        "evidence": _sentence(typographic("; ".join(evidence))),
        "pass_criteria": narrative(area.pass_criteria, plan.tabs),
        "frequency": FREQUENCY[frequency].capitalize(),
        "months": _calendar(frequency, testing.year_begins, area.period_ends_in),
        "tester": f"{tester.name}, {tester.title}" if tester else "",
        "units": series([units[unit] for unit in area.business_units]) if area.business_units else "",
        "sample": _sample(area, plan.tabs),
    }


def _frequency(testing: SelfTestingPlan, area: TestArea) -> str:
    return area.frequency or testing.frequency or "as-needed"


def _frequencies(testing: SelfTestingPlan, lead: str = "") -> str:
    """Return how often tests are done, and where otherwise: ``quarterly; “Recordkeeping” is tested once a year``.

    ``lead`` introduces the usual frequency; without one, each area is named with its own.
    """
    others: dict[str, list[str]] = {}
    for area in testing.areas:
        if (each := _frequency(testing, area)) != testing.frequency:
            others.setdefault(each, []).append(f"“{typographic(area.title)}”")
    parts = [
        f"{series(titles)} {'is' if len(titles) == 1 else 'are'} tested {FREQUENCY[each]}"
        for each, titles in others.items()
    ]
    usual = [lead + FREQUENCY[testing.frequency]] if testing.frequency else []
    return "; ".join([*usual, *parts]) or lead + FREQUENCY["as-needed"]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def _year(testing: SelfTestingPlan) -> list[str]:
    """Return the months of the program year, short, from its first."""
    return [_MONTHS[(testing.year_begins - 1 + month) % 12][:3] for month in range(12)]


def _calendar(frequency: str, year_begins: int, ends_in: int | None) -> list[str]:
    """Return a mark for each month of the program year with which a test period ends.

    Periods are counted from the first month of the year, or so that one ends in the calendar month ``ends_in``.
    """
    step = _MONTHS_BETWEEN_TESTS.get(frequency)
    last = (ends_in - year_begins) % 12 + 1 if ends_in else 12
    return ["X" if step and (month - last) % step == 0 else "" for month in range(1, 13)]


def _sample(area: TestArea, tabs: Mapping[str, str]) -> Values:
    sampling, said = area.sampling, statement_for(area)
    if sampling is None or said is None:
        dashes = dict.fromkeys(("method", "items", "unit", "universe", "allowed", "terms"), "–")
        return dashes | {"statement": "", "explained": Blocks()}
    terms = "–"
    if sampling.confidence and sampling.tolerable_rate:
        terms = f"{percent(sampling.confidence)} / {percent(sampling.tolerable_rate)}"
    elif sampling.confidence and sampling.precision:
        terms = f"{percent(sampling.confidence)}, ±{percent(sampling.precision)}"
    reason = narrative(sampling.rationale, tabs)
    details = " ".join(
        f"{label}: {typographic(text).rstrip('.')}."
        for label, text in (
            ("Frame", sampling.frame),
            ("Selection", sampling.selection),
            ("Replacement", sampling.replacement_rule),
        )
        if text
    )
    said_plainly = (said.sentence, *plain_text(reason).splitlines(), details)
    return {
        "method": _METHOD[sampling.method],
        "items": number(sampling.items) if sampling.items is not None and sampling.method != "complete" else "All",
        "unit": {"entry": "entries", "ISF": "security filings"}.get(sampling.unit, f"{sampling.unit}s"),
        "universe": number(sampling.universe) if sampling.universe else "–",
        "allowed": number(sampling.allowed_errors) if sampling.method == "attribute" else "–",
        "terms": terms,
        "statement": " ".join(each for each in said_plainly if each),
        "explained": _explained(bound(area.title), bound(said.sentence), reason, details),
    }


def _explained(title: str, sentence: str, reason: Blocks, details: str) -> Blocks:
    """Return the sample in words: one paragraph where the reason is no more, else the details below the reason."""
    whole = led_by((Text(f"{title}.", strong=True), Text(f" {sentence}")), reason).blocks
    last = Blocks((Paragraph((Text(details),)),)) if details else Blocks()
    if last and len(whole) == 1 and isinstance(whole[0], Paragraph):
        return led_by(whole[0].inlines, last)
    return Blocks((*whole, *last.blocks))


def _application(plan: SubmissionPlan) -> Application:
    assert isinstance(plan.submission, Application)
    return plan.submission


def _plan(plan: SubmissionPlan) -> SelfTestingPlan:
    """Return the plan; an application without one was refused by the rules, unless it is only previewed."""
    if plan.matter.self_testing_plan is None:
        message = "An application needs the written self-testing plan ('self_testing_plan'), which this matter lacks."
        finding = Finding("INPUT-PLAN", Severity.ERROR, message, "Add self_testing_plan.", ("self_testing_plan",))
        raise InputError(message, [finding])
    return plan.matter.self_testing_plan


def _report(plan: SubmissionPlan) -> Values:
    report: FocusedAssessment | None = plan.matter.focused_assessment
    if report is None or _application(plan).route != "focused-assessment":
        return {}
    window = own_deadline(plan.matter, plan.submission)
    return {
        "report_number": report.report_number,
        "report_date": long_date(report.report_date),
        "office": report.office or "",
        "window_end": long_date(window.nominal) if window else "",
    }


def _signer(plan: SubmissionPlan, role: str) -> Values:
    someone = plan.matter.people[role]
    return {"role": role, "name": someone.name, "title": someone.title}


def _reviewer(plan: SubmissionPlan, testing: SelfTestingPlan) -> Values:
    if not testing.reviewer:
        return {}
    someone = plan.matter.people[testing.reviewer]
    return {
        "name": someone.name,
        "title": someone.title,
        "organization": someone.organization or "",
        "reach": reach(someone),
    }


def _safety(plan: SubmissionPlan, testing: SelfTestingPlan) -> Values:
    """Return the product-safety addendum; empty without one, and after the program of the pilot ended."""
    addendum = testing.product_safety
    if addendum is None or plan.edition.edition == "ctpat-tc":
        return {}
    tested = [area.title for area in testing.areas if area.catalog == "product-safety"]
    return {
        "cite": law_review("fr-73-64356"),
        "contact": _contact(plan, addendum.contact),
        "controls": narrative(addendum.controls, plan.tabs),
        "changes": narrative(addendum.notice_of_changes, plan.tabs),
        "areas": series(tested),
    }


def coverage(plan: SubmissionPlan) -> str:
    """Return the numbers and business units that an application covers, each once; nothing without business units."""
    importer, listed = plan.matter.importer, _application(plan).mou.ior_numbers
    if not importer.business_units:
        return ""
    numbers: dict[str, list[str]] = {unit.id: [] for unit in importer.business_units}
    known = {normalize(number) for number in listed}
    for ior in importer.ior_numbers:
        if normalize(ior.number) in known and ior.business_unit:
            numbers[ior.business_unit].append(ior.number)
    few = len(listed) <= _FEW_NUMBERS
    units = [
        unit.name + (f" ({series(numbers[unit.id])})" if few and numbers[unit.id] else "")
        for unit in importer.business_units
    ]
    plural = "" if len(units) == 1 else "s"
    whole = sum(map(len, numbers.values())) == len(listed)
    if whole:
        link = f" of the business unit{plural}"
    elif all(numbers.values()):
        link = f", including {'that' if sum(map(len, numbers.values())) == 1 else 'those'} of the Company’s"
    else:
        link = f", and with {'it' if len(listed) == 1 else 'them'} the Company’s"
    count = {1: "the", 2: "both"}.get(len(listed), f"all {words(len(listed)) if len(listed) < 1000 else len(listed)}")
    return f"{count} importer of record number{'' if len(listed) == 1 else 's'}{link} {series(units)}"


def _contact(plan: SubmissionPlan, role: str) -> str:
    someone = plan.matter.people[role]
    return ", ".join(each for each in (someone.name, someone.title, reach(someone)) if each)


def _ior_line(numbers: Sequence[str]) -> str:
    """Return the numbers for one table cell, which no page splits: all, or the first of very many."""
    if len(numbers) <= _FEW_NUMBERS:
        return "; ".join(numbers)
    return f"{numbers[0]} and {number(len(numbers) - 1)} others, listed in the Memorandum of Understanding"


def _ior_phrase(submission: Application) -> str:
    count = len(submission.mou.ior_numbers)
    report = " included in the Focused Assessment" if submission.route == "focused-assessment" else ""
    return f"the importer of record number{'' if count == 1 else 's'}{report}"
