"""What the package says of itself: document information, XMP, output intent, language, file identifier."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import lru_cache
from html import escape
from importlib import resources
from pathlib import Path

from pikepdf import Array, Dictionary, Name, ObjectStreamMode, Pdf, String

from isa_docs import __version__
from isa_docs.assembly.attachments import attach
from isa_docs.assembly.model import PackageInfo

PRODUCER = f"isa_docs {__version__}"


def describe(pdf: Pdf, info: PackageInfo) -> None:
    """Write title, author, subject, dates, language, viewer preferences, XMP and the sRGB output intent.

    The XMP declares PDF/A-2b (or A-3b) and PDF/UA-1 (with the extension schema PDF/A asks for) and says the same
    as the document information.
    """
    pdf.trailer.Info = pdf.make_indirect(
        Dictionary(
            Title=String(info.title),
            Author=String(info.author),
            Subject=String(info.subject),
            Keywords=String(info.package_id),
            Creator=String(PRODUCER),
            Producer=String(PRODUCER),
            CreationDate=String(f"D:{info.date:%Y%m%d}000000Z"),
            ModDate=String(f"D:{info.date:%Y%m%d}000000Z"),
        )
    )
    root = pdf.Root
    root.Lang = String(info.language)
    root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    root.MarkInfo = Dictionary(Marked=True)
    root.Metadata = pdf.make_stream(xmp_packet(info), Type=Name.Metadata, Subtype=Name.XML)
    root.OutputIntents = Array([pdf.make_indirect(_output_intent(pdf))])
    attach(pdf, info.attachments, info.date)


def write(pdf: Pdf, out: Path) -> str:
    """Write a finished file, with an identifier computed from its content; return its SHA-256.

    Its dictionaries stay in the clear, so that anybody can read in it what was signed.
    """
    pdf.save(
        out,
        min_version="1.7",
        fix_metadata_version=False,
        object_stream_mode=ObjectStreamMode.disable,
        deterministic_id=True,
    )
    with out.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


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
   <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{_escaped(info.title)}</rdf:li></rdf:Alt></dc:title>
   <dc:creator><rdf:Seq><rdf:li>{_escaped(info.author)}</rdf:li></rdf:Seq></dc:creator>
   <dc:description><rdf:Alt><rdf:li xml:lang="x-default">{_escaped(info.subject)}</rdf:li></rdf:Alt></dc:description>
   <dc:language><rdf:Bag><rdf:li>{_escaped(info.language)}</rdf:li></rdf:Bag></dc:language>
   <pdf:Keywords>{_escaped(info.package_id)}</pdf:Keywords>
   <pdf:Producer>{_escaped(PRODUCER)}</pdf:Producer>
   <xmp:CreatorTool>{_escaped(PRODUCER)}</xmp:CreatorTool>
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


def _output_intent(pdf: Pdf) -> Dictionary:
    return Dictionary(
        Type=Name.OutputIntent,
        S=Name.GTS_PDFA1,
        OutputConditionIdentifier=String("sRGB"),
        Info=String("sRGB IEC61966-2.1"),
        DestOutputProfile=pdf.make_stream(srgb_profile(), N=3),
    )


def _xmp_date(day: date) -> str:
    return f"{day:%Y-%m-%d}T00:00:00Z"


def _escaped(text: str) -> str:
    return escape(text, quote=False)
