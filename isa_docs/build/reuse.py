"""Converts documents and takes in exhibits, except those that the cache holds from before."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

from isa_docs.assembly.child import AssemblyProcess
from isa_docs.assembly.exhibits import ExhibitFile, ExhibitResult, exhibit_type, take_exhibits
from isa_docs.build.cache import Cache, key_of, pack, unpack
from isa_docs.build.state import POPPLER, font_state, program_state, sha256_file, tools_state
from isa_docs.conversion.engine import Engine, EngineInfo, Job, PdfOptions, Result
from isa_docs.findings import Finding

_PDF, _DOCX = "<pdf>", "<docx>"
"""Stand in kept findings for the names of files that are somewhere else in each build."""


def convert(
    jobs: Sequence[Job],
    options: PdfOptions,
    engine: Engine,
    out_dir: Path,
    cache: Cache | None,
    assembly: AssemblyProcess,
    converted: Callable[[Result], None] = lambda result: None,
) -> tuple[list[Result], frozenset[str]]:
    """Convert like :func:`isa_docs.conversion.convert.convert_documents`; also return the keys of those reused.

    A conversion is reused for the same Word file, options, converter, fonts and version of this program. Only
    sound results are kept. ``assembly`` judges what was made; ``converted`` is told of
    each result before that.
    """
    from isa_docs.conversion.convert import convert_documents  # only here: its libraries are not wanted before

    if cache is None:
        return convert_documents(jobs, options, engine, out_dir, assembly.judge, converted), frozenset()
    keys = {job.key: _conversion_key(job, options, engine.info) for job in jobs}
    done = {job.key: result for job in jobs if (result := _kept_conversion(job, keys[job.key], out_dir, cache))}
    reused = frozenset(done)
    missing = [job for job in jobs if job.key not in done]
    made = convert_documents(missing, options, engine, out_dir, assembly.judge, converted) if missing else []
    for result in made:
        done[result.job.key] = result
        if result.pdf is not None and keys[result.job.key]:
            cache.put("converted", keys[result.job.key], _packed(result, result.pdf))
    return [done[job.key] for job in jobs], reused


def converter_mark(engine: EngineInfo) -> str:
    """Return what tells this converter from others: name, version, and the program file's size and time."""
    mark = ""
    with suppress(OSError):
        state = engine.program.stat()
        mark = f"{state.st_size} {state.st_mtime_ns}" if engine.program.is_file() else ""
    return f"{engine.name} {engine.version} {engine.program} {mark}".strip()


def _conversion_key(job: Job, options: PdfOptions, engine: EngineInfo) -> str:
    """Return the key, empty for a document that cannot be read: converting it will say so."""
    digest = sha256_file(job.docx)
    if digest is None:
        return ""
    return key_of(digest, job.as_shown, asdict(options), converter_mark(engine), font_state(), program_state())


def _kept_conversion(job: Job, key: str, out_dir: Path, cache: Cache) -> Result | None:
    entry = cache.get("converted", key) if key else None
    if entry is None:
        return None
    facts, content = unpack(entry)
    out_dir.mkdir(parents=True, exist_ok=True)
    pdf = out_dir / f"{job.key}.pdf"
    pdf.write_bytes(content)
    names = {_PDF: str(pdf), _DOCX: str(job.docx)}
    findings = tuple(_renamed(Finding.from_json(each), names) for each in facts["findings"])
    return Result(job, pdf, None, facts["pages"], 0.0, tuple(facts["warnings"]), findings)


def _packed(result: Result, pdf: Path) -> bytes:
    names = {str(pdf): _PDF, str(result.job.docx): _DOCX}
    findings = [_renamed(each, names).to_json() for each in result.findings]
    return pack({"pages": result.pages, "warnings": result.warnings, "findings": findings}, pdf.read_bytes())


def _renamed(finding: Finding, names: dict[str, str]) -> Finding:
    place = finding.place
    return replace(finding, place=replace(place, file=names.get(place.file, place.file))) if place else finding


def take(
    files: Sequence[ExhibitFile], work: Path, cache: Cache | None, assembly: AssemblyProcess
) -> tuple[list[ExhibitResult], frozenset[int]]:
    """Take in exhibits like :func:`isa_docs.assembly.exhibits.take_exhibits`; also return the places of those reused.

    An exhibit is reused for the same bytes, file name, treatment, poppler and version of this program. Refused
    exhibits are looked at anew each time. Raises AssemblyError as that function does.
    """
    if cache is None:
        return take_exhibits(files, work=work, process=assembly), frozenset()
    work.mkdir(parents=True, exist_ok=True)
    keys = [_exhibit_key(file) for file in files]
    done = {at: found for at, key in enumerate(keys) if (found := _kept_exhibit(key, work / f"kept-{at}.pdf", cache))}
    reused = frozenset(done)
    missing = [at for at in range(len(files)) if at not in done]
    if missing:
        made = take_exhibits([files[at] for at in missing], work=work, process=assembly)
        for at, result in zip(missing, made, strict=True):
            done[at] = result
            if key := keys[at]:
                cache.put("exhibits", key, _packed_exhibit(result))
    return [done[at] for at in range(len(files))], reused


def _exhibit_key(file: ExhibitFile) -> str:
    digest = sha256_file(file.path)
    if digest is None or file.path.stat().st_size == 0:
        return ""
    states = font_state(), program_state(), tools_state(POPPLER)
    return key_of(digest, exhibit_type(file.path), file.path.name, file.treatment, states)


def _kept_exhibit(key: str, pdf: Path, cache: Cache) -> ExhibitResult | None:
    entry = cache.get("exhibits", key) if key else None
    if entry is None:
        return None
    facts, content = unpack(entry)
    pdf.write_bytes(content)
    findings = tuple(Finding.from_json(each) for each in facts["findings"])
    return ExhibitResult(pdf, facts["pages"], facts["outcome"], findings, facts["sha256"])


def _packed_exhibit(result: ExhibitResult) -> bytes:
    facts = {
        "pages": result.pages,
        "outcome": result.outcome,
        "findings": [each.to_json() for each in result.warnings],
        "sha256": result.sha256,
    }
    return pack(facts, result.pdf.read_bytes())
