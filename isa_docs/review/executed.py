"""Executed copies: packages whose signature pages show their scans, and the record of it.

The copy is the package as built with one revision after it: the scanned sheets lie over the printed pages, whose
text stays below them, to be searched and read aloud.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, StreamObject

from isa_docs.assembly.objects import as_dictionary, as_list, entry
from isa_docs.assembly.stamps import upright
from isa_docs.review.scan import ScannedPage

_NAME = "/IsaScan"


def executed_copy(built: bytes, pages: Mapping[int, ScannedPage]) -> bytes:
    """Return ``built`` with one more revision, in which each page in ``pages`` (1-based) shows its scan."""
    writer = PdfWriter(BytesIO(built), incremental=True)
    for number, scanned in sorted(pages.items()):
        _lay_over(writer, writer.pages[number - 1], scanned)
    out = BytesIO()
    writer.write(out)
    return _with_info(built, out.getvalue())


def _with_info(built: bytes, data: bytes) -> bytes:
    """Name the document information in the new trailer, which pypdf's incremental writer leaves out.

    The trailer is the dictionary of the last object, so nothing that has an offset stands behind the addition.
    """
    reference = PdfReader(BytesIO(built)).trailer.raw_get("/Info")
    at = data.rindex(b"/Root ")
    if at < len(built) or b"/Info" in data[at:]:
        return data
    return data[:at] + f"/Info {reference.idnum} {reference.generation} R\n".encode("ascii") + data[at:]


def _lay_over(writer: PdfWriter, page: PageObject, scanned: ScannedPage) -> None:
    """Draw the scan over the whole page as it is shown, as large as fits, on white; as an artifact."""
    picture = StreamObject()
    picture.set_data(scanned.jpeg)
    picture.update(
        {
            NameObject("/Type"): NameObject("/XObject"),
            NameObject("/Subtype"): NameObject("/Image"),
            NameObject("/Width"): NumberObject(scanned.width),
            NameObject("/Height"): NumberObject(scanned.height),
            NameObject("/ColorSpace"): NameObject("/DeviceGray"),
            NameObject("/BitsPerComponent"): NumberObject(8),
            NameObject("/Filter"): NameObject("/DCTDecode"),
        }
    )
    reference = writer._add_object(picture)
    resources = DictionaryObject(as_dictionary(page.get("/Resources")))
    objects = DictionaryObject(as_dictionary(entry(resources, "/XObject")))
    objects[NameObject(_NAME)] = reference
    resources[NameObject("/XObject")] = objects
    page[NameObject("/Resources")] = resources
    matrix, width, height = upright(page)
    scale = min(width / scanned.width, height / scanned.height)
    wide, high = scanned.width * scale, scanned.height * scale
    x, y = (width - wide) / 2, (height - high) / 2
    placed = " ".join(f"{value:.5g}" for value in matrix)
    drawing = StreamObject()
    drawing.set_data(
        (
            f"/Artifact BMC q {placed} cm 1 g 0 0 {width:.2f} {height:.2f} re f "
            f"{wide:.2f} 0 0 {high:.2f} {x:.2f} {y:.2f} cm {_NAME} Do Q EMC"
        ).encode("ascii")
    )
    page[NameObject("/Contents")] = ArrayObject([*as_list(page.get("/Contents")), writer._add_object(drawing)])


def text_of(data: bytes, number: int) -> str:
    """Return the text of one page (1-based)."""
    return str(PdfReader(BytesIO(data)).pages[number - 1].extract_text())


def record_path(file: Path) -> Path:
    """Return where the record of the executed copy ``file`` stands."""
    return file.with_suffix(".executed.json")


def execution_record(
    data: bytes, manifest: Mapping[str, Any], scan: Path, pages: Mapping[int, ScannedPage]
) -> dict[str, Any]:
    """Return the record of an executed copy: its hash, its package, the scan, and which page came from where."""
    return {
        "record_version": 1,
        "package_id": manifest["package"]["id"],
        "sha256": hashlib.sha256(data).hexdigest(),
        "scan": {"file": scan.name, "sha256": hashlib.sha256(scan.read_bytes()).hexdigest()},
        "pages": [{"page": number, "scan_page": each.number} for number, each in sorted(pages.items())],
    }


def replaced_pages(file: Path, manifest: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the pages (1-based) that the record beside ``file`` says were replaced by scans; none without one.

    The record counts only when it names this very file by its hash and this package by its id.
    """
    try:
        record = json.loads(record_path(file).read_bytes())
        same = record["package_id"] == manifest["package"]["id"]
        if same and record["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest():
            return tuple(int(page["page"]) for page in record["pages"])
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        pass
    return ()
