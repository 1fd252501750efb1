"""PDFium reads what poppler reads, word by word and place by place, also from pages that are turned or cropped."""

from __future__ import annotations

import io
import os
import re
import subprocess
import threading
from html import unescape
from pathlib import Path

import pikepdf
import pytest

from isa_docs.conversion import pdfium
from isa_docs.conversion.pdfium import Document, PdfiumError, Word, page_texts
from tests.unit.conversion.conftest import FIXTURES

LETTER = (FIXTURES / "letter.pdf").read_bytes()
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
_WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


def poppler(pdf: bytes, *options: str) -> str:
    try:
        done = subprocess.run(["pdftotext", *options, "-", "-"], input=pdf, capture_output=True, check=True)
    except FileNotFoundError:
        raise AssertionError("pdftotext is missing: sudo apt-get install poppler-utils") from None
    return done.stdout.decode()


def words(pdf: bytes) -> list[list[Word]]:
    with Document(pdf) as document:
        return [document.words(index) for index in range(document.pages)]


def changed(**keys: object) -> bytes:
    """Return the letter with ``keys`` set on every page."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(LETTER)) as pdf:
        for page in pdf.pages:
            for key, value in keys.items():
                page.obj[f"/{key}"] = value
        pdf.save(out)
    return out.getvalue()


def test_text_is_what_poppler_reads_in_drawing_order() -> None:
    ours = ["".join(text.split()) for text in page_texts(LETTER)]
    assert ours == ["".join(text.split()) for text in poppler(LETTER, "-raw").split("\f")[:-1]]
    assert len(ours) > 1
    assert all(ours)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_word_stands_where_poppler_sees_it(turn: int) -> None:
    pdf = changed(Rotate=turn, CropBox=pikepdf.Array([20, 30, 590, 770]))
    compared = 0
    for page, ours in zip(_PAGE.finditer(poppler(pdf, "-bbox", "-cropbox")), words(pdf), strict=True):
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


def test_a_word_that_is_broken_at_a_line_end_keeps_its_hyphen() -> None:
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(612, 792))
    page.Resources = pikepdf.Dictionary(
        Font=pikepdf.Dictionary(F1=pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1,
                                                      BaseFont=pikepdf.Name.Helvetica))
    )  # fmt: skip
    page.Contents = pdf.make_stream(b"BT /F1 12 Tf 14 TL 72 700 Td (the self-) Tj T* (testing plan) Tj ET")
    out = io.BytesIO()
    pdf.save(out)
    assert page_texts(out.getvalue()) == ["the self-\ntesting plan"]
    assert [word.text for word in words(out.getvalue())[0]] == ["the", "self-", "testing", "plan"]


def test_a_page_is_drawn_as_it_is_shown() -> None:
    with Document(changed(Rotate=90)) as document:
        gray, color = document.picture(0, 36, gray=True), document.picture(0, 36)
    assert gray is not None
    assert color is not None
    assert (gray.mode, gray.size) == ("L", (396, 306))
    assert (color.mode, color.size) == ("RGB", (396, 306))
    assert gray.getpixel((2, 2)) == 255
    assert min(gray.tobytes()) < 100, "there is ink on it"


def test_a_page_that_takes_too_long_has_no_picture() -> None:
    with Document(LETTER) as document:
        assert document.picture(0, 36, seconds=-1) is None
        assert document.picture(0, 36) is not None


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(PdfiumError) as error:
        Document(b"%PDF-1.7 no")
    assert [finding.code for finding in error.value.findings] == ["PKG-NOT-READ"]


def test_many_threads_may_read_at_once() -> None:
    found: list[list[str]] = []
    threads = [threading.Thread(target=lambda: found.append(page_texts(LETTER))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [page_texts(LETTER)] * 8


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks are made where there are any")
def test_a_fork_can_read_while_a_thread_of_its_parent_does(tmp_path: Path) -> None:
    with pdfium._lock:
        child = os.fork()
        if child == 0:
            (tmp_path / "read").write_text(str(len(page_texts(LETTER))), encoding="utf-8")
            os._exit(0)
        os.waitpid(child, 0)
    assert (tmp_path / "read").read_text(encoding="utf-8") == str(len(page_texts(LETTER)))
