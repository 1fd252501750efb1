"""Everything that can be found before rendering, and the error that the findings call for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path as FilePath
from typing import Any

from isa_docs.assembly.exhibits import ExhibitType, exhibit_type
from isa_docs.build.citations import uncited_exhibits
from isa_docs.build.unconfirmed import unconfirmed
from isa_docs.conversion.fonts import describe, unshowable_characters
from isa_docs.documents.narratives import check_narratives
from isa_docs.errors import AssemblyError, InputError, IsaDocsError, MissingProgramError, RuleError, TemplateError
from isa_docs.findings import Finding, Path, Severity, in_order, stopping
from isa_docs.intake.containment import outside
from isa_docs.intake.load import LoadedMatter
from isa_docs.program.rules import check_rules

_ENDINGS: dict[str, ExhibitType] = {
    ".pdf": "pdf",
    ".png": "png",
    ".jpg": "jpeg",
    ".jpeg": "jpeg",
    ".tif": "tiff",
    ".tiff": "tiff",
    ".docx": "docx",
}
_KINDS: dict[ExhibitType, str] = {
    "pdf": "a PDF",
    "png": "a PNG",
    "jpeg": "a JPEG",
    "tiff": "a TIFF",
    "docx": "a Word",
}


def select(loaded: LoadedMatter, only: Sequence[str] = ()) -> list[int]:
    """Return the indexes of the submissions named by ``only``, or of all; raises InputError for an unknown id."""
    ids = [submission.id for submission in loaded.matter.submissions]
    for name in only:
        if name not in ids:
            message = f"There is no submission '{name}' in {loaded.source.file}."
            place = loaded.source.place(("submissions",))
            remedy = f"There are: {', '.join(ids)}."
            raise InputError(message, [Finding("REF-UNKNOWN", Severity.ERROR, message, remedy, place=place)])
    return [index for index, name in enumerate(ids) if not only or name in only]


def check_matter(
    loaded: LoadedMatter, indexes: Sequence[int], as_of: date | None = None, within: FilePath | None = None
) -> list[Finding]:
    """Return every finding that can be had without rendering: narratives, exhibits, characters, program rules.

    With ``within``, exhibits outside that folder are errors, and nothing else is said of them: who may write a matter
    there may not read, or look for, the machine's other files through it.
    """
    ids = [loaded.matter.submissions[index].id for index in indexes]
    findings = [
        *check_narratives(loaded.source),
        *uncited_exhibits(loaded, indexes),
        *unconfirmed(loaded, indexes),
        *_exhibit_files(loaded, indexes, within),
        *_forms(loaded, indexes),
        *_characters(loaded),
        *check_rules(loaded.matter, ids, as_of),
    ]
    return in_order(loaded.locate(findings))


def concerning(findings: Sequence[Finding], loaded: LoadedMatter, index: int) -> list[Finding]:
    """Return the findings that concern submission number ``index``: its own, and those of the shared facts."""
    name = loaded.matter.submissions[index].id

    def concerns(finding: Finding) -> bool:
        if finding.submission is not None:
            return finding.submission == name
        path = finding.path or ()
        return len(path) < 2 or path[0] != "submissions" or path[1] == index

    return [finding for finding in findings if concerns(finding)]


def stop_for(findings: Sequence[Finding], *, strict: bool = False) -> None:
    """Raise the error that the findings call for, if any stops a build.

    Input comes before templates, fonts, exhibits and rules.
    """
    stops = stopping(findings, strict=strict)
    if not stops:
        return
    count = "1 finding stops the build." if len(stops) == 1 else f"{len(stops)} findings stop the build."
    kinds = {_error_type(finding) for finding in stops}
    kind = next(
        kind for kind in (InputError, TemplateError, MissingProgramError, AssemblyError, RuleError) if kind in kinds
    )
    raise kind(count, findings)


def _error_type(finding: Finding) -> type[IsaDocsError]:
    if finding.code.startswith("ISA-"):
        return RuleError
    if finding.code.startswith(("TPL-", "FORM-")):
        return TemplateError
    if finding.code.startswith("EXH-"):
        return AssemblyError
    return MissingProgramError if finding.code.startswith("FONT-") else InputError


def _forms(loaded: LoadedMatter, indexes: Sequence[int]) -> Iterator[Finding]:
    for index in indexes:
        if getattr(getattr(loaded.matter.submissions[index], "mou", None), "form", None):
            from isa_docs.build.agency_form import form_findings  # only here: few matters name a form

            yield from form_findings(loaded, index)


def _exhibit_files(loaded: LoadedMatter, indexes: Sequence[int], within: FilePath | None) -> Iterator[Finding]:
    for index in indexes:
        for at, exhibit in enumerate(loaded.matter.submissions[index].exhibits):
            path: Path = ("submissions", index, "exhibits", at, "file")
            if within is not None and outside(within, (loaded.folder / exhibit.file).absolute()):
                message = f"The exhibit file {exhibit.file} lies outside the folder that may be read here."
                remedy = "Put it into the matter's folder, and name it relative to the matter file."
                yield Finding("EXH-OUTSIDE", Severity.ERROR, message, remedy, path)
                continue
            yield from _exhibit_file(loaded.folder, exhibit.file, path)


def _exhibit_file(folder: FilePath, name: str, path: Path) -> Iterator[Finding]:
    """Judge one exhibit file by what is seen without opening it as what it claims to be."""
    file = folder / name
    if not file.is_file():
        message = f"The exhibit file {name} does not exist."
        remedy = f"Put it there, or correct the path; it is relative to {folder.resolve()}."
        yield Finding("INPUT-EXHIBIT", Severity.ERROR, message, remedy, path)
        return
    if outside(folder, name):
        message = f"The exhibit file {name} lies outside the matter's folder, and does not travel with it."
        yield Finding("EXH-OUTSIDE", Severity.WARNING, message, "Copy it beside the matter file.", path)
    try:
        empty, kind = not file.stat().st_size, exhibit_type(file)
    except OSError as error:
        message = f"The exhibit file {name} cannot be read: {error.strerror or type(error).__name__}."
        yield Finding("INPUT-EXHIBIT", Severity.ERROR, message, "Check the permissions of the file.", path)
        return
    claimed = _ENDINGS.get(file.suffix.lower())
    if empty:
        message = f"The exhibit file {name} is empty."
        yield Finding("EXH-EMPTY", Severity.ERROR, message, "Ask for the file again.", path)
    elif kind is None:
        message = f"The exhibit file {name} is by its content no PDF, PNG, JPEG, TIFF or Word (.docx) file."
        yield Finding("EXH-TYPE", Severity.ERROR, message, "Print or save it as PDF and name that file.", path)
    elif claimed is not None and claimed != kind:
        message = f"The exhibit file {name} is by its content {_KINDS[kind]} file."
        yield Finding("EXH-NAME", Severity.NOTE, message, "Nothing to do; it is taken for what it is.", path)


def _characters(loaded: LoadedMatter) -> Iterator[Finding]:
    """Find text that no installed font can show: it would be printed as an empty box."""

    def search(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
        if isinstance(value, str):
            if not value.isascii():
                yield path, value
        elif isinstance(value, dict):
            for key, each in value.items():
                yield from search(each, (*path, key))
        elif isinstance(value, list):
            for at, each in enumerate(value):
                yield from search(each, (*path, at))

    for path, text in search(loaded.source.data, ()):
        missing = unshowable_characters(text)
        if missing and path != ("notes",):
            message = f"No installed font can show {describe(missing)}; the paper would print an empty box."
            remedy = "Install a font that has it (Debian/Ubuntu: apt-get install fonts-noto-cjk for East Asian text)."
            yield Finding("FONT-CHARACTER", Severity.ERROR, message, remedy, path)
