"""Check that nothing but the pages leaves the house: no metadata of the parts, no comments, actions or attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from isa_docs.assembly.check_faults import REPORT, fault, page_annotations
from isa_docs.assembly.jpeg_data import tells
from isa_docs.assembly.metadata import PRODUCER
from isa_docs.assembly.model import AssemblyResult, PackageInfo
from isa_docs.assembly.survey import Survey
from isa_docs.findings import Finding

_ALLOWED_ANNOTATIONS = (Name.Link, Name.Widget)
_ALLOWED_ACTIONS = ("/URI", "/GoTo")
_PRIVATE = (
    "/PieceInfo",
    "/Metadata",
    "/Thumb",
    "/AA",
    "/OPI",
    "/LastModified",
    "/JS",
    "/XFA",
    "/EF",
    "/RichMediaContent",
)
_SUSPECT = re.compile("|".join(f"{key}(?![A-Za-z])" for key in _PRIVATE).encode())
_JPEG = re.compile(rb"/DCT")
_ROOT_KEYS = frozenset(
    {
        "/Type",
        "/Pages",
        "/Lang",
        "/MarkInfo",
        "/Metadata",
        "/OutputIntents",
        "/Outlines",
        "/PageLabels",
        "/PageMode",
        "/StructTreeRoot",
        "/ViewerPreferences",
        "/AcroForm",
    }
)


def leaks(file: Survey, result: AssemblyResult, info: PackageInfo) -> Iterator[Finding]:
    """Yield what the file carries besides what was meant for its reader."""
    pdf = file.pdf
    allowed = _ROOT_KEYS | ({"/AF", "/Names"} if info.attachments else set())
    for key in sorted(set(pdf.Root.keys()) - allowed):
        yield fault("PKG-LEAK", result, f"its catalog carries {key}", REPORT)
    yield from _information(pdf, result, info)
    for number, annotation in page_annotations(pdf):
        kind = annotation.get("/Subtype")
        if (
            kind not in _ALLOWED_ANNOTATIONS
            or any(key in annotation for key in ("/AA", "/Popup"))
            or (kind == Name.Link and "/T" in annotation)
        ):
            yield fault("PKG-LEAK", result, f"it carries an annotation of kind {kind}", REPORT, page=number)
        action = annotation.get("/A")
        if isinstance(action, Dictionary) and str(action.get("/S")) not in _ALLOWED_ACTIONS:
            yield fault("PKG-LEAK", result, f"it carries an action of kind {action.get('/S')}", REPORT, page=number)
    yield from _attachments(pdf, result, info)
    allowed_here = {pdf.Root.objgen: {"/Metadata"}, pdf.Root.Metadata.objgen: {"/Metadata"}}
    seen: set[str] = set()
    for item in file.having(_SUSPECT):
        seen |= _private(item) - allowed_here.get(item.objgen, set())
    if any(tells(pdf, item) for item in file.having(_JPEG)):
        yield fault("PKG-LEAK", result, "a picture of it carries more than it shows (Exif, comments)", REPORT)
    if info.attachments:
        seen.discard("/EF")
    for key in sorted(seen):
        yield fault("PKG-LEAK", result, f"an object of it carries {key}", REPORT)


def _private(item: Object) -> set[str]:
    """Return the private keys of an object and of what lies directly in it; metadata count as such themselves."""
    found = {"/Metadata"} if isinstance(item, Stream) and item.stream_dict.get("/Type") == Name.Metadata else set()
    below: list[Object] = [item]
    while below:
        current = below.pop()
        entries = current.stream_dict if isinstance(current, Stream) else current
        values: list[Object | None] = []
        if isinstance(entries, Dictionary):
            found.update(key for key in _PRIVATE if key in entries)
            values = [entries.get(key) for key in entries.keys()]  # noqa: SIM118  a dictionary of pikepdf
        elif isinstance(entries, Array):
            values = list(entries)
        below += [each for each in values if isinstance(each, (Dictionary, Array)) and not each.is_indirect]
    return found


def _attachments(pdf: Pdf, result: AssemblyResult, info: PackageInfo) -> Iterator[Finding]:
    """The files carried inside are those that were meant, byte for byte."""
    meant = {item.name: item.data for item in info.attachments}
    for name in sorted(set(pdf.attachments) | set(meant)):
        carried = pdf.attachments[name].get_file().read_bytes() if name in pdf.attachments else None
        if carried is None or carried != meant.get(name):
            yield fault("PKG-LEAK", result, f"the file {name!r} carried inside is not the one that was meant", REPORT)


def _information(pdf: Pdf, result: AssemblyResult, info: PackageInfo) -> Iterator[Finding]:
    """The document information says what it was given and nothing more."""
    expected = {
        "/Title": info.title,
        "/Author": info.author,
        "/Subject": info.subject,
        "/Keywords": info.package_id,
        "/Creator": PRODUCER,
        "/Producer": PRODUCER,
    }
    said = {key: str(value) for key, value in pdf.docinfo.items() if not key.endswith("Date")}
    for key in sorted(set(said) | set(expected)):
        if said.get(key) != expected.get(key):
            yield fault("PKG-LEAK", result, f"its document information says {key} {said.get(key)!r}", REPORT)
