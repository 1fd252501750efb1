"""Draws pages of PDFs that strangers made, in a process of its own: one that takes too long, or dies, harms nobody.

The process is started as ``python -m isa_docs.conversion.drawing FILE DPI gray|color FIRST LAST`` and writes, for each
page from FIRST to LAST (from 1; 0 stands for the last), a frame with width, height and stride and the dots, or an empty
one. It imports no library for pictures: what it takes to start is most of what a page takes.
"""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from isa_docs.conversion.pdfium import Document, PdfiumError, Raster
from isa_docs.documents.frames import read_frame, write_frame

if TYPE_CHECKING:
    from PIL import Image

_HEAD = struct.Struct(">III")


def drawn(
    pdf: Path, dpi: float, *, gray: bool = False, first: int = 1, last: int = 0, seconds: float
) -> Iterator[Image.Image | None]:
    """Yield pictures of the pages from ``first`` to ``last`` (from 1; 0 is the last one), None for one that cannot be
    drawn.

    Raises PdfiumError when the file cannot be opened, or when all together take longer than ``seconds``.
    """
    how = [str(dpi), "gray" if gray else "color", str(first), str(last)]
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(pdf), *how], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    late = threading.Timer(seconds, process.kill)
    late.start()
    try:
        while (frame := read_frame(process.stdout)) is not None:
            yield _image(frame, gray) if frame else None
        if process.wait():
            raise PdfiumError.of(pdf)
    finally:
        late.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def _image(frame: bytes, gray: bool) -> Image.Image:
    width, height, stride = _HEAD.unpack_from(frame)
    return Raster(width, height, stride, gray, frame[_HEAD.size :]).image()


def main() -> int:
    """Draw; the status is 1 when the file cannot be opened."""
    file, dpi, color, first, last = sys.argv[1:]
    try:
        with Document(Path(file)) as document:
            for index in range(int(first) - 1, int(last) or document.pages):
                dots = document.picture(index, float(dpi), gray=color == "gray")
                frame = b"" if dots is None else _HEAD.pack(dots.width, dots.height, dots.stride) + dots.pixels
                write_frame(sys.stdout.buffer, frame)
    except PdfiumError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
