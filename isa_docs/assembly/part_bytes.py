"""The single PDFs beside a package, with the converter's clock taken out: same document, same bytes."""

from __future__ import annotations

import io
import re
from datetime import date
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, Pdf, Stream, String

from isa_docs.assembly.content import MENDED

_XMP_DATE = re.compile(
    rb"(<xmp:(?:CreateDate|ModifyDate|MetadataDate)>)[^<]*(<)|"
    rb"(xmp:(?:CreateDate|ModifyDate|MetadataDate)=\")[^\"]*(\")"
)
_ICC_DATE = slice(24, 36)


def pinned(pdf: Path, day: date) -> bytes:
    """Return a part's PDF with every time in it set to ``day``, and its identifier computed from its content.

    LibreOffice writes the time into the document information, the XMP, a checksum of its own, the file identifier
    and the header of the ICC profile (bytes 24 to 35), and offers no way to set it.
    """
    with pikepdf.open(pdf) as opened:
        when = String(f"D:{day:%Y%m%d}000000Z")
        for key in ("/CreationDate", "/ModDate"):
            if key in opened.docinfo:
                opened.docinfo[key] = when
        for key in ("/DocChecksum", "/ID"):
            if key in opened.trailer:
                del opened.trailer[key]
        if MENDED in opened.Root:
            del opened.Root[MENDED]
        _pin_metadata(opened, f"{day:%Y-%m-%d}T00:00:00Z".encode())
        _pin_profiles(opened, day)
        buffer = io.BytesIO()
        opened.save(buffer, deterministic_id=True, fix_metadata_version=False)
    return buffer.getvalue()


def _pin_metadata(pdf: Pdf, when: bytes) -> None:
    found = pdf.Root.get("/Metadata")
    if isinstance(found, Stream):

        def pin(match: re.Match[bytes]) -> bytes:
            before, after = (match[1], match[2]) if match[1] else (match[3], match[4])
            return before + when + after

        found.write(_XMP_DATE.sub(pin, found.read_bytes()))


def _pin_profiles(pdf: Pdf, day: date) -> None:
    intents = pdf.Root.get("/OutputIntents")
    for intent in intents if isinstance(intents, Array) else ():
        profile = intent.get("/DestOutputProfile") if isinstance(intent, Dictionary) else None
        if isinstance(profile, Stream):
            data = bytearray(profile.read_bytes())
            for offset, value in enumerate((day.year, day.month, day.day, 0, 0, 0)):
                place = _ICC_DATE.start + 2 * offset
                data[place : place + 2] = value.to_bytes(2, "big")
            data[84:100] = bytes(16)  # the profile's own checksum; zero says that it was not computed
            profile.write(bytes(data))
