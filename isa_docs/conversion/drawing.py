"""Draws pages of PDFs that strangers made, in a process of its own: one that takes too long, or dies, harms nobody.

The process is started as ``python -m isa_docs.conversion.drawing FILE DPI gray|color FIRST LAST`` and writes, for each
page from FIRST to LAST (from 1; 0 stands for the last), a frame with the picture as PNM, or an empty one.
"""

from __future__ import annotations

import io
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from isa_docs.conversion.pdfium import Document, PdfiumError
from isa_docs.documents.frames import read_frame, write_frame

if TYPE_CHECKING:
    from PIL import Image


def drawn(
    pdf: Path, dpi: float, *, gray: bool = False, first: int = 1, last: int = 0, seconds: float
) -> Iterator[Image.Image | None]:
    """Yield pictures of the pages from ``first`` to ``last`` (from 1; 0 is the last one), None for one that cannot be
    drawn.

    Raises PdfiumError when the file cannot be opened, or when all together take longer than ``seconds``.
    """
    from PIL import Image

    how = [str(dpi), "gray" if gray else "color", str(first), str(last)]
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, str(pdf), *how], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdout is not None
    late = threading.Timer(seconds, process.kill)
    late.start()
    try:
        while (frame := read_frame(process.stdout)) is not None:
            yield Image.open(io.BytesIO(frame)) if frame else None
        if process.wait():
            raise PdfiumError.of(pdf)
    finally:
        late.cancel()
        process.kill()
        process.stdout.close()
        process.wait()


def main() -> int:
    """Draw; the status is 1 when the file cannot be opened."""
    file, dpi, color, first, last = sys.argv[1:]
    try:
        with Document(Path(file)) as document:
            for index in range(int(first) - 1, int(last) or document.pages):
                picture = document.picture(index, float(dpi), gray=color == "gray")
                data = io.BytesIO()
                if picture is not None:
                    picture.save(data, "PPM")
                write_frame(sys.stdout.buffer, data.getvalue())
    except PdfiumError:
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
