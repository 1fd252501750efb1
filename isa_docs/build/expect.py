"""Says before a build which documents it would make anew, and why, without rendering any."""

from __future__ import annotations

import hashlib
from pathlib import Path

from isa_docs.build.agency_form import with_firm_form
from isa_docs.build.cache import Cache
from isa_docs.build.facts import facts_of, is_filled_pdf
from isa_docs.build.reasons import DocumentNote, before_build
from isa_docs.build.recall import documents_before
from isa_docs.build.templates import Templates
from isa_docs.documents.plan import SubmissionPlan
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
    planned = with_firm_form(plan, templates)
    for item in planned.items:
        now = facts_of(item, planned, loaded.folder, templates, matter, converter)
        notes.append(before_build(item.key, before.get(item.key), now, kept=not is_filled_pdf(item)))
    return notes
