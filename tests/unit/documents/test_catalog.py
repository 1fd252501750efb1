"""The shipped templates against what the builder gives them: nothing to say, every branch shown, text forms in step."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.build.templates import check_template
from isa_docs.documents.catalog import KINDS, branch_coverage, learned_shape, shape
from isa_docs.documents.samples import sample_matters
from isa_docs.documents.shapes import described, shape_from
from isa_docs.documents.textform import text_form

TEMPLATES = Path(__file__).parents[3] / "templates"

each_kind = pytest.mark.parametrize("kind", KINDS)


def test_every_shipped_template_is_of_a_kind():
    assert {path.stem for path in TEMPLATES.glob("*.docx")} == set(KINDS)


@each_kind
def test_lint_and_pinned_wording_have_nothing_to_say_of_a_shipped_template(kind: str):
    path = TEMPLATES / f"{kind}.docx"
    assert check_template(path.read_bytes(), kind, path.name) == []


@pytest.mark.slow
@each_kind
def test_the_samples_show_every_way_of_a_shipped_template(kind: str):
    coverage = branch_coverage(kind, (TEMPLATES / f"{kind}.docx").read_bytes())
    assert coverage.missing == ()
    assert coverage.shown == coverage.ways > 0


@each_kind
def test_the_text_form_of_a_shipped_template_is_in_step(kind: str):
    """``isa-docs template text templates/KIND.docx > templates/KIND.txt`` brings it in step again."""
    path = TEMPLATES / f"{kind}.docx"
    assert path.with_suffix(".txt").read_text(encoding="utf-8") == text_form(path.read_bytes(), path.name)


@each_kind
def test_declared_names_are_those_that_the_builder_gives(kind: str):
    """Every name and kind is declared, and whatever a sample leaves empty is declared as possibly empty."""
    declared, learned = dict(described(shape(kind))), dict(described(learned_shape(kind)))
    assert set(declared) == set(learned)
    for name, words in learned.items():
        assert declared[name] in (words, f"{words}, may be empty"), name


def test_words_that_declare_no_kind():
    with pytest.raises(ValueError, match="'colour' is no kind of value"):
        shape_from({"importer.coat": "colour"})
    assert (
        dict(described(shape_from({"a": "list", "a[]": "mapping", "a[].b": "always empty"})))["a[].b"] == "always empty"
    )


def test_what_may_be_empty_is_declared():
    fields = shape("transmittal").fields
    assert fields["importer"].fields["organization"].optional
    assert fields["fa"].optional
    assert not fields["importer"].fields["legal_name"].optional
    assert fields["letter"].fields["copies"].optional


def test_samples_come_from_every_example():
    assert {matter.importer.legal_name for matter in sample_matters()} == {
        "Northwind Components, Inc.",
        "Maple Ridge Tool Works Ltd.",
        "Harborlight Lighting Corporation",
    }
