"""Joining structure trees: nothing collides, nothing speaks another part's text."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.model import Part
from isa_docs.errors import AssemblyError

from .papers import info, new_pdf, saved, tagged_pdf


def document(key: str, pdf: Path) -> Part:
    return Part(key, key.title(), "document", pdf, f"{key}-")


def roles_and_texts(pdf: pikepdf.Pdf) -> list[tuple[str, str]]:
    """Return (role, first marked text) of every element with text, in reading order."""
    texts = {}
    for number, page in enumerate(pdf.pages):
        mark = None
        for step in pikepdf.parse_content_stream(page):
            if str(step.operator) == "BDC" and isinstance(step.operands[1], pikepdf.Dictionary):
                mark = step.operands[1].get("/MCID")
            elif str(step.operator) == "Tj" and mark is not None:
                texts.setdefault((page.obj.objgen, int(mark)), str(step.operands[0]))
            elif str(step.operator) == "EMC":
                mark = None
        assert int(page.StructParents) == number
    found = []

    def visit(element: pikepdf.Dictionary) -> None:
        kids = element.get("/K")
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            if isinstance(kid, int):
                found.append((str(element.S), texts[(element.Pg.objgen, kid)]))
            elif isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
                visit(kid)

    visit(pdf.Root.StructTreeRoot.K[0])
    return found


def test_two_files_with_the_same_keys_keep_their_own_text(tmp_path: Path) -> None:
    parts = [
        document("one", tagged_pdf(tmp_path / "1.pdf", [("H1", "First"), ("P", "Alpha")])),
        document("two", tagged_pdf(tmp_path / "2.pdf", [("H1", "Second"), ("P", "Beta")])),
    ]
    result = assemble(parts, info(), tmp_path / "out.pdf")
    assert check_package(result, parts, info()) == []
    with pikepdf.open(result.pdf) as pdf:
        assert roles_and_texts(pdf) == [("/H1", "First"), ("/P", "Alpha"), ("/H1", "Second"), ("/P", "Beta")]


def test_a_role_name_with_two_meanings_is_renamed_in_the_second_part(tmp_path: Path) -> None:
    parts = [
        document("one", tagged_pdf(tmp_path / "1.pdf", [("Title", "First")], role_map={"Title": "H1"})),
        document("two", tagged_pdf(tmp_path / "2.pdf", [("Title", "Second")], role_map={"Title": "P"})),
    ]
    result = assemble(parts, info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as pdf:
        assert roles_and_texts(pdf) == [("/Title", "First"), ("/Title-p2", "Second")]
        role_map = {name: str(role) for name, role in pdf.Root.StructTreeRoot.RoleMap.items()}
    assert role_map == {"/Title": "/H1", "/Title-p2": "/P"}


def test_self_maps_and_remapped_standard_types_are_dropped(tmp_path: Path) -> None:
    file = tagged_pdf(
        tmp_path / "1.pdf", [("P", "Text"), ("Own", "More")], role_map={"P": "H1", "Own": "Own", "Other": "P"}
    )
    result = assemble([document("one", file)], info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as pdf:
        assert roles_and_texts(pdf) == [("/P", "Text"), ("/Own", "More")]
        assert {name: str(role) for name, role in pdf.Root.StructTreeRoot.RoleMap.items()} == {"/Own": "/Div"}


def test_attributes_of_every_form_come_along_whole(tmp_path: Path) -> None:
    file = tagged_pdf(tmp_path / "1.pdf", [("P", "One"), ("P", "Two"), ("P", "Three"), ("P", "Four")])
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        one, two, three, four = pdf.Root.StructTreeRoot.K.K
        layout = pikepdf.Dictionary(O=pikepdf.Name.Layout, SpaceAfter=6)
        table = pikepdf.Dictionary(O=pikepdf.Name.Table, RowSpan=2, Headers=pikepdf.Array([pikepdf.String("h")]))
        one.A = pdf.make_indirect(layout)
        two.A = pdf.make_indirect(pikepdf.Array([layout, 0]))
        three.A = pdf.make_indirect(table)
        four.A = pdf.make_indirect(pikepdf.Array([table, layout]))
        pdf.save(file)
    result = assemble([document("one", file)], info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as pdf:
        one, two, three, four = pdf.Root.StructTreeRoot.K[0].K[0].K
        assert one.A.SpaceAfter == 6
        assert not one.A.is_indirect
        assert two.A[0].SpaceAfter == 6
        assert (three.A.RowSpan, bytes(three.A.Headers[0])) == (2, b"p1-h")
        assert (bytes(four.A[0].Headers[0]), four.A[1].SpaceAfter) == (b"p1-h", 6)


def test_equal_ids_are_kept_apart(tmp_path: Path) -> None:
    parts = [
        document("one", tagged_pdf(tmp_path / "1.pdf", [("P", "First")], ids={0: "x"})),
        document("two", tagged_pdf(tmp_path / "2.pdf", [("P", "Second")], ids={0: "x"})),
    ]
    result = assemble(parts, info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as pdf:
        names = list(pdf.Root.StructTreeRoot.IDTree.Names)
        assert [bytes(name) for name in names[::2]] == [b"p1-x", b"p2-x"]
        assert [bytes(element.ID) for element in names[1::2]] == [b"p1-x", b"p2-x"]


def test_a_gap_in_heading_levels_is_closed(tmp_path: Path) -> None:
    file = tagged_pdf(tmp_path / "1.pdf", [("H1", "One"), ("H3", "Three"), ("H4", "Four"), ("H2", "Two")])
    result = assemble([document("one", file)], info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as pdf:
        assert [role for role, _ in roles_and_texts(pdf)] == ["/H1", "/H2", "/H3", "/H2"]


def test_a_part_in_another_language_says_so(tmp_path: Path) -> None:
    parts = [
        document("one", tagged_pdf(tmp_path / "1.pdf", [("P", "Hello")])),
        document("two", tagged_pdf(tmp_path / "2.pdf", [("P", "Bonjour")], language="fr-CA")),
    ]
    result = assemble(parts, info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as pdf:
        one, two = pdf.Root.StructTreeRoot.K[0].K
        assert ("/Lang" in one, str(two.Lang)) == (False, "fr-CA")
        assert (str(one.T), str(two.T)) == ("One", "Two")


def test_painting_outside_marks_becomes_an_artifact(tmp_path: Path) -> None:
    file = tagged_pdf(tmp_path / "1.pdf", [("P", "Text")], border=True)
    result = assemble([document("one", file)], info(), tmp_path / "out.pdf")
    with pikepdf.open(result.pdf) as pdf:
        steps = [str(step.operator) for step in pikepdf.parse_content_stream(pdf.pages[0])]
    assert steps[:5] == ["q", "BMC", "re", "S", "EMC"]


def test_untagged_pages_are_wrapped_as_text_or_described_picture(tmp_path: Path) -> None:
    text = saved(new_pdf("One page", "Another"), tmp_path / "text.pdf")
    drawn = new_pdf("")
    drawn.pages[0].Contents = drawn.make_stream(b"/Artifact BMC 10 10 50 50 re f EMC")
    parts = [
        Part("text", "Report", "exhibit", text, "A-"),
        Part("scan", "Receipt", "exhibit", saved(drawn, tmp_path / "scan.pdf"), "B-", alternative_text="Mailed May 2."),
    ]
    result = assemble(parts, info(), tmp_path / "out.pdf")
    assert check_package(result, parts, info()) == []
    with pikepdf.open(result.pdf) as pdf:
        report, receipt = pdf.Root.StructTreeRoot.K[0].K
        assert [str(element.S) for element in report.K] == ["/P", "/P"]
        assert str(receipt.K[0].S) == "/Figure"
        assert str(receipt.K[0].Alt) == "Receipt, page 1 of 1. Mailed May 2."
        assert b"Artifact BMC" not in pdf.pages[2].Contents[2].read_bytes()


def test_a_part_that_is_no_pdf_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"not a PDF")
    with pytest.raises(AssemblyError, match="the PDF of 'Plan' cannot be read"):
        assemble([document("plan", bad)], info(), tmp_path / "out.pdf")


def test_names_used_twice_are_refused(tmp_path: Path) -> None:
    file = tagged_pdf(tmp_path / "1.pdf", [("P", "Text")])
    with pytest.raises(AssemblyError, match="part key 'one' is used 2 times"):
        assemble([document("one", file), document("one", file)], info(), tmp_path / "out.pdf")


def test_nothing_to_assemble_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="at least one part"):
        assemble([], info(), tmp_path / "out.pdf")
