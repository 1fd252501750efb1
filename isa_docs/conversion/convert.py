"""Convert documents through whichever engine there is: check before, convert, check after."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from isa_docs.conversion.blocks import PARTED, parted_blocks, with_breaks
from isa_docs.conversion.engine import Engine, Job, PdfOptions, Result
from isa_docs.conversion.find import WASM, find_engine
from isa_docs.conversion.preflight import check_docx
from isa_docs.conversion.stored_fields import with_stored_results
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
    which what belongs to a signature was parted between two pages is converted again, with a page break before it.
    Of a file to be printed as shown, a copy is converted in which fields are the text stored with them. Every finding
    is in the result's ``findings``, those that are no error also, as sentences, in its ``warnings``.
    """
    before = {job.key: check_docx(job.docx, as_shown=job.as_shown) for job in jobs}
    given = {job.key: job for job in jobs}
    with TemporaryDirectory() as folder:
        sound = [_as_shown(job, Path(folder)) for job in jobs if not _errors(before[job.key])]
        made = {result.job.key: result for result in engine.convert(sound, options, out_dir)}
        for result in made.values():
            converted(result)

        after = check or _check_pdf

        def judge(job: Job) -> Result:
            result = made.get(job.key, Result(job, None, None, 0, 0.0))
            found = after(result.pdf, result.job.docx) if result.pdf is not None else []
            return _judged(result, [*before[job.key], *found])

        with ThreadPoolExecutor() as threads:  # a check that another process makes is waited for
            results = list(threads.map(judge, jobs))
        if any(finding.code == PARTED for result in results for finding in result.findings):
            results = _kept_together(results, before, after, lambda again, out: engine.convert(again, options, out))
    return [replace(result, job=given[result.job.key]) for result in results]


def _as_shown(job: Job, folder: Path) -> Job:
    """Return the job with the file that the converter gets."""
    return replace(job, docx=with_stored_results(job.docx, folder / f"{job.key}.docx")) if job.as_shown else job


def _kept_together(
    results: Sequence[Result],
    before: Mapping[str, list[Finding]],
    after: Check,
    convert: Callable[[Sequence[Job], Path], list[Result]],
) -> list[Result]:
    """Convert documents with parted blocks again, with page breaks before those, until no other block is parted.

    A document whose new PDF is no better than a failure keeps the one it has, and its warning.
    """
    answers = {result.job.key: result for result in results}
    broken: dict[str, set[int]] = {}
    with TemporaryDirectory() as folder:
        while blocks := {key: broken[key] for key, result in answers.items() if _breaks_more(result, broken)}:
            docx = {key: Path(folder) / f"{key}.docx" for key in blocks}
            jobs = [Job(key, with_breaks(answers[key].job.docx, blocks[key], docx[key])) for key in blocks]
            for again in convert(jobs, Path(folder) / "pdf"):
                was = answers[again.job.key]
                found = after(again.pdf, was.job.docx) if again.pdf is not None else []
                if again.pdf is None or was.pdf is None or _errors(found):
                    continue
                shutil.copyfile(again.pdf, was.pdf)
                fresh = replace(again, job=was.job, pdf=was.pdf, seconds=was.seconds + again.seconds)
                answers[again.job.key] = _judged(fresh, [*before[again.job.key], *found])
    return list(answers.values())


def _breaks_more(result: Result, broken: dict[str, set[int]]) -> bool:
    """Note which blocks of a document are parted; tell whether any was not noted before."""
    if result.pdf is None or not any(finding.code == PARTED for finding in result.findings):
        return False
    import pikepdf  # only here: it is hardly ever wanted

    with pikepdf.open(result.pdf) as pdf:
        parted = set(parted_blocks(pdf))
    known = broken.setdefault(result.job.key, set())
    more = not parted <= known
    known |= parted
    return more


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
