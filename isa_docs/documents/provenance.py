"""Where in the matter the values of a template come from, so that a failure can point at the user's line."""

from __future__ import annotations

from isa_docs.documents.plan import PlannedItem, SubmissionPlan
from isa_docs.findings import Path
from isa_docs.intake.model import AnnualNotification, Application, DiscontinuanceAppeal


def value_paths(plan: SubmissionPlan, item: PlannedItem) -> dict[str, Path]:
    """Return the matter's path for the names that :func:`isa_docs.documents.context.context_for` makes.

    A name stands for all below it; ``appeal.grounds.0`` is one entry of a list.
    """
    here: Path = ("submissions", plan.index)
    paths = _shared(plan, here)
    submission = plan.submission
    if isinstance(submission, Application):
        paths |= _application(plan, submission, here)
    elif isinstance(submission, AnnualNotification):
        paths |= _annual(submission, here)
    elif isinstance(submission, DiscontinuanceAppeal):
        paths |= _appeal(submission, here)
    if item.exhibit is not None:
        paths["exhibit"] = item.path
    return paths


def _shared(plan: SubmissionPlan, here: Path) -> dict[str, Path]:
    signer = plan.submission.signer
    someone = plan.matter.people[signer]
    by_firm = plan.matter.firm is not None and someone.organization == plan.matter.firm.name
    return {
        "importer": ("importer",),
        "importer.address_line": ("importer", "address"),
        "importer.residency_sentence": ("importer", "program_residency"),
        "business_units": ("importer", "business_units"),
        "ior_numbers": ("importer", "ior_numbers"),
        "contact": ("people", "isa_contact"),
        "contact.reach": ("people", "isa_contact"),
        "ctpat": ("ctpat",),
        "confidentiality": (*here, "confidentiality"),
        "letterhead": ("firm",) if by_firm else ("importer",),
        "letter": here,
        "letter.via": (*here, "delivery"),
        "letter.copies": (*here, "copies_to"),
        "letter.enclosures": (*here, "exhibits"),
        "signer": ("people", signer),
        "signer.bar": ("people", signer, "bar_admission"),
        "doc": ("importer", "legal_name"),
    }


def _application(plan: SubmissionPlan, submission: Application, here: Path) -> dict[str, Path]:
    signer: Path = ("people", submission.mou.signer)
    testing: Path = ("self_testing_plan",)
    paths: dict[str, Path] = {
        "fa": ("focused_assessment",),
        "where": (*here, "exhibits"),
        "message": (*here, "message"),
        "mou": (*here, "mou"),
        "mou_signer": signer,
        "approver": signer,
        "plan": testing,
        "plan.methodology": (*testing, "risk_assessment", "methodology"),
        "plan.factors": (*testing, "risk_assessment", "factors"),
        "plan.assessed_by": (*testing, "risk_assessment", "scored_by"),
        "plan.testing": (*testing, "testing_methodology"),
        "plan.independence": (*testing, "reviewer_independence"),
        "plan.errors": (*testing, "error_handling"),
        "plan.reviewer_line": (*testing, "reviewer"),
        "plan.safety": (*testing, "product_safety"),
        "plan.results_years": (*testing, "retention", "test_results_years"),
        "plan.entry_years": (*testing, "retention", "entry_records_years"),
    }
    written = plan.matter.self_testing_plan
    for at in range(len(written.areas) if written else 0):
        paths[f"plan.areas.{at}"] = (*testing, "areas", at)
        paths[f"plan.areas.{at}.sample"] = (*testing, "areas", at, "sampling")
    return paths


def _annual(submission: AnnualNotification, here: Path) -> dict[str, Path]:
    paths: dict[str, Path] = {
        "anl": here,
        "anl.start": (*here, "period", "start"),
        "anl.end": (*here, "period", "end"),
        "anl.timing": ("acceptance",),
        "anl.note": (*here, "results_note"),
        "anl.corrections": (*here, "post_entry_corrections"),
        "anl.reviewed": ("self_testing_plan", "reviewer"),
        "anl.safety_contact": ("self_testing_plan", "product_safety", "contact"),
        "plan": ("self_testing_plan",),
    }
    paths |= {f"anl.changes.{at}": (*here, "changes", at) for at in range(len(submission.changes))}
    paths |= {f"anl.results.{at}": (*here, "results", at) for at in range(len(submission.results))}
    return paths


def _appeal(submission: DiscontinuanceAppeal, here: Path) -> dict[str, Path]:
    paths: dict[str, Path] = {
        "appeal": here,
        "appeal.kind": (*here, "notice", "type"),
        "appeal.notice_phrase": (*here, "notice"),
        "appeal.timeliness": (*here, "notice", "received_on"),
        "appeal.facts": (*here, "statement_of_facts"),
        "appeal.actions": (*here, "corrective_actions"),
    }
    paths |= {f"appeal.grounds.{at}": (*here, "grounds", at) for at in range(len(submission.grounds))}
    paths |= {
        f"appeal.actions.{at}": (*here, "corrective_actions", at) for at in range(len(submission.corrective_actions))
    }
    return paths
