#!/usr/bin/env python3
"""Make again the copy of Northwind's annual letter that its appeal encloses, after words of the letter changed.

The letter is built from the example, given its signature and date, converted anew without the stamps of a package, and
put together with its exhibit and the carrier's proof of delivery, which is taken from the copy that is there.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import docx
import pikepdf
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph

from isa_docs.conversion.convert import find_engine
from isa_docs.conversion.engine import Job, PdfOptions

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "northwind"
COPY = EXAMPLE / "exhibits" / "annual-notification.pdf"
RESULTS = EXAMPLE / "exhibits" / "test-results-2014.pdf"
SIGNER, DATE = "Margaret Ellison", "January 12, 2015"
MARK = "Copy as sent  |  FICTITIOUS EXAMPLE - NOT A CBP DOCUMENT"
TITLE = f"Annual notification of {DATE}, as sent"


def main() -> None:
    """Write the copy over the one that is there."""
    with tempfile.TemporaryDirectory() as made:
        work = Path(made)
        subprocess.run(
            [sys.executable, "-m", "isa_docs", "build", EXAMPLE / "matter.yaml", "--only", "anl-2015", "--out", work],
            check=True,
        )
        (parts,) = work.glob("*/anl-2015/parts")
        jobs = [Job(docx.stem, sent(docx, work)) for docx in sorted(parts.glob("*.docx"))]
        engine = find_engine(None, work)
        papers = [result.pdf for result in engine.convert(jobs, PdfOptions(pdfa=None, ua=False), work / "sent")]
        engine.close()
        assert all(papers), "LibreOffice made no PDF of a paper"
        write([paper for paper in papers if paper])


def sent(paper: Path, folder: Path) -> Path:
    """Return a copy of the Word file as it was sent: signed where it is signed, and marked as a copy."""
    document = docx.Document(str(paper))
    for paragraph in document.paragraphs:
        style = paragraph.style.name if paragraph.style else ""
        if style == "Signature":
            put(paragraph, f"/s/ {SIGNER}")
        elif style == "Sign Date":
            put(paragraph, DATE)
    for section in document.sections:
        for footer in (section.footer, section.first_page_footer):
            last = footer.paragraphs[-1]
            mark(footer.add_paragraph(style=last.style) if last.text else last)
    document.save(str(folder / paper.name))
    return folder / paper.name


def put(paragraph: Paragraph, words: str) -> None:
    """Write on the line for a signature or date: before the tab that draws it."""
    run = next(run for run in paragraph.runs if "\t" in run.text)
    run.text = words if run.text == "\t" and words == DATE else f"{words}\t"
    run.font.italic = words != DATE


def mark(paragraph: Paragraph) -> None:
    """Write the mark of a copy into the paragraph of a footer."""
    run = paragraph.add_run(MARK)
    run.font.size, run.font.color.rgb = Pt(8), RGBColor(0x80, 0x80, 0x80)
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER


def write(papers: list[Path]) -> None:
    """Put the papers together with the exhibit and the proof of delivery, in place of the old copy."""
    with (
        pikepdf.new() as copy,
        pikepdf.open(COPY, allow_overwriting_input=True) as old,
        pikepdf.open(RESULTS) as results,
    ):
        for paper in papers:
            with pikepdf.open(paper) as pages:
                copy.pages.extend(pages.pages)
        copy.pages.extend(results.pages)
        copy.pages.append(old.pages[-1])
        copy.docinfo["/Title"] = TITLE
        copy.save(COPY, deterministic_id=True)


if __name__ == "__main__":
    main()
