"""What belongs to a signature stands on one page, whatever LibreOffice makes of it at first."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf
import pypdf

from isa_docs.conversion.blocks import parted_blocks, with_breaks
from isa_docs.conversion.convert import convert_documents
from isa_docs.conversion.engine import Job, PdfOptions, Result
from isa_docs.conversion.libreoffice import LibreOfficeEngine
from tests.unit.conversion.word_files import make_docx, paragraph

BLOCK = ("Sincerely,", "Margaret Ellison", "Vice President", "Signed on:")


def closing(number: int, *, bound: bool = False, rows: tuple[str, ...] = BLOCK) -> str:
    """Return a block that LibreOffice may part: its paragraphs are not kept with each other unless ``bound``."""
    properties = "<w:pPr><w:keepNext/></w:pPr>" if bound else ""
    rows = tuple(f"<w:p>{properties}<w:r><w:t>{row}</w:t></w:r></w:p>" for row in rows)
    for row, name in ((0, f"isaBlockStart{number}"), (-1, f"isaBlockEnd{number}")):
        mark = f'<w:bookmarkStart w:id="{70 + 2 * number - row}" w:name="{name}"/>'
        mark += f'<w:bookmarkEnd w:id="{70 + 2 * number - row}"/>'
        text = rows[row].replace("<w:r>", f"{mark}<w:r>")
        rows = (text, *rows[1:]) if row == 0 else (*rows[:-1], text)
    return "".join(rows)


def lines(count: int) -> str:
    return "".join(paragraph(f"Line {number}.") for number in range(count))


def pages_of(pdf: Path, words: tuple[str, ...] = BLOCK) -> list[list[str]]:
    """Return which of the words each page has."""
    return [[word for word in words if word in page.extract_text()] for page in pypdf.PdfReader(pdf).pages]


def test_a_parted_block_begins_a_page(libreoffice: LibreOfficeEngine, tmp_path: Path) -> None:
    jobs = []
    for count in range(40, 60):
        jobs.append(Job(f"n{count}", tmp_path / f"{count}.docx"))
        jobs[-1].docx.write_bytes(make_docx(lines(count) + closing(0)))
    raw = libreoffice.convert(jobs, PdfOptions(), tmp_path / "raw")
    parted = [result.job.key for result in raw if result.pdf and max(map(len, pages_of(result.pdf))) < len(BLOCK)]
    assert len(parted) == len(BLOCK) - 1, "so many lengths let the page end within the block"
    results = convert_documents(jobs, PdfOptions(), libreoffice, tmp_path / "out")
    for before, after in zip(raw, results, strict=True):
        assert before.pdf is not None
        assert after.pdf is not None
        assert after.job is before.job
        assert (after.findings, after.error) == ((), None)
        assert (after.pages, list(BLOCK)) == (len(pages_of(after.pdf)), max(pages_of(after.pdf), key=len))
        if after.job.key not in parted:
            assert pages_of(after.pdf) == pages_of(before.pdf)


def test_each_parted_block_gets_its_break_and_no_other(libreoffice: LibreOfficeEngine, tmp_path: Path) -> None:
    for first in range(40, 60):
        docx = tmp_path / f"{first}.docx"
        docx.write_bytes(make_docx(closing(0, rows=("Whole,", "as it is")) + lines(first) + closing(1)))
        (raw,) = libreoffice.convert([Job("a", docx)], PdfOptions(), tmp_path / "raw")
        assert raw.pdf is not None
        with pikepdf.open(raw.pdf) as pdf:
            parted = parted_blocks(pdf)
        if parted:
            break
    assert parted == {1: 1}
    broken = with_breaks(docx, parted, tmp_path / "broken.docx")
    body = zipfile.ZipFile(broken).read("word/document.xml").decode()
    assert body.count("pageBreakBefore") == 1
    assert (
        body.index("Line 0.")
        < body.index("pageBreakBefore")
        < body.index("isaBlockStart1")
        < body.index("isaBlockEnd1")
    )


def test_a_block_longer_than_a_page_is_left_with_a_warning(libreoffice: LibreOfficeEngine, tmp_path: Path) -> None:
    docx = tmp_path / "long.docx"
    docx.write_bytes(make_docx(lines(3) + closing(0, rows=tuple(f"Signer {number}" for number in range(70)))))
    (result,) = convert_documents([Job("long", docx)], PdfOptions(), libreoffice, tmp_path / "out")
    assert result.pdf is not None
    assert [(finding.code, finding.severity.value) for finding in result.findings] == [("CONV-PARTED", "warning")]


def test_a_block_that_is_parted_because_another_moved_is_moved_too(
    libreoffice: LibreOfficeEngine, tmp_path: Path
) -> None:
    jobs = [Job(f"n{between}", tmp_path / f"{between}.docx") for between in range(38, 46)]
    for between, job in zip(range(38, 46), jobs, strict=True):
        job.docx.write_bytes(make_docx(lines(46) + closing(0) + lines(between) + closing(1)))
    for result in convert_documents(jobs, PdfOptions(), libreoffice, tmp_path / "out"):
        assert (result.findings, result.error) == ((), None)
        assert result.pdf is not None
        assert {tuple(page) for page in pages_of(result.pdf)} == {(), BLOCK}


class FailsLater:
    """The real converter at first; any later call answers that it failed."""

    def __init__(self, engine: LibreOfficeEngine) -> None:
        self._engine, self.calls = engine, list[int]()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._engine, name)

    def convert(self, jobs: Sequence[Job], options: PdfOptions, out: Path) -> list[Result]:
        self.calls.append(len(jobs))
        if len(self.calls) > 1:
            return [Result(job, None, "It did not finish.", 0, 0.0) for job in jobs]
        return self._engine.convert(jobs, options, out)


def test_parted_documents_are_converted_again_in_one_call_and_kept_when_that_fails(
    libreoffice: LibreOfficeEngine, tmp_path: Path
) -> None:
    jobs = [Job(f"n{count}", tmp_path / f"{count}.docx") for count in range(40, 60)]
    for count, job in zip(range(40, 60), jobs, strict=True):
        job.docx.write_bytes(make_docx(lines(count) + closing(0)))
    engine = FailsLater(libreoffice)
    results = convert_documents(jobs, PdfOptions(), engine, tmp_path / "out")
    assert engine.calls == [20, len(BLOCK) - 1]
    assert all(result.pdf is not None and result.error is None for result in results)
    assert sum([finding.code for finding in result.findings] == ["CONV-PARTED"] for result in results) == len(BLOCK) - 1
