"""Reduce a TrueType font to the characters that are shown, and read what a PDF must say of it.

All measures are in thousandths of the font size, as PDF counts them (ISO 32000-1, 9.2.4 and 9.8.1).
"""

from __future__ import annotations

import hashlib
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import uharfbuzz

_NAME_ID = 6
"""The PostScript name (OpenType, table ``name``)."""

_NOT_NEEDED = ("GSUB", "GPOS", "GDEF", "kern", "FFTM", "DSIG")


@dataclass(frozen=True)
class Subset:
    """A font program with few glyphs, renumbered from 0."""

    data: bytes
    name: str
    """PostScript name of the whole font."""
    glyphs: dict[str, int]
    advances: dict[int, int]
    box: tuple[int, int, int, int]
    italic_angle: float
    """In degrees, counter-clockwise."""
    ascent: int
    descent: int
    cap_height: int

    @property
    def tagged_name(self) -> str:
        """The name of the subset: six letters that stand for its bytes, and the font's name."""
        tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(self.data).digest()[:6])
        return f"{tag}+{''.join(each for each in self.name if each.isalnum() or each == '-')}"

    def glyph(self, character: str) -> int:
        """Return the glyph of a character, 0 when there is none."""
        return self.glyphs.get(character, 0)

    def advance(self, glyph: int) -> int:
        """Return the advance width of a glyph."""
        return self.advances.get(glyph, 0)


@lru_cache(maxsize=8)
def characters_of(file: Path) -> frozenset[int]:
    """Return the code points that a TrueType file has outlines for; none for another kind of font."""
    face = uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file)))
    return frozenset(face.unicodes) if "glyf" in face.table_tags else frozenset()


@lru_cache(maxsize=16)
def subset(file: Path, characters: str) -> Subset:
    """Reduce ``file`` to ``characters`` and the glyph for missing ones, unhinted and without layout features.

    The same file and characters give the same bytes.
    """
    wanted = uharfbuzz.SubsetInput()
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.NOTDEF_OUTLINE
    sets = uharfbuzz.SubsetInputSets
    for kind, values in (
        (sets.UNICODE, map(ord, characters)),
        (sets.NAME_ID, [_NAME_ID]),
        (sets.LAYOUT_FEATURE_TAG, []),
        (sets.DROP_TABLE_TAG, map(_number, _NOT_NEEDED)),
    ):
        wanted.sets(kind).clear()
        wanted.sets(kind).update(values)
    face = uharfbuzz.subset(uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(file))), wanted)
    font = uharfbuzz.Font(face)
    scale = 1000 / face.upem
    glyphs = {each: font.get_nominal_glyph(ord(each)) or 0 for each in characters}
    head, hhea, post = (face.reference_table(tag).data for tag in ("head", "hhea", "post"))
    ascent, descent = struct.unpack_from(">hh", hhea, 4)
    left, bottom, right, top = (round(each * scale) for each in struct.unpack_from(">4h", head, 36))
    return Subset(
        data=bytes(face.blob.data),
        name=face.get_name(_NAME_ID) or "StampFont",
        glyphs=glyphs,
        advances={each: round(font.get_glyph_h_advance(each) * scale) for each in {0, *glyphs.values()}},
        box=(left, bottom, right, top),
        italic_angle=struct.unpack_from(">l", post, 4)[0] / 65536,
        ascent=round(ascent * scale),
        descent=round(descent * scale),
        cap_height=round((_cap_height(face) or ascent) * scale),
    )


def _cap_height(face: uharfbuzz.Face) -> int:
    """Return the height of capital letters in font units, 0 where the font does not say it (table ``OS/2``, 88)."""
    table = face.reference_table("OS/2").data
    if len(table) < 90 or struct.unpack_from(">H", table)[0] < 2:
        return 0
    height: int = struct.unpack_from(">h", table, 88)[0]
    return height


def _number(tag: str) -> int:
    return int.from_bytes(tag.encode("ascii"), "big")
