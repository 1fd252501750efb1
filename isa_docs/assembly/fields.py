"""Signature and date fields exactly on the lines, empty, named, tagged, and valid under PDF/A and PDF/UA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from isa_docs.assembly.content import plain
from isa_docs.assembly.model import Part, PlacedField, SignatureSlot
from isa_docs.assembly.objects import followed
from isa_docs.assembly.reading_order import element_on_line, parent_of, role_of
from isa_docs.assembly.source import Spot
from isa_docs.assembly.structure import StructureTree
from isa_docs.assembly.typeface import embed_field_font
from isa_docs.errors import AssemblyError
from isa_docs.findings import Finding, Place, Severity

BELOW_TOP = 12.5
"""How far a field reaches below the top of its line, in points."""
ABOVE_TOP = {"signature": 16.0, "date": 3.0}
"""How far a field reaches above the top of its line, in points."""
NARROWEST = 36.0
_DATE_LENGTH = 10
_DATE_SIZE = 10
_PRINT = 4
_SIGNATURES_EXIST = 1
_FONT = "/IsaField"
_HOLDS_FORMS = frozenset({"/Document", "/Part", "/Art", "/Sect", "/Div", "/TD", "/LBody", "/NonStruct"})


def above_top(slot: SignatureSlot) -> float:
    """Return how far the field of a slot reaches above the top of its line, in points."""
    return ABOVE_TOP[slot.kind] if slot.room is None else slot.room


def locate(part: Part, slot: SignatureSlot, named: Mapping[str, Spot]) -> tuple[int, tuple[float, ...]]:
    """Return the 0-based page within the part and the rectangle of a slot.

    Raises AssemblyError when the line's ends are missing, on different lines, or too close together.
    """
    start, end = named.get(slot.start), named.get(slot.end)
    if start is None or end is None:
        missing = slot.start if start is None else slot.end
        raise _misplaced(part, slot, f"its PDF has no destination {missing!r}")
    if None in (start.left, start.top, end.left, end.top):
        raise _misplaced(part, slot, "its destinations give no position")
    left, top, right = float(start.left or 0), float(start.top or 0), float(end.left or 0)
    if start.page != end.page or abs(top - float(end.top or 0)) > 2:
        raise _misplaced(part, slot, "the line runs over into the next line or page")
    if right - left < NARROWEST:
        raise _misplaced(part, slot, f"the line is only {right - left:.0f} pt long")
    rectangle = (left, top - BELOW_TOP, right, top + above_top(slot))
    return start.page, tuple(round(value, 2) for value in rectangle)


def add_fields(
    writer: PdfWriter,
    tree: StructureTree,
    part_elements: Mapping[str, IndirectObject],
    placed: Sequence[PlacedField],
    pages: Sequence[PageObject],
    font: Path,
) -> None:
    """Write the form: one widget per placed field, in signing order of the page, and the form dictionary.

    In the structure each field stands right after the paragraph of its line, where a screen reader expects it.
    """
    if not placed:
        return
    font_reference = embed_field_font(writer, font)
    fields = ArrayObject()
    for item in placed:
        page = pages[item.page - 1]
        widget = _widget(writer, item, page, font_reference)
        reference = writer._add_object(widget)
        fields.append(reference)
        annotations = followed(page.get("/Annots"))
        if not isinstance(annotations, ArrayObject):
            annotations = ArrayObject()
            page[NameObject("/Annots")] = annotations
        annotations.append(reference)
        if page.indirect_reference is not None:
            line = element_on_line(tree, page, item.rect[0], item.rect[3] - above_top(item.slot))
            above = parent_of(line) if line is not None else None
            if above is not None and role_of(tree, above) in _HOLDS_FORMS:
                tree.wrap_object(above, "/Form", widget, page.indirect_reference, after=line)
            else:
                tree.wrap_object(part_elements[item.part], "/Form", widget, page.indirect_reference)
    form = DictionaryObject(
        {
            NameObject("/Fields"): fields,
            NameObject("/SigFlags"): NumberObject(_SIGNATURES_EXIST),
            NameObject("/DA"): TextStringObject(f"{_FONT} {_DATE_SIZE} Tf 0 g"),
            NameObject("/DR"): DictionaryObject(
                {NameObject("/Font"): DictionaryObject({NameObject(_FONT): font_reference})}
            ),
        }
    )
    if not any(item.slot.kind == "signature" for item in placed):
        del form["/SigFlags"]
    writer.root_object[NameObject("/AcroForm")] = writer._add_object(form)


def _widget(writer: PdfWriter, item: PlacedField, page: PageObject, font: IndirectObject) -> DictionaryObject:
    left, bottom, right, top = item.rect
    width, height = right - left, top - bottom
    appearance = plain(b"" if item.slot.kind == "signature" else b"/Tx BMC\nEMC")
    _form_x_object(appearance, width, height)
    if item.slot.kind == "date":
        appearance[NameObject("/Resources")] = DictionaryObject(
            {NameObject("/Font"): DictionaryObject({NameObject(_FONT): font})}
        )
    widget = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Widget"),
            NameObject("/FT"): NameObject("/Sig" if item.slot.kind == "signature" else "/Tx"),
            NameObject("/T"): TextStringObject(item.slot.name),
            NameObject("/TU"): TextStringObject(item.slot.tooltip),
            NameObject("/F"): NumberObject(_PRINT),
            NameObject("/Rect"): ArrayObject(FloatObject(value) for value in item.rect),
            NameObject("/AP"): DictionaryObject({NameObject("/N"): writer._add_object(appearance)}),
        }
    )
    if page.indirect_reference is not None:
        widget[NameObject("/P")] = page.indirect_reference
    if item.slot.kind == "date":
        widget[NameObject("/DA")] = TextStringObject(f"{_FONT} {_DATE_SIZE} Tf 0 g")
        widget[NameObject("/MaxLen")] = NumberObject(_DATE_LENGTH)
    return widget


def _form_x_object(stream: DecodedStreamObject, width: float, height: float) -> None:
    stream[NameObject("/Type")] = NameObject("/XObject")
    stream[NameObject("/Subtype")] = NameObject("/Form")
    stream[NameObject("/BBox")] = ArrayObject(FloatObject(round(value, 2)) for value in (0, 0, width, height))
    stream[NameObject("/Resources")] = DictionaryObject()


def _misplaced(part: Part, slot: SignatureSlot, why: str) -> AssemblyError:
    finding = Finding(
        "PKG-FIELD-PLACE",
        Severity.ERROR,
        f"the {slot.kind} line of {slot.signer} in {part.title!r} cannot be found: {why}",
        "Give the line room of its own in the Word template: one [[sign:...]] or [[date:...]] token on one line.",
        place=Place(part.pdf.name),
    )
    return AssemblyError(finding.message, [finding])
