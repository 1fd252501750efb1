"""The stamp at the foot of each page: upright, at its place, and only for the eye."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pikepdf
import pytest

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
