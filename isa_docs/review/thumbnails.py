"""Small pictures of pages for the checklist."""

from __future__ import annotations

import io
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from isa_docs.conversion.pdfium import Document, PdfiumError

_DPI = 26
_QUALITY = 60
_SECONDS = 60.0
"""For all pictures together: a page that takes longer to draw has none, nor has any after it."""

MOST = 120
"""Pictures on one checklist at most; the other pages are one click away in the package."""

LARGEST = 1_200_000
"""Bytes of all pictures of one checklist together; as text in the page they are a third larger."""


def thumbnails(pdf: Path, pages: Sequence[int]) -> dict[int, bytes]:
    """Return JPEG pictures of ``pages`` (1-based), as many of them, in their order, as stay below LARGEST."""
    found: dict[int, bytes] = {}
    until, total = time.monotonic() + _SECONDS, 0
    with suppress(PdfiumError), Document(pdf) as document:  # the checks of the package say so
        for page in pages:
            dots = document.picture(page - 1, _DPI, gray=True, seconds=until - time.monotonic())
            if dots is None:
                continue
            data = io.BytesIO()
            dots.image().save(data, "JPEG", quality=_QUALITY)
            total += data.tell()
            if total > LARGEST:
                break
            found[page] = data.getvalue()
    return found


def shown_pages(parts: Iterable[tuple[str, int, int]], most: int = MOST) -> list[int]:
    """Return which pages to picture, at most ``most``: every page of the papers, then the first of each exhibit,
    then the others. ``parts`` are kind, first page (1-based) and number of pages.
    """
    papers: list[int] = []
    firsts: list[int] = []
    rest: list[int] = []
    for kind, first, count in parts:
        if kind == "exhibit":
            firsts.append(first)
            rest += range(first + 1, first + count)
        else:
            papers += range(first, first + count)
    return [*papers, *firsts, *rest][:most]
