"""Tell whether a stripped exhibit may stay byte for byte what it is, or must be redrawn for the archive form.

A cheap judgment over all objects, strict where PDF/A-2 and PDF/UA-1 most often fail in the wild: fonts that are not
embedded or not mapped to Unicode, CMYK without a profile, layers, LZW and JPX data, unbalanced page content.
"""

from __future__ import annotations

import re
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from isa_docs.assembly.content import page_bytes
from isa_docs.assembly.exhibit_facts import Facts
from isa_docs.assembly.survey import element

_FORBIDDEN = re.compile(
    rb"/(?:DeviceCMYK|CalCMYK|LZWDecode|JPXDecode|OC|OCG|OCMD|TR|TR2|HTP|OPI|PS|Ref|XFA|Crypt|Alternates|Interpolate)\b"
)
_STRUCTURE = re.compile(rb"/Type /Struct(?:Elem|TreeRoot)(?![A-Za-z])")
_FONT = re.compile(rb"/Type /Font(?:Descriptor)?(?![A-Za-z])")
_CMYK_OPERATOR = re.compile(rb"[\d.]\s+[kK](?=\s)|/CMYK\b|/DeviceCMYK\b")
_KNOWN_ENCODINGS = (Name.WinAnsiEncoding, Name.MacRomanEncoding)


def is_clean(pdf: Pdf, facts: Facts) -> bool:
    """Tell whether the file can go into the package without being redrawn."""
    if facts.layers or "/OCProperties" in pdf.Root:
        return False
    try:
        return _objects_are_clean(pdf) and all(_page_is_clean(page) for page in pdf.pages)
    except Exception:  # whatever cannot even be judged is redrawn
        return False


def _objects_are_clean(pdf: Pdf) -> bool:
    """Judge every indirect object by its text, and look only into those that have to do with fonts."""
    own_words = _structure_maps(pdf)
    for item in pdf.objects:
        if isinstance(item, Stream):
            if not _stream_is_clean(item):
                return False
            continue
        if not isinstance(item, (Dictionary, Array)) or item.objgen in own_words:
            continue
        text = item.unparse(resolved=True)
        if _STRUCTURE.search(text) or element(text) is not None:
            continue  # "/TR" is a table row there, no transfer function
        if _FORBIDDEN.search(text) or (_FONT.search(text) and not _fonts_are_clean(item)):
            return False
    return True


def _structure_maps(pdf: Pdf) -> set[tuple[int, int]]:
    """Return which objects hold names of the structure: these may say anything."""
    root = pdf.Root.get("/StructTreeRoot")
    maps = [root.get(key) for key in ("/RoleMap", "/ClassMap")] if isinstance(root, Dictionary) else []
    return {item.objgen for item in maps if isinstance(item, Dictionary) and item.is_indirect}


def _stream_is_clean(item: Stream) -> bool:
    entries = item.stream_dict
    text = entries.unparse(resolved=True)
    if _FORBIDDEN.search(text) or (_FONT.search(text) and not _fonts_are_clean(entries)):
        return False
    return entries.get("/Subtype") != Name.Form or _content_is_clean(item.read_bytes())


def _fonts_are_clean(item: Any) -> bool:
    """Judge the fonts in an object and nested directly in it; a list of glyphs, which PDF/A doubts, is removed."""
    stack = [item]
    while stack:
        current = stack.pop()
        if isinstance(current, Dictionary):
            if current.get("/Type") == Name.Font and not _font_is_clean(current):
                return False
            for key in ("/CIDSet", "/CharSet"):
                if current.get("/Type") == Name.FontDescriptor and key in current:
                    del current[key]
        below = list(current.as_dict().values()) if isinstance(current, Dictionary) else list(current)
        stack += [each for each in below if isinstance(each, (Dictionary, Array)) and not each.is_indirect]
    return True


def _font_is_clean(font: Dictionary) -> bool:
    kind = font.get("/Subtype")
    if kind == Name.Type0:
        encoding = font.get("/Encoding")
        mapped = encoding in (Name("/Identity-H"), Name("/Identity-V")) or isinstance(encoding, Stream)
        return mapped and "/ToUnicode" in font
    if kind in (Name.CIDFontType2, Name.CIDFontType0):
        return _embedded(font) and (kind == Name.CIDFontType0 or "/CIDToGIDMap" in font)
    if kind == Name.Type3:
        return "/ToUnicode" in font
    encoding = font.get("/Encoding")
    if not _embedded(font) or not ("/ToUnicode" in font or encoding in _KNOWN_ENCODINGS):
        return False
    if kind != Name.TrueType:
        return True
    symbolic = bool(int(font.FontDescriptor.get("/Flags", 4)) & 4)
    return encoding is None if symbolic else encoding in _KNOWN_ENCODINGS


def _embedded(font: Dictionary) -> bool:
    descriptor = font.get("/FontDescriptor")
    return isinstance(descriptor, Dictionary) and any(
        key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")
    )


def _page_is_clean(page: pikepdf.Page) -> bool:
    return "/UserUnit" not in page and _content_is_clean(page_content(page))


def page_content(page: pikepdf.Page) -> bytes:
    """Return the decoded content of a page, its streams joined by line ends."""
    return page_bytes(page)


def _content_is_clean(data: bytes) -> bool:
    words = data.split()
    if words.count(b"q") != words.count(b"Q"):
        return False
    may_be_cmyk = b"k" in words or b"K" in words or b"CMYK" in data
    return not (may_be_cmyk and _CMYK_OPERATOR.search(data))
