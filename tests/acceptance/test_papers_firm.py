"""A firm makes the papers its own, as docs/templates.md says: letterhead, font, order of clauses, and no code."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.oxml.ns import qn

from tests.acceptance.reading import flat, tool
from tests.acceptance.running import isa_docs

pytestmark = pytest.mark.slow


def restyled(path: Path) -> WordDocument:
    """Open a template and set all its styles in Calibri."""
    word = Document(str(path))
    for fonts in word.styles.element.iter(qn("w:rFonts")):
        for side in ("ascii", "hAnsi"):
            fonts.set(qn(f"w:{side}"), "Calibri")
    return word


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The folder of a firm that has its own transmittal letter and MOU."""
    folder = tmp_path / "firm-templates"
    done = isa_docs("template", "new", folder, "transmittal", "mou")
    assert done.returncode == 0, done.stderr

    letter = restyled(folder / "transmittal.docx")
    head = letter.sections[0].first_page_header
    head.paragraphs[0].runs[0].text = "Alder Point Trade Law"
    head.paragraphs[1].runs[0].text = "900 Alder Street, Tacoma"
    letter.save(str(folder / "transmittal.docx"))

    mou = restyled(folder / "mou.docx")
    clauses = {each.text.split()[0]: each for each in mou.paragraphs if each.text}
    clauses["comply"]._p.addprevious(clauses["keep"]._p)
    mou.save(str(folder / "mou.docx"))
    return folder


def application(matter: Path, *options: str | Path) -> tuple[Path, str]:
    """Build the application; return its folder and what was printed beside the product."""
    done = isa_docs("build", matter, "--only", "application", "--out", matter.parent / "out", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return matter.parent / "out" / "northwind-isa" / "application", done.stdout + done.stderr


def test_other_letterhead_font_and_order_need_no_code(own: Path, northwind: Path) -> None:
    lint = isa_docs("template", "lint", own)
    assert (lint.returncode, lint.stdout) == (0, "")

    folder, printed = application(northwind, "--templates", own)
    assert "TPL-" not in printed
    (letter,) = folder.glob("parts/*-letter.pdf")
    assert "alder point trade law" in flat(tool("pdftotext", letter, "-")).lower()
    assert "Carlito" in tool("pdffonts", letter)

    (mou,) = folder.glob("parts/*-mou.pdf")
    text = flat(tool("pdftotext", "-layout", mou, "-"))
    assert text.index("keep the results of its self-testing") < text.index("comply with all applicable laws")
    assert "Carlito" in tool("pdffonts", mou)

    (plan,) = folder.glob("parts/*-plan.pdf")
    assert "LiberationSerif" in tool("pdffonts", plan), "the plan is inherited"
    assert "Carlito" not in tool("pdffonts", plan)


def test_the_settings_file_names_the_folder_once_for_all(own: Path, northwind: Path) -> None:
    (northwind.parent / "isa-docs.toml").write_text('templates = "../firm-templates"\n', encoding="utf-8")
    folder, _ = application(northwind)
    (letter,) = folder.glob("parts/*-letter.pdf")
    assert "alder point trade law" in flat(tool("pdftotext", letter, "-")).lower()


def test_changed_required_wording_is_on_the_checklist_with_its_authority(own: Path, northwind: Path) -> None:
    mou = Document(str(own / "mou.docx"))
    clause = next(each for each in mou.paragraphs if each.text.startswith("make appropriate disclosure"))
    clause.runs[0].text = "consider whether an error should be disclosed;"
    mou.save(str(own / "mou.docx"))
    folder, printed = application(northwind, "--templates", own)
    assert "warning TPL-PIN-CHANGED" in printed
    checklist = (folder / "checklist.html").read_text(encoding="utf-8")
    assert "consider whether an error should be disclosed" in checklist
    assert "67 FR 41298" in checklist


def test_a_faulty_template_stops_the_build_before_anything_is_made(own: Path, northwind: Path) -> None:
    mou = Document(str(own / "mou.docx"))
    mou.add_paragraph("{{ importer.favorite_color }}")
    mou.save(str(own / "mou.docx"))
    done = isa_docs("build", northwind, "--only", "application", "--out", northwind.parent / "out", "--templates", own)
    assert done.returncode == 6
    assert "There is no ‘favorite_color’ in ‘importer’" in done.stdout + done.stderr
    assert not (northwind.parent / "out" / "northwind-isa" / "application").exists()


def test_a_value_that_fails_is_named_at_its_line(own: Path, northwind: Path) -> None:
    mou = Document(str(own / "mou.docx"))
    mou.add_paragraph("{{ importer.legal_name|money }}")
    mou.save(str(own / "mou.docx"))
    done = isa_docs("build", northwind, "--only", "application", "--out", northwind.parent / "out", "--templates", own)
    assert done.returncode == 6
    line = 1 + next(
        at for at, text in enumerate(northwind.read_text(encoding="utf-8").splitlines()) if "legal_name:" in text
    )
    assert f"matter.yaml:{line}:" in done.stdout + done.stderr
