"""The forms a package may be asked for, as a person asks for them on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pikepdf
import pytest
from jsonschema import Draft202012Validator

from isa_docs.intake.schema import load_schema
from tests.acceptance.reading import tool
from tests.acceptance.running import EXAMPLES, isa_docs
from tests.acceptance.verapdf import failures

pytestmark = pytest.mark.slow

MATTER = EXAMPLES / "northwind" / "matter.yaml"


def built(out: Path, *options: str) -> Path:
    done = isa_docs("build", MATTER, "--only", "anl-2015", "--out", out, *options)
    assert done.returncode == 0, done.stderr
    return out / "northwind-isa" / "anl-2015"


def test_an_archive_package_carries_matter_and_manifest(tmp_path: Path) -> None:
    folder = built(tmp_path, "--archive", "a3", "--bates", "NWC-", "--check-reproducible")
    package = folder / "northwind-isa-anl-2015.pdf"
    assert failures([package], ("PDFUA_1", "PDFA_3_B")) == {f"{package.name} {p}": [] for p in ("PDFUA_1", "PDFA_3_B")}
    beside = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with pikepdf.open(package) as pdf:
        assert pdf.attachments["matter.yaml"].get_file().read_bytes() == MATTER.read_bytes()
        inside = json.loads(pdf.attachments["manifest.json"].get_file().read_bytes())
    assert inside["package"]["id"] == beside["package"]["id"]
    assert "sha256" not in inside["package"]
    assert beside["conformance"] == {"claims": ["PDF/UA-1", "PDF/A-3b"], "checked_by": None}
    assert "NWC-000006 · Page 6 of 6" in " ".join(tool("pdftotext", "-f", "6", package, "-").split())


def test_the_placement_list_fits_its_schema_and_the_package(tmp_path: Path) -> None:
    folder = built(tmp_path, "--esign-profile", "docusign")
    placed = json.loads((folder / "signatures.json").read_text(encoding="utf-8"))
    Draft202012Validator(load_schema("signatures.schema.json")).validate(placed)
    with pikepdf.open(folder / placed["package"]["file"]) as pdf:
        there = {
            str(widget.T): (number, [round(float(value), 2) for value in widget.Rect])
            for number, page in enumerate(pdf.pages, start=1)
            for widget in page.get("/Annots", [])
            if widget.get("/Subtype") == "/Widget"
        }
    assert {each["field"]: (each["page"], each["rect"]) for each in placed["places"]} == there
    assert [each["field"] for each in placed["places"]] == [
        "letter_officer_DocuSignSignHere",
        "letter_officer_DocuSignDateSigned",
    ]
    (signer,) = placed["signers"]
    with pikepdf.open(folder / signer["packet"]["file"]) as packet:
        assert len(packet.pages) == len(signer["pages"])


def test_the_manifest_tells_what_became_of_each_exhibit(tmp_path: Path) -> None:
    folder = built(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    (exhibit,) = manifest["exhibits"]
    assert exhibit["sha256"] == manifest["inputs"][exhibit["file"]]
    assert (exhibit["treatment"], exhibit["proved"]) == ("auto", True)


def test_a_package_too_large_for_its_recipient_is_split_by_tab(tmp_path: Path) -> None:
    whole = built(tmp_path / "whole")
    package = whole / "northwind-isa-anl-2015.pdf"
    megabytes = package.stat().st_size / 1e6 - 0.001
    folder = built(tmp_path / "split", "--max-mb", f"{megabytes:.3f}")
    assert (folder / package.name).read_bytes() == package.read_bytes()
    volumes = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["volumes"]
    assert [each["first_page"] for each in volumes] == [1, 1 + volumes[0]["pages"]]
    for each in volumes:
        with pikepdf.open(folder / each["file"]) as pdf:
            assert len(pdf.pages) == each["pages"]
