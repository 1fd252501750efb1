"""Embed the font of the page stamps and of the date fields: subset, deterministic, with widths and text mapping."""

from __future__ import annotations

import hashlib
import io
import shutil
import subprocess
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fontTools import subset
from fontTools.ttLib import TTFont
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from isa_docs.assembly.objects import points
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
            available = {character for character in missing if ord(character) in _cmap(file)}
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
        self.font, self.data = _subset(file, "".join(sorted(characters)))
        cmap = self.font.getBestCmap()
        order = self.font.getReverseGlyphMap()
        scale = 1000 / self.font["head"].unitsPerEm
        self.glyph = {character: order[cmap[ord(character)]] for character in sorted(characters)}
        self.widths = {
            glyph: round(self.font["hmtx"][self.font.getGlyphName(glyph)][0] * scale)
            for glyph in [0, *self.glyph.values()]
        }

    def embed(self, pdf: Pdf) -> Object:
        base = Name("/" + _postscript_name(self.font, self.data))
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
            FontDescriptor=_descriptor(pdf, self.font, self.data, base, symbolic=True),
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


def _field_subset(file: Path) -> tuple[TTFont, bytes]:
    cmap = _cmap(file)
    return _subset(file, "".join(sorted({each for each in _FIELD_CODES.values() if each and ord(each) in cmap})))


def _field_font(pdf: Pdf, file: Path) -> Object:
    codes = _FIELD_CODES
    font, data = _field_subset(file)
    base = Name("/" + _postscript_name(font, data))
    names = font.getBestCmap()
    scale = 1000 / font["head"].unitsPerEm
    widths = []
    for code in range(32, 256):
        character = codes[code]
        known = character and ord(character) in names
        widths.append(round(font["hmtx"][names[ord(character)]][0] * scale) if known else 0)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font,
            Subtype=Name.TrueType,
            BaseFont=base,
            FirstChar=32,
            LastChar=255,
            Widths=Array(widths),
            Encoding=Name.WinAnsiEncoding,
            FontDescriptor=_descriptor(pdf, font, data, base, symbolic=False),
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


def _descriptor(pdf: Pdf, font: TTFont, data: bytes, base: Name, *, symbolic: bool) -> Object:
    scale = 1000 / font["head"].unitsPerEm
    head, hhea, os2 = font["head"], font["hhea"], font["OS/2"]
    cap_height = getattr(os2, "sCapHeight", 0) or hhea.ascent
    corners = (head.xMin, head.yMin, head.xMax, head.yMax)
    return pdf.make_indirect(
        Dictionary(
            Type=Name.FontDescriptor,
            FontName=base,
            Flags=4 if symbolic else 32,
            FontBBox=Array([round(value * scale) for value in corners]),
            ItalicAngle=points(font["post"].italicAngle),
            Ascent=round(hhea.ascent * scale),
            Descent=round(hhea.descent * scale),
            CapHeight=round(cap_height * scale),
            StemV=80,
            FontFile2=pdf.make_stream(data, Length1=len(data)),
        )
    )


@lru_cache(maxsize=8)
def _cmap(file: Path) -> frozenset[int]:
    with TTFont(file, fontNumber=0, lazy=True) as font:
        return frozenset(font.getBestCmap()) if "glyf" in font else frozenset()


@lru_cache(maxsize=16)
def _subset(file: Path, characters: str) -> tuple[TTFont, bytes]:
    font = TTFont(file, fontNumber=0, recalcTimestamp=False)
    options = subset.Options()
    options.layout_features = []
    options.hinting = False
    options.notdef_outline = True
    options.recalc_timestamp = False
    options.name_IDs = [6]
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "kern", "FFTM", "DSIG"]
    worker = subset.Subsetter(options)
    worker.populate(text=characters)
    worker.subset(font)
    buffer = io.BytesIO()
    font.save(buffer, reorderTables=True)
    data = buffer.getvalue()
    return TTFont(io.BytesIO(data), recalcTimestamp=False), data


def _postscript_name(font: TTFont, data: bytes) -> str:
    digest = hashlib.sha256(data).digest()
    tag = "".join(chr(65 + byte % 26) for byte in digest[:6])
    name = font["name"].getDebugName(6) or "StampFont"
    return f"{tag}+{''.join(character for character in name if character.isalnum() or character == '-')}"


def _chunks(items: list[str], size: int) -> list[list[str]]:
    return [items[start : start + size] for start in range(0, len(items), size)]
