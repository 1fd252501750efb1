"""Pinned wording: a change of words is told, with the authority; a change of looks is not."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from isa_docs.documents.clauses import check_clauses, clause_texts, clauses
from isa_docs.findings import Severity
from isa_docs.program.authorities import all_authorities

from .word import document, fill, read, saved

MOU = Path(__file__).parents[3] / "templates" / "mou.docx"


def mou() -> WordDocument:
    return Document(io.BytesIO(MOU.read_bytes()))


def clause(word: WordDocument, beginning: str):
    return next(each for each in word.paragraphs if each.text.startswith(beginning))


def test_the_shipped_clauses_have_the_words_of_the_data_file():
    for kind in {each.template for each in clauses()}:
        path = MOU.with_name(f"{kind}.docx")
        assert check_clauses(path.read_bytes(), kind, path.name) == []


def test_every_clause_names_a_known_authority():
    known = all_authorities()
    assert [key for each in clauses() for key in each.authority if key not in known] == []


def test_other_words_are_a_warning_that_shows_both_wordings():
    word = mou()
    clause(word, "keep the results of its self-testing").runs[0].text = "keep the results as it sees fit;"
    (finding,) = check_clauses(saved(word), "mou", "firm/mou.docx")
    assert (finding.code, finding.severity) == ("TPL-PIN-CHANGED", Severity.WARNING)
    assert finding.authority == ("fr-77-61012",)
    assert "'pin_mou_results_retention' (retention of the results of self-testing)" in finding.message
    assert "“keep the results as it sees fit;" in finding.message
    assert "for three years, or longer where the Plan so provides" in finding.remedy


def test_a_clause_that_is_gone_is_a_warning():
    word = mou()
    gone = clause(word, "make appropriate disclosure")
    gone._p.getparent().remove(gone._p)
    (finding,) = check_clauses(saved(word), "mou", "firm/mou.docx")
    assert finding.code == "TPL-PIN-MISSING"
    assert "make appropriate disclosure to CBP of errors that it finds;" in finding.remedy


def test_other_looks_order_and_quotation_marks_are_no_change():
    word = mou()
    first = clause(word, "comply with all applicable laws")
    first.style = "Body Text"
    first.runs[0].bold = True
    later = clause(word, "maintain an audit trail")
    first._p.addprevious(later._p)
    spaced = clause(word, "make appropriate disclosure")
    spaced.runs[0].text = spaced.runs[0].text.replace(" ", "  ")
    assert check_clauses(saved(word), "mou", "firm/mou.docx") == []


def test_a_clause_cut_into_two_paragraphs_is_read_whole():
    word = document("We will comply", "with all laws.")
    start, end = (word.element.makeelement(qn(f"w:bookmark{side}"), {qn("w:id"): "7"}) for side in ("Start", "End"))
    start.set(qn("w:name"), "pin_laws")
    word.paragraphs[0]._p.insert(0, start)
    word.paragraphs[1]._p.append(end)
    assert clause_texts(saved(word), "x.docx") == {"laws": "We will comply with all laws."}


def test_the_finished_paper_keeps_no_mark_of_a_clause():
    word = document("We will comply.")
    for side in ("Start", "End"):
        mark = word.element.makeelement(qn(f"w:bookmark{side}"), {qn("w:id"): "7"})
        if side == "Start":
            mark.set(qn("w:name"), "pin_laws")
        word.paragraphs[0]._p.append(mark)
    done = read(fill(word))
    assert [e.get(qn("w:name")) for e in done.element.iter(qn("w:bookmarkStart"))] == []
    assert list(done.element.iter(qn("w:bookmarkEnd"))) == []


@pytest.mark.parametrize("kind", ["contents", "exhibit-sheet"])
def test_papers_without_required_clauses_have_none(kind: str):
    assert check_clauses(saved(document("anything")), kind, "x.docx") == []
