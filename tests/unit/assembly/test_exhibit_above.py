"""Form values and comments of exhibits: drawn as their file shows them, or refused; never lost in silence."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from pikepdf import Array, Dictionary, Name, String

from isa_docs.assembly.exhibit_compare import differing_pages
from isa_docs.assembly.exhibit_notes import Notes
from isa_docs.assembly.exhibit_pdf import Tools, take_pdf
from isa_docs.assembly.exhibits import ExhibitFile, ExhibitResult, Treatment, take_exhibits
from isa_docs.conversion.pdfium import Document, page_texts
from isa_docs.errors import AssemblyError

from .papers import new_pdf, saved

pytestmark = pytest.mark.slow

LONG = (
    "The importer tested two hundred lines in each quarter and found that three of them were wrong in value, and that "
    "all of them had been corrected by post summary corrections before the end of the year as it promised."
)
ANNOTATION = {"/Type": Name.Annot, "/F": 4}
NOTE = {"/Subtype": Name.Text, "/Rect": Array([500, 700, 520, 720]), "/Contents": String("for us only")}
STRIKE = {
    "/Subtype": Name.StrikeOut,
    "/Rect": Array([72, 685, 500, 710]),
    "/QuadPoints": Array([72, 710, 500, 710, 72, 685, 500, 685]),
    "/C": Array([1, 0, 0]),
}
BOX = {"/Subtype": Name.Square, "/Rect": Array([60, 400, 500, 600]), "/C": Array([0, 0, 0]), "/IC": Array([0, 0, 0])}
TYPED = {
    "/Subtype": Name.FreeText,
    "/Rect": Array([60, 200, 500, 260]),
    "/Contents": String("WITHDRAWN"),
    "/DA": String("/Helv 24 Tf 1 0 0 rg"),
}
SIGNATURE = {"/Subtype": Name.Widget, "/FT": Name.Sig, "/T": String("s"), "/Rect": Array([72, 200, 372, 230])}


def field(text: str, *, flags: int = 0) -> dict[str, Any]:
    shape = {"/FT": Name.Tx, "/T": String("a"), "/DA": String("/Helv 10 Tf 0 g"), "/Rect": Array([72, 300, 372, 400])}
    return {"/Subtype": Name.Widget, "/V": String(text), "/Ff": flags, **shape}


def exhibit(file: Path, *above: dict[str, Any], drawing: str = "", need: bool = False) -> Path:
    """Write a page with annotations; ``drawing`` is what the first one shows by its own drawing."""
    pdf = new_pdf("Paragraph 1")
    page = pdf.pages[0]
    made = [pdf.make_indirect(Dictionary({**ANNOTATION, **entries})) for entries in above]
    if drawing:
        made[0].AP = Dictionary(
            N=pdf.make_stream(
                f"/Tx BMC q BT /F1 12 Tf 2 10 Td ({drawing}) Tj ET Q EMC".encode(),
                Type=Name.XObject,
                Subtype=Name.Form,
                BBox=Array([0, 0, 300, 100]),
                Resources=Dictionary(Font=Dictionary(F1=page.Resources.Font.F1)),
            )
        )
    page.Annots = Array(made)
    helvetica = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    fields = [each for each in made if each.Subtype == Name.Widget]
    if fields:
        pdf.Root.AcroForm = pdf.make_indirect(
            Dictionary(
                Fields=Array(fields), DA=String("/Helv 12 Tf 0 g"), DR=Dictionary(Font=Dictionary(Helv=helvetica))
            )
        )
        pdf.Root.AcroForm.NeedAppearances = need
    return saved(pdf, file)


def taken(file: Path, folder: Path, treatment: Treatment = "auto") -> ExhibitResult:
    return take_exhibits([ExhibitFile(file, "x", treatment=treatment)], work=folder / "work")[0]


def codes(result: ExhibitResult) -> list[str]:
    return [each.code for each in result.warnings]


def test_a_field_keeps_its_own_drawing_beside_an_empty_one(tmp_path: Path) -> None:
    file = exhibit(tmp_path / "a.pdf", field("東京電機 42"), SIGNATURE, drawing="Tokyo Denki 42")
    result = taken(file, tmp_path)
    assert "Tokyo Denki 42" in page_texts(result.pdf)[0]
    assert codes(result) == ["EXH-FORM"]


@pytest.mark.parametrize("note", [(), (NOTE,)])
def test_a_value_of_several_lines_is_drawn_in_full(note: tuple[dict[str, Any], ...], tmp_path: Path) -> None:
    file = exhibit(tmp_path / "a.pdf", field(LONG, flags=4096), *note)
    result = taken(file, tmp_path)
    assert " ".join(page_texts(result.pdf)[0].split()) == f"Paragraph 1 {LONG}"
    with Document(result.pdf) as document:
        assert all(word.left >= 72 and word.right <= 372 for word in document.words(0)[2:])
    assert codes(result) == ["EXH-FORM", *["EXH-COMMENTS" for _ in note]]


def test_a_value_that_cannot_be_drawn_in_full_is_refused(tmp_path: Path) -> None:
    file = exhibit(tmp_path / "a.pdf", field(LONG * 9, flags=4096))
    with pytest.raises(AssemblyError) as stopped:
        taken(file, tmp_path)
    assert [each.code for each in stopped.value.findings] == ["EXH-TEXT-LOST"]


def test_an_old_drawing_gives_way_to_the_value_when_the_file_asks_for_it(tmp_path: Path) -> None:
    fresh = exhibit(tmp_path / "a.pdf", field("Corrected 42"), drawing="Wrong 17", need=True)
    assert page_texts(taken(fresh, tmp_path).pdf) == ["Paragraph 1\nCorrected 42"]
    as_drawn = exhibit(tmp_path / "b.pdf", field("1204.5"), drawing="$ 1,204.50")
    assert page_texts(taken(as_drawn, tmp_path).pdf) == ["Paragraph 1\n$ 1,204.50"]


def test_pages_are_compared_though_a_note_is_left_out(tmp_path: Path) -> None:
    """A box on a layer that is off, which only flattening would show, is seen to be none of the original."""
    pdf = new_pdf("Paragraph 1")
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer")))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
    box = pdf.make_indirect(Dictionary({**ANNOTATION, **BOX, "/OC": layer}))
    black = b"0 g 0 0 440 200 re f"
    box.AP = Dictionary(N=pdf.make_stream(black, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 440, 200])))
    pdf.pages[0].Annots = Array([box, pdf.make_indirect(Dictionary({**ANNOTATION, **NOTE}))])
    with pytest.raises(AssemblyError, match="without changing the page"):
        taken(saved(pdf, tmp_path / "a.pdf"), tmp_path)


def test_what_is_hidden_stays_hidden(tmp_path: Path) -> None:
    result = taken(exhibit(tmp_path / "a.pdf", {**BOX, "/F": 32}, NOTE, drawing="Not for the screen"), tmp_path)
    assert page_texts(result.pdf) == ["Paragraph 1"]


@pytest.mark.parametrize("note", [(), (NOTE,)])
@pytest.mark.parametrize(("comment", "place"), [(STRIKE, (300, 697)), (BOX, (300, 500))])
def test_a_comment_without_a_drawing_is_drawn(
    comment: dict[str, Any], place: tuple[int, int], note: tuple[dict[str, Any], ...], tmp_path: Path
) -> None:
    result = taken(exhibit(tmp_path / "a.pdf", comment, *note), tmp_path)
    with Document(result.pdf) as document:
        picture = document.picture(0, 72)
    assert picture is not None
    column = [picture.image().getpixel((place[0], 792 - place[1] + step)) for step in range(-9, 10)]
    assert any(sum(dot[1:]) < 300 for dot in column if isinstance(dot, tuple))
    messages = [each.message for each in result.warnings if each.code == "EXH-COMMENTS"]
    assert ["become part of the page" in each for each in messages] == [True, *[False for _ in note]]
    assert ["are left out" in each for each in messages] == [False, *[True for _ in note]]


def test_words_typed_on_a_page_are_read(tmp_path: Path) -> None:
    assert page_texts(taken(exhibit(tmp_path / "a.pdf", TYPED, NOTE), tmp_path).pdf) == ["Paragraph 1\nWITHDRAWN"]


def test_what_nobody_draws_is_refused(tmp_path: Path) -> None:
    stamp = {"/Subtype": Name.Stamp, "/Rect": Array([60, 200, 500, 260]), "/Name": Name.Draft}
    with pytest.raises(AssemblyError, match="stamps of which the file has no drawing"):
        taken(exhibit(tmp_path / "a.pdf", stamp), tmp_path)
    with pytest.raises(AssemblyError) as stopped:
        taken(exhibit(tmp_path / "b.pdf", STRIKE), tmp_path, "keep")
    assert [each.code for each in stopped.value.findings] == ["EXH-UNDRAWN"]


@pytest.mark.parametrize("place", [[0, 0, 0, 0], [-300, -300, -200, -280]])
def test_a_value_that_has_no_room_on_the_page_was_never_seen(place: list[int], tmp_path: Path) -> None:
    hidden = field("record 77") | {"/Rect": Array(place)}
    result = taken(exhibit(tmp_path / "a.pdf", hidden), tmp_path)
    assert "EXH-TEXT-LOST" not in codes(result)


def test_only_pages_with_something_above_them_are_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[list[int]] = []

    def remember(program: str, before: Path, after: Path, pages: Sequence[int], folder: Path) -> list[int]:
        compared.append(list(pages))
        return differing_pages(program, before, after, pages, folder)

    monkeypatch.setattr("isa_docs.assembly.exhibit_pdf.differing_pages", remember)
    file = exhibit(tmp_path / "a.pdf", NOTE)
    out, tools = tmp_path / "out.pdf", Tools(None, shutil.which("pdftoppm"))
    assert take_pdf(file, out, tmp_path, tools, Notes()) == (1, "as-is")
    assert compared == []


def test_pages_are_drawn_in_runs(tmp_path: Path) -> None:
    program = shutil.which("pdftoppm")
    assert program is not None
    one, other = (
        saved(new_pdf(*(f"Page {n}{mark}" for n in range(1, 8))), tmp_path / name)
        for name, mark in (("a", ""), ("b", " " + "M" * 40))
    )
    assert differing_pages(program, one, one, [1, 2, 5, 7], tmp_path) == []
    assert differing_pages(program, one, other, [2, 3, 6], tmp_path) == [2, 3, 6]
