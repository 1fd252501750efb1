"""What decides one document of a package, told the same way before a build and after it."""

from __future__ import annotations

import hashlib
from pathlib import Path

from isa_docs.assembly.exhibits import exhibit_type
from isa_docs.build.agency_form import form_inputs
from isa_docs.build.state import POPPLER, font_state, program_state, sha256_file, tools_state
from isa_docs.build.templates import Templates
from isa_docs.documents.plan import PlannedItem, SubmissionPlan
from isa_docs.errors import TemplateError
from isa_docs.intake.model import Exhibit


def facts_of(
    item: PlannedItem, plan: SubmissionPlan, folder: Path, templates: Templates, matter: str, converter: str | None
) -> dict[str, str]:
    """Return what decides an item of ``plan`` (see :data:`isa_docs.build.reasons.Facts`), but for its filled text.

    ``folder`` is the matter's, ``matter`` the SHA-256 of the matter file, ``converter`` the mark of the converter,
    None when there is none to ask. Files and templates that are missing have empty hashes.
    """
    facts = {"fonts": font_state(), "program": program_state()}
    if item.exhibit and item.kind == "exhibit":
        facts |= _of_exhibit(item.exhibit, folder / item.exhibit.file)
    else:
        facts |= {"template": _template(item, plan, folder, templates), "matter": matter}
    if converter and "treatment" not in facts and not is_filled_pdf(item):
        facts["converter"] = converter
    return facts


def is_filled_pdf(item: PlannedItem) -> bool:
    """Say whether an item is an agency's PDF form: it is filled in every build, and the cache keeps none."""
    return bool(item.form) and Path(item.form).suffix.lower() != ".docx"


def _of_exhibit(exhibit: Exhibit, file: Path) -> dict[str, str]:
    facts = {"file": sha256_file(file) or ""}
    if not facts["file"] or exhibit_type(file) != "docx":  # a Word file is converted, whatever its name or treatment
        facts |= {"name": file.resolve().name, "treatment": exhibit.treatment, "poppler": tools_state(POPPLER)}
    return facts


def _template(item: PlannedItem, plan: SubmissionPlan, folder: Path, templates: Templates) -> str:
    try:
        if item.form:
            return " ".join(sorted(sha256_file(each) or "" for each in form_inputs(plan, folder, templates).values()))
        return hashlib.sha256(templates.read(item.template)).hexdigest() if item.template else ""
    except TemplateError:
        return ""
