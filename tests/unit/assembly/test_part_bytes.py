"""The single PDFs of the parts do not tell when they were converted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pikepdf

from isa_docs.assembly.part_bytes import pinned

from .papers import new_pdf, saved

DAY = date(2012, 11, 15)
XMP = b"""<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/">
<xmp:CreateDate>2026-01-01T00:00:SECOND</xmp:CreateDate></rdf:Description></rdf:RDF></x:xmpmeta>"""


def part(file: Path, second: int) -> Path:
    """A part as the converter leaves it at some second of the day."""
    pdf = new_pdf("Transmittal letter")
    pdf.docinfo["/CreationDate"] = f"D:202601010000{second:02d}Z"
    pdf.trailer["/DocChecksum"] = pikepdf.Name(f"/{second:032d}")
    xmp = XMP.replace(b"SECOND", b"%02d" % second)
    pdf.Root.Metadata = pdf.make_stream(xmp, Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
    header = bytearray(128)
    header[34:36] = second.to_bytes(2, "big")
    profile = pdf.make_stream(bytes(header), N=3)
    pdf.Root.OutputIntents = pikepdf.Array([pikepdf.Dictionary(DestOutputProfile=profile)])
    return saved(pdf, file)


def test_the_same_document_converted_at_another_time_gives_the_same_bytes(tmp_path: Path) -> None:
    first, second = part(tmp_path / "a.pdf", 1), part(tmp_path / "b.pdf", 2)
    assert first.read_bytes() != second.read_bytes()
    assert pinned(first, DAY) == pinned(second, DAY)


def test_the_only_date_is_that_of_the_submission(tmp_path: Path) -> None:
    out = tmp_path / "pinned.pdf"
    out.write_bytes(pinned(part(tmp_path / "a.pdf", 1), DAY))
    with pikepdf.open(out) as pdf:
        assert str(pdf.docinfo["/CreationDate"]) == "D:20121115000000Z"
        assert b"2012-11-15T00:00:00Z" in pdf.Root.Metadata.read_bytes()


def test_the_pages_stay_as_they_were(tmp_path: Path) -> None:
    out = tmp_path / "pinned.pdf"
    out.write_bytes(pinned(part(tmp_path / "a.pdf", 1), DAY))
    with pikepdf.open(out) as pdf:
        assert b"Transmittal letter" in pdf.pages[0].Contents.read_bytes()
