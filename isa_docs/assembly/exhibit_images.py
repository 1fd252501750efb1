"""Turn a picture exhibit into pages: PNG, JPEG with EXIF rotation, TIFF with all its frames."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import img2pdf
from PIL import Image, ImageOps, UnidentifiedImageError

from isa_docs.assembly.exhibit_notes import Notes, RefusedError

_LETTER = (img2pdf.in_to_pt(8.5), img2pdf.in_to_pt(11))
_MARGINS = (img2pdf.in_to_pt(0.6), img2pdf.in_to_pt(0.5))
"""Room above and below, and at the sides; the page stamp stands in the lower one."""
_AS_THEY_ARE = frozenset({"1", "L", "RGB", "P"})
_MOST_FRAMES = 2000


def image_to_pdf(source: Path, out: Path, most_pixels: int, notes: Notes) -> int:
    """Write the picture as Letter pages, upright and no larger than it fits; return the number of pages.

    JPEG and fax-coded TIFF data go in without being decoded again where that is safe.
    Raises RefusedError for a damaged or oversized picture.
    """
    frames = _frames(source, most_pixels, notes)
    layout = img2pdf.get_layout_fun(_LETTER, None, _MARGINS, img2pdf.FitMode.shrink, auto_orient=True)
    try:
        data = img2pdf.convert(frames, layout_fun=layout, nodate=True, rotation=img2pdf.Rotation.ifvalid)
    except (img2pdf.ImageOpenError, img2pdf.NegativeDimensionError, img2pdf.PdfTooLargeError, ValueError) as error:
        raise RefusedError("EXH-IMAGE", f"the picture cannot be placed on a page ({error})") from error
    out.write_bytes(data)
    return len(frames)


def _frames(source: Path, most_pixels: int, notes: Notes) -> list[bytes]:
    """Return one encoded picture per page."""
    Image.MAX_IMAGE_PIXELS = most_pixels
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        warnings.simplefilter("ignore", UserWarning)
        try:
            with Image.open(source) as image:
                count = getattr(image, "n_frames", 1)
                if image.format != "TIFF":
                    if count > 1:
                        notes.warn("EXH-ANIMATED", f"only the first of its {count} pictures is shown")
                    return [_one(source, image, most_pixels)]
                if count > _MOST_FRAMES:
                    raise RefusedError("EXH-IMAGE", f"it holds more than {_MOST_FRAMES} pictures", "Split it.")
                return [_frame(image, number, most_pixels) for number in range(count)]
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_large(most_pixels) from error
        except (UnidentifiedImageError, OSError, SyntaxError, EOFError, ValueError) as error:
            raise RefusedError("EXH-IMAGE", "the picture is damaged or cut off", "Scan or export it again.") from error


def _one(source: Path, image: Image.Image, most_pixels: int) -> bytes:
    _bounded(image, most_pixels)
    image.load()
    safe = image.mode in _AS_THEY_ARE and "icc_profile" not in image.info and "transparency" not in image.info
    return source.read_bytes() if safe else _redrawn(ImageOps.exif_transpose(image))


def _frame(image: Image.Image, number: int, most_pixels: int) -> bytes:
    image.seek(number)
    _bounded(image, most_pixels)
    image.load()
    return _redrawn(ImageOps.exif_transpose(image))


def _redrawn(image: Image.Image) -> bytes:
    """Return a picture as PNG in gray or sRGB on white, without profile and without transparency."""
    dpi = image.info.get("dpi")
    if image.mode.startswith("I") or image.mode == "F":
        image = image.point(lambda value: value / 256).convert("L") if image.mode != "F" else image.convert("L")
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        image = image.convert("RGBA")
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image).convert("RGB")
    if image.mode not in ("1", "L", "RGB"):
        image = image.convert("RGB")
    image.info.pop("icc_profile", None)
    buffer = io.BytesIO()
    plausible = isinstance(dpi, tuple) and all(30 <= float(value) <= 2400 for value in dpi)
    options = {"dpi": (float(dpi[0]), float(dpi[1]))} if plausible and dpi else {}
    image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def _bounded(image: Image.Image, most_pixels: int) -> None:
    if image.width * image.height > most_pixels:
        raise _too_large(most_pixels)


def _too_large(most_pixels: int) -> RefusedError:
    millions = most_pixels // 1_000_000
    return RefusedError("EXH-PIXELS", f"the picture has more than {millions} million pixels", "Scan it at 300 dpi.")
