"""An agency's form as a PDF: filled over its pages, proved unchanged, with named lines to sign."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from isa_docs.assembly import form_fill
from isa_docs.assembly.fields import locate
from isa_docs.assembly.form_fill import FilledForm, fill_pdf, found_places
from isa_docs.assembly.model import Part, SignatureSlot
from isa_docs.assembly.shrinking import inverse, moved, upright
from isa_docs.assembly.source import Source
from isa_docs.conversion.pdfium import Document, Word
from isa_docs.documents.form_map import read_form
from isa_docs.documents.form_values import Filling, Value
from isa_docs.errors import AssemblyError, IsaDocsError, TemplateError
from tests.acceptance.reading import tool
from tests.agency_forms import fillable_form, flat_form, places

from .papers import embedded_font

pytestmark = pytest.mark.slow

Fill = Callable[..., FilledForm]


@pytest.fixture
def fill(tmp_path: Path) -> Fill:
    """Fill a form whose places stand in a YAML text with the values given by number."""

    def run(form: Path, text: str, *values: Value) -> FilledForm:
        places(form, text)
        read = read_form(form, form.name)
        given = [Filling(at, place, value) for at, (place, value) in enumerate(zip(read.places, values, strict=True))]
        return fill_pdf(read, given, tmp_path / "work")

    return run


def words(pdf: Path, page: int) -> str:
    """Return the words of a page as poppler reads them, line by line."""
    number = str(page)
    return " ".join(tool("pdftotext", "-f", number, "-l", number, pdf, "-").split())


def words_on(pdf: Path, page: int) -> list[Word]:
    with Document(pdf) as document:
        return document.words(page - 1)


def refusal(error: pytest.ExceptionInfo[IsaDocsError]) -> str:
    (finding,) = error.value.findings
    return f"{finding.place} {finding.code}: {finding.message}"


def slot_rectangle(filled: FilledForm, number: int) -> tuple[int, tuple[float, ...]]:
    source = Source(filled.pdf, "form")
    line = filled.slots[number]
    kind = "signature" if line.kind == "sign" else "date"
    slot = SignatureSlot("a", kind, line.role, "B", "C", 1, line.start, line.end, "d", line.room)  # type: ignore[arg-type]
    return locate(Part("mou", "MOU", "document", filled.pdf, "M-", slots=(slot,)), slot, source.destinations())


class TestFlatForm:
    def test_anchors_points_and_lines_to_sign(self, fill: Fill, tmp_path: Path) -> None:
        filled = fill(
            flat_form(tmp_path / "form.pdf"),
            """
            places:
              - {value: importer.legal_name, after: "Name of participant:"}
              - {value: importer.address_line, after: "Place  of business:"}
              - {mark: true, page: 1, at: [300, 450]}
              - {date: officer, after: Date}
              - {sign: officer, after: Signature}
              - {sign: cbp, after: For the agency}
            """,
            "Müller & Søns <Imports>, Inc.", "1 Main Street", "X", "", "", "",
        )  # fmt: skip
        shown = words(filled.pdf, 1)
        assert {"Müller", "&", "Søns", "<Imports>,", "Inc."} <= set(shown.split()), "not mixed with the underscores"
        assert "Place of business: 1 Main Street" in shown
        assert [(line.kind, line.role) for line in filled.slots] == [
            ("sign", "officer"), ("date", "officer"), ("sign", "cbp"),
        ]  # fmt: skip
        page, (left, bottom, right, top) = slot_rectangle(filled, 0)
        assert page == 1
        assert 110 < left < 120
        assert 270 < right < 300, "to the end of its underscores"
        assert bottom == pytest.approx(648.5, abs=2), "the line stands at 650"
        assert top > bottom + 12
        assert not filled.annex

    def test_a_list_that_does_not_fit_goes_to_the_annex(self, fill: Fill, tmp_path: Path) -> None:
        form = flat_form(tmp_path / "form.pdf")
        text = "places: [{value: mou.ior_numbers, after: 'Numbers covered:', width: 95}]"
        numbers = tuple(f"12-3456789{at:02}" for at in range(40))
        filled = fill(form, text, numbers)
        assert filled.annex
        assert "See Annex A (40 numbers)" in words(filled.pdf, 1)
        assert "12-345678900" not in words(filled.pdf, 1)
        places(form, text.replace("width: 95", "width: 400, height: 100"))
        assert not fill(form, text.replace("width: 95", "width: 400, height: 100"), numbers[:12]).annex
        stated = fill(form, text.replace("width: 95", "most: 2"), numbers[:3])
        assert stated.annex, "the places file says that there is space for two"

    @pytest.mark.parametrize(
        ("place", "value", "said"),
        [
            ("{text: far too long, page: 1, at: [560, 500]}", "far too long for this", "FORM-SPACE"),
            ("{text: x, after: 'Name of the ship:'}", "x", "FORM-PLACE: The form does not have “after: Name of the"),
            ("{text: x, after: Date, nth: 2}", "x", "FORM-PLACE: The form does not have “after: Date” for the 2th"),
            ("{text: x, field: Name}", "x", "FORM-PLACE"),
            ("{text: x, page: 3, at: [1, 1]}", "x", "FORM-PLACE: The form has no page 3"),
            ("{text: Words, page: 1, at: [120, 690]}", "Words", "FORM-COVERS: “Words” would stand on the form's own"),
            ("{text: 東, page: 1, at: [300, 500]}", "\U00010380", "FORM-CHARACTER"),
        ],
    )
    def test_a_place_that_will_not_do(self, fill: Fill, tmp_path: Path, place: str, value: str, said: str) -> None:
        with pytest.raises(TemplateError) as error:
            fill(flat_form(tmp_path / "form.pdf"), f"places:\n  - {place}\n", value)
        assert said in refusal(error)
        if "CHARACTER" not in said:
            assert refusal(error).startswith(f"{tmp_path / 'form.yaml'}:2:5"), "it is named at its line"

    def test_a_social_security_number_is_not_told(self, fill: Fill, tmp_path: Path) -> None:
        with pytest.raises(TemplateError) as error:
            fill(
                flat_form(tmp_path / "form.pdf"), "places: [{text: x, page: 1, at: [590, 500]}]", "no space 123-45-6789"
            )
        assert "***-**-6789” does not fit" in refusal(error)

    def test_a_word_that_changed_is_a_refusal(
        self, fill: Fill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        untagged = form_fill._untagged

        def clumsy(pdf: Path, out: Path) -> Path:
            """Replace a word of the form, as a damaged redrawing would."""
            with pikepdf.open(untagged(pdf, out), allow_overwriting_input=True) as opened:
                page = opened.pages[1]
                data = page.Contents.read_bytes()
                page.Contents = opened.make_stream(data[: data.rindex(b"BT")] + b"q Q")
                opened.save(out)
            return out

        monkeypatch.setattr(form_fill, "_untagged", clumsy)
        with pytest.raises(AssemblyError) as error:
            fill(flat_form(tmp_path / "form.pdf"), "places: [{mark: true, page: 1, at: [300, 500]}]", "X")
        assert "FORM-TEXT: Filling changed words of the form form.pdf, page 2: lost or moved: “" in refusal(error)

    def test_words_that_are_drawn_in_another_order_are_found_on_their_line(self, fill: Fill, tmp_path: Path) -> None:
        form = flat_form(tmp_path / "form.pdf")
        with pikepdf.open(form, allow_overwriting_input=True) as opened:
            page = opened.pages[0]
            later = b"BT /F1 10 Tf 1 0 0 1 140 300 Tm (address:) Tj ET BT /F1 10 Tf 1 0 0 1 72 300 Tm (Mailing) Tj ET"
            page.Contents = opened.make_stream(page.Contents.read_bytes() + b"\n" + later)
            opened.save(form)
        filled = fill(form, "places: [{text: Tacoma, after: 'Mailing address:'}]", "Tacoma")
        (placed,) = [word for word in words_on(filled.pdf, 1) if word.text == "Tacoma"]
        assert placed.baseline == pytest.approx(300, abs=1)
        assert placed.left > 140

    def test_places_count_from_the_head_of_the_page(self, fill: Fill, tmp_path: Path) -> None:
        form = flat_form(tmp_path / "form.pdf")
        with pikepdf.open(form, allow_overwriting_input=True) as opened:
            page = opened.pages[0]
            lines = ((120, "Signed on:"), (300, "Signed on:"))
            drawn = "".join(f" BT /F1 10 Tf 1 0 0 1 72 {height} Tm ({text}) Tj ET" for height, text in lines)
            parted = " BT /F1 10 Tf 1 0 0 1 72 220 Tm (Signed) Tj ET BT /F1 10 Tf 1 0 0 1 400 90 Tm (apart) Tj ET"
            end = " BT /F1 10 Tf 1 0 0 1 110 220 Tm (on:) Tj ET"
            page.Contents = opened.make_stream(page.Contents.read_bytes() + (drawn + parted + end).encode())
            opened.save(form)
        texts = ", ".join(f"{{text: T{nth}, after: 'Signed on:', nth: {nth}}}" for nth in (1, 2, 3))
        filled = fill(form, f"places: [{texts}]", "T1", "T2", "T3")
        found = {word.text: round(word.baseline) for word in words_on(filled.pdf, 1)}
        assert [found[name] for name in ("T1", "T2", "T3")] == [300, 220, 120]

    def test_a_page_that_is_shown_turned(self, fill: Fill, tmp_path: Path) -> None:
        form = flat_form(tmp_path / "form.pdf")
        with pikepdf.open(form, allow_overwriting_input=True) as opened:
            page = opened.pages[0]
            page.Contents = opened.make_stream(b"q 0 1 -1 0 612 0 cm\n" + page.Contents.read_bytes() + b"\nQ")
            page.MediaBox = pikepdf.Array([-200, 0, 612, 792])
            page.CropBox = pikepdf.Array([-180, 0, 612, 792])
            page.Rotate = 90
            opened.save(form)
        filled = fill(form, "places: [{text: Turned, after: 'Numbers covered:'}]", "Turned")
        assert "Numbers covered: Turned" in words(filled.pdf, 1)

    @pytest.mark.parametrize(
        ("turn", "boxes"),
        [
            (0, {"CropBox": [36, 36, 576, 756]}),
            (0, {"MediaBox": [-20, -30, 592, 762]}),
            (90, {}),
            (180, {"CropBox": [0, 10, 600, 792]}),
            (270, {}),
            (270, {"MediaBox": [-10, -20, 700, 800], "CropBox": [5, 6, 612, 790]}),
        ],
    )
    def test_a_line_to_sign_of_a_page_that_is_cut_or_turned(
        self, fill: Fill, tmp_path: Path, turn: int, boxes: dict[str, list[int]]
    ) -> None:
        """The line, the filling and a pattern behind it stand where they do on the page as it is shown."""
        form = flat_form(tmp_path / "form.pdf")
        against = {0: b"", 90: b"0 1 -1 0 612 0 cm", 180: b"-1 0 0 -1 612 792 cm", 270: b"0 -1 1 0 0 612 cm"}[turn]
        with pikepdf.open(form, allow_overwriting_input=True) as opened:
            page = opened.pages[1]
            hatched = Dictionary(Type=Name.Pattern, PatternType=1, PaintType=1, TilingType=1, XStep=300, YStep=300)
            hatched.BBox, hatched.Resources = Array([0, 0, 300, 300]), Dictionary()
            hatched.Matrix = Array([1, 0, 0, 1, 100, 100])
            for each in opened.pages:  # fit for the archive form: the pages are not redrawn
                each.Resources = Dictionary(Font=Dictionary(F1=embedded_font(opened)))
            page.Resources.Pattern = Dictionary(P=opened.make_stream(b"1 0 0 rg 0 0 50 50 re f", hatched))
            pattern = b"/Pattern cs /P scn 0 0 612 792 re f\n"
            page.Contents = opened.make_stream(
                b"q " + against + b"\n" + page.Contents.read_bytes() + b"Q q " + pattern + b"Q"
            )
            for key, box in boxes.items():
                page[f"/{key}"] = Array(box)
            page.Rotate = turn
            opened.save(form)
        filled = fill(
            form, "places: [{sign: officer, after: Signature}, {mark: true, page: 2, at: [300, 300]}]", "", "X"
        )
        (word,) = [each for each in words_on(filled.pdf, 2) if each.text == "Signature"]
        (cross,) = [each for each in words_on(filled.pdf, 2) if each.text == "X"]
        page_at, rectangle = slot_rectangle(filled, 0)
        with pikepdf.open(filled.pdf) as opened:
            to_shown = inverse(upright(opened.pages[page_at])[0])
        (left, bottom), (right, _) = moved(to_shown, *rectangle[:2]), moved(to_shown, *rectangle[2:])
        assert (left, bottom) == (pytest.approx(word.right + 3, abs=2), pytest.approx(word.baseline - 1.5, abs=2))
        assert 140 < right - left < 200
        assert (cross.left, cross.baseline) == (pytest.approx(300, abs=2), pytest.approx(300, abs=1))
        with Document(form) as before, Document(filled.pdf) as after:
            was, now = (picture.image().tobytes() for each in (before, after) if (picture := each.picture(1, 36)))
        assert len(was) == len(now)
        reds = [[at for at in range(0, len(each), 3) if each[at : at + 3] == b"\xff\0\0"] for each in (was, now)]
        assert len(reds[0]) > 1000
        assert len(set(reds[0]) ^ set(reds[1])) < 0.1 * len(reds[0]), "the pattern lies where it did"


class TestFieldsOfAForm:
    PLACES = """
        places:
          - {value: importer.legal_name, field: Participant.Name}
          - {value: importer.address_line, field: Participant.Place}
          - {value: mou.ior_numbers, field: Numbers}
          - {value: importer.region, field: State}
          - {mark: true, field: First}
          - {sign: officer, field: Signature1}
        """

    def test_values_stand_in_the_boxes_of_the_fields(self, fill: Fill, tmp_path: Path) -> None:
        form = fillable_form(tmp_path / "form.pdf")
        numbers = ("12-345678900", "12-345678901")
        filled = fill(form, self.PLACES, "Northwind Components, Inc.", "1 Main Street", numbers, "WA", "X", "")
        shown = words(filled.pdf, 1)
        assert "1 Main Street" in shown
        assert "type here" not in shown, "the default of a field that is filled is not printed"
        assert "12-345678900;" in shown
        found = {word.text: word for word in words_on(filled.pdf, 1)}
        assert 421 < found["W"].left < found["A"].left < 460, "one letter in each cell"
        assert found["X"].left == pytest.approx(303, abs=3)
        assert found["12-345678901"].bottom < found["12-345678900;"].bottom, "two lines in a field of several"
        page, (left, _, right, _) = slot_rectangle(filled, 0)
        assert (page, left, right) == (1, 120, 300)
        with pikepdf.open(filled.pdf) as opened:
            assert "/AcroForm" not in opened.Root
            assert all("/Annots" not in each for each in opened.pages)

    def test_what_stands_in_other_fields_is_no_change_of_the_form(self, fill: Fill, tmp_path: Path) -> None:
        form = fillable_form(tmp_path / "form.pdf")
        filled = fill(form, "places: [{value: importer.legal_name, field: Participant.Name}]", "Northwind")
        assert {"Northwind", "type", "here"} <= set(words(filled.pdf, 1).split())

    def test_what_is_on_a_form_is_listed(self, tmp_path: Path) -> None:
        found = found_places(fillable_form(tmp_path / "form.pdf"))
        assert ("field", "Participant.Name", 1) in found
        assert ("after", "Name of participant:", 1) in found
        assert ("after", "For the agency", 2) in found
