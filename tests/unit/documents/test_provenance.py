"""A failure while rendering points at the line of the matter whose value failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.documents.context import Layout, context_for
from isa_docs.documents.plan import plan_submission
from isa_docs.documents.provenance import value_paths
from isa_docs.documents.render import render_docx
from isa_docs.errors import TemplateError
from isa_docs.intake.load import load_matter

from .word import document, saved

NORTHWIND = Path(__file__).parents[3] / "examples" / "northwind" / "matter.yaml"


def place(index: int, *paragraphs: str) -> str:
    """Fill a template that fails, with the letter of submission ``index``; return the line of the matter it names."""
    loaded = load_matter(NORTHWIND)
    plan = plan_submission(loaded.matter, index)
    letter = plan.items[0]
    with pytest.raises(TemplateError) as caught:
        render_docx(
            saved(document(*paragraphs)),
            context_for(plan, letter, Layout()),
            matter=plan.matter,
            value_paths=value_paths(plan, letter),
        )
    (found,) = loaded.locate(caught.value.findings)
    assert found.place is not None
    assert found.place.line is not None
    return NORTHWIND.read_text(encoding="utf-8").splitlines()[found.place.line - 1].strip()


def test_a_plain_value():
    assert place(0, "{{ importer.legal_name|money }}").startswith("legal_name: Northwind Components")


def test_a_value_of_a_person():
    assert place(0, "{{ contact.title|money }}").startswith("title:")


def test_a_derived_sentence():
    assert place(2, "{{ appeal.timeliness|money }}").startswith("received_on:")


def test_a_value_within_a_loop():
    assert place(
        2,
        "{%p for ground in appeal.grounds %}",
        "{% if loop.last %}{{ ground.title|money }}{% endif %}",
        "{%p endfor %}",
    ).startswith("title:")


def test_a_narrative_printed_as_text():
    assert place(2, "{{ appeal.facts }}").startswith("statement_of_facts:")
