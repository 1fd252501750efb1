"""The forms a package may be asked for, as a person asks for them on the command line."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import pikepdf
import pytest
from jsonschema import Draft202012Validator

from isa_docs.intake.schema import load_schema
from tests.acceptance.reading import tool
from tests.acceptance.running import EXAMPLES, isa_docs
from tests.acceptance.verapdf import verapdf

pytestmark = pytest.mark.slow

MATTER = EXAMPLES / "northwind" / "matter.yaml"


SHIM = """#!{python}
# speaks the command line of veraPDF with the engine that the tests have: verapdf --flavour ua1 --format xml FILE
import sys
from pathlib import Path
from xml.sax.saxutils import escape
sys.path.insert(0, {root!r})
from tests.acceptance.verapdf import failures
if sys.argv[1] == "--version":
    sys.exit(print("veraPDF 1.31"))
profile = {{"ua1": "PDFUA_1", "2b": "PDFA_2_B", "3b": "PDFA_3_B"}}[sys.argv[2]]
[rules] = failures([Path(sys.argv[5])], (profile,)).values()
failed = "".join(f'<rule status="failed"><description>{{escape(rule)}}</description></rule>' for rule in rules)
print(f'<report><validationReport isCompliant="{{str(not rules).lower()}}">{{failed}}</validationReport></report>')
"""


@pytest.fixture
def with_validator(tmp_path: Path) -> dict[str, str]:
    """An environment with a program ``verapdf``: the real engine of veraPDF behind the command line of its releases."""
    verapdf()
    program = tmp_path / "bin" / "verapdf"
    program.parent.mkdir()
    program.write_text(SHIM.format(python=sys.executable, root=str(EXAMPLES.parent)), encoding="utf-8")
    program.chmod(0o755)
    return {"PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}


def built(out: Path, *options: str, **extra: str) -> Path:
    done = isa_docs("build", MATTER, "--only", "anl-2015", "--out", out, *options, **extra)
    assert done.returncode == 0, done.stderr
    return out / "northwind-isa" / "anl-2015"


def test_an_archive_package_carries_matter_and_manifest(tmp_path: Path, with_validator: dict[str, str]) -> None:
    options = ("--archive", "a3", "--bates", "NWC-", "--verify-archive", "--check-reproducible")
    folder = built(tmp_path, *options, **with_validator)
    package = folder / "northwind-isa-anl-2015.pdf"
    beside = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with pikepdf.open(package) as pdf:
        assert pdf.attachments["matter.yaml"].get_file().read_bytes() == MATTER.read_bytes()
        inside = json.loads(pdf.attachments["manifest.json"].get_file().read_bytes())
    assert inside["package"]["id"] == beside["package"]["id"]
    assert "sha256" not in inside["package"]
    assert inside["covers"].startswith("The build up to the assembly of this package.")
    claims = {"claims": ["PDF/UA-1", "PDF/A-3b"]}
    assert (inside["conformance"], beside["conformance"]) == (claims, {**claims, "checked_by": "veraPDF 1.31"})
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
    assert manifest["conformance"]["checked_by"] is None
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
