"""JPEG data without what a camera or a program wrote beside the picture: place, author, comments, small pictures.

The picture itself is not decoded: what is kept is kept byte for byte.
"""

from __future__ import annotations

import re

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from isa_docs.assembly.objects import items_of

_START, _END = b"\xff\xd8", 0xD9
_SCAN, _COMMENT, _JFIF, _ICC, _ADOBE = 0xDA, 0xFE, 0xE0, 0xE2, 0xEE
_MARKER = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
"""What ends the coded data of a scan: any marker but a restart."""
_JFIF_LENGTH = 14
"""Bytes of a JFIF segment without the small picture that may follow."""


def bare(data: bytes) -> bytes:
    """Return JPEG data without Exif, XMP, IPTC, comments and all else that its decoding does not need.

    Resolution, color profile and Adobe's word on the colors stay; what follows the end of the picture goes. Data that
    is no sound JPEG is kept from where it stops being so.
    """
    if not data.startswith(_START):
        return data
    kept = [_START]
    at = len(_START)
    while marker := _MARKER.match(data, at):
        kind = data[marker.end() - 1]
        length = int.from_bytes(data[marker.end() : marker.end() + 2], "big")
        end = marker.end() + length
        if kind == _END:
            kept.append(b"\xff\xd9")
            return b"".join(kept)
        if length < 2 or end > len(data):
            break
        if kind == _SCAN:
            after = _MARKER.search(data, end)
            end = after.start() if after else len(data)
        kept.append(_kept(kind, data[marker.end() : end]))
        at = end
    return b"".join([*kept, data[at:]])


def _kept(kind: int, content: bytes) -> bytes:
    """Return what is kept of a segment; ``content`` begins with its length."""
    body = content[2:]
    if kind == _JFIF:
        if not body.startswith(b"JFIF\0") or len(body) < _JFIF_LENGTH:
            return b""
        content = (_JFIF_LENGTH + 2).to_bytes(2, "big") + body[: _JFIF_LENGTH - 2] + b"\0\0"
    elif kind == _ICC:
        if not body.startswith(b"ICC_PROFILE\0"):
            return b""
    elif kind == _ADOBE:
        if not body.startswith(b"Adobe"):
            return b""
    elif kind == _COMMENT or 0xE0 <= kind <= 0xEF:
        return b""
    return bytes([0xFF, kind]) + content


def bare_pictures(pdf: Pdf) -> None:
    """Leave of every JPEG in a PDF only what its decoding needs."""
    for item in list(pdf.objects):
        if isinstance(item, Stream) and (data := _jpeg(pdf, item)) is not None and (clean := bare(data)) != data:
            item.write(clean, filter=Name.DCTDecode, decode_parms=_own_parameters(item))


def tells(pdf: Pdf, item: Object) -> bool:
    """Tell whether an object is a JPEG that carries more than its picture."""
    data = _jpeg(pdf, item) if isinstance(item, Stream) else None
    return data is not None and bare(data) != data


def _jpeg(pdf: Pdf, item: Stream) -> bytes | None:
    """Return the JPEG data of a stream, None when it holds none, or none that can be read."""
    filters = items_of(item.stream_dict.get("/Filter"))
    if not filters or filters[-1] not in (Name.DCTDecode, Name("/DCT")):
        return None
    data = item.read_raw_bytes()
    if len(filters) == 1:
        return data
    parameters = items_of(item.stream_dict.get("/DecodeParms"))
    inner = pdf.make_stream(data)
    inner.Filter = Array(filters[:-1])
    if len(parameters) == len(filters):
        inner.DecodeParms = Array(parameters[:-1])
    try:
        return inner.read_bytes()
    except pikepdf.PdfError:
        return None


def _own_parameters(item: Stream) -> Dictionary | None:
    """Return what the stream says of how its JPEG is decoded."""
    filters, parameters = items_of(item.stream_dict.get("/Filter")), items_of(item.stream_dict.get("/DecodeParms"))
    last = parameters[-1] if parameters and len(parameters) == len(filters) else None
    return last if isinstance(last, Dictionary) else None
