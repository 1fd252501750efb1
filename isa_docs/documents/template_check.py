"""What is to be said of a template of a kind before it is ever filled: of its tags, and of wording that is pinned."""

from __future__ import annotations

from collections.abc import Collection

from isa_docs.documents.catalog import KINDS, shape
from isa_docs.documents.clauses import check_clauses
from isa_docs.documents.lint import Flaw, lint_template
from isa_docs.findings import Severity


def template_flaws(template: bytes, kind: str, name: str, fonts: Collection[str]) -> list[Flaw]:
    """Return the findings, notes left out, with the paragraphs that are meant.

    ``name`` is the template's file, and ``fonts`` are the font names that can be shown.
    """
    flaws = lint_template(template, name, context=shape(kind), signs=KINDS[kind].signed, installed_fonts=fonts)
    flaws = [flaw for flaw in flaws if flaw.finding.severity is not Severity.NOTE]
    if any(flaw.finding.code == "TPL-FILE" for flaw in flaws):
        return flaws
    return [*flaws, *(Flaw(finding) for finding in check_clauses(template, kind, name))]
