"""Signature pages signed in ink: found in a scan, checked, and laid over the pages of the executed copy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from assembly.papers import info, new_pdf, saved
from cli.running import Invoke
from pypdf import PdfReader

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.model import Part
from isa_docs.assembly.page_code import PageCode, parse_page_code

from .conftest import Built, _mou, _slots
from .scanning import scanned, sheets

pytestmark = pytest.mark.slow

SIGNATURES = 3
"""The page of the small package that has the signature lines."""


@pytest.fixture
def folder(tmp_path: Path, built: Built) -> Path:
    (tmp_path / "package.pdf").write_bytes(built.data)
    (tmp_path / "manifest.json").write_text(json.dumps(built.manifest))
    return tmp_path


def attach(invoke: Invoke, folder: Path, pictures: list[bytes]) -> tuple[int, list[str], Path]:
    scan = scanned(pictures, folder / "scan.pdf")
    run = invoke("attach-signed", scan, "--out", folder / "executed.pdf", "--json")
    return run.code, [each["code"] for each in run.report["findings"]], folder / "executed.pdf"


def test_the_text_of_a_code() -> None:
    code = PageCode("2ee150d62967a186a4a354ec7ae572cf", 6)
    assert code.text == "ISA1:2EE150D62967A186A4A354EC7AE572CF:6"
    assert parse_page_code(code.text) == code
    assert parse_page_code("https://example.com") is None


@pytest.mark.parametrize("turn", [0, 2, -2, 90, 180, 270])
def test_a_page_is_found_however_it_lay_on_the_glass(invoke: Invoke, folder: Path, turn: float) -> None:
    code, findings, executed = attach(invoke, folder, sheets(folder / "package.pdf", [SIGNATURES], folder, turn))
    assert (code, findings) == (0, [])
    page = PdfReader(executed).pages[SIGNATURES - 1]
    picture = page["/Resources"]["/XObject"]["/IsaScan"]
    assert picture["/Height"] > picture["/Width"]


def test_the_executed_copy_keeps_the_text_and_begins_with_what_was_built(
    invoke: Invoke, folder: Path, built: Built
) -> None:
    _, _, executed = attach(invoke, folder, sheets(folder / "package.pdf", [SIGNATURES], folder))
    assert executed.read_bytes().startswith(built.data)
    texts = [page.extract_text() for page in PdfReader(executed).pages]
    assert "Signatures" in texts[SIGNATURES - 1]
    assert len(texts) == 4


def test_the_executed_copy_stands_beside_the_manifest(invoke: Invoke, folder: Path) -> None:
    scanned(sheets(folder / "package.pdf", [SIGNATURES], folder), folder / "scan.pdf")
    name = Path(json.loads((folder / "manifest.json").read_text())["package"]["file"]).stem
    assert invoke("attach-signed", "scan.pdf", "--manifest", "manifest.json", "--json").code == 0
    assert (folder / f"{name}-executed.pdf").is_file()
    assert invoke("verify", f"{name}-executed.pdf").code == 0


def test_verify_knows_the_executed_copy_by_its_record(invoke: Invoke, folder: Path) -> None:
    _, _, executed = attach(invoke, folder, sheets(folder / "package.pdf", [SIGNATURES], folder))
    assert invoke("verify", executed).code == 0
    executed.with_suffix(".executed.json").unlink()
    run = invoke("verify", executed)
    assert run.code == 10
    assert "the content of page 3 was replaced" in run.out


@pytest.mark.slow
def test_pages_shuffled_one_foreign_and_one_blank(invoke: Invoke, folder: Path) -> None:
    other = "f" * 32
    part = Part("mou", "MOU", "document", _mou(folder / "mou.pdf"), "MOU-", slots=_slots())
    foreign = assemble([part], info(package_id=other), folder / "foreign.pdf").pdf
    blank = saved(new_pdf("Fax cover"), folder / "blank.pdf")
    pictures = [
        *sheets(blank, [1], folder),
        *sheets(foreign, [2], folder),
        *sheets(folder / "package.pdf", [SIGNATURES], folder),
        *sheets(folder / "package.pdf", [SIGNATURES], folder, 0),
    ]
    code, findings, executed = attach(invoke, folder, pictures)
    assert code == 10
    assert findings == ["SCAN-FOREIGN", "SCAN-NO-CODE", "SCAN-TWICE"]
    record = json.loads(executed.with_suffix(".executed.json").read_text())
    assert record["pages"] == [{"page": SIGNATURES, "scan_page": 3}]


def test_a_scan_without_any_of_our_pages_makes_no_copy(invoke: Invoke, folder: Path) -> None:
    blank = saved(new_pdf("Fax cover"), folder / "blank.pdf")
    code, findings, executed = attach(invoke, folder, sheets(blank, [1], folder))
    assert code == 10
    assert set(findings) == {"SCAN-MISSING", "SCAN-NO-CODE"}
    assert not executed.exists()


def test_what_is_no_pdf_is_refused(invoke: Invoke, folder: Path) -> None:
    (folder / "scan.pdf").write_text("junk")
    run = invoke("attach-signed", folder / "scan.pdf")
    assert run.code == 4
    assert "SCAN-FILE" in run.out


def test_a_package_altered_since_the_build_is_refused(invoke: Invoke, folder: Path) -> None:
    scan = scanned(sheets(folder / "package.pdf", [SIGNATURES], folder), folder / "scan.pdf")
    (folder / "package.pdf").write_bytes(b"%PDF-1.7 other")
    assert invoke("attach-signed", scan).code == 4
