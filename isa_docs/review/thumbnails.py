"""Small pictures of pages for the checklist."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from isa_docs.conversion.poppler import without_output_intent

_DPI = 26
_QUALITY = 60
_SECONDS = 120
MOST = 120
"""Pictures on one checklist at most; the other pages are one click away in the package."""

LARGEST = 1_200_000
"""Bytes of all pictures of one checklist together; as text in the page they are a third larger."""


def thumbnails(pdf: Path, pages: Sequence[int]) -> dict[int, bytes]:
    """Return JPEG pictures of ``pages`` (1-based), as many of them, in their order, as stay below LARGEST.

    Without poppler there are none: the checklist does without.
    """
    program = shutil.which("pdftoppm")
    if program is None or not pages:
        return {}
    found: dict[int, bytes] = {}
    with tempfile.TemporaryDirectory(prefix="isa-docs-") as folder:
        copy = Path(folder) / "copy.pdf"
        copy.write_bytes(without_output_intent(pdf.read_bytes()))
        for first, last in _runs(pages):
            options = ["-r", str(_DPI), "-gray", "-jpeg", "-jpegopt", f"quality={_QUALITY}"]
            subprocess.run(
                [program, *options, "-f", str(first), "-l", str(last), str(copy), f"{folder}/page"],
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        pictures = {int(each.stem.rpartition("-")[2]): each for each in Path(folder).glob("page-*.jpg")}
        total = 0
        for page in pages:
            if page not in pictures:
                continue
            data = pictures[page].read_bytes()
            total += len(data)
            if total > LARGEST:
                break
            found[page] = data
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


def _runs(pages: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of neighboring pages: one call of the program for each."""
    ordered = sorted(set(pages))
    start = previous = ordered[0]
    for page in ordered[1:]:
        if page != previous + 1:
            yield start, previous
            start = page
        previous = page
    yield start, previous
