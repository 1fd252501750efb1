"""What the checks of a finished package find when it is spoiled."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, String

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.model import AssemblyResult, Part, SignatureSlot
from isa_docs.findings import Severity

from .papers import helvetica, info, new_pdf, saved, tagged_pdf

Spoil = Callable[[Pdf], None]


def line(name: str) -> SignatureSlot:
    return SignatureSlot(name, "signature", "officer", "Jane Q. Doe", "Vice President", 1, "a", "b", "Signature")


def with_line(file: Path, top: float) -> Path:
    """Give a PDF the two named destinations of a signature line at the height ``top``."""
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        pdf.Root.Dests = Dictionary(
            a=Array([page, Name.XYZ, 72, top, 0]),
            b=Array([page, Name.XYZ, 300, top, 0]),
        )
        pdf.save(file, deterministic_id=True)
    return file


@pytest.fixture
def made(tmp_path: Path) -> tuple[AssemblyResult, list[Part]]:
    letter = with_line(tagged_pdf(tmp_path / "letter.pdf", [("H1", "Letter"), ("P", "Sincerely")]), 500)
    exhibit = saved(new_pdf("Exhibit"), tmp_path / "exhibit.pdf")
    parts = [
        Part("letter", "Letter", "document", letter, "Letter-", slots=(line("letter_officer_signature"),)),
        Part("a", "Exhibit A", "exhibit", exhibit, "A-"),
    ]
    return assemble(parts, info(), tmp_path / "package.pdf"), parts


def spoiled(made: tuple[AssemblyResult, list[Part]], spoil: Spoil) -> list[str]:
    """Return the messages of the checks after the package was changed by ``spoil``."""
    result, parts = made
    with pikepdf.open(result.pdf, allow_overwriting_input=True) as pdf:
        spoil(pdf)
        pdf.save(result.pdf, static_id=True)
    result = replace(result, sha256=hashlib.sha256(result.pdf.read_bytes()).hexdigest())
    found = check_package(result, parts, info())
    assert all(finding.place and finding.place.file == "package.pdf" for finding in found)
    return [f"{finding.code}: {finding.message.removeprefix('the package: ')}" for finding in found]


def test_a_sound_package_passes(made: tuple[AssemblyResult, list[Part]]) -> None:
    assert check_package(*made, info()) == []


def test_another_file_than_was_assembled(made: tuple[AssemblyResult, list[Part]]) -> None:
    result, parts = made
    result.pdf.write_bytes(result.pdf.read_bytes() + b"\n")
    assert [finding.code for finding in check_package(result, parts, info())] == ["PKG-CHANGED"]


def lose_a_page(pdf: Pdf) -> None:
    del pdf.pages[1]


def wrong_label(pdf: Pdf) -> None:
    pdf.Root.PageLabels.Nums[1].P = String("Other-")


def equal_labels(pdf: Pdf) -> None:
    pdf.Root.PageLabels.Nums[1].P = pdf.Root.PageLabels.Nums[3].P


def lose_the_outline(pdf: Pdf) -> None:
    del pdf.Root.Outlines


def bookmark_to_nowhere(pdf: Pdf) -> None:
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem("Appendix"))


def link_to_nowhere(pdf: Pdf) -> None:
    pdf.pages[1].Annots = Array([Dictionary(Subtype=Name.Link, Rect=Array([0, 0, 9, 9]), Contents=String("x"))])


def field_moved(pdf: Pdf) -> None:
    pdf.Root.AcroForm.Fields[0].Rect = Array([0, 0, 100, 30])


def field_filled(pdf: Pdf) -> None:
    pdf.Root.AcroForm.Fields[0].V = pdf.make_indirect(Dictionary(Type=Name.Sig))


def field_lost(pdf: Pdf) -> None:
    pdf.Root.AcroForm.Fields = Array([])
    del pdf.pages[0].Annots


def field_too_many(pdf: Pdf) -> None:
    extra = Dictionary(Subtype=Name.Widget, FT=Name.Tx, T=String("extra"), Rect=Array([0, 0, 9, 9]))
    pdf.pages[1].Annots = Array([pdf.make_indirect(extra)])


def font_not_embedded(pdf: Pdf) -> None:
    pdf.pages[1].Resources.Font.F9 = pdf.make_indirect(helvetica())


def structure_key_twice(pdf: Pdf) -> None:
    pdf.pages[1].StructParents = pdf.pages[0].StructParents


def text_of_another_element(pdf: Pdf) -> None:
    row = pdf.Root.StructTreeRoot.ParentTree.Kids[0].Nums[1]
    row[0] = row[1]


def comment(pdf: Pdf) -> None:
    note = Dictionary(Subtype=Name.Text, Rect=Array([0, 0, 9, 9]), Contents=String("internal"))
    pdf.pages[1].Annots = Array([pdf.make_indirect(note)])


def author_of_a_part(pdf: Pdf) -> None:
    pdf.docinfo["/Author"] = "jdoe on laptop 7"


def private_data(pdf: Pdf) -> None:
    pdf.pages[1].PieceInfo = Dictionary(X=Dictionary())


def attachment(pdf: Pdf) -> None:
    pdf.attachments["a.txt"] = b"x"


def page_number_gone(pdf: Pdf) -> None:
    pdf.pages[1].Contents = pdf.pages[1].Contents[1]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lose_a_page, "PKG-PAGES: it has 1 pages instead of 2"),
        (wrong_label, "PKG-LABELS: the page label 'Other-1' is wrong"),
        (equal_labels, "PKG-LABELS: two pages have the same page label"),
        (lose_the_outline, "PKG-OUTLINE: no bookmark leads to 'Exhibit A'"),
        (bookmark_to_nowhere, "PKG-OUTLINE: the bookmark 'Appendix' leads nowhere"),
        (link_to_nowhere, "PKG-LINK: a link leads nowhere"),
        (field_moved, "PKG-FIELDS: the field letter_officer_signature is not at its place"),
        (field_filled, "PKG-FIELDS: the field letter_officer_signature is not empty"),
        (field_lost, "PKG-FIELDS: the field letter_officer_signature is there 0 times"),
        (field_too_many, "PKG-FIELDS: the field 'extra' was not expected"),
        (font_not_embedded, "PKG-FONTS: the font Helvetica is not embedded"),
        (structure_key_twice, "PKG-TAGS: the structure key 0 is used 2 times"),
        (text_of_another_element, "PKG-TAGS: 1 pieces of text belong to another element than the tree says"),
        (comment, "PKG-LEAK: it carries an annotation of kind /Text"),
        (author_of_a_part, "PKG-LEAK: its document information says /Author 'jdoe on laptop 7'"),
        (private_data, "PKG-LEAK: an object of it carries /PieceInfo"),
        (attachment, "PKG-LEAK: its catalog carries /Names"),
        (page_number_gone, "PKG-STAMP: the page number at the foot cannot be read"),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_a_spoiled_package(made: tuple[AssemblyResult, list[Part]], spoil: Spoil, expected: str) -> None:
    assert expected in spoiled(made, spoil)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dear {{ recipient.name }}", ("PKG-RESIDUE", Severity.ERROR)),
        ("[[sign:officer]]", ("PKG-RESIDUE", Severity.ERROR)),
        ("Report of None", ("PKG-SUSPECT", Severity.WARNING)),
        ("Nonetheless, we write", None),
    ],
)
def test_what_templates_leave_behind(text: str, expected: tuple[str, Severity] | None, tmp_path: Path) -> None:
    parts = [Part("letter", "Letter", "document", tagged_pdf(tmp_path / "1.pdf", [("P", text)]), "L-")]
    found = check_package(assemble(parts, info(), tmp_path / "package.pdf"), parts, info())
    assert [(finding.code, finding.severity) for finding in found] == ([expected] if expected else [])


def test_an_exhibit_may_say_what_it_says(tmp_path: Path) -> None:
    parts = [Part("a", "A", "exhibit", saved(new_pdf("[[ TBD ]]"), tmp_path / "1.pdf"), "A-")]
    assert check_package(assemble(parts, info(), tmp_path / "package.pdf"), parts, info()) == []


def test_a_signature_over_text_is_found(tmp_path: Path) -> None:
    letter = with_line(tagged_pdf(tmp_path / "1.pdf", [("P", "Very truly yours")]), 705)
    parts = [Part("letter", "Letter", "document", letter, "L-", slots=(line("letter_signature"),))]
    found = check_package(assemble(parts, info(), tmp_path / "package.pdf"), parts, info())
    assert [finding.code for finding in found] == ["PKG-FIELD-ROOM"]
    assert "lies over the word 'Very'" in found[0].message


def test_wrong_page_numbers_on_the_contents_page(made: tuple[AssemblyResult, list[Part]]) -> None:
    result, parts = made
    found = check_package(result, parts, info(), contents={"letter": 1, "a": 3})
    assert [finding.message for finding in found] == [
        "the package: the contents page says 3 for 'Exhibit A', which begins on page 2"
    ]
