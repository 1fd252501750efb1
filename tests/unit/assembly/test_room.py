"""Stamp, legend and page code cover no words and are seen: on forms, on labels, in odd boxes, over pages of our own."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf

from isa_docs.assembly import shrinking
from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.model import AssemblyResult, EsignProfile, Part, SignatureSlot
from isa_docs.conversion.pdfium import page_texts
from isa_docs.review.preview import preview_pdf
from isa_docs.review.scan import read_scan

from .conftest import program
from .papers import info, new_pdf, saved

LEGEND = "CONFIDENTIAL TREATMENT REQUESTED (19 CFR 103.35)"
Box = tuple[float, float, float, float]


def written(file: Path, texts: dict[tuple[float, float], str], line: tuple[float, float] = (72, 400)) -> Path:
    """Write a page with texts of 9 points at their places, and two names for the ends of a line to sign."""
    pdf = new_pdf("")
    shown = "".join(f"BT /F1 9 Tf {x:g} {y:g} Td ({text}) Tj ET\n" for (x, y), text in texts.items())
    page = pdf.pages[0]
    page.Contents = pdf.make_stream(shown.encode())
    left, top = line
    pdf.Root.Dests = Dictionary(
        a=Array([page.obj, Name.XYZ, left, top, 0]), b=Array([page.obj, Name.XYZ, left + 230, top, 0])
    )
    return saved(pdf, file)


def form(file: Path, texts: dict[tuple[float, float], str], line: tuple[float, float] = (72, 400)) -> Part:
    """A paper that is signed, on a line that begins at ``line``, and so gets a page code."""
    slot = SignatureSlot("form_signature", "signature", "officer", "Jane Q. Doe", "President", 1, "a", "b", "Signature")
    return Part("form", "Form", "document", written(file, texts, line=line), "F-", slots=(slot,))


def exhibit(file: Path, legend: str = "", *, fixed: bool = False) -> Part:
    return Part("x", "Exhibit X", "exhibit", file, "X-", mark="Exhibit X", legend=legend, fixed=fixed)


def sound(part: Part, folder: Path, bates: str = "") -> AssemblyResult:
    """Assemble one part; the checks find nothing."""
    about = info(stamp="Northwind", bates=bates)
    result = assemble([part], about, folder / "out.pdf")
    assert check_package(result, [part], about) == []
    return result


def words(pdf: Path) -> list[tuple[str, Box]]:
    """Return each word that poppler finds within the first page as shown, with left, lower, right and upper edge."""
    command = [program("pdftotext"), "-cropbox", "-bbox", str(pdf), "-"]
    lines = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    height = next(float(line.split('"')[3]) for line in lines if "<page" in line)
    found = []
    for line in lines:
        if "<word" in line:
            left, high, right, low = (float(line.split('"')[at]) for at in (1, 3, 5, 7))
            found.append((line.split(">")[1].split("<")[0], (left, height - low, right, height - high)))
    return found


def apart(pdf: Path) -> bool:
    """Tell whether no two words lie over each other."""
    boxes = [box for _, box in words(pdf)]
    return not any(
        min(one[2], other[2]) - max(one[0], other[0]) > 0.5 and min(one[3], other[3]) - max(one[1], other[1]) > 1
        for at, one in enumerate(boxes)
        for other in boxes[at + 1 :]
    )


def code_corner(pdf: Path) -> tuple[float, float]:
    """Return the lower left corner of the page code."""
    with pikepdf.open(pdf) as opened:
        drawn = opened.pages[0].Contents[-1].read_bytes().split()
    places = [(float(drawn[at - 4]), float(drawn[at - 3])) for at, step in enumerate(drawn) if step == b"re"]
    assert len(places) > 100
    return min(x for x, _ in places), min(y for _, y in places)


FOOT = {(20, 24): "CBP Form 5106 (07/12) previous editions", (420, 24): "OMB No. 1651-0064 Page 1 of 2"}


def test_words_at_the_foot_of_a_form_stay_uncovered_and_as_large(tmp_path: Path) -> None:
    low = {(20, 30): FOOT[20, 24], (420, 30): FOOT[420, 24]}
    result = sound(form(tmp_path / "form.pdf", low), tmp_path)
    assert [note.split(", so ")[1] for note in result.notes] == [
        "the stamp stands elsewhere at its foot or head",
        "the code by which it is known, once signed, stands in another",
    ]
    assert result.warnings == ()
    assert apart(result.pdf)
    found = dict(words(result.pdf))
    assert found["Northwind"][1] == pytest.approx(13.3, abs=1)
    assert found["5106"][1] == pytest.approx(28, abs=1)
    assert code_corner(result.pdf) == (552, pytest.approx(719.6, abs=1))
    (scanned,) = read_scan(result.pdf)
    assert scanned.code is not None
    assert scanned.code.page == 1


def test_the_code_leaves_room_to_sign(tmp_path: Path) -> None:
    result = sound(form(tmp_path / "form.pdf", {(20, 60): "CBP Form 5106"}, (360, 60)), tmp_path)
    assert code_corner(result.pdf) == (552, pytest.approx(719.6, abs=1))
    assert len(result.notes) == 1


def test_the_stamp_goes_to_the_head_when_the_foot_is_full(tmp_path: Path) -> None:
    full = {
        **FOOT,
        (20, 14): "To be filed at the port of entry by the importer of record or a broker, in two copies",
    }
    result = sound(form(tmp_path / "form.pdf", full), tmp_path)
    assert apart(result.pdf)
    assert dict(words(result.pdf))["Northwind"][1] > 750
    assert result.warnings == ()


def test_a_form_without_room_is_warned_of(tmp_path: Path) -> None:
    lines = {(10, float(y)): "word " * 26 for y in [*range(8, 90, 9), *range(702, 790, 9)]}
    result = sound(form(tmp_path / "form.pdf", lines), tmp_path)
    assert [warning.split(";")[0] for warning in result.warnings] == [
        "the page stamp stands over words of page 1, which keeps its size",
        "the code by which a signed page is known stands over words of page 1",
    ]


def test_a_form_with_room_is_stamped_as_usual(tmp_path: Path) -> None:
    result = sound(form(tmp_path / "form.pdf", {(72, 60): "By order", (300, 760): "Head"}), tmp_path)
    assert result.notes == result.warnings == ()
    assert code_corner(result.pdf) == (20, 20)
    assert dict(words(result.pdf))["Northwind"][1] == pytest.approx(23.5, abs=1)


@pytest.mark.parametrize("crop", [(-40, -40, 652, 832), (1000, 1000, 1600, 1700), (0, 0, 0, 0), (612, 832, -40, -40)])
def test_a_crop_box_beyond_the_page_hides_nothing(tmp_path: Path, crop: tuple[int, ...]) -> None:
    pdf = new_pdf("Body")
    pdf.pages[0].CropBox = Array(crop)
    part = exhibit(saved(pdf, tmp_path / "crop.pdf"), LEGEND)
    found = dict(words(sound(part, tmp_path, "NWC-").pdf))
    assert {"Body", "Northwind", "NWC-000001", "CONFIDENTIAL", "103.35)"} <= set(found)
    assert all(left >= 0 and right <= 612 and low >= 0 and high <= 792 for left, low, right, high in found.values())


@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize(("size", "rotate"), [((216, 72), 0), ((200, 30), 0), ((72, 216), 0), ((216, 72), 90)])
def test_a_small_page_is_made_larger(tmp_path: Path, size: tuple[int, int], rotate: int, fixed: bool) -> None:
    pdf = new_pdf("", size=size, rotate=rotate)
    pdf.pages[0].Contents = pdf.make_stream(b"BT /F1 9 Tf 10 12 Td (Label 0042) Tj 0 200 Td (outside) Tj ET")
    part = exhibit(saved(pdf, tmp_path / "label.pdf"), LEGEND, fixed=fixed)
    result = sound(part, tmp_path)
    assert [note.split(", so ")[0] for note in result.notes] == ["page 1 is too small for the page stamp"]
    found = dict(words(result.pdf))
    assert {"Label", "0042", "Northwind", "CONFIDENTIAL", "103.35)", "Page"} <= set(found)
    assert apart(result.pdf)
    with pikepdf.open(result.pdf) as opened:
        drawn = b"".join(each.read_bytes() for each in opened.pages[0].Contents)
    assert b" cm 0 0" not in drawn
    assert f"0 0 {size[0]} {size[1]} re W n".encode() in drawn
    left, low, right, high = found["0042"]
    assert max(right - left, high - low) == pytest.approx(20, abs=1.5)


def test_words_of_a_page_with_a_unit_of_its_own_are_not_covered(tmp_path: Path) -> None:
    pdf = new_pdf("")
    pdf.pages[0].UserUnit = 2
    pdf.pages[0].Contents = pdf.make_stream(b"BT /F1 6 Tf 36 13 Td (Footnote) Tj ET")
    result = sound(exhibit(saved(pdf, tmp_path / "unit.pdf")), tmp_path)
    assert [note.split(", so ")[1] for note in result.notes] == ["its content is shown a little smaller"]


@pytest.mark.parametrize("content", [b"%s Q Q Q", b"q 0.3 0 0 0.3 400 500 cm %s", b"%s Q q BT /F1 9 Tf (a q b) Tj ET"])
@pytest.mark.parametrize("tagged", [False, True])
def test_states_that_are_not_closed_leave_the_stamp_in_its_place(tmp_path: Path, content: bytes, tagged: bool) -> None:
    pdf = new_pdf("")
    shown = b"/P <</MCID 0>> BDC BT /F1 18 Tf 72 600 Td (Hello) Tj ET EMC" if tagged else b"BT /F1 9 Tf (Hello) Tj ET"
    pdf.pages[0].Contents = pdf.make_stream(content % shown)
    if tagged:
        tree = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        own = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.P, P=tree, Pg=pdf.pages[0].obj, K=0))
        tree.K, tree.ParentTree = own, Dictionary(Nums=Array([0, Array([own])]))
        pdf.pages[0].StructParents, pdf.Root.StructTreeRoot = 0, tree
        pdf.Root.MarkInfo = Dictionary(Marked=True)
    result = sound(exhibit(saved(pdf, tmp_path / "open.pdf")), tmp_path)
    found = dict(words(result.pdf))
    assert "Hello" in found
    assert found["Northwind"][0] == pytest.approx(72, abs=1)
    assert found["Northwind"][1] == pytest.approx(23.5, abs=1)


@pytest.mark.parametrize("profile", ["acrobat", "dropbox-sign"])
def test_a_package_of_ours_as_an_exhibit_says_what_it_said(tmp_path: Path, profile: EsignProfile) -> None:
    about = info(stamp="Acme Ltd & Cie. - Zebra, jolly quick fox", profile=profile, bates="ACM-")
    earlier = form(tmp_path / "form.pdf", {(72, 600): "Words"})
    first = assemble([earlier], about, tmp_path / "earlier.pdf")
    (before,) = page_texts(first.pdf)
    assert "Zebra, jolly" in before
    later = [form(tmp_path / "later.pdf", {(72, 600): "Later"}), exhibit(first.pdf, LEGEND)]
    second = assemble(later, info(stamp="Northwind", profile=profile), tmp_path / "out.pdf")
    assert check_package(second, later, info(stamp="Northwind", profile=profile)) == []
    assert set(before.split()) <= set(page_texts(second.pdf)[1].split())

    marked = tmp_path / "marked.pdf"
    marked.write_bytes(preview_pdf(second.pdf, "PREVIEW"))
    again = [exhibit(marked)]
    third = assemble(again, info(stamp="Northwind"), tmp_path / "third.pdf")
    marked.write_bytes(preview_pdf(third.pdf, "CONTROL"))
    assert {"Zebra,", "PREVIEW", "CONTROL", "Northwind"} <= set(page_texts(marked)[1].split())


def move_out_of_sight(pdf: Pdf) -> None:
    pdf.pages[0].CropBox = Array([0, 60, 612, 792])


def exchange_a_font(pdf: Pdf) -> None:
    fonts = pdf.pages[0].Resources.Font
    fonts.F1 = fonts[next(name for name in fonts.keys() if name != "/F1")]  # noqa: SIM118 - no mapping


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (move_out_of_sight, "PKG-STAMP: the package: the page number at the foot cannot be read"),
        (exchange_a_font, "PKG-TEXT: the package: words of an exhibit are lost, such as 'Invoice'"),
    ],
)
def test_what_is_not_seen_or_not_said_any_more_is_found(tmp_path: Path, spoil: object, expected: str) -> None:
    import hashlib
    from dataclasses import replace

    parts = [exhibit(written(tmp_path / "x.pdf", {(72, 600): "Invoice of the broker"}))]
    result = assemble(parts, info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf, allow_overwriting_input=True) as pdf:
        assert callable(spoil)
        spoil(pdf)
        pdf.save(result.pdf, static_id=True)
    result = replace(result, sha256=hashlib.sha256(result.pdf.read_bytes()).hexdigest())
    assert expected in [f"{each.code}: {each.message}" for each in check_package(result, parts, info())]


def test_what_is_shown_of_a_page() -> None:
    with Pdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(100, 200))
        page.CropBox = Array([150, 50, 50, -20])
        assert shrinking.visible(page) == (50, 0, 100, 50)
        page.MediaBox = Array([0, 0, 0, 0])
        assert shrinking.visible(page) == (50, 0, 150, 50)
