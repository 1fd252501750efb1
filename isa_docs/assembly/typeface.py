"""Embed the font of the page stamps and of the date fields: subset, deterministic, with widths and text mapping."""

from __future__ import annotations

import io
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from isa_docs.assembly.objects import points
from isa_docs.assembly.subsetting import Subset, characters_of, subset
from isa_docs.errors import MissingProgramError

if TYPE_CHECKING:
    from pypdf import PdfWriter

FAMILIES = ("Liberation Sans", "DejaVu Sans")
"""The families looked for, in this order."""

_USUAL_PLACES = (
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/liberation-sans/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/dejavu-sans-fonts/DejaVuSans.ttf",
    "/Library/Fonts/Arial.ttf",
    "/System/Library/Fonts/Supplemental/Arial.ttf",
    "C:/Windows/Fonts/arial.ttf",
)


@lru_cache(maxsize=1)
def stamp_fonts() -> tuple[Path, ...]:
    """Return the TrueType files used for stamps and date fields, best first.

    Raises MissingProgramError when no usable font is installed.
    """
    found: list[Path] = []
    if shutil.which("fc-match"):
        for family in FAMILIES:
            answer = subprocess.run(
                ["fc-match", "-f", "%{family}|%{file}", f"{family}:style=Regular"],
                capture_output=True,
                text=True,
                timeout=20,
                check=False,
            ).stdout
            name, _, file = answer.partition("|")
            if family in name and file.endswith(".ttf"):
                found.append(Path(file))
    found += [Path(place) for place in _USUAL_PLACES if Path(place).is_file() and Path(place) not in found]
    if not found:
        raise MissingProgramError(
            "no font for the page stamps: install Liberation or DejaVu "
            "(Debian/Ubuntu: apt-get install fonts-liberation fonts-dejavu-core)"
        )
    return tuple(found)


@dataclass(frozen=True)
class Run:
    """A piece of text in one font: resource name, encoded bytes, width in thousandths of the size."""

    font: str
    glyphs: bytes
    width: float


class StampFont:
    """Text for stamps in subset Type 0 fonts; a character is taken from the first font that has it."""

    def __init__(self, files: Sequence[Path], texts: Iterable[str], name: str = "/IsaStamp") -> None:
        wanted = {character for text in texts for character in text} | {"?", "…"}
        self._faces: list[_Face] = []
        self._of: dict[str, _Face] = {}
        for file in files:
            missing = {character for character in wanted if character not in self._of}
            if not missing:
                break
            available = {character for character in missing if ord(character) in characters_of(file)}
            if available:
                face = _Face(file, available, f"{name}{len(self._faces)}")
                self._faces.append(face)
                self._of.update(dict.fromkeys(available, face))
        self._runs: dict[str, list[Run]] = {}
        self.unshowable = frozenset(wanted - set(self._of) - {"?", "…"})

    def width(self, text: str, size: float) -> float:
        """Return the width of ``text`` in points."""
        return sum(run.width for run in self.runs(text)) * size / 1000

    def runs(self, text: str) -> list[Run]:
        """Split ``text`` into runs of one font; a character no font has becomes a question mark."""
        if text in self._runs:
            return self._runs[text]
        runs: list[Run] = []
        for character in text:
            face = self._of.get(character) or self._of["?"]
            glyph = face.glyph.get(character, face.glyph.get("?", 0))
            run = Run(face.name, glyph.to_bytes(2, "big"), face.widths.get(glyph, 0))
            if runs and runs[-1].font == face.name:
                run = Run(face.name, runs[-1].glyphs + run.glyphs, runs[-1].width + run.width)
                runs[-1] = run
            else:
                runs.append(run)
        self._runs[text] = runs
        return runs

    def embed(self, target: Pdf | PdfWriter) -> dict[str, Any]:
        """Write the fonts into a file of pikepdf or of pypdf; return resource name to font there."""
        if isinstance(target, Pdf):
            return {face.name: face.embed(target) for face in self._faces}
        return _with_pypdf(target, lambda pdf: {face.name: face.embed(pdf) for face in self._faces})


class _Face:
    """One TrueType file reduced to the characters needed."""

    def __init__(self, file: Path, characters: set[str], name: str) -> None:
        self.name = name
        self.font = subset(file, "".join(sorted(characters)))
        self.glyph = {character: self.font.glyph(character) for character in sorted(characters)}
        self.widths = {glyph: self.font.advance(glyph) for glyph in [0, *self.glyph.values()]}

    def embed(self, pdf: Pdf) -> Object:
        base = Name("/" + self.font.tagged_name)
        by_glyph = {glyph: character for character, glyph in self.glyph.items()}
        widths = Array()
        for glyph in sorted(self.widths):
            widths.append(glyph)
            widths.append(Array([self.widths[glyph]]))
        lines = [f"<{glyph:04X}> <{by_glyph[glyph].encode('utf-16-be').hex().upper()}>\n" for glyph in sorted(by_glyph)]
        to_unicode = (
            "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
            "/CIDSystemInfo <</Registry (Adobe) /Ordering (UCS) /Supplement 0>> def\n"
            "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
            "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
            + "".join(f"{len(chunk)} beginbfchar\n" + "".join(chunk) + "endbfchar\n" for chunk in _chunks(lines, 100))
            + "endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
        )
        descendant = Dictionary(
            Type=Name.Font,
            Subtype=Name.CIDFontType2,
            BaseFont=base,
            CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
            FontDescriptor=_descriptor(pdf, self.font, base, symbolic=True),
            DW=1000,
            W=widths,
            CIDToGIDMap=Name.Identity,
        )
        return pdf.make_indirect(
            Dictionary(
                Type=Name.Font,
                Subtype=Name.Type0,
                BaseFont=base,
                Encoding=Name("/Identity-H"),
                DescendantFonts=Array([pdf.make_indirect(descendant)]),
                ToUnicode=pdf.make_stream(to_unicode.encode("ascii")),
            )
        )


_FIELD_CODES = {code: bytes([code]).decode("cp1252", "ignore") for code in range(32, 256)}


def embed_field_font(target: Pdf | PdfWriter, file: Path) -> Any:
    """Embed ``file`` as a WinAnsi TrueType font, so that a viewer can type a date with it; return the font there."""
    if isinstance(target, Pdf):
        return _field_font(target, file)
    return _with_pypdf(target, lambda pdf: {"/Field": _field_font(pdf, file)})["/Field"]


def prepare_field_font(file: Path) -> None:
    """Make the subset that :func:`embed_field_font` needs of ``file``, which takes a while; it is kept."""
    _field_subset(file)


def _field_subset(file: Path) -> Subset:
    known = characters_of(file)
    return subset(file, "".join(sorted({each for each in _FIELD_CODES.values() if each and ord(each) in known})))


def _field_font(pdf: Pdf, file: Path) -> Object:
    font = _field_subset(file)
    base = Name("/" + font.tagged_name)
    widths = []
    for code in range(32, 256):
        character = _FIELD_CODES[code]
        widths.append(font.advance(font.glyph(character)) if character and font.glyph(character) else 0)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=base,
            FirstChar=32,
            LastChar=255,
            Widths=Array(widths),
            Encoding=Name.WinAnsiEncoding,
            FontDescriptor=_descriptor(pdf, font, base, symbolic=False),
        )
    )


def _with_pypdf(writer: PdfWriter, embed: Callable[[Pdf], dict[str, Object]]) -> dict[str, Any]:
    """Embed fonts in a file of their own and copy them into one that pypdf writes."""
    from pypdf import PdfReader

    buffer = io.BytesIO()
    with Pdf.new() as pdf:
        pdf.Root.IsaFonts = Dictionary(embed(pdf))
        pdf.save(buffer, static_id=True)
    fonts: Any = PdfReader(buffer).root_object["/IsaFonts"]
    return {str(name): font.get_object().clone(writer).indirect_reference for name, font in fonts.items()}


def _descriptor(pdf: Pdf, font: Subset, base: Name, *, symbolic: bool) -> Object:
    return pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=base,
            Flags=4 if symbolic else 32,
            FontBBox=Array(list(font.box)),
            ItalicAngle=points(font.italic_angle),
            Ascent=font.ascent,
            Descent=font.descent,
            CapHeight=font.cap_height,
            StemV=80,
            FontFile2=pdf.make_stream(font.data, Length1=len(font.data)),
        )
    )


def _chunks(items: list[str], size: int) -> list[list[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
