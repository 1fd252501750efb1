"""The finished package read again: its text must agree with the matter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from isa_docs.assembly.model import AssemblyResult
from isa_docs.documents.form_values import ANNEX_KEY
from isa_docs.documents.plan import SubmissionPlan
from isa_docs.findings import Finding
from isa_docs.program.rules import Enclosure, FinishedPaper, check_package


def reread(plan: SubmissionPlan, package: AssemblyResult, texts: Sequence[str]) -> list[Finding]:
    """Return what the program's rules say of the text that is really in the package, ``texts`` by page."""
    papers: list[FinishedPaper] = []
    first: Mapping[str, int] = {part.key: part.first_page for part in package.parts}
    for item, part in zip(plan.items, package.parts, strict=True):
        pages = tuple(texts[part.first_page - 1 : part.first_page - 1 + part.pages])
        if item.key == ANNEX_KEY:  # it is part of the paper before it
            papers[-1] = replace(papers[-1], pages=(*papers[-1].pages, *pages))
            continue
        kind = item.key if item.kind == "paper" else item.kind
        papers.append(FinishedPaper(kind, item.title, part.first_page, pages))  # type: ignore[arg-type]
    enclosed = [
        Enclosure(item.title, first[item.key], item.tab) for item in plan.items if item.kind in ("paper", "exhibit")
    ]
    return check_package(plan.matter, plan.submission.id, papers, enclosed)
