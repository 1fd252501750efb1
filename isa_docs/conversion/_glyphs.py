"""Find letters that a PDF draws as the box of a missing glyph, which text extraction and validators never notice."""

from __future__ import annotations

import io
import re
import struct
from typing import Any

from fontTools.ttLib import TTFont, TTLibError

_MAPPING = re.compile(rb"<([0-9A-Fa-f]+)>\s*<([0-9A-Fa-f]+)>\s*(?:$|\r|\n)", re.MULTILINE)


def boxed_characters(font: Any) -> set[str]:
    """Return the characters for which an embedded TrueType subset holds a copy of its missing-glyph box.

    ``font`` is the PDF's font dictionary. LibreOffice gives each character it cannot show a glyph of its own
    with the outline of glyph 0. Fonts of other formats, where this cannot be seen, give an empty set.
    """
    descriptor = font.get("/FontDescriptor")
    if descriptor is None or "/FontFile2" not in descriptor or "/ToUnicode" not in font:
        return set()
    try:
        program = TTFont(io.BytesIO(descriptor.FontFile2.read_bytes()), lazy=True)
        outlines, places, head = (program.reader[table] for table in ("glyf", "loca", "head"))
        glyphs = {
            code: program.getGlyphID(name)
            for table in (program["cmap"].tables if "cmap" in program else ())
            for code, name in table.cmap.items()
        }
    except (TTLibError, KeyError, AssertionError, struct.error):
        return set()
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
