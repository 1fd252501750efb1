"""The fields of a stranger's Word file are printed as Word last showed them, or the file is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.conversion._docx import read_docx
from isa_docs.conversion._visible import visible_text
from isa_docs.conversion.convert import convert_documents
from isa_docs.conversion.engine import Job, PdfOptions
from isa_docs.conversion.libreoffice import LibreOfficeEngine
from isa_docs.conversion.pdfium import page_texts
from isa_docs.conversion.preflight import check_docx
from isa_docs.conversion.stored_fields import with_stored_results
from tests.unit.conversion.word_files import W, make_docx, paragraph, relationships


def mark(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def field(code: str, result: str | None) -> str:
    """Return a field as Word writes it; a code or result that begins with a tag goes in as it stands."""
    coded = code if code.startswith("<") else f"<w:r><w:instrText> {code} </w:instrText></w:r>"
    if result is None:
        return mark("begin") + coded + mark("end")
    shown = result if result.startswith("<") or not result else f"<w:r><w:t>{result}</w:t></w:r>"
    return mark("begin") + coded + mark("separate") + shown + mark("end")


def simple(code: str, inside: str) -> str:
    return f'<w:fldSimple w:instr=" {code} ">{inside}</w:fldSimple>'


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def text_box(inside: str) -> str:
    return f"<w:r><w:pict><w:txbxContent><w:p>{inside}</w:p></w:txbxContent></w:pict></w:r>"


def code_of(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def with_footer(footer: str) -> bytes:
    parts = {
        "word/_rels/document.xml.rels": relationships("rId1 footer footer1.xml"),
        "word/footer1.xml": f'<w:ftr xmlns:w="{W}"><w:p>{footer}</w:p></w:ftr>',
    }
    return make_docx(paragraph("Text.") + '<w:sectPr><w:footerReference r:id="rId1"/></w:sectPr>', parts)


def refusals(docx: bytes) -> list[str]:
    assert all(each.code == "CONV-FIELD-RESULT" and each.remedy for each in check_docx(docx, as_shown=True))
    return [each.message for each in check_docx(docx, as_shown=True)]


def converted_copy(docx: bytes, folder: Path) -> tuple[str, bytes]:
    """Return the visible text of the copy that is converted, and its body."""
    source = folder / "given.docx"
    source.write_bytes(docx)
    copy = read_docx(with_stored_results(source, folder / "copy.docx"))
    return visible_text(copy).body.strip(), copy.parts[copy.main]


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        (field('DATE \\@ "MMMM d, yyyy"', "January 5, 2012"), "January 5, 2012"),
        (simple("SAVEDATE", run("5 Jan") + run(" 2012")), "5 Jan 2012"),
        (field("TITLE", ""), ""),
        (field('XE "index entry"', None), ""),
        (field("REF nosuch", "Section 5"), "Section 5"),
        (field("PAGEREF nosuch", "17"), "17"),
        (field("IF 1 = 1", f"<w:r/>{run('as of ')}{field('DATE', 'May 1')}"), "as of May 1"),
        (field(mark("begin") + run("DATE") + mark("separate") + run("no") + mark("end"), "yes"), "yes"),
        (field(f"{code_of('IF ')}{simple('PAGE', run('1'))}", "yes"), "yes"),
        (field("SAVEDATE", text_box(field("TIME", "9:15"))), "9:15"),
    ],
)  # fmt: skip
def test_the_stored_result_takes_the_field_s_place(inside: str, text: str, tmp_path: Path) -> None:
    docx = make_docx(f"<w:p>{inside}</w:p>")
    assert refusals(docx) == []
    shown, body = converted_copy(docx, tmp_path)
    assert shown == text
    assert b"instrText" not in body
    assert b"fldChar" not in body
    assert b"fldSimple" not in body


@pytest.mark.parametrize(
    "inside",
    [
        field("PAGE", "7"),
        simple("NUMPAGES", run("9")),
        field("PAGEREF _Toc1 \\h", "17") + '<w:bookmarkStart w:id="1" w:name="_Toc1"/><w:bookmarkEnd w:id="1"/>',
        field('HYPERLINK "https://example.com"', "here"),
        field("FORMDROPDOWN", None),
    ],
)
def test_page_numbers_and_links_stay_what_they_are(inside: str, tmp_path: Path) -> None:
    source = tmp_path / "given.docx"
    source.write_bytes(make_docx(f"<w:p>{inside}</w:p>"))
    assert check_docx(source, as_shown=True) == []
    assert with_stored_results(source, tmp_path / "copy.docx") is source


@pytest.mark.parametrize(
    ("inside", "kind"),
    [
        (field("DATE", None), "DATE"),
        (field("SAVEDATE", ""), "SAVEDATE"),
        (simple("FILENAME", ""), "FILENAME"),
        (field("= 2+2", None), "a formula"),
        (mark("begin") + code_of("TIME") + mark("separate") + run("9:15"), "TIME"),
        (mark("begin") + code_of("IF 1=1") + "</w:p><w:p>" + mark("separate") + mark("end"), "IF"),
    ],
)  # fmt: skip
def test_a_field_without_a_result_is_refused(inside: str, kind: str) -> None:
    docx = make_docx(f"<w:p>{inside}</w:p>")
    assert refusals(docx) == [f"the document has a field ({kind}) whose text the file does not hold"]
    assert check_docx(docx) == [], "fields of our own templates have their own rules"


def test_a_footer_that_is_another_on_each_page_is_refused() -> None:
    told = "a footer of the document has a field ({}) that says something else on each page, while the file holds one"
    for footer, kind in (
        (field("STYLEREF Heading", "One"), "STYLEREF"),
        (field(f"{code_of('= ')}{field('PAGE', '2')}", "1"), "a formula"),
    ):
        assert refusals(with_footer(footer)) == [f"{told.format(kind)} text of it"]
    assert refusals(with_footer(field("DATE", "May 1") + field("PAGE", "1"))) == []


@pytest.mark.slow
def test_a_letter_is_printed_with_its_own_date(libreoffice: LibreOfficeEngine, tmp_path: Path) -> None:
    letter = tmp_path / "letter.docx"
    body = "".join(
        f"<w:p>{run(name + ' ')}{field(code, result)}</w:p>"
        for name, code, result in (
            ("Dated", 'DATE \\@ "MMMM d, yyyy"', "January 5, 2012"),
            ("File", "FILENAME \\p", "C:\\letter.docx"),
            ("Title", "TITLE", "Agreement"),
            ("See", "REF nosuch", "Section 5"),
            ("Page", "PAGE", "7"),
        )
    )
    letter.write_bytes(make_docx(body))
    job = Job("letter", letter, as_shown=True)
    (result,) = convert_documents([job], PdfOptions(), libreoffice, tmp_path / "out")
    assert (result.error, result.findings, result.job) == (None, (), job)
    assert result.pdf is not None
    lines = page_texts(result.pdf)[0].split("\n")
    shown = [" ".join(line.split()) for line in lines if line.strip()]
    assert shown == ["Dated January 5, 2012", "File C:\\letter.docx", "Title Agreement", "See Section 5", "Page 1"]


def test_what_the_copy_says_is_looked_for_in_the_pdf(tmp_path: Path) -> None:
    text, _ = converted_copy(make_docx(f"<w:p>{run('Dated ')}{field('DATE', 'January 5')}</w:p>"), tmp_path)
    assert text == "Dated January 5"
    assert visible_text(read_docx(tmp_path / "given.docx")).body.strip() == "Dated", "of our own papers it is not"
