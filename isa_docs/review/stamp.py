"""The visible mark of a digital signature: a one-page PDF with its font embedded, so PDF/A and PDF/UA still hold."""

from __future__ import annotations

from io import BytesIO

from pypdf import PdfWriter
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from isa_docs.assembly.typeface import StampFont, stamp_fonts

_LARGEST, _SMALLEST = 8.5, 4.0
_LEADING = 1.25


def signature_mark(lines: tuple[str, ...], width: float, height: float) -> bytes:
    """Return a PDF page of ``width`` by ``height`` points with ``lines`` set as large as fits, from the top left."""
    font = StampFont(stamp_fonts(), lines)
    size = _LARGEST
    while size > _SMALLEST and (
        len(lines) * size * _LEADING > height or max(font.width(line, size) for line in lines) > width - 4
    ):
        size -= 0.25
    writer = PdfWriter()
    page = writer.add_blank_page(width, height)
    content = []
    top = height - size
    for number, line in enumerate(lines):
        x = 2.0
        for run in font.runs(line):
            place = f"1 0 0 1 {x:.2f} {top - number * size * _LEADING:.2f} Tm"
            content.append(f"BT {run.font} {size:.2f} Tf {place} <{run.glyphs.hex()}> Tj ET")
            x += run.width * size / 1000
    stream = StreamObject()
    stream.set_data(("0 g\n" + "\n".join(content)).encode("ascii"))
    page[NameObject("/Contents")] = writer._add_object(stream)
    fonts = {NameObject(name): reference for name, reference in font.embed(writer).items()}
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): DictionaryObject(fonts)})
    out = BytesIO()
    writer.write(out)
    return out.getvalue()
