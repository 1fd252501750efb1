"""Small Word files made by hand, so that a test shows all that is in them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def relationships(*entries: str) -> str:
    """Return a .rels part; an entry is ``id type target``, with ``external`` after it for a target outside."""
    lines = []
    for entry in entries:
        name, kind, target, *external = entry.split()
        mode = ' TargetMode="External"' if external else ""
        lines.append(f'<Relationship Id="{name}" Type="{R}/{kind}" Target="{target}"{mode}/>')
    return f'<Relationships xmlns="{PACKAGE}/relationships">{"".join(lines)}</Relationships>'


def make_parts(body: str) -> dict[str, str | bytes]:
    """Return the parts of the smallest sound Word file with ``body`` inside its w:body."""
    return {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        '<Override PartName="/word/document.xml" ContentType='
        '"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/>'
        '<Override PartName="/docProps/core.xml" ContentType='
        '"application/vnd.openxmlformats-package.core-properties+xml"/></Types>',
        "_rels/.rels": relationships("rId1 officeDocument word/document.xml").replace(
            "</Relationships>",
            f'<Relationship Id="rId2" Type="{PACKAGE}/relationships/metadata/core-properties"'
            ' Target="docProps/core.xml"/></Relationships>',
        ),
        "docProps/core.xml": f'<c:coreProperties xmlns:c="{PACKAGE}/metadata/core-properties"'
        ' xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>Test</dc:title></c:coreProperties>',
        "word/document.xml": f'<w:document xmlns:w="{W}" xmlns:r="{R}"><w:body>{body}</w:body></w:document>',
    }


def make_docx(body: str, parts: Mapping[str, str | bytes] = {}) -> bytes:
    """Return a small Word file with ``body`` inside its w:body and ``parts`` added or replaced."""
    content = make_parts(body) | dict(parts)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def paragraph(text: str, properties: str = "") -> str:
    return f'<w:p><w:r>{properties}<w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def letter() -> bytes:
    """Return a two-page letter with all that the post-check must understand.

    First-page header apart from the others, a footnote, a computed field, capitals, a word broken in a narrow
    cell, a word with a soft hyphen, an accent in two characters. ``letter.pdf`` among the
    fixtures is LibreOffice's rendering of it; a slow test compares the two.
    """
    times = '<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/></w:rPr>'
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="900" w:type="dxa"/></w:tcPr>{paragraph(text, times)}</w:tc>'
        for text in ("12-345678900XX", "self-testing", "unbreakableidentifier")
    )
    body = (
        paragraph("Dear Chief:", times)
        + paragraph("This letter confirms continued compliance; the office’s affluent staff agree.", times)
        + paragraph("in small print", times.replace("</w:rPr>", "<w:caps/></w:rPr>"))
        + f"<w:p><w:r>{times}<w:t>co\u00adoperation cafe\u0301 page </w:t></w:r><w:r>{times}<w:fldChar"
        f' w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar'
        f' w:fldCharType="separate"/></w:r><w:r>{times}<w:t>stale</w:t></w:r><w:r><w:fldChar'
        f' w:fldCharType="end"/></w:r><w:r>{times}<w:footnoteReference w:id="2"/></w:r></w:p>'
        + '<w:tbl><w:tblPr><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid><w:gridCol w:w="900"/><w:gridCol'
        f' w:w="900"/><w:gridCol w:w="900"/></w:tblGrid><w:tr>{cells}</w:tr></w:tbl>'
        + f'<w:p><w:r>{times}<w:br w:type="page"/></w:r></w:p>'
        + paragraph("Second page begins here.", times)
        + '<w:sectPr><w:headerReference w:type="first" r:id="rId1"/><w:headerReference w:type="default"'
        ' r:id="rId2"/><w:footerReference w:type="first" r:id="rId3"/><w:footerReference w:type="default"'
        ' r:id="rId3"/><w:titlePg/></w:sectPr>'
    )
    types = make_parts("")["[Content_Types].xml"]
    kinds = (("header1", "header"), ("header2", "header"), ("footer1", "footer"), ("footnotes", "footnotes"))
    for name, kind in kinds:
        types = str(types).replace(
            "</Types>",
            f'<Override PartName="/word/{name}.xml" ContentType='
            f'"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"/></Types>',
        )
    note = "".join(
        f'<w:footnote w:id="{number}"{kind}>{paragraph(text, times)}</w:footnote>'
        for number, kind, text in (
            (0, ' w:type="separator"', ""),
            (2, "", "Seventy-seven FR."),
            (3, "", "Never referred to."),
        )
    )
    return make_docx(
        body,
        {
            "[Content_Types].xml": types,
            "word/_rels/document.xml.rels": relationships(
                "rId1 header header1.xml",
                "rId2 header header2.xml",
                "rId3 footer footer1.xml",
                "rId4 footnotes footnotes.xml",
            ),
            "word/header1.xml": f'<w:hdr xmlns:w="{W}">{paragraph("Northwind letterhead", times)}</w:hdr>',
            "word/header2.xml": f'<w:hdr xmlns:w="{W}">{paragraph("Continuation sheet", times)}</w:hdr>',
            "word/footer1.xml": f'<w:ftr xmlns:w="{W}">{paragraph("Privileged", times)}</w:ftr>',
            "word/footnotes.xml": f'<w:footnotes xmlns:w="{W}">{note}</w:footnotes>',
        },
    )


def linked_picture(relationship: str) -> str:
    """Return a paragraph with a picture that is not in the file but where ``relationship`` points."""
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    extent = 'cx="900000" cy="900000"'
    return (
        f'<w:p><w:r><w:drawing><wp:inline xmlns:wp="{drawing}/wordprocessingDrawing"><wp:extent {extent}/>'
        f'<wp:docPr id="1" name="p"/><a:graphic xmlns:a="{drawing}/main"><a:graphicData uri="{drawing}/picture">'
        f'<pic:pic xmlns:pic="{drawing}/picture"><pic:nvPicPr><pic:cNvPr id="1" name="p"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:link="{relationship}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext {extent}/></a:xfrm><a:prstGeom prst="rect"/></pic:spPr></pic:pic>'
        "</a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"
    )


def nested_tables(depth: int) -> str:
    inside = paragraph("innermost")
    for _ in range(depth):
        grid = '<w:tblPr/><w:tblGrid><w:gridCol w:w="5000"/></w:tblGrid>'
        inside = f"<w:tbl>{grid}<w:tr><w:tc>{inside}<w:p/></w:tc></w:tr></w:tbl>"
    return inside + "<w:p/>"
