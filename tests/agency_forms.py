"""Forms of an invented agency, made for the tests: a Word form, a PDF with fields, and a flat PDF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from textwrap import dedent

import pikepdf
from docx import Document
from pikepdf import Array, Dictionary, Name, Pdf, String

Line = tuple[float, float, str]
"""Left, base line, and text."""

WORDS: Sequence[Line] = (
    (72, 720, "AGENCY FORM ZZ-7: UNDERSTANDING WITH A PARTICIPANT"),
    (72, 690, "This understanding is made between the agency and the participant named below."),
    (72, 650, "Name of participant: ______________________________"),
    (72, 620, "Place of business:"),
    (72, 590, "Numbers covered:"),
    (72, 480, "The participant will keep its records and will answer questions of the agency."),
    (72, 450, "The participant applies for the first time"),
)
SIGNING: Sequence[Line] = (
    (72, 720, "The participant signs here:"),
    (72, 650, "Signature ______________________________"),
    (330, 650, "Date __________________"),
    (72, 630, "Printed name and title:"),
    (72, 540, "For the agency ______________________________"),
)


def _page(pdf: Pdf, lines: Sequence[Line], rotate: int = 0) -> pikepdf.Page:
    shown = "".join(f"BT /F1 10 Tf 1 0 0 1 {x} {y} Tm ({text}) Tj ET\n" for x, y, text in lines)
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    pdf.add_blank_page(page_size=(612, 792))
    page = pdf.pages[-1]
    page.Resources = Dictionary(Font=Dictionary(F1=font))
    if rotate == 90:  # drawn sideways, so that it is upright as shown
        shown = f"q 0 1 -1 0 612 0 cm\n{shown}Q"
        page.Rotate = 270
        page.MediaBox = Array([0, 0, 612, 792])
    page.Contents = pdf.make_stream(shown.encode())
    return page


def flat_form(path: Path) -> Path:
    """Write a two-page form without fields."""
    with Pdf.new() as pdf:
        _page(pdf, WORDS)
        _page(pdf, SIGNING)
        pdf.save(path, deterministic_id=True)
    return path


def fillable_form(path: Path) -> Path:
    """Write the same form with fields: text, a field of cells, a box to check, radio buttons, lines to sign."""
    with Pdf.new() as pdf:
        first, second = _page(pdf, WORDS), _page(pdf, SIGNING)
        fields = [
            _field(pdf, first, "Participant.Name", (170, 646, 400, 662), FT=Name.Tx),
            _field(pdf, first, "Participant.Place", (170, 616, 400, 632), FT=Name.Tx, V=String("type here")),
            _field(pdf, first, "Numbers", (170, 570, 300, 602), FT=Name.Tx, Ff=1 << 12),
            _field(pdf, first, "State", (420, 616, 460, 632), FT=Name.Tx, Ff=1 << 24, MaxLen=2),
            _button(pdf, first, "First", (300, 447, 312, 459)),
            _field(pdf, second, "Signature1", (120, 648, 300, 670), FT=Name.Sig),
            _field(pdf, second, "Printed", (190, 626, 420, 642), FT=Name.Tx),
        ]
        pdf.Root.AcroForm = pdf.make_indirect(
            Dictionary(
                Fields=Array(fields),
                DA=String("/Helv 10 Tf 0 g"),
                DR=Dictionary(
                    Font=Dictionary(Helv=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
                ),
            )
        )
        pdf.save(path, deterministic_id=True)
    return path


def _field(pdf: Pdf, page: pikepdf.Page, name: str, rect: Sequence[float], **entries: object) -> pikepdf.Object:
    widget = Dictionary(Type=Name.Annot, Subtype=Name.Widget, T=String(name), Rect=Array(rect), F=4, P=page.obj)
    widget.DA = String("/Helv 10 Tf 0 g")
    for key, value in entries.items():
        widget[f"/{key}"] = value
    made = pdf.make_indirect(widget)
    if "/Annots" not in page:
        page.Annots = Array()
    page.Annots.append(made)
    return made


def _button(pdf: Pdf, page: pikepdf.Page, name: str, rect: Sequence[float]) -> pikepdf.Object:
    def look(data: bytes) -> pikepdf.Object:
        stream = pdf.make_stream(data)
        stream.Type, stream.Subtype, stream.BBox = Name.XObject, Name.Form, Array([0, 0, 12, 12])
        return stream

    states = Dictionary(N=Dictionary(Yes=look(b"1 1 10 10 re S"), Off=look(b"1 1 10 10 re S")))
    return _field(pdf, page, name, rect, FT=Name.Btn, V=Name.Off, AS=Name.Off, AP=states)


def word_form(path: Path) -> Path:
    """Write a Word form with placeholders, blanks and lines to sign."""
    word = Document()
    word.core_properties.author = "Agency"
    word.add_heading("AGENCY FORM ZZ-7: UNDERSTANDING WITH A PARTICIPANT", 1)
    paragraph = word.add_paragraph("This understanding is made between the agency and ")
    paragraph.add_run("[NAME OF ").bold = True
    paragraph.add_run("PARTICIPANT]").italic = True
    paragraph.add_run(", a participant.")
    word.add_paragraph("Place of business:")
    word.add_paragraph("Numbers covered: [NUMBERS]. The participant {will} keep its records.")
    word.add_paragraph("☐ The participant applies for the first time.")
    word.add_paragraph("Signature: ______________________________")
    word.add_paragraph("Date:")
    word.add_paragraph("For the agency: ______________________________")
    word.save(str(path))
    return path


def places(form: Path, text: str) -> Path:
    """Write the places file of a form."""
    path = form.with_suffix(".yaml")
    path.write_text(dedent(text), encoding="utf-8")
    return path
