"""Tell whether a stripped exhibit may stay byte for byte what it is, or must be redrawn for the archive form.

A cheap judgment over all objects, strict where PDF/A-2 and PDF/UA-1 most often fail in the wild: fonts that are not
embedded or not mapped to Unicode, CMYK without a profile, layers, LZW and JPX data, unbalanced page content.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, Stream

from isa_docs.assembly.content import page_bytes
from isa_docs.assembly.exhibit_facts import Facts

_FORBIDDEN = re.compile(
    rb"/(?:DeviceCMYK|CalCMYK|LZWDecode|JPXDecode|OC|OCG|OCMD|TR|TR2|HTP|OPI|PS|Ref|XFA|Crypt|Alternates|Interpolate)\b"
)
_CMYK_OPERATOR = re.compile(rb"[\d.]\s+[kK](?=\s)|/CMYK\b|/DeviceCMYK\b")
_SAVES = re.compile(rb"(?<!\S)q(?!\S)")
_RESTORES = re.compile(rb"(?<!\S)Q(?!\S)")
_KNOWN_ENCODINGS = (Name.WinAnsiEncoding, Name.MacRomanEncoding)


def is_clean(pdf: Pdf, facts: Facts) -> bool:
    """Tell whether the file can go into the package without being redrawn."""
    if facts.layers or "/OCProperties" in pdf.Root:
        return False
    try:
        return all(_object_is_clean(item) for item in _all_objects(pdf)) and all(
            _page_is_clean(page) for page in pdf.pages
        )
    except Exception:  # whatever cannot even be judged is redrawn
        return False


def _all_objects(pdf: Pdf) -> Iterator[Any]:
    """Yield every indirect object and every dictionary nested directly in one."""
    for item in pdf.objects:
        yield item
        stack = [item]
        while stack:
            current = stack.pop()
            entries = current.stream_dict if isinstance(current, Stream) else current
            if isinstance(entries, Dictionary):
                below = [entries.get(key) for key in entries.keys()]  # noqa: SIM118  a dictionary of pikepdf
            else:
                below = list(entries) if isinstance(entries, Array) else []
            for value in below:
                if isinstance(value, (Dictionary, Array)) and not value.is_indirect:
                    stack.append(value)
                    if isinstance(value, Dictionary):
                        yield value


def _object_is_clean(item: Any) -> bool:
    if isinstance(item, Stream):
        entries = item.stream_dict
        if _FORBIDDEN.search(entries.unparse(resolved=True)):
            return False
        return entries.get("/Subtype") != Name.Form or _content_is_clean(item.read_bytes())
    if isinstance(item, Dictionary):
        if item.get("/Type") in (Name.StructElem, Name.StructTreeRoot):
            return True  # "/TR" is a table row there, no transfer function
        if item.get("/Type") == Name.Font:
            return _font_is_clean(item)
        for key in ("/CIDSet", "/CharSet"):
            if item.get("/Type") == Name.FontDescriptor and key in item:
                del item[key]
        return not _FORBIDDEN.search(item.unparse(resolved=True))
    return not (isinstance(item, Array) and _FORBIDDEN.search(item.unparse(resolved=True)))


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
    balanced = len(_SAVES.findall(data)) == len(_RESTORES.findall(data))
    return balanced and _CMYK_OPERATOR.search(data) is None
