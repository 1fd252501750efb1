"""Links and bookmarks of an exhibit outlast its being redrawn; what does not is told, and refused under exact."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, OutlineItem, Pdf, String

from isa_docs.assembly.exhibits import ExhibitFile, ExhibitResult, Treatment, take_exhibits
from isa_docs.conversion.pdfium import Document
from isa_docs.errors import AssemblyError

from .papers import new_pdf, saved, tagged_pdf

pytestmark = pytest.mark.slow


def linked(pdf: Pdf, rectangle: list[float], **target: Any) -> None:
    page = pdf.pages[0]
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array(rectangle), Border=Array([0, 0, 0]), **target)
    page.Annots = Array([*page.get("/Annots", []), pdf.make_indirect(link)])


def taken(file: Path, folder: Path, treatment: Treatment = "auto") -> ExhibitResult:
    return take_exhibits([ExhibitFile(file, "x", treatment=treatment)], work=folder / "work")[0]


@pytest.mark.parametrize("treatment", ["auto", "exact"])
@pytest.mark.parametrize("embedded", [True, False])
def test_links_and_bookmarks_are_kept(embedded: bool, treatment: Treatment, tmp_path: Path) -> None:
    pdf = new_pdf("One", "Two", embedded=embedded)
    linked(pdf, [72, 680, 300, 710], Dest=Array([pdf.pages[1].obj, Name.Fit]))
    linked(pdf, [72, 600, 300, 630], A=Dictionary(S=Name.URI, URI=String("https://www.cbp.gov/")))
    with pdf.open_outline() as outline:
        outline.root.append(OutlineItem("Chapter two", 1))
        outline.root[0].children.append(OutlineItem("Below", 0))
    result = taken(saved(pdf, tmp_path / "a.pdf"), tmp_path, treatment)
    assert (result.outcome, result.warnings) == ("as-is" if embedded else "normalized", ())
    with pikepdf.open(result.pdf) as made:
        inner, outer = made.pages[0].Annots
        assert inner.Dest[0].objgen == made.pages[1].obj.objgen
        assert [str(outer.A.URI), [float(each) for each in outer.Rect]] == ["https://www.cbp.gov/", [72, 600, 300, 630]]
        with made.open_outline() as outline:
            assert [(item.title, [below.title for below in item.children]) for item in outline.root] == [
                ("Chapter two", ["Below"])
            ]


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_link_stays_on_its_words(turn: int, tmp_path: Path) -> None:
    pdf = new_pdf("Link", embedded=False, rotate=turn)
    pdf.pages[0].CropBox = Array([50, 300, 500, 750])
    linked(pdf, [70, 688, 110, 708], A=Dictionary(S=Name.URI, URI=String("https://www.cbp.gov/")))
    result = taken(saved(pdf, tmp_path / "a.pdf"), tmp_path)
    with Document(result.pdf) as document, pikepdf.open(result.pdf) as made:
        word = document.words(0)[0]
        left, bottom, right, top = (float(each) for each in made.pages[0].Annots[0].Rect)
        assert left < (word.left + word.right) / 2 < right
        assert bottom < (word.bottom + word.top) / 2 < top
        assert result.outcome == "normalized"


@pytest.mark.parametrize("embedded", [True, False])
@pytest.mark.parametrize(
    "target",
    [
        {"S": Name.GoToR, "F": String("other.pdf"), "D": Array([0, Name.Fit])},
        {"S": Name.URI, "URI": String("file:///C:/clients/other.pdf")},
        {"S": Name.URI, "URI": String("https://isa.invalid/transmittal")},  # how our own papers name each other
    ],
)
def test_a_link_to_another_file_is_left_out_and_told(target: dict[str, Any], embedded: bool, tmp_path: Path) -> None:
    pdf = new_pdf("One", embedded=embedded)
    linked(pdf, [72, 680, 300, 710], A=Dictionary(**target))
    file = saved(pdf, tmp_path / "a.pdf")
    result = taken(file, tmp_path)
    assert [(each.code, each.severity.value) for each in result.warnings] == [("EXH-LINKS", "note")]
    with pytest.raises(AssemblyError) as stopped:
        taken(file, tmp_path, "exact")
    assert [each.code for each in stopped.value.findings] == ["EXH-LINKS"]


def test_tags_that_are_lost_are_told(tmp_path: Path) -> None:
    file = tagged_pdf(tmp_path / "a.pdf", [("P", "Tagged")])
    assert taken(file, tmp_path).warnings == ()
    told = [(each.code, each.severity.value) for each in taken(file, tmp_path, "redraw").warnings]
    assert told == [("EXH-TAGS", "note")]
