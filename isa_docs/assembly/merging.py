"""Put the pages of a source file into the package: what is on them, and of what lies above them the links only."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from pikepdf import Array, Dictionary, Object, Page, Pdf, Stream

from isa_docs.assembly.objects import box, items_of
from isa_docs.assembly.source import Source
from isa_docs.assembly.survey import survey

_LETTER = (0.0, 0.0, 612.0, 792.0)
_KEPT = frozenset(
    {"/Type", "/Parent", "/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group", "/Contents"}
)
_LEFT_BEHIND = (
    "/Metadata",
    "/PieceInfo",
    "/LastModified",
    "/Thumb",
    "/OPI",
    "/AA",
    "/Alternates",
    "/Interpolate",
    "/OC",
    "/StructParent",
    "/StructParents",
)
"""Keys that never come along: what would leak, act, or (structure keys) is written anew for the package."""
_EXTERNAL_STREAM = ("/F", "/FFilter", "/FDecodeParms")
_SUSPECT = re.compile("|".join(rf"{key}(?![A-Za-z])" for key in (*_LEFT_BEHIND, *_EXTERNAL_STREAM)).encode())


def append_pages(
    pdf: Pdf, source: Source, link: Callable[[Dictionary], Dictionary | None] = lambda annotation: None
) -> list[Page]:
    """Copy the pages of a source to the end of the package; return them there.

    ``link`` says what becomes of an annotation, as an object of the source's file; None leaves it out. The source is
    changed in memory.
    """
    for page in source.pages:
        kept = []
        for annotation in items_of(page.obj.get("/Annots")):
            own = link(annotation) if isinstance(annotation, Dictionary) else None
            if own is not None:
                kept.append(own)
        for key in set(page.obj.keys()) - _KEPT:
            del page.obj[key]
        if kept:
            page.obj.Annots = Array(kept)
    before = len(pdf.pages)
    pdf.pages.extend(source.file.pages)
    own_pages = list(pdf.pages)[before:]
    for page in own_pages:
        if len(items_of(page.obj.get("/MediaBox"))) != 4:
            page.obj.MediaBox = box(_LETTER)
    return own_pages


def leave_behind(pdf: Pdf) -> None:
    """Remove from all that was copied what would leak or act; before any structure is written."""
    for item in survey(pdf).having(_SUSPECT):
        below: list[Object] = [item]
        while below:
            current = below.pop()
            entries = current.stream_dict if isinstance(current, Stream) else current
            values: Sequence[Object | None] = []
            if isinstance(entries, Dictionary):
                for key in (*_LEFT_BEHIND, *(_EXTERNAL_STREAM if isinstance(current, Stream) else ())):
                    if key in entries:
                        del entries[key]
                values = list(entries.as_dict().values())
            elif isinstance(entries, Array):
                values = list(entries)
            below += [each for each in values if isinstance(each, (Dictionary, Array)) and not each.is_indirect]
