"""The manifest and the checklist of a build, from a record made by hand."""

from __future__ import annotations

import json
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from isa_docs.assembly.model import AssemblyResult, PartPages, PlacedField, SignatureSlot
from isa_docs.conversion.engine import EngineInfo
from isa_docs.documents.plan import plan_submission
from isa_docs.findings import Finding, Place, Severity
from isa_docs.intake.load import load_text
from isa_docs.intake.schema import bundled
from isa_docs.review.checklist import checklist_html
from isa_docs.review.manifest import BuildRecord, PartRecord, manifest_json

NORTHWIND = Path(__file__).resolve().parents[3] / "examples" / "northwind" / "matter.yaml"
SLOT = SignatureSlot(
    "letter_officer_signature", "signature", "officer", "Margaret Ellison", "Vice President", 1, "a", "b", "Sign here"
)
LATE = Finding(
    "ISA-ANL-001",
    Severity.WARNING,
    "The letter is <late>.",
    "Send it today.",
    place=Place("/home/priya/clients/northwind/matter.yaml", 339, 11),
    authority=("fr-77-61012",),
    submission="anl-2015",
)
ACCEPTED = Finding("ISA-ANL-002", Severity.ERROR, "No changes are told.", overridden="R. Hale, May 2, 2015: asked CBP")


@pytest.fixture
def record() -> BuildRecord:
    """The annual letter of Northwind on one page, with one field, one warning and one accepted error."""
    text = NORTHWIND.read_text(encoding="utf-8").replace("Northwind Components, Inc.\n", "Smith & Sons <b>\n", 1)
    matter = load_text(text, folder=NORTHWIND.parent).matter
    return BuildRecord(
        matter_file="/home/priya/clients/northwind/matter.yaml",
        matter_sha256="0" * 64,
        plan=plan_submission(matter, 1),
        package=AssemblyResult(
            pdf=Path("package.pdf"),
            pages=1,
            parts=(PartPages("letter", 1, 1),),
            fields=(PlacedField(SLOT, "letter", 1, "L-1", (306.0, 100.123, 531.4, 128.5)),),
            sha256="1" * 64,
        ),
        package_id="2" * 32,
        engine=EngineInfo("libreoffice", "7.4.7.2", "reference", Path("/usr/bin/soffice")),
        inputs={"templates/annual-notification.docx": "3" * 64},
        findings=(LATE, ACCEPTED),
        parts=(PartRecord("letter", "Annual Notification Letter", "letter", "", 1, 1),),
    )


def test_a_manifest_matches_its_schema(record: BuildRecord) -> None:
    schema = Draft202012Validator(bundled("manifest.schema.json"), format_checker=FormatChecker(["date"]))
    schema.validate(json.loads(manifest_json(record, "northwind-isa-anl-2015.pdf")))


def test_a_manifest_names_no_folder_of_the_machine_it_was_made_on(record: BuildRecord) -> None:
    text = manifest_json(record, "northwind-isa-anl-2015.pdf").decode()
    assert "/home/" not in text
    assert "/usr/bin" not in text
    assert json.loads(text)["findings"][0]["place"] == {"file": "matter.yaml", "line": 339, "column": 11}


def test_the_same_record_gives_the_same_manifest(record: BuildRecord) -> None:
    assert manifest_json(record, "a.pdf") == manifest_json(replace(record), "a.pdf")


def test_a_checklist_shows_findings_with_authority_and_remedy_and_what_was_accepted(record: BuildRecord) -> None:
    page = unescape(checklist_html(record, "northwind-isa-anl-2015.pdf").decode())
    for shown in ("The letter is <late>.", "Send it today.", "77 FR 61012", "R. Hale, May 2, 2015: asked CBP"):
        assert shown in page


def test_a_checklist_says_who_signs_where(record: BuildRecord) -> None:
    page = checklist_html(record, "northwind-isa-anl-2015.pdf").decode()
    assert "Margaret Ellison" in page
    assert "L-1" in page


def test_a_checklist_is_one_page_that_loads_nothing_and_escapes_what_it_shows(record: BuildRecord) -> None:
    page = checklist_html(record, "northwind-isa-anl-2015.pdf").decode()
    assert "Smith &amp; Sons &lt;b&gt;" in page
    assert "<late>" not in page
    assert "<script" not in page
    assert "http://" not in page
    assert 'src="' not in page
