"""PDFium reads what poppler reads, word by word and place by place, also from pages that are turned or cropped."""

from __future__ import annotations

import pickle
import re
import threading
from html import unescape
from pathlib import Path

import pikepdf
import pytest

from isa_docs.conversion.drawing import drawn
from isa_docs.conversion.pdfium import Document, PdfiumError, Word, page_texts
from tests.acceptance.reading import tool
from tests.unit.conversion.conftest import FIXTURES

LETTER = FIXTURES / "letter.pdf"
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
_WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


def words(pdf: Path) -> list[list[Word]]:
    with Document(pdf) as document:
        return [document.words(index) for index in range(document.pages)]


def changed(out: Path, **keys: object) -> Path:
    """Write the letter to ``out`` with ``keys`` set on every page."""
    with pikepdf.open(LETTER) as pdf:
        for page in pdf.pages:
            for key, value in keys.items():
                page.obj[f"/{key}"] = value
        pdf.save(out)
    return out


def test_text_is_what_poppler_reads_in_drawing_order() -> None:
    ours = ["".join(text.split()) for text in page_texts(LETTER)]
    assert ours == ["".join(text.split()) for text in tool("pdftotext", "-raw", LETTER, "-").split("\f")[:-1]]
    assert len(ours) > 1
    assert all(ours)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_word_stands_where_poppler_sees_it(turn: int, tmp_path: Path) -> None:
    pdf = changed(tmp_path / "turned.pdf", Rotate=turn, CropBox=pikepdf.Array([20, 30, 590, 770]))
    compared = 0
    for page, ours in zip(_PAGE.finditer(tool("pdftotext", "-bbox", "-cropbox", pdf, "-")), words(pdf), strict=True):
        high = 570.0 if turn % 180 else 740.0  # poppler gives the height of a turned page as if it were not turned
        for left, top, right, bottom, text in _WORD.findall(page[3]):
            same = [each for each in ours if each.text == unescape(text)]
            near = [
                each
                for each in same
                if abs(each.left - float(left)) < 4
                and abs(each.right - float(right)) < 4
                and abs(each.bottom - (high - float(bottom))) < 4
                and abs(each.top - (high - float(top))) < 4
            ]
            assert not same or near, (text, left, bottom, same)
            compared += bool(near)
    assert compared > 30


def test_the_baseline_is_below_the_middle_of_a_word() -> None:
    for word in words(LETTER)[0]:
        assert word.bottom < word.baseline < (word.bottom + word.top) / 2


def test_a_word_that_is_broken_at_a_line_end_keeps_its_hyphen(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(612, 792))
    page.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(F1=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
                                                      BaseFont=pikepdf.Name.Helvetica))
    )  # fmt: skip
    page.Contents = pdf.make_stream(b"BT /F1 12 Tf 14 TL 72 700 Td (the self-) Tj T* (testing plan) Tj ET")
    out = tmp_path / "broken.pdf"
    pdf.save(out)
    assert page_texts(out) == ["the self-\ntesting plan"]
    assert [word.text for word in words(out)[0]] == ["the", "self-", "testing", "plan"]


def test_a_page_is_drawn_as_it_is_shown(tmp_path: Path) -> None:
    with Document(changed(tmp_path / "turned.pdf", Rotate=90)) as document:
        drawn_gray, drawn_color = document.picture(0, 36, gray=True), document.picture(0, 36)
    assert drawn_gray is not None
    assert drawn_color is not None
    gray, color = drawn_gray.image(), drawn_color.image()
    assert (gray.mode, gray.size) == ("L", (396, 306))
    assert (color.mode, color.size) == ("RGB", (396, 306))
    assert gray.getpixel((2, 2)) == 255
    assert min(gray.tobytes()) < 100, "there is ink on it"


def test_a_page_that_takes_too_long_has_no_picture() -> None:
    with Document(LETTER) as document:
        assert document.picture(0, 36, seconds=-1) is None
        assert document.picture(0, 36) is not None


def test_what_is_no_pdf_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.pdf").write_bytes(b"%PDF-1.7 no")
    with pytest.raises(PdfiumError) as error:
        Document(tmp_path / "no.pdf")
    assert [finding.code for finding in error.value.findings] == ["PKG-NOT-READ"]


def test_a_file_is_found_whatever_its_name(tmp_path: Path) -> None:
    file = tmp_path / "Müller & Søns 東京.pdf"
    file.write_bytes(LETTER.read_bytes())
    assert page_texts(file) == page_texts(LETTER)


def test_a_page_larger_than_any_paper_has_no_picture(tmp_path: Path) -> None:
    with Document(changed(tmp_path / "wide.pdf", MediaBox=pikepdf.Array([0, 0, 14400, 14400]))) as document:
        assert document.picture(0, 200) is None
        assert document.picture(0, 5) is not None


def test_many_threads_may_read_at_once() -> None:
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(page_texts(LETTER))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [page_texts(LETTER)] * 8


def test_what_lies_beyond_the_basic_plane_is_one_character(tmp_path: Path) -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(612, 792))
    names = b"1 beginbfchar <41> <D842DFB7> endbfchar 1 beginbfchar <42> <91CE> endbfchar"
    unicode = pdf.make_stream(
        b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def "
        b"1 begincodespacerange <00> <FF> endcodespacerange " + names + b" endcmap end end"
    )
    font = pikepdf.Dictionary(
        Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica, ToUnicode=unicode
    )
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(b"BT /F1 12 Tf 72 700 Td (AB) Tj ET")
    pdf.save(tmp_path / "name.pdf")
    assert page_texts(tmp_path / "name.pdf") == ["𠮷野"]
    assert [word.text for word in words(tmp_path / "name.pdf")[0]] == ["𠮷野"]


def test_the_error_reaches_another_process_whole() -> None:
    sent = pickle.loads(pickle.dumps(PdfiumError.of(Path("some.pdf"))))
    assert (sent.message, sent.findings) == (PdfiumError.of(Path("some.pdf")).message, sent.findings)
    assert sent.findings[0].code == "PKG-NOT-READ"


def test_a_closed_file_has_no_pages_to_read() -> None:
    with Document(LETTER) as document:
        assert document.text(0)
    assert document.text(0) == ""
    assert document.picture(0, 36) is None


class TestDrawingElsewhere:
    def test_every_page_is_drawn(self) -> None:
        pictures = list(drawn(LETTER, 36, seconds=60))
        assert [picture and (picture.mode, picture.size) for picture in pictures] == [("RGB", (306, 396))] * 2

    def test_one_page_in_gray(self) -> None:
        (picture,) = drawn(LETTER, 36, gray=True, first=2, last=2, seconds=60)
        assert picture is not None
        assert picture.mode == "L"

    def test_a_file_that_is_none_is_refused(self, tmp_path: Path) -> None:
        (tmp_path / "no.pdf").write_bytes(b"no")
        with pytest.raises(PdfiumError):
            list(drawn(tmp_path / "no.pdf", 36, seconds=60))

    def test_what_takes_too_long_is_ended(self) -> None:
        with pytest.raises(PdfiumError):
            list(drawn(LETTER, 36, seconds=0))
