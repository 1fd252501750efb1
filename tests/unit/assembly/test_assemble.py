"""A package made of real converted documents, read back."""

from __future__ import annotations

import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pypdf import PdfReader

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.model import AssemblyResult, Part
from isa_docs.errors import AssemblyError

from .conftest import program
from .papers import info, new_pdf, saved

pytestmark = pytest.mark.slow


@pytest.fixture
def package(parts: list[Part], tmp_path: Path) -> AssemblyResult:
    """The documents, and below Tab A a rotated page of text and a page that is only a picture."""
    text = saved(new_pdf("Report of the Focused Assessment", rotate=90), tmp_path / "report.pdf")
    blank = new_pdf("")
    blank.pages[0].Contents = blank.make_stream(b"0.5 g 100 100 400 400 re f")
    picture = saved(blank, tmp_path / "picture.pdf")
    exhibits = [
        Part("report", "Focused Assessment report", "exhibit", text, "A1-", parent="tab-a"),
        Part("photo", "Photo", "exhibit", picture, "A2-", parent="tab-a", alternative_text="A gray square."),
    ]
    result = assemble([*parts, *exhibits], info(), tmp_path / "package.pdf")
    assert check_package(result, [*parts, *exhibits], info()) == []
    return result


def test_every_part_is_there_in_order(package: AssemblyResult) -> None:
    assert package.pages == 8
    assert [(part.key, part.first_page, part.pages) for part in package.parts] == [
        ("contents", 1, 1),
        ("mou", 2, 2),
        ("plan", 4, 2),
        ("tab-a", 6, 1),
        ("report", 7, 1),
        ("photo", 8, 1),
    ]


def test_pages_are_labeled_by_part(package: AssemblyResult) -> None:
    assert PdfReader(package.pdf).page_labels == ["i", "MOU-1", "MOU-2", "Plan-1", "Plan-2", "A-1", "A1-1", "A2-1"]


def test_outline_has_parts_headings_and_exhibits_under_their_tab(package: AssemblyResult) -> None:
    with pikepdf.open(package.pdf) as pdf, pdf.open_outline() as outline:
        shown = [(item.title, [below.title for below in item.children]) for item in outline.root]
        duties = outline.root[1].children[0].children
    assert shown == [
        ("Contents", []),
        ("Memorandum of Understanding", ["Memorandum of Understanding"]),
        ("Self-Testing Plan", ["Self-Testing Plan"]),
        ("Tab A: Focused Assessment report", ["Focused Assessment report", "Photo"]),
    ]
    assert [item.title for item in duties] == ["Duties", "Signatures"]


def test_contents_lines_lead_to_the_first_pages(package: AssemblyResult) -> None:
    reader = PdfReader(package.pdf)
    links = [annotation.get_object() for annotation in reader.pages[0]["/Annots"]]
    targets = {link["/Contents"]: reader.get_page_number(link["/Dest"][0].get_object()) + 1 for link in links}
    assert targets == {
        "Go to Memorandum of Understanding": 2,
        "Go to Self-Testing Plan": 4,
        "Go to Tab A: Focused Assessment report": 6,
    }


def test_web_links_survive(package: AssemblyResult) -> None:
    annotations = [item.get_object() for item in PdfReader(package.pdf).pages[1]["/Annots"]]
    assert [item["/A"]["/URI"] for item in annotations] == ["https://www.cbp.gov/"]


def test_reading_order_is_that_of_the_pages(package: AssemblyResult) -> None:
    dump = subprocess.run(
        [program("pdfinfo"), "-struct-text", str(package.pdf)], capture_output=True, text=True, check=True
    ).stdout
    said = re.findall(r'^\s+"(.*)"$', dump, re.MULTILINE)
    spoken = [text for text in said if text.strip("_\uf0b7• ")]
    assert spoken[:6] == [
        "Contents",
        "Memorandum of Understanding",
        "Self-Testing Plan",
        "Tab A",
        "Memorandum of Understanding",
        "The importer agrees to the terms below.",
    ]
    assert spoken[-3:] == ["Tab A", "Focused Assessment report", "Report of the Focused Assessment"]
    assert re.findall(r'^  (?:  )?Part "(.*)"', dump, re.MULTILINE) == [
        "Contents",
        "Memorandum of Understanding",
        "Self-Testing Plan",
        "Tab A: Focused Assessment report",
        "Focused Assessment report",
        "Photo",
    ]


def test_signature_fields_stand_empty_on_their_lines(package: AssemblyResult) -> None:
    listed = subprocess.run([program("pdfsig"), str(package.pdf)], capture_output=True, text=True, check=False).stdout
    assert re.findall(r"Field Name: (.*)", listed) == ["mou_officer_signature", "plan_officer_signature"]
    assert listed.count("The signature form field is not signed") == 2
    assert [(item.slot.name, item.page, item.page_label) for item in package.fields] == [
        ("mou_officer_signature", 3, "MOU-2"),
        ("mou_officer_date", 3, "MOU-2"),
        ("plan_officer_signature", 4, "Plan-1"),
        ("plan_officer_date", 4, "Plan-1"),
    ]
    box = subprocess.run(
        [program("pdftotext"), "-bbox", "-f", "3", "-l", "3", str(package.pdf), "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    line = re.search(r'xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">_{20,}', box)
    assert line is not None
    left, _, right, bottom = (float(value) for value in line.groups())
    field = package.fields[0].rect
    assert field[0] == pytest.approx(left, abs=1.5)
    assert field[2] == pytest.approx(right, abs=1.5)
    assert field[1] == pytest.approx(792 - bottom, abs=3)
    assert field[3] - field[1] > 24


def test_fields_are_tagged_tooltipped_and_have_appearances(package: AssemblyResult) -> None:
    with pikepdf.open(package.pdf) as pdf:
        assert int(pdf.Root.AcroForm.SigFlags) == 1
        assert "/NeedAppearances" not in pdf.Root.AcroForm
        for field in pdf.Root.AcroForm.Fields:
            assert str(field.TU).endswith("of Jane Q. Doe")
            assert int(field.F) == 4
            assert "/N" in field.AP
            assert "/StructParent" in field
        date = pdf.Root.AcroForm.Fields[1]
        assert int(date.MaxLen) == 10
        forms = [kid for kid in pdf.objects if isinstance(kid, pikepdf.Dictionary) and kid.get("/S") == "/Form"]
        assert [form.K.Type for form in forms] == ["/OBJR"] * 4  # the dictionary itself, for later signatures' sake


def test_same_input_gives_same_bytes(parts: list[Part], tmp_path: Path) -> None:
    first = assemble(parts, info(), tmp_path / "one.pdf")
    second = assemble(parts, info(), tmp_path / "two.pdf")
    assert first.pdf.read_bytes() == second.pdf.read_bytes()
    other = assemble(parts, info(title="Another"), tmp_path / "three.pdf")
    ids = [str(PdfReader(result.pdf).trailer["/ID"][0]) for result in (first, other)]
    assert ids[0] != ids[1]


def test_missing_signature_line_is_named(parts: list[Part], tmp_path: Path) -> None:
    slot = replace(parts[1].slots[0], start="counselSignA")
    with pytest.raises(AssemblyError, match=r"signature line of Jane Q\. Doe in 'Memorandum of Understanding'"):
        assemble([replace(parts[1], slots=(slot,))], info(), tmp_path / "package.pdf")


def test_link_to_an_absent_part_stops_the_package(parts: list[Part], tmp_path: Path) -> None:
    with pytest.raises(AssemblyError) as stopped:
        assemble(parts[:3], info(), tmp_path / "package.pdf")
    assert [finding.code for finding in stopped.value.findings] == ["PKG-LINK"]
    assert "tab-a" in stopped.value.message
    assert not (tmp_path / "package.pdf").exists()


def test_a_link_name_can_be_mapped_to_a_part(parts: list[Part], tmp_path: Path) -> None:
    result = assemble(parts[:3], info(), tmp_path / "package.pdf", links={"tab-a": "plan"})
    links = [item.get_object() for item in PdfReader(result.pdf).pages[0]["/Annots"]]
    assert sorted(link["/Contents"] for link in links) == [
        "Go to Memorandum of Understanding",
        "Go to Self-Testing Plan",
        "Go to Self-Testing Plan",
    ]
