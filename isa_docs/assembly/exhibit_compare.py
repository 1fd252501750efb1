"""Compare two PDFs page by page as small gray images; what looks different was changed by redrawing."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import numpy as np

RESOLUTION = 36
"""Dots per inch; enough to see a lost word, cheap enough for every page."""
_BLOCK = 9
_MOST_OF_BLOCK = 30.0
_MOST_OF_PAGE = 3.0
_SECONDS = 45

_Gray = np.ndarray[Any, np.dtype[np.uint8]]


def differing_pages(program: str, before: Path, after: Path, count: int, folder: Path) -> list[int]:
    """Return the 1-based pages that look different; every page when one of the files cannot be drawn.

    ``program`` is pdftoppm. Two pages differ when the mean gray of any quarter-inch block, or of the blocks on average,
    changes by more than antialiasing and substituted fonts explain.
    """
    first, second = (_draw(program, file, folder / f"gray-{name}") for name, file in (("a", before), ("b", after)))
    if len(first) != count or len(second) != count:
        return list(range(1, count + 1))
    return [number + 1 for number in range(count) if _differ(_read(first[number]), _read(second[number]))]


def _draw(program: str, pdf: Path, stem: Path) -> list[Path]:
    stem.mkdir(exist_ok=True)
    subprocess.run(
        [program, "-r", str(RESOLUTION), "-gray", "-q", str(pdf), str(stem / "p")],
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
    return sorted(stem.glob("*.pgm"), key=lambda file: int(file.stem.rpartition("-")[2]))


def _read(file: Path) -> _Gray:
    """Read a binary PGM as pdftoppm writes it."""
    data = file.read_bytes()
    fields = data.split(None, 4)
    width, height = int(fields[1]), int(fields[2])
    return np.frombuffer(data[-width * height :], dtype=np.uint8).reshape(height, width)


def _differ(first: _Gray, second: _Gray) -> bool:
    if any(abs(one - other) > 2 for one, other in zip(first.shape, second.shape, strict=True)):
        return True
    height, width = (min(one, other) for one, other in zip(first.shape, second.shape, strict=True))
    rows, columns = height // _BLOCK, width // _BLOCK
    if not rows or not columns:
        return False
    change = np.abs(_blocks(first, rows, columns) - _blocks(second, rows, columns))
    return float(change.mean()) > _MOST_OF_PAGE or float(change.max()) > _MOST_OF_BLOCK


def _blocks(page: _Gray, rows: int, columns: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Return the mean gray of each block; a glyph that moved by a dot hardly changes it, a lost word does."""
    cut = page[: rows * _BLOCK, : columns * _BLOCK].astype(np.float32)
    means: np.ndarray[Any, np.dtype[np.float32]] = cut.reshape(rows, _BLOCK, columns, _BLOCK).mean(axis=(1, 3))
    return means
