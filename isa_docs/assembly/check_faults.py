"""What all checks of a finished package share: how a fault is worded, and how its annotations are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pikepdf import Array, Dictionary, Pdf

from isa_docs.assembly.model import AssemblyResult
from isa_docs.findings import Finding, Place, Severity

REPORT = "Build again; if it stays, report it as a bug with the manifest."


def fault(
    code: str,
    result: AssemblyResult,
    message: str,
    remedy: str,
    *,
    page: int | None = None,
    severity: Severity = Severity.ERROR,
) -> Finding:
    """Word one fault of the package."""
    return Finding(code, severity, f"the package: {message}", remedy, place=Place(result.pdf.name, page=page))


def page_annotations(pdf: Pdf) -> Iterator[tuple[int, Dictionary]]:
    """Yield every annotation with the 1-based number of its page."""
    for number, page in enumerate(pdf.pages, start=1):
        found = page.get("/Annots")
        if isinstance(found, Array):
            for annotation in found:
                if isinstance(annotation, Dictionary):
                    yield number, annotation


def target_page(destination: Any, action: Any, pages: Mapping[tuple[int, int], int]) -> int | None:
    """Return the 1-based page an explicit destination leads to."""
    if destination is None and isinstance(action, Dictionary):
        destination = action.get("/D")
    if isinstance(destination, Array) and len(destination) and isinstance(destination[0], Dictionary):
        return pages.get(destination[0].objgen)
    return None
