"""The stamp at the foot of each page: upright, at its place, and only for the eye."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.model import Part
from isa_docs.assembly.stamps import BASELINE

from .conftest import program
from .papers import LETTER, info, new_pdf, saved

A4 = (595.276, 841.89)


def words(pdf: Path) -> dict[str, tuple[float, float, float, float]]:
    """Return word to box (left, bottom, right, top) on the first page as it is shown."""
    text = subprocess.run([program("pdftotext"), "-bbox", str(pdf), "-"], capture_output=True, text=True, check=True)
    with pikepdf.open(pdf) as opened:  # poppler gives the height of a turned page as if it were not turned
        box = [float(value) for value in opened.pages[0].MediaBox]
        height = box[2] if int(opened.pages[0].get("/Rotate", 0)) % 180 else box[3]
    found = {}
    for left, high, right, low, word in re.findall(
        r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>', text.stdout
    ):
        found.setdefault(word, (float(left), height - float(low), float(right), height - float(high)))
    return found


@pytest.mark.parametrize(
    ("size", "rotate", "shown_width"),
    [
        (LETTER, 0, 612),
        (A4, 0, 595.276),
        ((792, 612), 0, 792),
        (LETTER, 90, 792),
        (LETTER, 180, 612),
        (LETTER, 270, 792),
    ],
)
def test_the_stamp_is_upright_at_the_foot(
    tmp_path: Path, size: tuple[float, float], rotate: int, shown_width: float
) -> None:
    file = saved(new_pdf("Words", size=size, rotate=rotate), tmp_path / "page.pdf")
    parts = [Part("one", "One", "exhibit", file, "A-")]
    result = assemble(parts, info(stamp="Northwind"), tmp_path / "out.pdf")
    assert check_package(result, parts, info(stamp="Northwind")) == []
    found = words(result.pdf)
    who, page = found["Northwind"], found["Page"]
    assert who[0] == pytest.approx(min(72, shown_width / 8), abs=1)
    assert who[1] < BASELINE < who[3]
    assert page[1] < BASELINE < page[3]
    assert found["of"][2] < shown_width - 40


def exhibit_with(tmp_path: Path, texts: dict[tuple[float, float], str], rotate: int = 0) -> Path:
    """A page with texts at their places in the space of the page as it is not turned."""
    pdf = new_pdf("", rotate=rotate)
    shown = "".join(f"BT /F1 12 Tf {x:g} {y:g} Td ({text}) Tj ET\n" for (x, y), text in texts.items())
    pdf.pages[0].Contents = pdf.make_stream(shown.encode())
    link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([72, 20, 272, 40]))
    link.A = Dictionary(S=Name.URI, URI=String("https://www.cbp.gov/"))
    pdf.pages[0].Annots = Array([pdf.make_indirect(link)])
    return saved(pdf, tmp_path / "page.pdf")


def test_words_under_the_stamp_are_moved_out_of_its_way(tmp_path: Path) -> None:
    crowded = exhibit_with(tmp_path, {(72, 26): "Footnote", (300, 760): "Head"})
    parts = [Part("one", "One", "exhibit", crowded, "A-")]
    result = assemble(parts, info(stamp="Northwind"), tmp_path / "out.pdf")
    assert check_package(result, parts, info(stamp="Northwind")) == []
    assert result.notes == ("page 1 has words where the page stamp stands, so its content is shown a little smaller",)
    found = words(result.pdf)
    assert found["Footnote"][1] > found["Northwind"][3]
    assert found["Head"][3] < 792
    with pikepdf.open(result.pdf) as pdf:
        rect = [float(value) for value in pdf.pages[0].Annots[0].Rect]
    assert rect == pytest.approx([83, 56, 274, 75], abs=1)


@pytest.mark.parametrize(("rotate", "at", "left"), [(90, (586, 72), 92), (180, (540, 766), 83), (270, (26, 720), 92)])
def test_words_under_the_stamp_of_a_turned_page(
    tmp_path: Path, rotate: int, at: tuple[float, float], left: float
) -> None:
    pdf = new_pdf("", rotate=rotate)
    turned = {90: "0 1 -1 0", 180: "-1 0 0 -1", 270: "0 -1 1 0"}[rotate]
    pdf.pages[0].Contents = pdf.make_stream(f"BT /F1 12 Tf {turned} {at[0]} {at[1]} Tm (Footnote) Tj ET".encode())
    parts = [Part("one", "One", "exhibit", saved(pdf, tmp_path / "page.pdf"), "A-")]
    result = assemble(parts, info(stamp="Northwind"), tmp_path / "out.pdf")
    found = words(result.pdf)
    assert len(result.notes) == 1
    assert found["Footnote"][1] > found["Northwind"][3]
    assert found["Footnote"][0] == pytest.approx(left, abs=4)


@pytest.mark.parametrize(
    ("texts", "page"),
    [
        ({(300, 26): "7"}, "<page number between the two parts of the stamp>"),
        ({(72, 60): "Above"}, "<above>"),
        ({(72, 8): "Below"}, "<below>"),
    ],
)
def test_words_beside_the_stamp_stay(tmp_path: Path, texts: dict[tuple[float, float], str], page: str) -> None:
    parts = [Part("one", "One", "exhibit", exhibit_with(tmp_path, texts), "A-")]
    assert assemble(parts, info(stamp="Northwind"), tmp_path / "out.pdf").notes == ()


def test_the_stamp_of_an_exhibit_that_must_stay_exact_goes_where_there_is_room(tmp_path: Path) -> None:
    crowded = exhibit_with(tmp_path, {(72, 26): "Footnote"})
    parts = [Part("one", "One", "exhibit", crowded, "A-", fixed=True)]
    result = assemble(parts, info(stamp="Northwind"), tmp_path / "out.pdf")
    assert result.warnings == ()
    assert result.notes == (
        "page 1 has words where the page stamp stands, so the stamp stands elsewhere at its foot or head",
    )
    found = words(result.pdf)
    assert found["Footnote"][1] > found["Northwind"][3]
    assert found["Footnote"][1] == pytest.approx(26, abs=3)


def test_a_legend_stands_at_the_head_of_every_page(tmp_path: Path) -> None:
    pdf = new_pdf("Words", "More")
    pdf.pages[1].Contents = pdf.make_stream(b"BT /F1 12 Tf 280 760 Td (Letterhead) Tj ET")
    parts = [
        Part("one", "One", "exhibit", saved(pdf, tmp_path / "page.pdf"), "A-", legend="CONFIDENTIAL – 19 CFR 103.35")
    ]
    result = assemble(parts, info(), tmp_path / "out.pdf")
    assert check_package(result, parts, info()) == []
    assert [note.split()[1] for note in result.notes] == ["2"]
    with pikepdf.open(result.pdf) as out:
        steps = pikepdf.parse_content_stream(out.pages[1])
        marks = [
            (str(step.operands[0]), step.operands[1].get("/Subtype")) for step in steps if str(step.operator) == "BDC"
        ]
    assert marks == [("/P", None), ("/Artifact", "/Header"), ("/Artifact", "/Footer")]
    other = check_package(result, [replace(parts[0], legend="SECRET")], info())
    assert {each.message for each in other} == {"the package: the legend at the head cannot be read"}


def test_a_crop_box_and_a_user_unit_are_respected(tmp_path: Path) -> None:
    pdf = new_pdf("Words")
    pdf.pages[0].CropBox = pikepdf.Array([100, 200, 500, 700])
    pdf.pages[0].UserUnit = 2
    parts = [Part("one", "One", "exhibit", saved(pdf, tmp_path / "page.pdf"), "A-")]
    result = assemble(parts, info(stamp="Northwind"), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as out:
        drawn = out.pages[0].Contents[-1].read_bytes().decode()
    assert "q 0.5 0 0 0.5 100 200 cm" in drawn


def test_page_content_cannot_move_the_stamp(tmp_path: Path) -> None:
    pdf = new_pdf("Words")
    pdf.pages[0].Contents = pdf.make_stream(b"3 0 0 3 50 50 cm 1 0 0 rg BT /F1 10 Tf (x) Tj ET")
    parts = [Part("one", "One", "exhibit", saved(pdf, tmp_path / "page.pdf"), "A-")]
    found = words(assemble(parts, info(stamp="Northwind"), tmp_path / "out.pdf").pdf)
    assert found["Northwind"][0] == pytest.approx(72, abs=1)


def test_a_long_stamp_is_shortened_before_the_page_number(tmp_path: Path) -> None:
    parts = [Part("one", "One", "exhibit", saved(new_pdf("Words"), tmp_path / "page.pdf"), "A-")]
    result = assemble(parts, info(stamp="Import " * 40), tmp_path / "out.pdf")
    found = words(result.pdf)
    shortened = [box for word, box in found.items() if word.endswith("…")]
    assert len(shortened) == 1
    assert shortened[0][2] < found["Page"][0] - 10


def test_a_character_no_font_has_is_warned_of(tmp_path: Path) -> None:
    parts = [Part("one", "One", "exhibit", saved(new_pdf("Words"), tmp_path / "page.pdf"), "A-")]
    result = assemble(parts, info(stamp="Trade \U000e0041"), tmp_path / "out.pdf")
    assert result.warnings == (r"no installed font can show '\U000e0041' in the page stamp",)


def test_the_stamp_is_an_artifact(tmp_path: Path) -> None:
    parts = [Part("one", "One", "exhibit", saved(new_pdf("Words"), tmp_path / "page.pdf"), "A-")]
    result = assemble(parts, info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as pdf:
        steps = pikepdf.parse_content_stream(pdf.pages[0])
        marks = [str(step.operands[0]) for step in steps if str(step.operator) == "BDC"]
    assert marks == ["/P", "/Artifact"]
