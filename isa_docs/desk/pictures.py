"""Pictures of pages: drawn by PDFium from a part's PDF, with the stamp of the package and, on drafts, a mark."""

from __future__ import annotations

import io
import math
import threading
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFont

from isa_docs.assembly.stamps import BASELINE, SIDE, SIZE, page_number_text
from isa_docs.assembly.typeface import stamp_fonts
from isa_docs.conversion.drawing import drawn
from isa_docs.conversion.pdfium import PdfiumError
from isa_docs.errors import ConversionError

DPI = 80
_SECONDS = 30.0
_AT_ONCE = threading.Semaphore(2)
_REMEMBERED = 150
_INK = (89, 89, 89)
_PALE = (217, 217, 217)
_MARK = "DRAFT"
_LARGEST = 4000
"""Pixels of the longer side; an exhibit may have the page of a plan."""


@dataclass(frozen=True)
class Page:
    """One page to be drawn: page ``page`` (1-based) of ``pdf``, the ``number``-th of ``total`` in the package."""

    pdf: Path
    page: int
    number: int
    total: int
    stamp: str
    width: float
    height: float
    draft: bool


class Pictures:
    """Draws pages as PNG, each once as long as it is remembered."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[Page, int], bytes] = OrderedDict()
        self._lock = threading.Lock()

    def png(self, page: Page, scale: int = 1) -> bytes:
        """Return a page at ``scale`` times 80 dots an inch.

        Raises ConversionError when it cannot be drawn.
        """
        key = (page, scale)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        with _AT_ONCE:
            data = draw(page, min(DPI * scale, int(_LARGEST * 72 / max(page.width, page.height, 1))))
        with self._lock:
            self._kept[key] = data
            while len(self._kept) > _REMEMBERED:
                self._kept.popitem(last=False)
        return data


def draw(page: Page, dpi: int) -> bytes:
    """Draw one page; raises as :meth:`Pictures.png` does."""
    picture = None
    with suppress(PdfiumError, OSError):
        (picture,) = drawn(page.pdf, max(dpi, 1), first=page.page, last=page.page, seconds=_SECONDS)
    if picture is None:
        raise ConversionError("A page of the preview could not be drawn.")
    scale = picture.width / max(page.width, 1)
    if page.draft:
        picture = _marked(picture)
    _stamp(picture, page, scale)
    out = io.BytesIO()
    picture.save(out, "PNG", compress_level=4)
    return out.getvalue()


def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(stamp_fonts()[0]), max(size, 1))


def _stamp(picture: Image.Image, page: Page, scale: float) -> None:
    """Draw what stands at the foot of every page of the package."""
    drawing, font = ImageDraw.Draw(picture), _font(SIZE * scale)
    side = min(SIDE, page.width / 8) * scale
    base = picture.height - BASELINE * scale
    right = page_number_text(page.number, page.total)
    start = picture.width - side - font.getlength(right)
    left = page.stamp
    while left and side + font.getlength(left) > start - 18 * scale:
        left = left.rstrip("…")[:-1].rstrip() + "…" if len(left) > 2 else ""
    drawing.text((side, base), left, _INK, font, anchor="ls")
    drawing.text((start, base), right, _INK, font, anchor="ls")


def _marked(picture: Image.Image) -> Image.Image:
    """Lay the draft's mark along the diagonal, behind the text."""
    width, height = picture.size
    diagonal = math.hypot(width, height)
    font = _font(100)
    font = _font(min(100 * 0.75 * diagonal / font.getlength(_MARK), 150 * width / 612))
    layer = Image.new("RGB", (int(diagonal), int(diagonal)), "white")
    ImageDraw.Draw(layer).text((layer.width / 2, layer.height / 2), _MARK, _PALE, font, anchor="mm")
    layer = layer.rotate(math.degrees(math.atan2(height, width)), Image.Resampling.BILINEAR, fillcolor="white")
    left, top = (layer.width - width) // 2, (layer.height - height) // 2
    return ImageChops.multiply(picture, layer.crop((left, top, left + width, top + height)))
