"""A word that redrawing loses is found, whatever poppler says of it; words that were never seen are told apart."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.exhibit_text import lost_text
from isa_docs.assembly.exhibits import ExhibitFile, ExhibitResult, Treatment, take_exhibits
from isa_docs.assembly.model import Part
from isa_docs.conversion.pdfium import Document, page_texts
from isa_docs.errors import AssemblyError

from .papers import info, new_pdf, saved


def page(file: Path, content: str, *, embedded: bool = True, size: tuple[float, float] = (612, 792)) -> Path:
    pdf = new_pdf("The importer", embedded=embedded, size=size)
    pdf.pages[0].contents_add(content.encode())
    return saved(pdf, file)


def taken(file: Path, folder: Path, treatment: Treatment = "auto") -> ExhibitResult:
    return take_exhibits([ExhibitFile(file, "x", treatment=treatment)], work=folder / "work")[0]


@pytest.mark.parametrize("size", [6, 9, 12])
@pytest.mark.parametrize("word", ["not", "1,204.50", "corrected", "7"])
def test_a_lost_word_is_found(word: str, size: int, tmp_path: Path) -> None:
    before = page(tmp_path / "a.pdf", f"BT /F1 {size} Tf 200 500 Td ({word}) Tj ET")
    after = page(tmp_path / "b.pdf", "")
    assert [(loss.page, loss.seen) for loss in lost_text(before, after, [1])] == [(1, word)]
    assert lost_text(before, before, [1]) == []


@pytest.mark.parametrize(
    ("content", "loss"),
    [
        ("BT /F1 12 Tf 3 Tr 200 500 Td (hidden words) Tj ET", (0, 11)),  # as under a scan
        ("BT /F1 12 Tf 200 900 Td (off the page) Tj ET", None),
        ("1 1 1 rg BT /F1 12 Tf 200 500 Td (white on white) Tj ET", None),
        ("q 0 0 9 9 re W n BT /F1 12 Tf 200 500 Td (clipped away) Tj ET Q", None),
    ],
)
def test_words_that_nobody_saw_are_no_lost_words(content: str, loss: tuple[int, int] | None, tmp_path: Path) -> None:
    losses = lost_text(page(tmp_path / "a.pdf", content), page(tmp_path / "b.pdf", ""), [1])
    assert [(len(each.seen), each.unseen) for each in losses] == ([] if loss is None else [loss])


def test_words_that_became_lines_are_seen_and_not_read(tmp_path: Path) -> None:
    """Outlined letters, mode 1: poppler hands them on as mere lines."""
    file = page(
        tmp_path / "a.pdf",
        "BT /F1 40 Tf 1 Tr 72 500 Td (Outlined words 1204) Tj 0 -60 Td (and more) Tj ET",
        embedded=False,
    )
    result = taken(file, tmp_path)
    assert [each.code for each in result.warnings] == ["EXH-NOT-SEARCHABLE"]


def invoice(file: Path, base: str, encoding: str, ordering: str, words: str) -> Path:
    """Write a page in one of the fonts that Asian invoices name and do not embed."""
    pdf = new_pdf("Invoice 42")
    descriptor = Dictionary(
        Type=Name.FontDescriptor,
        FontName=Name("/" + base),
        Flags=6,
        FontBBox=Array([0, -200, 1000, 900]),
        ItalicAngle=0,
        Ascent=800,
        Descent=-200,
        CapHeight=700,
        StemV=80,
    )
    below = Dictionary(
        Type=Name.Font,
        Subtype=Name.CIDFontType0,
        BaseFont=Name("/" + base),
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String(ordering), Supplement=2),
        DW=1000,
        FontDescriptor=descriptor,
    )
    pdf.pages[0].Resources.Font.C = pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.Type0,
            BaseFont=Name("/" + base),
            Encoding=Name("/" + encoding),
            DescendantFonts=Array([pdf.make_indirect(below)]),
        )
    )
    pdf.pages[0].contents_add(f"BT /C 24 Tf 72 500 Td <{words.encode('utf-16-be').hex()}> Tj ET".encode())
    return saved(pdf, file)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("base", "encoding", "ordering", "words"),
    [
        ("STSong-Light", "UniGB-UCS2-H", "GB1", "东京电机有限公司合同金额"),
        ("HeiseiMin-W3", "UniJIS-UCS2-H", "Japan1", "東京電機契約金額"),
    ],
)
def test_an_invoice_is_taken_whole_or_refused(
    base: str, encoding: str, ordering: str, words: str, tmp_path: Path
) -> None:
    """Whether poppler can draw it depends on the machine; that its words are there or it is refused does not."""
    file = invoice(tmp_path / "invoice.pdf", base, encoding, ordering, words)
    try:
        result = taken(file, tmp_path)
    except AssemblyError as stopped:
        assert [each.code for each in stopped.findings] == ["EXH-TEXT-LOST"]
        assert "poppler-data" in stopped.findings[0].remedy
    else:
        assert words in page_texts(result.pdf)[0]
    assert words in page_texts(taken(file, tmp_path, "keep").pdf)[0]


def scan(file: Path, *, mode: str = "JPEG", font: str = "Helvetica", more: bytes = b"") -> Path:
    """Write a page that shows a picture, with the words on it written invisibly in a font that is not embedded."""
    picture = io.BytesIO()
    Image.effect_noise((850, 1100), 40).save(picture, mode)
    pdf = new_pdf("", embedded=False)
    content = pdf.pages[0]
    content.Resources.XObject = Dictionary(
        I=pdf.make_stream(
            picture.getvalue(),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=850,
            Height=1100,
            ColorSpace=Name.DeviceGray,
            BitsPerComponent=8,
            Filter=Name.DCTDecode if mode == "JPEG" else Name.JPXDecode,
        )
    )
    content.Resources.Font.F1.BaseFont = Name("/" + font)
    content.Resources.Font.F1.Encoding = Name.WinAnsiEncoding
    content.Resources.Font.F1 = pdf.make_indirect(content.Resources.Font.F1)
    content.Contents = pdf.make_stream(
        b"q 612 0 0 792 0 0 cm /I Do Q BT 3 Tr /F1 28 Tf 72 690 Td (Focused Assessment Report) Tj ET" + more
    )
    return saved(pdf, file)


@pytest.mark.slow
@pytest.mark.parametrize("font", ["Helvetica", "Times-Roman"])
@pytest.mark.parametrize("treatment", ["auto", "exact", "keep"])
def test_recognized_words_stay_when_only_their_font_is_missing(font: str, treatment: Treatment, tmp_path: Path) -> None:
    file = scan(tmp_path / "scan.pdf", font=font)
    result = taken(file, tmp_path, treatment)
    assert (result.outcome, result.warnings) == ("as-is", ())
    with Document(file) as before, Document(result.pdf) as after:
        assert after.text(0) == "Focused Assessment Report"
        for old, new in zip(before.words(0), after.words(0), strict=True):
            assert new.text == old.text
            assert [new.left, new.right] == pytest.approx([old.left, old.right], abs=1)
        pictures = [document.picture(0, 36) for document in (before, after)]
    assert pictures[0] == pictures[1]
    parts = [Part("x", "Scan", "exhibit", result.pdf, "A-", alternative_text="A scan.")]
    assert check_package(assemble(parts, info(), tmp_path / "package.pdf"), parts, info()) == []


@pytest.mark.slow
def test_a_font_that_is_seen_too_is_not_exchanged(tmp_path: Path) -> None:
    file = scan(tmp_path / "scan.pdf", more=b" BT 0 Tr /F1 28 Tf 72 500 Td (Received 2012) Tj ET")
    result = taken(file, tmp_path)
    assert (result.outcome, [each.code for each in result.warnings]) == ("normalized", ["EXH-NOT-SEARCHABLE"])
    assert page_texts(result.pdf) == ["Received 2012"]


@pytest.mark.slow
def test_the_loss_of_recognized_words_is_told(tmp_path: Path) -> None:
    file = scan(tmp_path / "scan.pdf", mode="JPEG2000")
    result = taken(file, tmp_path)
    assert (result.outcome, [each.code for each in result.warnings]) == ("normalized", ["EXH-NOT-SEARCHABLE"])
    with pytest.raises(AssemblyError) as stopped:
        taken(file, tmp_path, "exact")
    assert [each.code for each in stopped.value.findings] == ["EXH-NOT-SEARCHABLE"]


@pytest.mark.slow
def test_a_cropped_page_is_redrawn_as_it_is_shown(tmp_path: Path) -> None:
    pdf = new_pdf("Cut off", embedded=False)
    pdf.pages[0].contents_add(b"BT /F1 18 Tf 100 400 Td (Inside) Tj ET")
    pdf.pages[0].CropBox = Array([50, 300, 500, 600])
    result = taken(saved(pdf, tmp_path / "cropped.pdf"), tmp_path)
    assert (result.outcome, result.warnings) == ("normalized", ())
    with pikepdf.open(result.pdf) as made:
        assert [float(value) for value in made.pages[0].mediabox] == [0, 0, 450, 300]
    assert page_texts(result.pdf) == ["Inside"]


def test_a_space_in_a_font_that_is_not_there_loses_nothing(tmp_path: Path) -> None:
    file = page(tmp_path / "a.pdf", "BT /F9 12 Tf 200 500 Td ( ) Tj ET", embedded=False)
    assert taken(file, tmp_path).outcome == "normalized"
