"""The papers there are templates for, what each template is given, and the sample packages that show it."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from isa_docs.documents.context import Layout, context_for
from isa_docs.documents.coverage import BranchLog, branches, merged, unexercised
from isa_docs.documents.docx_package import opened
from isa_docs.documents.form_values import annex_item
from isa_docs.documents.lint_names import NameCheck
from isa_docs.documents.plan import SubmissionPlan
from isa_docs.documents.reading import template_parts
from isa_docs.documents.render import render_docx
from isa_docs.documents.samples import sample_plans
from isa_docs.documents.shapes import Shape, shape_from, shape_of


@dataclass(frozen=True)
class TemplateKind:
    """One kind of template: its file's stem, the paper it makes, and whether somebody signs that paper."""

    name: str
    paper: str
    signed: bool


KINDS: Final = {
    kind.name: kind
    for kind in (
        TemplateKind("transmittal", "transmittal letter of an application", True),
        TemplateKind("mou", "Memorandum of Understanding", True),
        TemplateKind("ior-annex", "annex with the IOR numbers that a form has no space for", False),
        TemplateKind("self-testing-plan", "risk-based self-testing plan", True),
        TemplateKind("annual-notification", "annual notification letter", True),
        TemplateKind("discontinuance-appeal", "letter of appeal against discontinuance", True),
        TemplateKind("contents", "contents page of a package", False),
        TemplateKind("exhibit-sheet", "sheet before each exhibit", False),
    )
}
"""Every kind of template, by the stem of its file name."""


@cache
def sample_contexts(kind: str) -> tuple[tuple[SubmissionPlan, dict[str, Any]], ...]:
    """Return what the template called ``kind`` is given in each sample package that holds its paper."""
    found = []
    for plan in sample_plans():
        layout = Layout()
        for number, item in enumerate(plan.items, 1):
            layout.pages[item.key], layout.first_pages[item.key] = number, number
        items = [item for item in plan.items if item.template == kind]
        if kind == "ior-annex":
            items = [annex_item(item) for item in plan.items if item.key == "mou"]
        for item in (*items[:1], *items[1:][-1:]):  # of many sheets, the first and the last
            found.append((plan, context_for(plan, item, layout)))
    return tuple(found)


@cache
def shape(kind: str) -> Shape:
    """Return what the template called ``kind`` is given: the names, types and optional values of data/names.toml.

    A test holds that file against the values of sample packages, which leave out whatever the matter's types let be
    absent.
    """
    names = tomllib.loads((Path(__file__).parent / "data" / "names.toml").read_text(encoding="utf-8"))
    return shape_from({**names["every"], **names[kind]})


@cache
def learned_shape(kind: str) -> Shape:
    """Return what the template called ``kind`` is given, as far as the sample packages show."""
    return shape_of([context for _, context in sample_contexts(kind)])


@dataclass(frozen=True)
class Coverage:
    """How many ways of a template's branches the sample packages show, of how many, and which they never do."""

    shown: int
    ways: int
    missing: tuple[str, ...]


def branch_coverage(kind: str, template: bytes) -> Coverage:
    """Fill a template of a kind for every sample package, and report the branches that never went both ways.

    Raises TemplateError when it cannot be filled.
    """
    logs: list[BranchLog] = []
    for plan, context in sample_contexts(kind):
        roles = {*plan.matter.people, "cbp"}
        logs.append(render_docx(template, context, name=f"{kind}.docx", roles=roles).branches)
    always = _full_loops(kind, template)
    left = [
        (branch, outcome)
        for branch, outcome in unexercised(template, merged(logs), f"{kind}.docx")
        if outcome or (branch.part, branch.line) not in always
    ]
    ways = 2 * len(branches(template, f"{kind}.docx")) - len(always)
    words = {True: "taken", False: "passed by"}
    missing = tuple(f"{words[outcome]}: {branch.tag} (in the {branch.part})" for branch, outcome in left)
    return Coverage(ways - len(left), ways, missing)


def _full_loops(kind: str, template: bytes) -> set[tuple[str, int]]:
    """Return part and line of the loops that never meet an empty list, and so have only one way to go."""
    found: set[tuple[str, int]] = set()
    for part in template_parts(opened(template, f"{kind}.docx")):
        if part.tree is not None:
            check = NameCheck(shape(kind), lambda code, line, message, remedy: None)
            check.tree(part.tree)
            found |= {(part.where, line) for line in check.full_loops}
    return found
