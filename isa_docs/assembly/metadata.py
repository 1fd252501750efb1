"""What the package says of itself: document information, XMP, output intent, language, file identifier."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import lru_cache
from importlib import resources
from xml.sax.saxutils import escape

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    ByteStringObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from isa_docs import __version__
from isa_docs.assembly.attachments import attach
from isa_docs.assembly.content import compressed
from isa_docs.assembly.model import PackageInfo

PRODUCER = f"isa_docs {__version__}"
_NO_ID = bytes(16)


def describe(writer: PdfWriter, info: PackageInfo) -> None:
    """Write title, author, subject, dates, language, viewer preferences, XMP and the sRGB output intent.

    The XMP declares PDF/A-2b (or A-3b) and PDF/UA-1 (with the extension schema PDF/A asks for) and says the same
    as the document information.
    """
    writer.metadata = None
    writer.add_metadata(
        {
            "/Title": info.title,
            "/Author": info.author,
            "/Subject": info.subject,
            "/Keywords": info.package_id,
            "/Creator": PRODUCER,
            "/Producer": PRODUCER,
            "/CreationDate": f"D:{info.date:%Y%m%d}000000Z",
            "/ModDate": f"D:{info.date:%Y%m%d}000000Z",
        }
    )
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject(info.language)
    root[NameObject("/ViewerPreferences")] = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    root[NameObject("/MarkInfo")] = DictionaryObject({NameObject("/Marked"): BooleanObject(True)})
    root[NameObject("/Metadata")] = writer._add_object(_metadata_stream(info))
    root[NameObject("/OutputIntents")] = ArrayObject([writer._add_object(_output_intent(writer))])
    attach(writer, info.attachments, info.date)
    writer._ID = ArrayObject([ByteStringObject(_NO_ID), ByteStringObject(_NO_ID)])


def with_content_id(data: bytes) -> bytes:
    """Return the written file with its identifier computed from its content (ISO 32000-1, 14.4)."""
    empty = _NO_ID.hex().encode()
    place = data.rfind(b"/ID")
    identifier = hashlib.sha256(data).digest()[:16].hex().encode()
    if place < 0 or data.count(empty, place) != 2:
        raise ValueError("the written file has no identifier to fill in")
    return data[:place] + data[place:].replace(empty, identifier)


def xmp_packet(info: PackageInfo) -> bytes:
    """Return the XMP packet of a package."""
    when = _xmp_date(info.date)
    return f"""<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
 <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
  <rdf:Description rdf:about=""
    xmlns:dc="http://purl.org/dc/elements/1.1/"
    xmlns:xmp="http://ns.adobe.com/xap/1.0/"
    xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
    xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/"
    xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"
    xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
    xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
    xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
   <dc:format>application/pdf</dc:format>
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{escape(info.title)}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{escape(info.author)}</rdf:li></rdf:Seq></dc:creator>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{escape(info.subject)}</rdf:li></rdf:Alt></dc:description>
   <dc:language><rdf:Bag><rdf:li>{escape(info.language)}</rdf:li></rdf:Bag></dc:language>
   <pdf:Keywords>{escape(info.package_id)}</pdf:Keywords>
   <pdf:Producer>{escape(PRODUCER)}</pdf:Producer>
   <xmp:CreatorTool>{escape(PRODUCER)}</xmp:CreatorTool>
   <xmp:CreateDate>{when}</xmp:CreateDate>
   <xmp:ModifyDate>{when}</xmp:ModifyDate>
   <pdfaid:part>{info.archive.removeprefix("a")}</pdfaid:part>
   <pdfaid:conformance>B</pdfaid:conformance>
   <pdfuaid:part>1</pdfuaid:part>
   <pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
    <pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
    <pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
    <pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
    <pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
     <pdfaProperty:name>part</pdfaProperty:name>
     <pdfaProperty:valueType>Integer</pdfaProperty:valueType>
     <pdfaProperty:category>internal</pdfaProperty:category>
     <pdfaProperty:description>Part of ISO 14289 to which this file conforms</pdfaProperty:description>
    </rdf:li></rdf:Seq></pdfaSchema:property>
   </rdf:li></rdf:Bag></pdfaExtension:schemas>
  </rdf:Description>
 </rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>""".encode()


@lru_cache(maxsize=1)
def srgb_profile() -> bytes:
    """Return the ICC profile shipped with the package (sRGB, written by littleCMS, its date pinned)."""
    return (resources.files("isa_docs.assembly") / "data" / "srgb.icc").read_bytes()


def _metadata_stream(info: PackageInfo) -> DecodedStreamObject:
    stream = DecodedStreamObject()
    stream[NameObject("/Type")] = NameObject("/Metadata")
    stream[NameObject("/Subtype")] = NameObject("/XML")
    stream._data = xmp_packet(info)
    return stream


def _output_intent(writer: PdfWriter) -> DictionaryObject:
    profile = compressed(srgb_profile())
    profile[NameObject("/N")] = NumberObject(3)
    return DictionaryObject(
        {
            NameObject("/Type"): NameObject("/OutputIntent"),
            NameObject("/S"): NameObject("/GTS_PDFA1"),
            NameObject("/OutputConditionIdentifier"): TextStringObject("sRGB"),
            NameObject("/Info"): TextStringObject("sRGB IEC61966-2.1"),
            NameObject("/DestOutputProfile"): writer._add_object(profile),
        }
    )


def _xmp_date(day: date) -> str:
    return f"{day:%Y-%m-%d}T00:00:00Z"
