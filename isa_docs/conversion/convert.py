"""Convert documents through whichever engine there is: check before, convert, check after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from isa_docs.conversion.blocks import PARTED, parted_blocks, with_breaks
from isa_docs.conversion.engine import Engine, Job, PdfOptions, Result
from isa_docs.conversion.find import WASM, find_engine
from isa_docs.conversion.preflight import check_docx
from isa_docs.findings import Finding, Severity

__all__ = ["WASM", "convert_documents", "find_engine"]


Check = Callable[[Path, Path], list[Finding]]
"""Says what is wrong with a PDF as the rendering of a Word file."""


def convert_documents(
    jobs: Sequence[Job],
    options: PdfOptions,
    engine: Engine,
    out_dir: Path,
    check: Check | None = None,
    converted: Callable[[Result], None] = lambda result: None,
) -> list[Result]:
    """Convert Word files to PDF and answer for each, in the order given.

    ``check`` looks at what was made; default: :func:`isa_docs.conversion.postcheck.check_pdf`. ``converted`` is told
    of each result before it is checked.

    A document that fails a check before or after conversion has an error and no PDF; the others come through. One in
    which what belongs to a signature was parted between two pages is converted once more, with a page break before it.
    Every finding is in the result's ``findings``, those that are no error also, as sentences, in its ``warnings``.
    """
    before = {job.key: check_docx(job.docx) for job in jobs}
    sound = [job for job in jobs if not _errors(before[job.key])]
    made = {result.job.key: result for result in engine.convert(sound, options, out_dir)}
    for result in made.values():
        converted(result)

    after = check or _check_pdf

    def judge(job: Job) -> Result:
        result = made.get(job.key, Result(job, None, None, 0, 0.0))
        if result.pdf is None:
            return _judged(result, before[job.key])
        found = after(result.pdf, job.docx)
        if any(finding.code == PARTED for finding in found):
            result = _kept_together(result, options, engine, out_dir)
            found = after(result.pdf, job.docx) if result.pdf is not None else []
        return _judged(result, [*before[job.key], *found])

    with ThreadPoolExecutor() as threads:  # most of the time goes into a program that reads the PDF's text
        return list(threads.map(judge, jobs))


def _kept_together(parted: Result, options: PdfOptions, engine: Engine, out_dir: Path) -> Result:
    """Convert a document once more with page breaks before the blocks that were parted."""
    import pikepdf  # only here: it is hardly ever wanted

    assert parted.pdf is not None
    with pikepdf.open(parted.pdf) as pdf:
        blocks = parted_blocks(pdf)
    with TemporaryDirectory() as folder:
        docx = with_breaks(parted.job.docx, blocks, Path(folder) / "document.docx")
        (again,) = engine.convert([Job(parted.job.key, docx)], options, out_dir)
    return replace(again, job=parted.job, seconds=parted.seconds + again.seconds)


def _check_pdf(pdf: Path, docx: Path) -> list[Finding]:
    from isa_docs.conversion.postcheck import check_pdf  # only here: its libraries take long to import

    return check_pdf(pdf, docx)


def _errors(findings: Sequence[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity is Severity.ERROR]


def _judged(result: Result, findings: Sequence[Finding]) -> Result:
    """Return the result with what the checks found; an error of theirs takes the PDF away."""
    errors = _errors(findings)
    warnings = tuple(finding.message for finding in findings if finding.severity is not Severity.ERROR)
    result = replace(result, findings=tuple(findings), warnings=(*result.warnings, *warnings))
    if not errors:
        return result
    if result.pdf is not None:
        result.pdf.unlink(missing_ok=True)
    return replace(result, pdf=None, error=" ".join(f"{_sentence(e.message)} {e.remedy}".strip() for e in errors))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}" + ("" if text.endswith((".", "!", "?")) else ".")
