"""Small real parts: DOCX built here, converted once per session by the installed LibreOffice."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import docx
import pytest
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Inches

from isa_docs.assembly.model import Part

from .papers import slots

INSTALL = "apt-get install libreoffice-writer-nogui fonts-liberation poppler-utils"

EXPORT = {
    "SelectPdfVersion": 2,
    "PDFUACompliance": True,
    "UseTaggedPDF": True,
    "ExportBookmarks": True,
    "ExportBookmarksToPDFDestination": True,
}


def program(name: str) -> str:
    found = shutil.which(name)
    assert found, f"{name} is not installed: {INSTALL}"
    return found


def convert(folder: Path, files: list[Path]) -> None:
    options = {
        key: {
            "type": "long" if isinstance(value, int) and not isinstance(value, bool) else "boolean",
            "value": str(value).lower(),
        }
        for key, value in EXPORT.items()
    }
    subprocess.run(
        [
            program("soffice"),
            f"-env:UserInstallation=file://{folder}/profile",
            "--headless",
            "--convert-to",
            "pdf:writer_pdf_Export:" + json.dumps(options),
            "--outdir",
            str(folder),
            *map(str, files),
        ],
        check=True,
        capture_output=True,
        timeout=180,
    )


def bookmark(paragraph, name: str, number: int) -> None:
    for tag in ("w:bookmarkStart", "w:bookmarkEnd"):
        element = OxmlElement(tag)
        element.set(qn("w:id"), str(number))
        if tag == "w:bookmarkStart":
            element.set(qn("w:name"), name)
        paragraph._p.append(element)


def link(paragraph, address: str, text: str) -> None:
    relation = paragraph.part.relate_to(
        address, "http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink", is_external=True
    )
    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), relation)
    run = paragraph.add_run(text, style="Hyperlink")
    element.append(run._r)
    paragraph._p.append(element)


def signature_line(document, name: str, number: int) -> None:
    document.add_paragraph()
    paragraph = document.add_paragraph("By: ")
    stops = paragraph.paragraph_format.tab_stops
    stops.add_tab_stop(Inches(3.5), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)
    stops.add_tab_stop(Inches(4.2), WD_TAB_ALIGNMENT.LEFT)
    stops.add_tab_stop(Inches(6), WD_TAB_ALIGNMENT.LEFT, WD_TAB_LEADER.LINES)
    bookmark(paragraph, f"{name}SignA", number)
    paragraph.add_run("\t")
    bookmark(paragraph, f"{name}SignB", number + 1)
    paragraph.add_run("\tDate: ")
    bookmark(paragraph, f"{name}DateA", number + 2)
    paragraph.add_run("\t")
    bookmark(paragraph, f"{name}DateB", number + 3)
    paragraph.add_run("\u200b")
    document.add_paragraph("Jane Q. Doe, Vice President")


def new_document(title: str):
    document = docx.Document()
    document.core_properties.title = title
    document.core_properties.language = "en-US"
    styles = document.styles
    if "Hyperlink" not in [style.name for style in styles]:
        styles.add_style("Hyperlink", 2)
    for name in ("Normal",):
        styles[name].font.name = "Liberation Serif"
    section = document.sections[0]
    section.page_width, section.page_height = Inches(8.5), Inches(11)
    section.bottom_margin = Inches(1)
    return document


@pytest.fixture(scope="session")
def parts_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``contents.pdf``, ``mou.pdf``, ``plan.pdf`` (landscape at its end) and ``sheet.pdf``, tagged."""
    folder = tmp_path_factory.mktemp("parts")

    contents = new_document("Contents")
    contents.add_heading("Contents", 1)
    for key, text in (("mou", "Memorandum of Understanding"), ("plan", "Self-Testing Plan"), ("tab-a", "Tab A")):
        link(contents.add_paragraph(), f"https://isa.invalid/{key}", text)
    contents.save(folder / "contents.docx")

    mou = new_document("Memorandum of Understanding")
    mou.add_heading("Memorandum of Understanding", 1)
    mou.add_paragraph("The importer agrees to the terms below.")
    mou.add_heading("Duties", 2)
    mou.add_paragraph("Keep records for five years.", style="List Bullet")
    mou.add_paragraph("Test internal control every year.", style="List Bullet")
    link(mou.add_paragraph("See "), "https://www.cbp.gov/", "the agency's page")
    mou.add_page_break()
    mou.add_heading("Signatures", 2)
    signature_line(mou, "officer", 10)
    mou.save(folder / "mou.docx")

    plan = new_document("Self-Testing Plan")
    plan.add_heading("Self-Testing Plan", 1)
    plan.add_paragraph("What is tested, how often, and by whom.")
    table = plan.add_table(rows=3, cols=2, style="Table Grid")
    for row, cells in enumerate((("Area", "Sample"), ("Classification", "25"), ("Value", "30"))):
        for cell, text in zip(table.rows[row].cells, cells, strict=True):
            cell.text = text
    header = OxmlElement("w:tblHeader")
    table.rows[0]._tr.get_or_add_trPr().append(header)
    signature_line(plan, "officer", 20)
    section = plan.add_section()
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = Inches(11), Inches(8.5)
    plan.add_heading("Schedule", 2)
    plan.add_paragraph("Quarterly.")
    plan.save(folder / "plan.docx")

    sheet = new_document("Tab A")
    sheet.add_heading("Tab A", 1)
    sheet.add_paragraph("Focused Assessment report")
    sheet.save(folder / "sheet.docx")

    convert(folder, sorted(folder.glob("*.docx")))
    return folder


@pytest.fixture
def parts(parts_folder: Path) -> list[Part]:
    """Contents, MOU, plan and an exhibit sheet: the documents of an application."""
    return [
        Part("contents", "Contents", "contents", parts_folder / "contents.pdf", ""),
        Part("mou", "Memorandum of Understanding", "document", parts_folder / "mou.pdf", "MOU-", slots=slots("mou", 1)),
        Part("plan", "Self-Testing Plan", "document", parts_folder / "plan.pdf", "Plan-", slots=slots("plan", 2)),
        Part("tab-a", "Tab A: Focused Assessment report", "exhibit-sheet", parts_folder / "sheet.pdf", "A-"),
    ]
