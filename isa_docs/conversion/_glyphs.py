"""Find letters that a PDF draws as the box of a missing glyph, which text extraction and validators never notice."""

from __future__ import annotations

import re
import struct
from typing import Any

import uharfbuzz

_MAPPING = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:$|\r|\n)", re.MULTILINE)


def boxed_characters(font: Any) -> set[str]:
    """Return the characters for which an embedded TrueType subset holds a copy of its missing-glyph box.

    ``font`` is the PDF's font dictionary. LibreOffice gives each character it cannot show a glyph of its own
    with the outline of glyph 0. Fonts of other formats, where this cannot be seen, give an empty set.
    """
    descriptor = font.get("/FontDescriptor")
    if descriptor is None or "/FontFile2" not in descriptor or "/ToUnicode" not in font:
        return set()
    program = uharfbuzz.Face(descriptor.FontFile2.read_bytes())
    if not {"glyf", "loca", "head"} <= set(program.table_tags):
        return set()
    outlines, places, head = (program.reference_table(table).data for table in ("glyf", "loca", "head"))
    glyphs = _coded_glyphs(program)
    is_long = struct.unpack_from(">h", head, 50)[0]
    offsets = [
        offset * (1 if is_long else 2)
        for (offset,) in struct.iter_unpack(
            ">I" if is_long else ">H", places[: len(places) // (4 if is_long else 2) * (4 if is_long else 2)]
        )
    ]
    if len(offsets) < 2:
        return set()
    box = outlines[offsets[0] : offsets[1]]
    if not box:
        return set()
    found = set()
    for code, text in _MAPPING.findall(font.ToUnicode.read_bytes()):
        glyph = glyphs.get(int(code, 16), 0 if glyphs else int(code, 16))  # composite fonts have no cmap
        if 0 < glyph < len(offsets) - 1 and outlines[offsets[glyph] : offsets[glyph + 1]] == box:
            found.add(bytes.fromhex(text.decode("ascii")).decode("utf-16-be", "replace"))
    return found


def _coded_glyphs(program: uharfbuzz.Face) -> dict[int, int]:
    """Return the glyph of each code that a text may hold; empty for a font that is asked for glyphs directly.

    LibreOffice writes a table of one byte for each of 256 codes (OpenType, ``cmap`` format 0), with numbers of its own
    as codes, which are no characters.
    """
    if "cmap" not in program.table_tags:
        return {}
    table = program.reference_table("cmap").data
    (count,) = struct.unpack_from(">H", table, 2)
    for at in range(count):
        (place,) = struct.unpack_from(">L", table, 8 + 8 * at)
        if struct.unpack_from(">H", table, place)[0] == 0:
            return {code: glyph for code, glyph in enumerate(table[place + 6 : place + 262]) if glyph}
    font = uharfbuzz.Font(program)
    return {code: font.get_nominal_glyph(code) or 0 for code in program.unicodes}
