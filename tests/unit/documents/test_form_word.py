"""An agency's form as a Word file: placeholders filled, lines marked, every other word as it was."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn

from isa_docs.documents import form_word
from isa_docs.documents.form_map import read_form
from isa_docs.documents.form_values import Filling
from isa_docs.documents.form_word import FilledWord, fill_word, word_blanks, word_texts
from isa_docs.errors import TemplateError
from tests.agency_forms import places, word_form

PLACES = """
    places:
      - {value: importer.legal_name, find: "[NAME OF PARTICIPANT]"}
      - {value: importer.address_line, after: "Place of business:"}
      - {value: mou.ior_numbers, find: "[NUMBERS]"}
      - {mark: true, find: "☐"}
      - {date: officer, after: "Date:"}
      - {sign: officer, after: "Signature:"}
      - {sign: cbp, find: "______________________________", nth: 2}
    """
VALUES = ("A & {{ b }} <c>, Inc.", "1 Main Street\nTacoma", ("12-345678900", "12-345678901"), "X", "", "", "")


def filled(form: Path, text: str = PLACES, values: tuple[object, ...] = VALUES) -> FilledWord:
    places(form, text)
    read = read_form(form, form.name)
    return fill_word(
        read,
        [Filling(at, place, values[at]) for at, place in enumerate(read.places)],  # type: ignore[arg-type]
    )


def test_the_places_are_filled_and_nothing_else_is_touched(tmp_path: Path) -> None:
    form = word_form(tmp_path / "form.docx")
    before = word_texts(form.read_bytes(), "form.docx")
    done = filled(form)
    after = word_texts(done.data, "form.docx")
    assert [now for was, now in zip(before, after, strict=True) if was != now] == [
        "This understanding is made between the agency and A & {{ b }} <c>, Inc., a participant.",
        "Place of business: 1 Main Street\nTacoma",
        "Numbers covered: 12-345678900; 12-345678901. The participant {will} keep its records.",
        "☒ The participant applies for the first time.",
        "Date: \t\u200b",
    ]
    assert [(line.kind, line.role) for line in done.slots] == [
        ("sign", "officer"),
        ("date", "officer"),
        ("sign", "cbp"),
    ]
    (tmp_path / "done.docx").write_bytes(done.data)
    word = Document(str(tmp_path / "done.docx"))
    run = next(run for each in word.paragraphs for run in each.runs if "{{ b }}" in run.text)
    assert run.bold, "a value has the look of the first letter of its placeholder"
    names = [mark.get(qn("w:name")) for mark in word.element.iter(qn("w:bookmarkStart"))]
    assert {line.start for line in done.slots} | {line.end for line in done.slots} <= set(names)
    assert filled(form).data == done.data


def test_content_controls(tmp_path: Path) -> None:
    form = word_form(tmp_path / "form.docx")
    word = Document(str(form))
    word.paragraphs[1]._p.addnext(
        parse_xml(
            f"""<w:sdt {nsdecls("w")}><w:sdtPr><w:tag w:val="Company"/><w:showingPlcHdr/></w:sdtPr><w:sdtContent>
            <w:p><w:r><w:rPr><w:rStyle w:val="PlaceholderText"/></w:rPr><w:t>Click to enter.</w:t></w:r></w:p>
            </w:sdtContent></w:sdt>"""
        )
    )
    word.save(str(form))
    assert ("control", "Company") in word_blanks(form.read_bytes(), "form.docx")
    done = filled(form, "places: [{value: importer.legal_name, control: Company}]", ("Northwind",))
    assert "Northwind" in word_texts(done.data, "form.docx")
    assert not any("Click" in text for text in word_texts(done.data, "form.docx"))


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ('{text: x, find: "[SHIP]"}', "The form has no “[SHIP]”."),
        ('{text: x, find: "[NUMBERS]", nth: 2}', "The form has no “[NUMBERS]” for the 2th time."),
        ('{sign: officer, find: "[NUMBERS]"}', "“[NUMBERS]” is no line to sign on."),
        ("{text: x, control: Ship}", "The form has no content control ‘Ship’"),
        ('{text: "a\\u202eb", find: "[NUMBERS]"}', "The value holds the character U+202E"),
    ],
)
def test_a_place_that_will_not_do_is_named_at_its_line(tmp_path: Path, place: str, said: str) -> None:
    with pytest.raises(TemplateError) as error:
        filled(
            word_form(tmp_path / "form.docx"), f"places:\n  - {place}\n", ("x" if "202e" not in place else "a\u202eb",)
        )
    (finding,) = error.value.findings
    assert said in finding.message
    assert str(finding.place).startswith(f"{tmp_path / 'form.yaml'}:2:5")


def test_a_changed_word_is_a_refusal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def careless(root: object) -> None:
        for text in root.iter(qn("w:t")):  # type: ignore[attr-defined]
            text.text = text.text.replace("will", "may")

    monkeypatch.setattr(form_word, "tidy", careless)
    with pytest.raises(TemplateError, match="changed words"):
        filled(word_form(tmp_path / "form.docx"))


def test_two_fillings_of_one_place(tmp_path: Path) -> None:
    text = 'places: [{text: a, find: "[NUMBERS]"}, {text: b, find: "[NUMBERS]"}]'
    with pytest.raises(TemplateError) as error:
        filled(word_form(tmp_path / "form.docx"), text, ("a", "b"))
    assert "Two places of the form are one" in error.value.findings[0].message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("place: []", "‘place’ is not known here."),
        ("places: []", "It has no list of 'places'."),
        ("sha256: '00'\nplaces: [{text: a, find: b}]", "is not the form these places were written for"),
        ("places: [{text: a, find: b, colour: red}]", "colour"),
        ("places: [{text: a, value: b, find: c}]", "this has value and text."),
        ("places: [{text: a}]", "this has nothing."),
        ("places: [{text: a, field: b}]", "‘field’ finds no place on a Word form."),
        ("places: [{mark: true, after: b}]", "On a Word form a mark takes the place of a box"),
        ("places: [{text: a, find: b, nth: 0}]", "begin above 0"),
    ],
)
def test_faults_of_the_places_file(tmp_path: Path, text: str, said: str) -> None:
    form = word_form(tmp_path / "form.docx")
    places(form, text)
    with pytest.raises(TemplateError) as error:
        read_form(form, "form.docx")
    assert said in " ".join(finding.message for finding in error.value.findings)


def test_a_form_without_its_places(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match=r"places file of the form form\.yaml does not exist"):
        read_form(word_form(tmp_path / "form.docx"), "form.docx")
    with pytest.raises(TemplateError, match="does not exist"):
        read_form(tmp_path / "none.docx", "none.docx")
