"""Says before a build which documents it would make anew, and why, without rendering any."""

from __future__ import annotations

import hashlib
from pathlib import Path

from isa_docs.build.agency_form import with_firm_form
from isa_docs.build.cache import Cache
from isa_docs.build.reasons import DocumentNote, before_build
from isa_docs.build.recall import documents_before
from isa_docs.build.state import font_state, program_state, sha256_file
from isa_docs.build.templates import Templates
from isa_docs.documents.plan import SubmissionPlan
from isa_docs.errors import TemplateError
from isa_docs.intake.load import LoadedMatter


def expected(
    loaded: LoadedMatter, plan: SubmissionPlan, templates: Templates, folder: Path, cache: Cache, converter: str | None
) -> list[DocumentNote]:
    """Return a note on each document of a package that would be published in ``folder``.

    ``converter`` is the mark of the converter (:func:`isa_docs.build.reuse.converter_mark`), None when there is
    none to ask.
    """
    before = documents_before(cache, folder)
    matter = hashlib.sha256(loaded.source.text.encode()).hexdigest()
    notes = []
    for item in with_firm_form(plan, templates).items:
        now = {"fonts": font_state(), "program": program_state()}
        if item.exhibit and item.kind == "exhibit":
            now["file"] = sha256_file(loaded.folder / item.exhibit.file) or ""
        if item.template:
            now |= {"template": _template(templates, item.template), "matter": matter}
        if converter:
            now["converter"] = converter
        notes.append(before_build(item.key, before.get(item.key), now))
    return notes


def _template(templates: Templates, name: str) -> str:
    try:
        return hashlib.sha256(templates.read(name)).hexdigest()
    except TemplateError:
        return ""
