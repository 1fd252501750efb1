"""What becomes of hostile and odd exhibits: an outcome for each, never a traceback, never a silent change."""

from __future__ import annotations

import subprocess
import time
import zipfile
from pathlib import Path

import pikepdf
import pytest

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.exhibits import ExhibitFile, Limits, exhibit_type, take_exhibit, take_exhibits
from isa_docs.assembly.model import Part
from isa_docs.errors import AssemblyError
from isa_docs.findings import Severity

from .conftest import program
from .hostile import MAKERS
from .papers import info

TAKEN: dict[str, tuple[str, int, set[str]]] = {
    # name: outcome, pages, codes of what is said
    "clean": ("as-is", 2, set()),
    "font_not_embedded": ("normalized", 1, set()),
    "named_as_picture": ("as-is", 1, set()),
    "junk_before": ("as-is", 1, set()),
    "junk_after": ("as-is", 1, set()),
    "truncated": ("as-is", 19, {"EXH-REPAIRED"}),
    "broken_startxref": ("as-is", 1, {"EXH-REPAIRED"}),
    "owner_password": ("as-is", 1, {"EXH-PERMISSIONS"}),
    "old_owner_password": ("as-is", 1, {"EXH-PERMISSIONS"}),
    "attachment": ("as-is", 1, {"EXH-ATTACHMENTS"}),
    "document_script": ("as-is", 1, {"EXH-SCRIPTS"}),
    "page_script": ("as-is", 1, set()),
    "launch_link": ("as-is", 1, {"EXH-SCRIPTS"}),
    "web_link": ("as-is", 1, set()),
    "sticky_note": ("as-is", 1, {"EXH-COMMENTS"}),
    "highlight": ("normalized", 1, {"EXH-COMMENTS"}),
    "file_attachment": ("as-is", 1, {"EXH-ATTACHMENTS"}),
    "film": ("as-is", 1, {"EXH-MEDIA"}),
    "hidden_layer": ("normalized", 1, {"EXH-LAYERS"}),
    "shown_layer": ("normalized", 1, set()),
    "filled_form": ("normalized", 1, {"EXH-FORM"}),
    "signed": ("as-is", 1, {"EXH-SIGNED"}),
    "static_xfa": ("normalized", 1, {"EXH-XFA", "EXH-FORM"}),
    "page_without_size": ("as-is", 1, {"EXH-REPAIRED"}),
    "plan_sheet": ("as-is", 1, {"EXH-PAGE-SIZE"}),
    "turned_and_cropped": ("as-is", 1, set()),
    "page_metadata": ("as-is", 1, set()),
    "cmyk": ("normalized", 1, set()),
    "unbalanced_states": ("normalized", 1, set()),
    "deep_forms": ("as-is", 1, set()),
    "many_symbols": ("as-is", 1, set()),
    "deep_structure": ("as-is", 1, {"EXH-TAGS"}),
    "twisted_structure": ("as-is", 2, set()),
    "png": ("normalized", 1, set()),
    "png_with_transparency": ("normalized", 1, set()),
    "png_16_bit": ("normalized", 1, set()),
    "jpeg_turned_by_exif": ("normalized", 1, set()),
    "jpeg_with_invalid_turn": ("normalized", 1, set()),
    "jpeg_cmyk": ("normalized", 1, {"EXH-COLORS"}),
    "tiff_three_pages": ("normalized", 3, set()),
}

REFUSED = {
    "doubling_forms": "EXH-DRAWN",
    "empty": "EXH-EMPTY",
    "text_named_pdf": "EXH-TYPE",
    "old_word": "EXH-TYPE",
    "zip_archive": "EXH-TYPE",
    "only_a_header": "EXH-DAMAGED",
    "random_after_header": "EXH-DAMAGED",
    "no_pages": "EXH-NO-PAGES",
    "page_tree_loop": "EXH-DAMAGED",
    "user_password": "EXH-ENCRYPTED",
    "portfolio": "EXH-PORTFOLIO",
    "dynamic_xfa": "EXH-XFA",
    "redaction_not_applied": "EXH-REDACTION",
    "huge_page": "EXH-PAGE-SIZE",
    "dot_page": "EXH-PAGE-SIZE",
    "deep_objects": "EXH-CRASHED",
    "png_bomb": "EXH-PIXELS",
    "png_cut_off": "EXH-IMAGE",
    "tiff_cut_off": "EXH-IMAGE",
}

LIMITED = {"content_bomb"}


def test_every_case_has_an_expectation() -> None:
    assert set(MAKERS) == set(TAKEN) | set(REFUSED) | LIMITED
    assert len(MAKERS) >= 50


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(TAKEN))
def test_taken(name: str, tmp_path: Path) -> None:
    outcome, pages, codes = TAKEN[name]
    file = MAKERS[name](tmp_path)
    result = take_exhibit(file, work=tmp_path / "work", title=name)
    assert (result.outcome, result.pages, {finding.code for finding in result.warnings}) == (outcome, pages, codes)
    assert all(file.name in finding.message for finding in result.warnings)
    parts = [Part("x", name, "exhibit", result.pdf, "A-", alternative_text="Described.")]
    package = assemble(parts, info(), tmp_path / "package.pdf")
    assert check_package(package, parts, info()) == []
    assert [file.suffix for file in (tmp_path / "work").iterdir()] == [".pdf"]


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused(name: str, tmp_path: Path) -> None:
    file = MAKERS[name](tmp_path)
    with pytest.raises(AssemblyError) as stopped:
        take_exhibit(file, work=tmp_path / "work", title=name)
    finding = stopped.value.findings[0]
    assert finding.code == REFUSED[name]
    assert finding.severity is Severity.ERROR
    assert f"the exhibit {file.name} cannot be used: " in finding.message
    assert finding.remedy
    assert not list((tmp_path / "work").glob("*"))


@pytest.mark.slow
def test_a_content_bomb_ends_within_its_limits(tmp_path: Path) -> None:
    file = MAKERS["content_bomb"](tmp_path)
    assert file.stat().st_size < 2_000_000
    began = time.monotonic()
    with pytest.raises(AssemblyError) as stopped:
        take_exhibit(file, work=tmp_path / "work", title="bomb", limits=Limits(seconds=4, memory=700 * 1024**2))
    assert time.monotonic() - began < 15
    assert stopped.value.findings[0].code in ("EXH-TIME", "EXH-MEMORY", "EXH-CRASHED")


@pytest.mark.slow
def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match=r"the exhibit gone\.pdf cannot be used: it does not exist"):
        take_exhibit(tmp_path / "gone.pdf", work=tmp_path, title="Gone")


@pytest.mark.slow
def test_all_refusals_come_in_one_go(tmp_path: Path) -> None:
    for name in ("empty", "user_password", "clean"):
        (tmp_path / name).mkdir()
    files = [ExhibitFile(MAKERS[name](tmp_path / name), name) for name in ("empty", "user_password", "clean")]
    with pytest.raises(AssemblyError) as stopped:
        take_exhibits(files, work=tmp_path / "work")
    assert [finding.code for finding in stopped.value.findings] == ["EXH-EMPTY", "EXH-ENCRYPTED"]


@pytest.mark.slow
def test_text_of_a_hidden_layer_is_gone(tmp_path: Path) -> None:
    result = take_exhibit(MAKERS["hidden_layer"](tmp_path), work=tmp_path / "work", title="x")
    text = subprocess.run([program("pdftotext"), str(result.pdf), "-"], capture_output=True, text=True, check=True)
    assert "Seen" in text.stdout
    assert "Secret" not in text.stdout


@pytest.mark.slow
def test_a_form_value_is_drawn_on_the_page(tmp_path: Path) -> None:
    result = take_exhibit(MAKERS["filled_form"](tmp_path), work=tmp_path / "work", title="x")
    text = subprocess.run([program("pdftotext"), str(result.pdf), "-"], capture_output=True, text=True, check=True)
    assert "Northwind" in text.stdout
    with pikepdf.open(result.pdf) as pdf:
        assert "/AcroForm" not in pdf.Root


@pytest.mark.slow
@pytest.mark.parametrize("name", ["page_metadata", "sticky_note", "document_script", "attachment", "launch_link"])
def test_nothing_private_is_left_in_the_file(name: str, tmp_path: Path) -> None:
    result = take_exhibit(MAKERS[name](tmp_path), work=tmp_path / "work", title="x")
    with pikepdf.open(result.pdf) as pdf:
        pdf.save(tmp_path / "plain.pdf", qdf=True)
    data = (tmp_path / "plain.pdf").read_bytes()
    for word in (b"internal client note", b"do not send", b"app.alert", b"not for CBP", b"calc.exe"):
        assert word not in data


@pytest.mark.slow
def test_a_photo_stands_upright(tmp_path: Path) -> None:
    result = take_exhibit(MAKERS["jpeg_turned_by_exif"](tmp_path), work=tmp_path / "work", title="x")
    with pikepdf.open(result.pdf) as pdf:
        page = pdf.pages[0]
        turned = int(page.get("/Rotate", 0)) % 180 == 90
        wide, high = (float(value) for value in list(page.MediaBox)[2:])
    assert ((high, wide) if turned else (wide, high)) == (612, 792)


def test_the_type_is_told_by_bytes(tmp_path: Path) -> None:
    assert exhibit_type(MAKERS["named_as_picture"](tmp_path)) == "pdf"
    assert exhibit_type(MAKERS["text_named_pdf"](tmp_path)) is None
    assert exhibit_type(MAKERS["tiff_three_pages"](tmp_path)) == "tiff"


def test_a_word_file_is_told_whatever_its_body_is_called(tmp_path: Path) -> None:
    for body, kind in (("wordprocessingml.document.main+xml", "docx"), ("spreadsheetml.sheet.main+xml", None)):
        file = tmp_path / "file.bin"
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("[Content_Types].xml", f'<Override ContentType="application/vnd.openxmlformats.{body}"/>')
            archive.writestr("body/main.xml", "<x/>")
        assert exhibit_type(file) == kind
