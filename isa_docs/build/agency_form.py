"""The Memorandum of Understanding on an agency's own form: which form, filled how, and what a build makes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from isa_docs.build.templates import Templates
from isa_docs.documents.form_map import AgencyForm, places_file, read_form
from isa_docs.documents.form_values import ANNEX_KEY, annex_item, annexed, fillings, is_too_long
from isa_docs.documents.plan import PlannedItem, SubmissionPlan, on_form, plan_submission
from isa_docs.documents.tokens import Slot
from isa_docs.errors import IsaDocsError, TemplateError
from isa_docs.findings import Finding, Severity
from isa_docs.intake.containment import outside
from isa_docs.intake.load import LoadedMatter


@dataclass(frozen=True)
class MadeForm:
    """A filled form: a Word file still to be converted, or a finished PDF; and whether it needs its annex."""

    slots: tuple[Slot, ...]
    annex: bool
    docx: bytes | None = None
    pdf: Path | None = None
    pages: int = 0
    findings: tuple[Finding, ...] = ()


def with_firm_form(plan: SubmissionPlan, templates: Templates) -> SubmissionPlan:
    """Put the MOU on the form in the firm's templates folder, unless the matter names one of its own."""
    form = templates.form()
    if form is None:
        return plan
    items = [on_form(item, form.name) if item.key == "mou" and not item.form else item for item in plan.items]
    return replace(plan, items=tuple(items))


def form_file(item: PlannedItem, folder: Path, templates: Templates) -> Path:
    """Return the file of an item's form: the matter's, from ``folder``, or the firm's.

    Raises TemplateError for a matter's form outside its folder.
    """
    own = templates.form()
    if not item.path and own is not None:
        return own
    if outside(folder, item.form):
        message = f"The form {item.form} lies outside the matter's folder."
        remedy = "Copy it beside the matter file, or put it into the templates folder as mou-form.pdf or mou-form.docx."
        raise TemplateError(message, [Finding("FORM-OUTSIDE", Severity.ERROR, message, remedy, item.path)])
    return folder / item.form


def form_findings(loaded: LoadedMatter, index: int) -> list[Finding]:
    """Return what is wrong with the form that a submission names, as far as is seen without opening it."""
    from isa_docs.intake.model import Application

    submission = loaded.matter.submissions[index]
    if not isinstance(submission, Application) or submission.mou.form is None:
        return []
    plan = plan_submission(loaded.matter, index)
    mou = next(item for item in plan.items if item.form)
    try:
        form = read_form(form_file(mou, loaded.folder, Templates()), mou.form, mou.path)
        fillings(form, plan, mou)
    except IsaDocsError as error:
        return [replace(each, submission=submission.id) for each in error.findings]
    return []


def form_inputs(plan: SubmissionPlan, folder: Path, templates: Templates) -> dict[str, Path]:
    """Return the forms of a plan and their places files, each by the name the manifest gives it."""
    found: dict[str, Path] = {}
    for item in plan.items:
        if item.form:
            file = form_file(item, folder, templates)
            for each in (file, places_file(file)):
                found[f"forms/{each.name}"] = each
    return found


def make_form(plan: SubmissionPlan, item: PlannedItem, folder: Path, templates: Templates, work: Path) -> MadeForm:
    """Fill the form of an item; a PDF is made in ``work``. Raises TemplateError or AssemblyError with findings."""
    form: AgencyForm = read_form(form_file(item, folder, templates), item.form, item.path or None)
    filled = fillings(form, plan, item)
    if form.is_word:
        from isa_docs.documents.form_word import fill_word

        annex = any(is_too_long(each) for each in filled)
        word = fill_word(form, [annexed(each) if is_too_long(each) else each for each in filled])
        return MadeForm(word.slots, annex, docx=word.data)
    from isa_docs.assembly.form_fill import fill_pdf

    pdf = fill_pdf(form, filled, work)
    return MadeForm(pdf.slots, pdf.annex, pdf=pdf.pdf, pages=pdf.pages, findings=pdf.findings)


def with_annex(plan: SubmissionPlan, mou: PlannedItem) -> SubmissionPlan:
    """Put the annex right behind the MOU."""
    if any(item.key == ANNEX_KEY for item in plan.items):
        return plan
    items = [each for item in plan.items for each in ((item, annex_item(mou)) if item.key == mou.key else (item,))]
    return replace(plan, items=tuple(items))
