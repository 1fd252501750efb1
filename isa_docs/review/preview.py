"""A preview of a package that may still have open errors: marked on every page, without a field to sign in."""

from __future__ import annotations

import math
from io import BytesIO
from pathlib import Path

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, NameObject, StreamObject

from isa_docs.assembly.objects import as_list
from isa_docs.assembly.stamps import add_fonts, free_name, upright
from isa_docs.assembly.typeface import StampFont, stamp_fonts
from isa_docs.findings import Finding

_SHARE = 0.75
"""How much of the page's diagonal the mark takes."""
_LARGEST = 150.0
_GRAY = 0.85


def previewable(finding: Finding) -> bool:
    """Tell whether a package may be previewed in spite of this finding: open rules and values not yet confirmed."""
    return finding.code.startswith("ISA-") or finding.code == "INPUT-UNCONFIRMED"


def preview_pdf(package: Path, mark: str) -> bytes:
    """Return the package with ``mark`` across every page, behind the text, and without form, labels of conformance
    or anything else by which it could pass for the package itself.
    """
    writer = PdfWriter(clone_from=PdfReader(package))
    root = writer.root_object
    for key in ("/AcroForm", "/Metadata", "/OutputIntents", "/StructTreeRoot", "/MarkInfo", "/AF", "/Names"):
        if key in root:
            del root[NameObject(key)]
    known = PdfReader(package).metadata
    title = known.title if known else None
    writer.metadata = None
    writer.add_metadata({"/Title": f"{mark}: {title or 'package'}", "/Keywords": mark})
    font = StampFont(stamp_fonts(), [mark], free_name(writer.pages, "/IsaMark"))
    embedded = font.embed(writer)
    for page in writer.pages:
        _without_fields(page)
        add_fonts(page, embedded)
        drawing = StreamObject()
        drawing.set_data(_mark(page, font, mark))
        page[NameObject("/Contents")] = ArrayObject([writer._add_object(drawing), *as_list(page.get("/Contents"))])
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _without_fields(page: PageObject) -> None:
    kept = [each for each in as_list(page.get("/Annots")) if each.get_object().get("/Subtype") != "/Widget"]
    page[NameObject("/Annots")] = ArrayObject(kept)


def _mark(page: PageObject, font: StampFont, mark: str) -> bytes:
    """Draw the mark along the diagonal of the page as it is shown, through its middle."""
    matrix, width, height = upright(page)
    diagonal = math.hypot(width, height)
    size = min(_LARGEST, _SHARE * diagonal / max(font.width(mark, 1.0), 0.1))
    cosine, sine = width / diagonal, height / diagonal
    half = font.width(mark, size) / 2
    x = width / 2 - half * cosine + size / 3 * sine
    y = height / 2 - half * sine - size / 3 * cosine
    placed = " ".join(f"{value:.5g}" for value in matrix)
    shown = " ".join(f"{run.font} {size:.2f} Tf <{run.glyphs.hex()}> Tj" for run in font.runs(mark))
    place = f"{cosine:.5f} {sine:.5f} {-sine:.5f} {cosine:.5f} {x:.2f} {y:.2f} Tm"
    return f"q {placed} cm {_GRAY} g BT {place} {shown} ET Q".encode("ascii")
