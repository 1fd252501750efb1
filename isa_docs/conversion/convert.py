"""Convert documents through whichever engine there is: check before, convert, check after."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from isa_docs.conversion.engine import Engine, Job, PdfOptions, Result
from isa_docs.conversion.libreoffice import LibreOfficeEngine
from isa_docs.conversion.postcheck import check_pdf
from isa_docs.conversion.preflight import check_docx
from isa_docs.conversion.program import find_installation
from isa_docs.conversion.wasm import WasmEngine, find_wasm
from isa_docs.errors import MissingProgramError
from isa_docs.findings import Finding, Severity

_log = logging.getLogger(__name__)


WASM = Path("libreoffice-wasm")
"""The setting that asks for the WebAssembly build even where a LibreOffice is installed."""


def find_engine(setting: Path | None, cache_dir: Path) -> Engine:
    """Return the converter to use: the one that ``setting`` names, or else the first found on this machine.

    Found are an installed LibreOffice (PATH, then the usual places) and, failing that, the WebAssembly build if
    :func:`isa_docs.conversion.wasm.set_up_wasm` has put it into ``cache_dir``, the user's cache folder for this
    program. Raises MissingProgramError with the install lines when there is none or it is too old.
    """
    engine: Engine
    wasm = find_wasm(cache_dir) if setting == WASM else None
    if setting == WASM and wasm is None:
        raise MissingProgramError(f"The WebAssembly build of LibreOffice is not set up in {cache_dir}.")
    if wasm is None:
        try:
            installation = find_installation(setting, cache_dir)
        except MissingProgramError:
            wasm = find_wasm(cache_dir) if setting is None else None
            if wasm is None:
                raise
    engine = LibreOfficeEngine(installation, cache_dir) if wasm is None else WasmEngine(wasm, cache_dir)
    _log.info("converter: %s %s at %s", engine.info.name, engine.info.version, engine.info.program)
    return engine


def convert_documents(jobs: Sequence[Job], options: PdfOptions, engine: Engine, out_dir: Path) -> list[Result]:
    """Convert Word files to PDF and answer for each, in the order given.

    A document that fails a check before or after conversion has an error and no PDF; the others come through.
    Every finding is in the result's ``findings``, those that are no error also, as sentences, in its ``warnings``.
    """
    before = {job.key: check_docx(job.docx) for job in jobs}
    sound = [job for job in jobs if not _errors(before[job.key])]
    made = {result.job.key: result for result in engine.convert(sound, options, out_dir)}

    def judge(job: Job) -> Result:
        findings = before[job.key]
        result = made.get(job.key, Result(job, None, None, 0, 0.0))
        if result.pdf is not None:
            findings = [*findings, *check_pdf(result.pdf, job.docx)]
        return _judged(result, findings)

    with ThreadPoolExecutor() as threads:  # most of the time goes into a program that reads the PDF's text
        return list(threads.map(judge, jobs))


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
