"""A PDF is asked whether it shows all that its Word file says. ``letter.pdf`` is LibreOffice's work."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from isa_docs.conversion.postcheck import check_pdf
from isa_docs.findings import Finding, Severity
from tests.unit.conversion.conftest import FIXTURES
from tests.unit.conversion.word_files import W, letter, make_docx, paragraph, relationships

LETTER = FIXTURES / "letter.pdf"


def check(pdf: Path, docx: bytes, folder: Path) -> list[Finding]:
    path = folder / "document.docx"
    path.write_bytes(docx)
    return check_pdf(pdf, path)


def changed(folder: Path, change: object) -> Path:
    """Return a copy of the letter's PDF after ``change(pdf)``."""
    with pikepdf.open(LETTER) as pdf:
        change(pdf)  # type: ignore[operator]
        pdf.save(folder / "changed.pdf")
    return folder / "changed.pdf"


def messages(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(finding.code, finding.message) for finding in findings]


def test_the_letter_passes_with_capitals_footnote_fields_and_broken_words(tmp_path: Path) -> None:
    assert check(LETTER, letter(), tmp_path) == []


def test_every_lost_word_is_named(tmp_path: Path) -> None:
    docx = make_docx(paragraph("Dear Chief: quick brown fox"))
    assert messages(check(LETTER, docx, tmp_path)) == [
        ("CONV-TEXT", "text of the document is missing from its PDF: “quick”, “brown”, “fox”")
    ]


def test_a_word_must_be_there_as_often_as_in_the_document(tmp_path: Path) -> None:
    docx = make_docx(paragraph("compliance compliance"))
    assert messages(check(LETTER, docx, tmp_path)) == [
        ("CONV-TEXT", "text of the document is missing from its PDF: “compliance”")
    ]


def test_a_missing_page_is_lost_text(tmp_path: Path) -> None:
    def drop_last(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[-1]

    (finding,) = check(changed(tmp_path, drop_last), letter(), tmp_path)
    assert finding.code == "CONV-TEXT"
    assert finding.message.endswith("“second”, “begins”, “here.”")


def test_a_blank_page_in_place_of_the_document_is_lost_text(tmp_path: Path) -> None:
    def blank(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[1:]
        pdf.pages[0].Contents = pdf.make_stream(b"")

    found = check(changed(tmp_path, blank), letter(), tmp_path)
    assert [(finding.code, finding.severity) for finding in found] == [
        ("CONV-TEXT", Severity.ERROR),
        ("CONV-EMPTY-PAGE", Severity.WARNING),
    ]
    assert found[0].message.endswith("“continued”, “compliance;”, “the” and 21 more")


def test_an_empty_page_is_a_warning_that_names_the_page(tmp_path: Path) -> None:
    found = check(changed(tmp_path, lambda pdf: pdf.add_blank_page(page_size=(612, 792))), letter(), tmp_path)
    assert [(finding.code, finding.place.page) for finding in found if finding.place] == [("CONV-EMPTY-PAGE", 3)]


def test_no_pages_is_an_error(tmp_path: Path) -> None:
    def drop_all(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[:]

    assert messages(check(changed(tmp_path, drop_all), letter(), tmp_path)) == [
        ("CONV-PAGES", "the converter's PDF has no page")
    ]


@pytest.mark.parametrize("content", [b"", b"Error: out of cheese", b"%PDF-1.6\n%%EOF\n"])
def test_junk_is_no_pdf(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "junk.pdf").write_bytes(content)
    (finding,) = check(tmp_path / "junk.pdf", letter(), tmp_path)
    assert finding.code == "CONV-PDF"


def test_a_font_that_is_not_embedded_is_named(tmp_path: Path) -> None:
    def strip(pdf: pikepdf.Pdf) -> None:
        for font in pdf.pages[0].Resources.Font.values():
            del font.FontDescriptor.FontFile2

    found = check(changed(tmp_path, strip), letter(), tmp_path)
    assert [(finding.code, finding.severity) for finding in found] == [("CONV-FONTS", Severity.ERROR)] * 2
    assert found[0].message.startswith("the font BAAAAA+LiberationSerif is not embedded")


def test_headers_that_no_page_shows_are_not_asked_for(tmp_path: Path) -> None:
    """A one-page letter has no continuation header, and without the setting no even-page header."""
    with pikepdf.open(LETTER) as pdf:
        del pdf.pages[1]
        pdf.save(tmp_path / "one.pdf")
    body = paragraph("Dear Chief:") + (
        '<w:sectPr><w:headerReference w:type="first" r:id="rId1"/><w:headerReference w:type="default" r:id="rId2"/>'
        '<w:headerReference w:type="even" r:id="rId2"/><w:titlePg/></w:sectPr>'
    )
    parts = {
        "word/_rels/document.xml.rels": relationships("rId1 header header1.xml", "rId2 header header2.xml"),
        "word/header1.xml": f'<w:hdr xmlns:w="{W}">{paragraph("Northwind letterhead")}</w:hdr>',
        "word/header2.xml": f'<w:hdr xmlns:w="{W}">{paragraph("Elsewhere")}</w:hdr>',
    }
    assert check(tmp_path / "one.pdf", make_docx(body, parts), tmp_path) == []
    assert messages(check(LETTER, make_docx(body, parts), tmp_path)) == [
        ("CONV-TEXT", "text of the document is missing from its PDF: “elsewhere”")
    ]
    shown = make_docx(body.replace("<w:titlePg/>", ""), parts)
    assert messages(check(tmp_path / "one.pdf", shown, tmp_path)) == [
        ("CONV-TEXT", "text of the document is missing from its PDF: “elsewhere”")
    ]
