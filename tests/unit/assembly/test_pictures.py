"""Pictures as exhibits: they look as they did, in sRGB, and tell nothing but what they show."""

from __future__ import annotations

import io
from pathlib import Path

import numpy
import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, Pdf, Stream
from PIL import Image, ImageCms, ImageDraw

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.checks import check_package
from isa_docs.assembly.exhibits import ExhibitFile, ExhibitResult, Treatment, take_exhibits
from isa_docs.assembly.jpeg_data import bare
from isa_docs.assembly.mending import mend_marks
from isa_docs.assembly.model import Part
from isa_docs.conversion.pdfium import Document
from isa_docs.errors import AssemblyError

from .papers import info, new_pdf, saved

SECRETS = (b"ACME PHONE 9", b"Jane Q. Photographer", b"draft for counsel", b"XYZZY", b"IPTC author", b"XMP author")
SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(mode: str = "RGB", size: tuple[int, int] = (600, 400)) -> Image.Image:
    """Return a white picture with a red field in its upper left part."""
    made = Image.new("RGB", size, "white")
    ImageDraw.Draw(made).rectangle([20, 20, size[0] // 2 - 20, size[1] // 2 - 20], fill="red")
    return made.convert(mode)


def talkative(orientation: int = 1) -> bytes:
    """Return a JPEG with place, camera, author, comment, IPTC data, and more behind its end."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x013B] = orientation, "ACME PHONE 9", "Jane Q. Photographer"
    exif[0x010E] = "draft for counsel"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "N", (38.0, 53.0, 51.0), "W", (77.0, 2.0, 11.0)
    buffer = io.BytesIO()
    picture().save(buffer, "JPEG", exif=exif, comment=b"XYZZY", dpi=(150, 150), xmp=b"<x>XMP author</x>")
    data = buffer.getvalue()
    iptc = b"Photoshop 3.0\0IPTC author"
    return data[:2] + b"\xff\xed" + (len(iptc) + 2).to_bytes(2, "big") + iptc + data[2:] + b"behind XYZZY"


def taken(file: Path, treatment: Treatment = "auto") -> ExhibitResult:
    return take_exhibits([ExhibitFile(file, "x", treatment=treatment)], work=file.parent / "work")[0]


def images(pdf: Path) -> list[tuple[Dictionary, bytes]]:
    with pikepdf.open(pdf) as opened:
        found = [each for each in opened.objects if isinstance(each, Stream) and each.get("/Subtype") == Name.Image]
        return [(Dictionary(dict(each.stream_dict.items())), each.read_raw_bytes()) for each in found]


def shown(pdf: Path) -> Image.Image:
    with Document(pdf) as opened:
        drawn = opened.picture(0, 72)
        assert drawn is not None
        return drawn.image()


def package_of(result: ExhibitResult, folder: Path) -> tuple[Path, list[str]]:
    parts = [Part("x", "Exhibit X", "exhibit", result.pdf, "A-", alternative_text="A picture.")]
    made = assemble(parts, info(), folder / "package.pdf")
    return made.pdf, [each.message for each in check_package(made, parts, info())]


def test_the_picture_in_a_jpeg_is_kept_byte_for_byte() -> None:
    data = talkative()
    clean = bare(data)
    assert not any(secret in clean for secret in SECRETS)
    assert bare(clean) == clean
    with Image.open(io.BytesIO(data)) as before, Image.open(io.BytesIO(clean)) as after:
        assert before.tobytes() == after.tobytes()
        assert after.info["dpi"] == (150, 150)
        assert len(after.getexif()) == 0
    for cut in (1, 2, 3, 30, len(data) // 2, len(data) - 20):
        assert bare(bare(data[:cut])) == bare(data[:cut])
        assert len(bare(data[:cut])) <= cut


def test_of_many_scans_each_is_kept_and_the_color_profile_stays() -> None:
    buffer = io.BytesIO()
    picture().save(buffer, "JPEG", progressive=True, icc_profile=SRGB, comment=b"XYZZY")
    data = bare(buffer.getvalue())
    assert b"XYZZY" not in data
    with Image.open(io.BytesIO(data)) as after, Image.open(buffer) as before:
        assert (after.info["icc_profile"], after.tobytes()) == (SRGB, before.tobytes())


@pytest.mark.slow
@pytest.mark.parametrize("inside", ["alone", "in a PDF", "packed in a PDF", "in a converted paper"])
def test_a_photo_tells_nothing_but_what_it_shows(inside: str, tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(talkative(orientation=1 if "PDF" in inside or "paper" in inside else 6))
    if inside == "alone":
        result = taken(photo)
    else:
        pdf = new_pdf("Enclosed:")
        image = Dictionary(Type=Name.XObject, Subtype=Name.Image, Width=600, Height=400, BitsPerComponent=8)
        image.ColorSpace = Name.DeviceRGB
        stream = pdf.make_stream(photo.read_bytes(), image)
        stream.Filter = Name.DCTDecode
        if inside == "packed in a PDF":
            stream.write(photo.read_bytes().hex().encode() + b">", filter=Array([Name.ASCIIHexDecode, Name.DCTDecode]))
        pdf.pages[0].Resources.XObject = Dictionary(I=stream)
        pdf.pages[0].contents_add(b"q 400 0 0 300 100 200 cm /I Do Q")
        file = saved(pdf, tmp_path / "photo.pdf")
        if inside == "in a converted paper":
            mend_marks(file)
            result = ExhibitResult(file, 1, "as-is", (), "")
        else:
            result = taken(file)
    package, faults = package_of(result, tmp_path)
    assert (faults, result.warnings) == ([], ())
    ((entries, data),) = [each for each in images(package) if each[0].get("/Width") == 600]
    assert entries.Filter == Name.DCTDecode
    assert not any(secret in package.read_bytes() for secret in SECRETS)
    with Image.open(io.BytesIO(data)) as after, Image.open(photo) as before:
        assert after.tobytes() == before.tobytes()
        assert (len(after.getexif()), dict(after.getexif().get_ifd(0x8825))) == (0, {})


@pytest.mark.slow
def test_a_talkative_photo_stops_the_package(tmp_path: Path) -> None:
    pdf = new_pdf("Enclosed:")
    image = pdf.make_stream(talkative(), Type=Name.XObject, Subtype=Name.Image, Width=600, Height=400)
    image.ColorSpace, image.BitsPerComponent, image.Filter = Name.DeviceRGB, 8, Name.DCTDecode
    pdf.pages[0].Resources.XObject = Dictionary(I=image)
    result = ExhibitResult(saved(pdf, tmp_path / "photo.pdf"), 1, "as-is", (), "")
    _, faults = package_of(result, tmp_path)
    assert faults == ["the package: a picture of it carries more than it shows (Exif, comments)"]


@pytest.mark.slow
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_lies_as_its_camera_says(orientation: int, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    lying = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes each, as PIL counts its turns and mirrorings
    stored = picture() if orientation == 1 else picture().transpose(Image.Transpose(lying[orientation]))
    photo = tmp_path / "photo.jpg"
    stored.save(photo, exif=exif)
    pdf = taken(photo).pdf
    page = shown(pdf)
    assert page.width > page.height, "the picture is wider than high, and so is its page"
    box = page.convert("L").point(lambda value: 255 * (value < 200)).getbbox()
    assert box is not None
    assert (box[0] + box[2]) / 2 < page.width / 2
    assert (box[1] + box[3]) / 2 < page.height / 2, "its red field is in its upper left part"


@pytest.mark.slow
def test_a_photo_with_the_usual_profile_is_not_decoded(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    picture().save(photo, icc_profile=SRGB)
    result = taken(photo, "exact")
    ((entries, data),) = images(result.pdf)
    assert (entries.Filter, entries.ColorSpace) == (Name.DCTDecode, Name.DeviceRGB)
    assert data == bare(photo.read_bytes())
    assert result.warnings == ()


@pytest.mark.slow
def test_a_profile_of_its_own_is_applied_and_told(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    swapped = bytearray(SRGB)  # a profile in which red is green and green is red
    red, green = swapped.index(b"rXYZ"), swapped.index(b"gXYZ")
    swapped[red : red + 4], swapped[green : green + 4] = b"gXYZ", b"rXYZ"
    picture().save(photo, icc_profile=bytes(swapped), quality=95)
    result = taken(photo)
    assert [each.code for each in result.warnings] == ["EXH-COLORS"]
    assert "its colors have a profile of their own, and become sRGB" in result.warnings[0].message
    red_now, green_now, _ = shown(result.pdf).getpixel((280, 230))  # type: ignore[misc]
    assert green_now > 200 > red_now
    with pytest.raises(AssemblyError, match="the matter asks for it exactly as it is"):
        taken(photo, "exact")


@pytest.mark.slow
def test_a_picture_for_the_press_is_told(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    picture("CMYK").save(photo)
    result = taken(photo)
    assert [each.code for each in result.warnings] == ["EXH-COLORS"]
    assert images(result.pdf)[0][0].ColorSpace == Name.DeviceRGB
    with pytest.raises(AssemblyError, match="those of a press"):
        taken(photo, "exact")


@pytest.mark.slow
def test_a_damaged_profile_is_told(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    picture().save(photo, icc_profile=SRGB[:40] + b"?" * 200)
    assert ["its color profile cannot be used" in each.message for each in taken(photo).warnings] == [True]


@pytest.mark.slow
def test_a_fax_stays_fax_coded(tmp_path: Path) -> None:
    fax = tmp_path / "fax.tif"
    page = Image.new("1", (1700, 2200), 1)
    page.paste(0, (100, 100, 900, 700))
    page.save(fax, compression="group4", dpi=(200, 200))
    result = taken(fax)
    ((entries, data),) = images(result.pdf)
    assert list(entries.Filter) == [Name.CCITTFaxDecode]
    assert len(data) < 2 * fax.stat().st_size
    drawn = shown(result.pdf)
    assert (drawn.getpixel((150, 150)), drawn.getpixel((500, 600))) == ((0, 0, 0), (255, 255, 255))


@pytest.mark.slow
def test_the_second_picture_of_a_camera_makes_no_page(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    second = Image.new("RGB", (600, 400), "blue")
    picture().save(photo, format="MPO", save_all=True, append_images=[second])
    result = taken(photo)
    assert [each.code for each in result.warnings] == ["EXH-ANIMATED"]
    with Pdf.open(result.pdf) as pdf:
        assert (result.pages, len(pdf.pages)) == (1, 1)
    assert len(images(result.pdf)) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "white", "said"),
    [
        ("uint16", 65535, None),
        ("uint16", 4080, "4095"),
        ("int32", 255, "255"),
        ("float32", 1.0, "1"),
        ("int32", 10**6, "1e+06"),
    ],
)
def test_a_gray_picture_of_many_steps_is_not_black(kind: str, white: float, said: str | None, tmp_path: Path) -> None:
    scan = tmp_path / "scan.tif"
    gray = numpy.asarray(picture("L"), dtype="float64") * (white / 255)
    Image.fromarray(gray.astype(kind)).save(scan)
    result = taken(scan)
    told = [f"and {said} is taken as white" in each.message for each in result.warnings]
    assert told == ([True] if said else [])
    light, dark = (shown(result.pdf).getpixel(at) for at in ((560, 400), (280, 230)))
    assert light == (255, 255, 255) or white == 4080
    assert 60 < dark[0] < 90, "red is 76 in gray"  # type: ignore[index]
