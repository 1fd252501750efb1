"""Where what goes on an agency's own form: the places file that a firm writes once for the form.

It stands beside the form under the same name (``mou-form.pdf``, ``mou-form.yaml``); docs/templates.md describes it.
Nothing here opens the form itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Final

import msgspec

from isa_docs.errors import TemplateError
from isa_docs.findings import Finding, Path, Severity
from isa_docs.findings import Place as FilePlace
from isa_docs.intake.source import Source, read_source

WHATS: Final = ("value", "text", "mark", "sign", "date")
WHERES: Final = ("field", "after", "at", "find", "control")
ON_WORD: Final = frozenset({"after", "find", "control"})
ON_PDF: Final = frozenset({"field", "after", "at"})


class Place(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One place of the form: what goes there (one of five), and where it is (one of five). Lengths are points."""

    value: str | tuple[str, ...] | None = None
    """Name of a value, as in ``isa-docs template fields mou``, or several to be joined by commas."""
    text: str | None = None
    """Words of the firm's own."""
    mark: str | bool | None = None
    """A check mark: always (true), or when the named value is there."""
    sign: str | None = None
    """Role of who signs here."""
    date: str | None = None
    """Role of who writes the date of signing here."""
    field: str | None = None
    """Name of an AcroForm field."""
    option: str | None = None
    """Which button of a group of radio buttons."""
    after: str | None = None
    """Words of the form behind which the place begins."""
    at: tuple[float, float] | None = None
    """Left end and base line, from the left and the lower edge of the page as shown."""
    find: str | None = None
    """A placeholder of a Word form, which the value replaces; a line to sign on stays."""
    control: str | None = None
    """Tag or title of a content control of a Word form."""
    page: int | None = None
    nth: int = 1
    """Which of several equal words, fields of a name or placeholders."""
    width: float | None = None
    height: float | None = None
    size: float = 10.0
    shift: tuple[float, float] = (0.0, 0.0)
    """How far the place is moved right and up."""
    most: int | None = None
    """How many entries of a list the form has space for; more go on an annex."""

    @property
    def what(self) -> str:
        """Which of the five things goes here."""
        return next(name for name in WHATS if getattr(self, name) is not None)

    @property
    def where(self) -> str:
        """Which of the five ways says where it is."""
        return next(name for name in WHERES if getattr(self, name) is not None)

    @property
    def name(self) -> str:
        """How a finding calls the place."""
        return f"{self.where}: {getattr(self, self.where)}"


@dataclass(frozen=True)
class AgencyForm:
    """A form with its places; ``shown`` is how findings and the manifest call the file."""

    file: FilePath
    shown: str
    places: tuple[Place, ...]
    source: Source

    @property
    def is_word(self) -> bool:
        """Whether the form is a Word file; otherwise it is a PDF."""
        return self.file.suffix.lower() == ".docx"

    def finding(self, code: str, message: str, remedy: str, at: int | None = None) -> Finding:
        """Make an error about the form, at the line of one of its places when ``at`` is its number."""
        place = FilePlace(self.shown) if at is None else self.source.place(("places", at))
        return Finding(code, Severity.ERROR, message, remedy, place=place)


def places_file(form: FilePath) -> FilePath:
    """Return the places file that belongs to a form."""
    return form.with_suffix(".yaml")


def read_form(file: FilePath, shown: str, matter_path: Path | None = None) -> AgencyForm:
    """Read the places of a form and check them; raises TemplateError with every fault found.

    ``matter_path`` is where the matter names the form, if it does.
    """
    beside = places_file(file)
    for each, remedy in (
        (file, "Correct the path; it is relative to the matter file."),
        (beside, f"Write it, or let `isa-docs form new {file.name}` begin it."),
    ):
        if not each.is_file():
            what = "The form" if each is file else "The places file of the form"
            message = f"{what} {each.name} does not exist."
            raise TemplateError(message, [Finding("FORM-MISSING", Severity.ERROR, message, remedy, matter_path)])
    if file.suffix.lower() not in (".pdf", ".docx"):
        message = f"The form {file.name} is neither a PDF nor a Word (.docx) file."
        raise TemplateError(message, [Finding("FORM-KIND", Severity.ERROR, message, "Save it as one.", matter_path)])
    source = read_source(beside)
    faults = list(_faults_of_file(file, source))
    places: list[Place] = []
    listed = source.data.get("places") if isinstance(source.data, dict) else None
    if not isinstance(listed, list) or not listed:
        faults.append(_fault(source, (), "It has no list of 'places'.", "Name at least one place."))
        listed = []
    for at, data in enumerate(listed):
        try:
            place = msgspec.convert(data, Place)
        except msgspec.ValidationError as error:
            faults.append(_fault(source, ("places", at), f"This place cannot be read: {error}.", _LOOK))
            continue
        places.append(place)
        faults += _faults_of_place(file, source, at, place)
    if faults:
        count = "1 thing" if len(faults) == 1 else f"{len(faults)} things"
        raise TemplateError(f"{beside.name} is not valid: {count} to correct.", faults)
    return AgencyForm(file, shown, tuple(places), source)


_LOOK: Final = "See “Using CBP's own form” in docs/templates.md."


def _faults_of_file(file: FilePath, source: Source) -> Iterator[Finding]:
    data = source.data if isinstance(source.data, dict) else {}
    for key in data:
        if key not in ("places", "sha256"):
            yield _fault(source, (key,), f"‘{key}’ is not known here.", "Known are: places, sha256.")
    wanted = data.get("sha256")
    if wanted is not None and wanted != hashlib.sha256(file.read_bytes()).hexdigest():
        message = f"{file.name} is not the form these places were written for: its SHA-256 differs."
        remedy = "Look at each place on the new form, then correct or delete the line sha256."
        yield _fault(source, ("sha256",), message, remedy)


def _faults_of_place(file: FilePath, source: Source, at: int, place: Place) -> Iterator[Finding]:
    here: Path = ("places", at)
    for names, said in ((WHATS, "what goes there"), (WHERES, "where it is")):
        given = [name for name in names if getattr(place, name) is not None]
        if len(given) != 1:
            has = "nothing" if not given else oxford_and(given)
            yield _fault(source, here, f"A place says {said} by one of {', '.join(names)}; this has {has}.", _LOOK)
            return
    word = file.suffix.lower() == ".docx"
    if place.where not in (ON_WORD if word else ON_PDF):
        kind, ways = ("Word", ON_WORD) if word else ("PDF", ON_PDF)
        message = f"‘{place.where}’ finds no place on a {kind} form."
        yield _fault(source, (*here, place.where), message, f"Use one of: {', '.join(sorted(ways))}.")
    if place.where == "at" and place.page is None:
        yield _fault(source, here, "A place with ‘at’ needs its ‘page’.", _LOOK)
    if place.what in ("sign", "date") and place.where == "at" and place.width is None:
        yield _fault(source, here, "A line to sign with ‘at’ needs its ‘width’.", _LOOK)
    if place.what == "mark" and word and place.where != "find":
        yield _fault(source, here, "On a Word form a mark takes the place of a box: say ‘find’.", _LOOK)
    if min(place.nth, place.size, place.page or 1, place.most or 1, place.width or 1, place.height or 1) <= 0:
        yield _fault(source, here, "nth, page, most, width, height and size begin above 0.", _LOOK)


def oxford_and(names: list[str]) -> str:
    """Join names for a message."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _fault(source: Source, path: Path, message: str, remedy: str) -> Finding:
    return Finding("FORM-PLACES", Severity.ERROR, message, remedy, place=source.place(path))
