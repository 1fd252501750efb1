"""Signature pages that came back on paper: find them in a scanned PDF by the code each carries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isa_docs.assembly.page_code import PageCode, parse_page_code
from isa_docs.conversion.drawing import drawn
from isa_docs.conversion.pdfium import PdfiumError
from isa_docs.errors import InputError
from isa_docs.findings import Finding, Place, Severity

if TYPE_CHECKING:
    from PIL import Image

DPI = 200
_SECONDS = 600.0
_QUALITY = 80


@dataclass(frozen=True)
class ScannedPage:
    """One page of a scan: its number in the scan (from 1), what code it carries, and its picture set upright."""

    number: int
    code: PageCode | None
    jpeg: bytes
    width: int
    height: int
    """Pixels of the upright picture."""


def read_scan(scan: Path) -> list[ScannedPage]:
    """Read the pages of a scanned PDF as gray pictures and find their codes, however the sheets lay on the glass.

    Raises InputError when the file cannot be read.
    """
    pages: list[ScannedPage] = []
    try:
        for number, picture in enumerate(drawn(scan, DPI, gray=True, seconds=_SECONDS), start=1):
            if picture is None:
                raise _unreadable(scan, f"Page {number} of {scan} cannot be read.")
            pages.append(_page(number, picture))
    except (PdfiumError, OSError):  # Pillow: a picture that no JPEG can be
        raise _unreadable(scan, f"{scan} cannot be read as a PDF.") from None
    if not pages:
        raise _unreadable(scan, f"{scan} has no pages.")
    return pages


def _unreadable(scan: Path, message: str) -> InputError:
    return InputError(message, [Finding("SCAN-FILE", Severity.ERROR, message, place=Place(str(scan)))])


def _page(number: int, image: Image.Image) -> ScannedPage:
    import zxingcpp as barcodes

    zxingcpp: Any = barcodes
    code, turn = None, 0
    for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode):
        if (code := parse_page_code(found.text)) is not None:
            turn = round(found.orientation / 90) % 4 * 90
            break
    if turn:
        image = image.rotate(turn, expand=True)
    out = BytesIO()
    image.save(out, "JPEG", quality=_QUALITY)
    return ScannedPage(number, code, out.getvalue(), image.width, image.height)


@dataclass(frozen=True)
class Matching:
    """Which page of the scan is which page of the package, and what is wrong with the others."""

    pages: Mapping[int, ScannedPage]
    """Page of the package (from 1) to the scanned page that replaces it."""
    findings: tuple[Finding, ...]


def match_pages(scanned: Sequence[ScannedPage], manifest: Mapping[str, Any], scan: str) -> Matching:
    """Assign the scanned pages to the signature pages that the manifest expects."""
    pages: dict[int, ScannedPage] = {}
    findings: list[Finding] = []
    expected = {each["page"]: each for each in manifest["fields"]}
    for each in scanned:
        problem = _problem(each, manifest["package"]["id"], expected, pages)
        if problem:
            code, message, remedy = problem
            findings.append(Finding(code, Severity.ERROR, message, remedy, place=Place(scan, page=each.number)))
        elif each.code is not None:
            pages[each.code.page] = each
    findings += _missing(expected, pages)
    return Matching(pages, tuple(findings))


def _problem(
    scanned: ScannedPage, package_id: str, expected: Mapping[int, Any], taken: Mapping[int, ScannedPage]
) -> tuple[str, str, str] | None:
    code, where = scanned.code, f"Page {scanned.number} of the scan"
    if code is None:
        remedy = "Only signature pages belong in the scan; scan the sheet again if it is one, whole."
        return "SCAN-NO-CODE", f"{where} carries no code of a signature page; it was left out.", remedy
    if code.package_id != package_id:
        message = f"{where} belongs to another package (id {code.package_id}); it was left out."
        return "SCAN-FOREIGN", message, "Somebody signed a page of another package or of an earlier build."
    if code.page not in expected:
        return "SCAN-WRONG", f"{where} is page {code.page} of the package, which is no signature page.", ""
    if code.page in taken:
        message = f"{where} is page {code.page} of the package again; page {taken[code.page].number} was taken."
        return "SCAN-TWICE", message, "Leave out the copy that is not to count, if it is the other one."
    return None


def _missing(expected: Mapping[int, Any], pages: Mapping[int, ScannedPage]) -> Iterator[Finding]:
    for page, field in expected.items():
        if page not in pages:
            message = f"The signature page {page} ({field['page_label']}, {field['signer']}) is not in the scan."
            yield Finding("SCAN-MISSING", Severity.ERROR, message, "Scan it, too, and attach again.")
