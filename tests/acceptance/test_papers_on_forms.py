"""The MOU on an agency's own form, as “Using CBP's own form” in docs/templates.md tells it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.acceptance.reading import flat, tool
from tests.acceptance.running import isa_docs
from tests.agency_forms import fillable_form, places, word_form

pytestmark = pytest.mark.slow

FIELDS = """
    places:
      - {value: importer.legal_name, field: Participant.Name}
      - {value: importer.address_line, field: Participant.Place}
      - {value: mou.ior_numbers, after: "Numbers covered:", most: 1}
      - {sign: officer, field: Signature1}
      - {date: officer, after: Date, page: 2}
      - {value: [mou_signer.name, mou_signer.title], field: Printed}
      - {sign: cbp, after: For the agency}
    """
WORD = """
    places:
      - {value: importer.legal_name, find: "[NAME OF PARTICIPANT]"}
      - {value: importer.address_line, after: "Place of business:"}
      - {value: mou.ior_numbers, find: "[NUMBERS]"}
      - {sign: officer, after: "Signature:"}
      - {date: officer, after: "Date:"}
      - {sign: cbp, after: "For the agency:"}
    """


def built(matter: Path, *options: str | Path) -> tuple[Path, dict[str, object]]:
    """Build the application; return its folder and the manifest."""
    out = matter.parent / "out"
    done = isa_docs("build", matter, "--only", "application", "--out", out, *options)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = out / "northwind-isa" / "application"
    return folder, json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def named(matter: Path, form: str) -> Path:
    """Name a form in the matter."""
    text = matter.read_text(encoding="utf-8").replace("    mou:\n", f"    mou:\n      form: {form}\n", 1)
    matter.write_text(text, encoding="utf-8")
    return matter


def test_a_pdf_form_that_the_matter_names(northwind: Path) -> None:
    form = fillable_form(northwind.parent / "form.pdf")
    begun = isa_docs("form", "new", form)
    assert begun.returncode == 0, begun.stderr
    assert "Participant.Name" in begun.stdout
    assert form.with_suffix(".html").read_bytes().startswith(b"<!doctype html>")
    assert isa_docs("form", "new", form).returncode == 9, "what was begun is not overwritten"
    assert "importer.legal_name" in isa_docs("form", "values", northwind).stdout

    places(form, FIELDS)
    folder, manifest = built(named(northwind, "form.pdf"))
    keys = [part["key"] for part in manifest["parts"]]  # type: ignore[attr-defined]
    assert keys[:5] == ["letter", "contents", "mou", "mou-annex", "plan"]
    assert {"forms/form.pdf", "forms/form.yaml"} <= set(manifest["inputs"])  # type: ignore[call-overload]

    package = folder / "northwind-isa-application.pdf"
    text = flat(tool("pdftotext", "-layout", package, "-"))
    assert "Northwind Components, Inc." in text
    assert "See Annex A (2 numbers)" in text
    assert "Annex A to the Memorandum of Understanding" in text, "in the contents and the list of enclosures"
    (annex,) = folder.glob("parts/*-mou-annex.pdf")
    assert "12-345678901" in flat(tool("pdftotext", annex, "-"))
    fields = PdfReader(package).get_fields() or {}
    assert {"mou_officer_signature", "mou_officer_date", "mou_cbp_signature"} <= set(fields)
    traced = isa_docs("trace", folder, "Northwind", "--page", "4", "--matter", northwind)
    assert "page 1 of the form forms/form.pdf" in traced.stdout, traced.stderr
    checklist = (folder / "checklist.html").read_text(encoding="utf-8")
    assert "is made on the form form.pdf, no word of which was changed" in checklist
    assert "is the firm's own paper" not in checklist


def test_a_word_form_that_the_settings_name(northwind: Path) -> None:
    folder = northwind.parent / "firm"
    folder.mkdir()
    places(word_form(folder / "mou-form.docx"), WORD)
    (northwind.parent / "isa-docs.toml").write_text('templates = "firm"\n', encoding="utf-8")
    out, manifest = built(northwind)
    assert "forms/mou-form.docx" in manifest["inputs"]  # type: ignore[operator]
    assert "templates/mou.docx" not in manifest["inputs"]  # type: ignore[operator]
    (mou,) = out.glob("parts/*-mou.pdf")
    text = flat(tool("pdftotext", "-layout", mou, "-"))
    assert "between the agency and Northwind Components, Inc., a participant." in text
    assert "12-345678900; 12-345678901. The participant {will} keep its records." in text
    assert "mou_cbp_signature" in (PdfReader(out / "northwind-isa-application.pdf").get_fields() or {})

    places(folder / "mou-form.docx", WORD.replace("[NUMBERS]", "[NUMBER]"))
    done = isa_docs("build", northwind, "--only", "application", "--out", northwind.parent / "out")
    assert done.returncode == 6, "a changed places file is seen, though nothing else changed"
    assert "mou-form.yaml:5:" in done.stdout + done.stderr
    assert "FORM-PLACE: The form has no “[NUMBER]”." in done.stdout + done.stderr


def test_a_form_outside_the_matters_folder_is_refused(northwind: Path, tmp_path: Path) -> None:
    places(word_form(tmp_path / "form.docx"), WORD)
    done = isa_docs("build", named(northwind, "../form.docx"), "--only", "application", "--out", tmp_path / "out")
    assert done.returncode == 6
    assert isa_docs("check", northwind, "--only", "application").returncode == 6, "a check says so without a build"
    assert "FORM-OUTSIDE" in done.stdout + done.stderr
