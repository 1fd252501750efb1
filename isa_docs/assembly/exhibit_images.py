"""Turn a picture exhibit into pages: PNG, JPEG with EXIF rotation, TIFF with all its frames."""

from __future__ import annotations

import io
import warnings
from pathlib import Path

import img2pdf
import pikepdf
from pikepdf import Array, Name, Stream
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from isa_docs.assembly.exhibit_notes import Notes, RefusedError
from isa_docs.assembly.jpeg_data import bare_pictures

_LETTER = (img2pdf.in_to_pt(8.5), img2pdf.in_to_pt(11))
_MARGINS = (img2pdf.in_to_pt(0.6), img2pdf.in_to_pt(0.5))
"""Room above and below, and at the sides; the page stamp stands in the lower one."""
_AS_THEY_ARE = frozenset({"1", "L", "RGB", "P"})
_MOST_FRAMES = 2000
_ORIENTATION = 0x0112
_MIRRORED = frozenset({2, 4, 5, 7})
"""Ways of lying that no turning of the page puts right."""
_NEAR = 3
"""How far a color may be from what it is in sRGB, of 255, for its profile to count as sRGB."""


def image_to_pdf(source: Path, out: Path, most_pixels: int, notes: Notes) -> int:
    """Write the picture as Letter pages, upright and no larger than it fits; return the number of pages.

    JPEG data in gray or sRGB go in without being decoded again, without what else the file tells. Others are redrawn
    without loss, in gray or sRGB; where their colors change by that, it is noted.
    Raises RefusedError for a damaged or oversized picture.
    """
    frames = _frames(source, most_pixels, notes)
    layout = img2pdf.get_layout_fun(_LETTER, None, _MARGINS, img2pdf.FitMode.shrink, auto_orient=True)
    try:
        data = img2pdf.convert(frames, layout_fun=layout, nodate=True, rotation=img2pdf.Rotation.ifvalid)
    except (img2pdf.ImageOpenError, img2pdf.NegativeDimensionError, img2pdf.PdfTooLargeError, ValueError) as error:
        raise RefusedError("EXH-IMAGE", f"the picture cannot be placed on a page ({error})") from error
    with pikepdf.open(io.BytesIO(data)) as pdf:
        del pdf.pages[len(frames) :]  # a camera's file may hold a second picture for each
        bare_pictures(pdf)
        for item in pdf.objects:
            if isinstance(item, Stream) and item.get("/Subtype") == Name.Image:
                _without_profile(item)
        pdf.save(out, deterministic_id=True)
    return len(frames)


def _without_profile(picture: Stream) -> None:
    """Say of a picture whose profile is as good as sRGB that it is in the page's own colors, which are that."""
    space = picture.get("/ColorSpace")
    if isinstance(space, Array) and space[0] == Name.ICCBased:
        picture.ColorSpace = Name.DeviceGray if int(space[1].N) == 1 else Name.DeviceRGB


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
                    return [_one(source, image, most_pixels, notes)]
                if count > _MOST_FRAMES:
                    raise RefusedError("EXH-IMAGE", f"it holds more than {_MOST_FRAMES} pictures", "Split it.")
                return [_frame(image, number, most_pixels, notes) for number in range(count)]
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise _too_large(most_pixels) from error
        except (UnidentifiedImageError, OSError, SyntaxError, EOFError, ValueError) as error:
            raise RefusedError("EXH-IMAGE", "the picture is damaged or cut off", "Scan or export it again.") from error


def _one(source: Path, image: Image.Image, most_pixels: int, notes: Notes) -> bytes:
    _bounded(image, most_pixels)
    image.load()
    safe = (
        image.mode in _AS_THEY_ARE
        and ("icc_profile" not in image.info or (image.format == "JPEG" and _is_srgb(image)))
        and "transparency" not in image.info
        and image.getexif().get(_ORIENTATION) not in _MIRRORED
    )
    return source.read_bytes() if safe else _redrawn(ImageOps.exif_transpose(image), notes)


def _frame(image: Image.Image, number: int, most_pixels: int, notes: Notes) -> bytes:
    image.seek(number)
    _bounded(image, most_pixels)
    image.load()
    return _redrawn(ImageOps.exif_transpose(image), notes, None if getattr(image, "n_frames", 1) == 1 else number + 1)


def _redrawn(image: Image.Image, notes: Notes, page: int | None = None) -> bytes:
    """Return a picture in black and white, gray or sRGB on white, without profile and without transparency."""
    dpi = image.info.get("dpi")
    image = _in_srgb(image, notes, page)
    if image.mode.startswith("I") or image.mode == "F":
        image = _in_256_steps(image, notes, page)
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
    if image.mode == "1":  # fax coding takes a tenth of the room
        image.save(buffer, "TIFF", compression="group4", **options)
    else:
        image.save(buffer, "PNG", **options)
    return buffer.getvalue()


def _in_256_steps(image: Image.Image, notes: Notes, page: int | None) -> Image.Image:
    """Return a gray picture of more steps in 256; notes when its white had to be guessed from its lightest value."""
    fractions = image.mode == "F"
    image = image if fractions else image.convert("I")
    lightest = float(image.getextrema()[1])  # type: ignore[arg-type]
    white = next((each for each in (1.0 if fractions else 255.0, 255.0, 4095.0, 65535.0) if lightest <= each), lightest)
    if white != 65535:
        notes.warn(
            "EXH-COLORS", f"its lightest gray is {lightest:g}, and {white:g} is taken as white", "Compare.", page
        )
    return image.point(lambda value: value * (255 / white) + 0.5).convert("L")


def _in_srgb(image: Image.Image, notes: Notes, page: int | None) -> Image.Image:
    """Return a picture with its profile applied, and CMYK as RGB; notes when colors change by that."""
    profile = image.info.get("icc_profile")
    press = image.mode == "CMYK"
    if profile and image.mode == "P":
        image = image.convert("RGBA" if "transparency" in image.info else "RGB")
    if press:
        notes.warn("EXH-COLORS", "its colors are those of a press (CMYK), and become sRGB", "Compare the two.", page)
    if not profile or image.mode not in ("L", "RGB", "RGBA", "CMYK") or _is_srgb(image):
        return image
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = image.mode if image.mode == "RGBA" else "RGB"
        made = ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), outputMode=mode)
    except (ImageCms.PyCMSError, OSError, ValueError):  # a damaged profile, or one for another kind of picture
        notes.warn("EXH-COLORS", "its color profile cannot be used, so it is left out", "Compare the two.", page)
        return image
    if not press:
        notes.warn("EXH-COLORS", "its colors have a profile of their own, and become sRGB", "Compare the two.", page)
    assert made is not None
    return made.convert("L") if image.mode == "L" else made


def _is_srgb(image: Image.Image) -> bool:
    """Tell whether the profile of a gray or color picture makes no color noticeably another than sRGB does."""
    steps = range(0, 256, 51)
    if image.mode == "L":
        sample = Image.new("L", (len(steps), 1))
        sample.putdata(list(steps))
    elif image.mode in ("RGB", "RGBA"):
        sample = Image.new("RGB", (len(steps) ** 3, 1))
        sample.putdata([(red, green, blue) for red in steps for green in steps for blue in steps])
    else:
        return False
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(image.info["icc_profile"]))
        made = ImageCms.profileToProfile(sample, own, ImageCms.createProfile("sRGB"), outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        return False
    pairs = zip(sample.convert("RGB").tobytes(), made.tobytes() if made is not None else b"", strict=True)
    return all(abs(one - other) <= _NEAR for one, other in pairs)


def _bounded(image: Image.Image, most_pixels: int) -> None:
    if image.width * image.height > most_pixels:
        raise _too_large(most_pixels)


def _too_large(most_pixels: int) -> RefusedError:
    millions = most_pixels // 1_000_000
    return RefusedError("EXH-PIXELS", f"the picture has more than {millions} million pixels", "Scan it at 300 dpi.")
