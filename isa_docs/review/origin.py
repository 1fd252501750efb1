"""Why a file does not begin with the package that was built: another package, altered bytes, a rewrite, a scan."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pikepdf

from isa_docs.findings import Finding, Severity
from isa_docs.review.changes import UNREADABLE, changes_between

_FEW = 200
"""At most so many differing bytes count as altered in place, not as another file."""
_RELIABLE = "Ask for the file again, as it was signed; do not print, re-save or compress it on the way."


def explain_origin(data: bytes, package_id: str, built: bytes | None) -> list[Finding]:
    """Say as exactly as can be known why ``data`` is not ``built`` with revisions after it; never an empty list.

    Without ``built`` (the package from the build's own folder) only that it differs can be said.
    """
    try:
        with pikepdf.open(BytesIO(data)) as pdf:
            found = list(_of_readable(pdf, package_id))
            if not found and built is not None:
                found = list(_against(data, pdf, built))
    except UNREADABLE as error:
        why = str(error).rpartition(": ")[2] if isinstance(error, pikepdf.PdfError) else type(error).__name__
        message = f"The file is damaged: it cannot be read as a PDF ({why})."
        found = [Finding("VER-DAMAGED", Severity.ERROR, message, _RELIABLE)]
    if not found:
        message = "The file does not begin with the package that was built."
        remedy = "Put the manifest beside the package of its build to learn what differs."
        found = [Finding("VER-ORIGIN", Severity.ERROR, message, remedy)]
    return found


def _of_readable(pdf: pikepdf.Pdf, package_id: str) -> Iterator[Finding]:
    keyword = str(pdf.docinfo.get("/Keywords", ""))
    if len(keyword) == 32 and keyword != package_id:
        message = f"This is another package: its id is {keyword}, that of the manifest {package_id}."
        yield Finding("VER-OTHER", Severity.ERROR, message, "Use the manifest of the build it came from.")
    elif not keyword and _is_scan(pdf):
        message = f"This is a scan of {len(pdf.pages)} pages, not the file that was built."
        yield Finding("VER-SCAN", Severity.ERROR, message, "`isa-docs attach-signed` takes in scanned signature pages.")


def _is_scan(pdf: pikepdf.Pdf) -> bool:
    """Tell whether pages are pictures only."""

    def pictured(page: pikepdf.Page) -> bool:
        resources = page.resources
        drawn = resources.get("/XObject", pikepdf.Dictionary())
        images = [name for name, each in drawn.items() if each.get("/Subtype") == "/Image"]
        return "/Font" not in resources and bool(images)

    return all(pictured(page) for page in pdf.pages)


def _against(data: bytes, pdf: pikepdf.Pdf, built: bytes) -> Iterator[Finding]:
    if built.startswith(data):
        message = f"The file breaks off after {len(data):,} of {len(built):,} bytes."
        yield Finding("VER-CUT", Severity.ERROR, message, _RELIABLE)
        return
    first = data[: len(built)]
    if len(first) == len(built):
        places = [at for at, (one, two) in enumerate(zip(first, built, strict=True)) if one != two]
        if len(places) <= _FEW:
            where = f"byte {places[0]:,}" if len(places) == 1 else f"{len(places)} bytes from {places[0]:,} on"
            message = f"The package as built was altered in place: {where}{_named(built, first)}."
            yield Finding("VER-BYTES", Severity.ERROR, message, _RELIABLE)
            return
    with pikepdf.open(BytesIO(built)) as original:
        producer = str(pdf.docinfo.get("/Producer", "")) or "an unnamed program"
        was, now = _contents(original), _contents(pdf)
        odd = [number for number, (one, two) in enumerate(zip(was, now, strict=False), 1) if one != two]
        pages = (
            f"it has {len(now)} pages instead of {len(was)}"
            if len(now) != len(was)
            else f"pages {', '.join(map(str, odd))} differ"
            if odd
            else "the pages' contents are the same"
        )
        message = f"The file was rewritten as a whole (producer: {producer}); {pages}."
        yield Finding("VER-REWRITTEN", Severity.ERROR, message, _RELIABLE)


def _named(built: bytes, altered: bytes) -> str:
    """Name what the altered bytes belong to, where the altered file can still be read."""
    try:
        named = [change.text for change in changes_between(built, altered)]
    except UNREADABLE:
        return " (it can no longer be read in full)"
    return f": {'; '.join(named[:3])}" if named else ""


def _contents(pdf: pikepdf.Pdf) -> list[bytes]:
    """Return the drawing instructions of every page, decoded."""
    out = []
    for page in pdf.pages:
        page.contents_coalesce()
        contents = page.obj.get("/Contents")
        out.append(b"" if contents is None else bytes(contents.read_bytes()))
    return out
