"""Compare two PDFs page by page as small gray images; what looks different was changed by redrawing.

This tells lost pictures, boxes, colors and large type. It does not tell a lost word of common size, which changes a
small picture no more than antialiasing does; exhibit_text.py looks for those.
"""

from __future__ import annotations

import array
import subprocess
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from isa_docs.assembly.exhibit_notes import RefusedError

RESOLUTION = 72
"""Dots per inch; cheap enough for every page, and an edge that moves by a dot hardly counts."""
_BLOCK = 18
_MOST_OF_BLOCK = 25.0
_MOST_OF_PAGE = 3.0
_SECONDS = 45
_MOST_RUNS = 20


def differing_pages(program: str, before: Path, after: Path, pages: Sequence[int], folder: Path) -> list[int]:
    """Return which of ``pages``, counted from 1, look different; all of them when one cannot be drawn.

    ``program`` is pdftoppm. Two pages differ when the mean gray of any quarter-inch block, or of the blocks on average,
    changes by more than antialiasing and substituted fonts explain.

    Raises RefusedError when drawing one of them takes longer than is allowed.
    """
    first, second = (
        _draw(program, file, pages, folder / name) for name, file in (("gray-a", before), ("gray-b", after))
    )
    if not set(pages) <= first.keys() & second.keys():
        return list(pages)
    return [page for page in pages if _differ(_read(first[page]), _read(second[page]))]


def _draw(program: str, pdf: Path, pages: Sequence[int], stem: Path) -> dict[int, Path]:
    """Draw the pages, those between them as well where there are many gaps; return the pictures by page."""
    stem.mkdir(exist_ok=True)
    runs = _runs(pages)
    for start, end in runs if len(runs) <= _MOST_RUNS else [(runs[0][0], runs[-1][1])]:
        which = ["-f", str(start), "-l", str(end)]
        try:
            subprocess.run(
                [program, "-r", str(RESOLUTION), *which, "-cropbox", "-gray", "-q", str(pdf), str(stem / "p")],
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise RefusedError("EXH-TIME", "comparing it with the original takes longer than is allowed") from error
    return {int(file.stem.rpartition("-")[2]): file for file in stem.glob("*.pgm")}


def _runs(pages: Sequence[int]) -> list[tuple[int, int]]:
    """Return pages in order as their first and last of each row without a gap."""
    runs: list[tuple[int, int]] = []
    for page in sorted(pages):
        if runs and page == runs[-1][1] + 1:
            runs[-1] = runs[-1][0], page
        else:
            runs.append((page, page))
    return runs


def _read(file: Path) -> Image.Image:
    """Read a binary PGM as pdftoppm writes it."""
    with Image.open(file) as image:
        image.load()
        return image


def _differ(first: Image.Image, second: Image.Image) -> bool:
    if any(abs(one - other) > 2 for one, other in zip(first.size, second.size, strict=True)):
        return True
    columns, rows = (min(one, other) // _BLOCK for one, other in zip(first.size, second.size, strict=True))
    if not rows or not columns:
        return False
    blocks = zip(_blocks(first, columns, rows), _blocks(second, columns, rows), strict=True)
    changes = [abs(one - other) for one, other in blocks]
    return sum(changes) / len(changes) > _MOST_OF_PAGE or max(changes) > _MOST_OF_BLOCK


def _blocks(page: Image.Image, columns: int, rows: int) -> array.array[float]:
    """Return the mean gray of each block; what moves by a dot hardly changes it."""
    cut = page.crop((0, 0, columns * _BLOCK, rows * _BLOCK)).convert("F")
    return array.array("f", cut.reduce(_BLOCK).tobytes())
