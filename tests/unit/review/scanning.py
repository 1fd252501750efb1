"""A flatbed scanner for the tests: prints pages, turns them, and gives back a gray PDF of 200 dots an inch."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

import img2pdf
from PIL import Image

DPI = 200


def sheets(pdf: Path, pages: Sequence[int], folder: Path, turn: float = 2.0) -> list[bytes]:
    """Return pictures (JPEG) of pages (1-based), each turned by ``turn`` degrees and a little dirty."""
    out = []
    for page in pages:
        subprocess.run(
            [
                "pdftoppm",
                "-r",
                str(DPI),
                "-gray",
                "-f",
                str(page),
                "-l",
                str(page),
                "-singlefile",
                pdf,
                folder / "sheet",
            ],
            check=True,
        )
        with Image.open(folder / "sheet.pgm") as opened:
            image = opened.convert("L").rotate(
                turn, expand=turn % 90 == 0, fillcolor=245, resample=Image.Resampling.BICUBIC
            )
        noise = Image.effect_noise(image.size, 24).point(lambda value: value // 8)
        image = Image.blend(image, noise, 0.06)
        held = BytesIO()
        image.save(held, "JPEG", quality=70, dpi=(DPI, DPI))
        out.append(held.getvalue())
    return out


def scanned(pictures: Sequence[bytes], file: Path) -> Path:
    """Write pictures as a PDF, as a scanner does."""
    file.write_bytes(img2pdf.convert(list(pictures)))
    return file
