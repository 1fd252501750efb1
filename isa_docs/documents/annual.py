"""Values for the annual notification letter."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_CEILING
from typing import Any

from isa_docs.documents.blocks import Blocks, Text, led_by
from isa_docs.documents.characters import typographic
from isa_docs.documents.context import law_review, reach
from isa_docs.documents.filters import long_date, number, ordinal, words
from isa_docs.documents.narratives import narrative
from isa_docs.documents.plan import SubmissionPlan
from isa_docs.intake.model import AnnualNotification, Result, TestArea
from isa_docs.program.deadlines import annual_anniversary, annual_cycle
from isa_docs.program.editions import track_of
from isa_docs.program.sampling import percent, result_statement, rounded

Values = dict[str, Any]

WINDOW_DAYS = 30
"""Calendar days around the second anniversary in which the first letter is given (77 FR 61012)."""

LIMIT_CONFIDENCE = 0.95
"""The confidence of the upper limits in the table of results, whatever the plan's own."""

_CHANGES = {
    "organization": "Organization",
    "ownership": "Ownership",
    "personnel": "Personnel",
    "ior-numbers": "Importer of record numbers",
    "business-units": "Business units",
    "brokers": "Customs brokers",
    "products-or-sources": "Products and sources",
    "trade-programs": "Trade programs",
    "systems": "Systems",
    "internal-controls": "Internal controls",
    "contact": "Contact",
    "mailing-address": "Mailing address",
    "other": "Other",
}
_ORDINALS = {2: "second", 3: "third", 4: "fourth", 5: "fifth", 6: "sixth", 7: "seventh", 8: "eighth", 9: "ninth"}
_METHODS = {"attribute": "Statistical", "estimation": "Statistical", "judgmental": "Judgmental", "complete": "Complete"}


def annual_notification(plan: SubmissionPlan) -> Values:
    """Return the values of the annual letter beyond the letter's frame."""
    submission = plan.submission
    assert isinstance(submission, AnnualNotification)
    testing, tabs = plan.matter.self_testing_plan, plan.tabs
    areas = {area.id: area for area in testing.areas} if testing else {}
    reviewer = plan.matter.people[testing.reviewer] if testing and testing.reviewer else None
    last = submission.last_year
    return {
        "plan": {"version": testing.version} if testing else {},
        "retention_years": words(testing.retention.test_results_years if testing else 3),
        "anl": {
            "start": long_date(submission.period.start),
            "end": long_date(submission.period.end),
            "timing": timing(plan),
            "continues": submission.continues_to_meet_requirements,
            "safety_contact": safety_contact(plan),
            "no_changes": submission.no_changes,
            "contact_changed": bool(
                last and last.isa_contact and last.isa_contact != plan.matter.people["isa_contact"].name
            ),
            "changes": [
                {
                    "title": _CHANGES[change.kind],
                    "on": f"effective {long_date(change.effective_on)}" if change.effective_on else "",
                    "text": narrative(change.description, tabs),
                }
                for change in submission.changes
            ],
            "results": [_result(plan, result, areas.get(result.area)) for result in submission.results],
            "reviewed": f"{reviewer.name}, {reviewer.title}, reviewed the results." if reviewer else "",
            "limit_note": limit_note([(each, areas[each.area]) for each in submission.results if each.area in areas]),
            "note": narrative(submission.results_note, tabs),
            "corrections": narrative(submission.post_entry_corrections, tabs),
        },
    }


def limit_note(results: Sequence[tuple[Result, TestArea]]) -> str:
    """Return the note below the table of results: what the upper limit is, and what it is at the plan's own level."""
    text = (
        "The upper limit is the one-sided Clopper–Pearson limit of the error rate at 95 percent confidence. "
        "It is stated only for random samples that are projected; other results describe the items tested."
    )
    for result, area in results:
        level = area.sampling.confidence if area.sampling else None
        limit = result_statement(result, area, level).limit
        if limit is not None and result.projected and level not in (None, LIMIT_CONFIDENCE):
            text += (
                f" The sample of “{typographic(area.title)}” is designed at {percent(level)} confidence, "
                f"at which the limit is {rounded(limit, ROUND_CEILING)} percent."
            )
    return text


def safety_contact(plan: SubmissionPlan) -> str:
    """Return the contact for product safety, whom the letter of a participant of that pilot names (73 FR 64356)."""
    testing = plan.matter.self_testing_plan
    if testing is None or testing.product_safety is None or plan.edition.edition == "ctpat-tc":
        return ""
    someone = plan.matter.people[testing.product_safety.contact]
    return ", ".join(each for each in (someone.name, someone.title, reach(someone)) if each)


def timing(plan: SubmissionPlan) -> str:
    """Return the sentence that ties the letter to the acceptance date."""
    matter, submission = plan.matter, plan.submission
    assert isinstance(submission, AnnualNotification)
    if matter.acceptance is None:
        return ""
    accepted = matter.acceptance.mou_signed_by_cbp_on
    if plan.edition.edition == "ctpat-tc":
        return f"The Company was accepted into the Program on {long_date(accepted)}."
    cycle = annual_cycle(matter, submission.period.end)
    anniversary = annual_anniversary(matter, cycle)
    base = (
        f"The Company was accepted into the Program on {long_date(accepted)}, "
        "the day on which CBP signed the Memorandum of Understanding"
    )
    if track_of(matter).track == "standard":  # its period is known at second hand only, so the letter states none
        return f"{base}."
    years = anniversary.year - accepted.year
    text = f"{base}; the {_ORDINALS.get(years, ordinal(years))} anniversary is {long_date(anniversary)}."
    if cycle == 0 and abs((submission.date - anniversary).days) <= WINDOW_DAYS:
        text += (
            " This letter is given within thirty days of that anniversary, "
            f"as the notice at {law_review('fr-77-61012')} provides."
        )
    return text


def _result(plan: SubmissionPlan, result: Result, area: TestArea | None) -> Values:
    said = result_statement(result, area, LIMIT_CONFIDENCE)
    method = _METHODS[area.sampling.method] if area and area.sampling else "–"
    told = [
        led_by((Text(f"{label}.", emphasis=True),), narrative(text, plan.tabs))
        for label, text in (
            ("Cause", result.root_cause),
            ("Corrective action", result.corrective_action),
            ("Disclosure", result.disclosure),
        )
        if text
    ]
    limit = "all items tested" if said.method == "complete" else "not projected"
    if said.limit is not None and said.projectable and result.projected:
        limit = f"{rounded(said.limit, ROUND_CEILING)}%"
    return {
        "title": area.title if area else result.area,
        "method": method,
        "items": number(result.items_tested),
        "errors": number(result.errors),
        "rate": f"{rounded(said.rate)}%" if said.rate is not None else "–",
        "limit": limit,
        "narrative": Blocks(tuple(block for each in told for block in each.blocks)),
    }
