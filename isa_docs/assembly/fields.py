"""Signature and date fields exactly on the lines, empty, named, tagged, and valid under PDF/A and PDF/UA."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Object, Page, Pdf, Stream, String

from isa_docs.assembly.model import Part, PlacedField, SignatureSlot
from isa_docs.assembly.objects import box, items_of, points
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
    tree: StructureTree,
    part_elements: Mapping[str, Dictionary],
    placed: Sequence[PlacedField],
    pages: Sequence[Page],
    font: Path,
) -> None:
    """Write the form: one widget per placed field, in signing order of the page, and the form dictionary.

    In the structure each field stands right after the paragraph of its line, where a screen reader expects it.
    """
    if not placed:
        return
    pdf = tree.pdf
    embedded = embed_field_font(pdf, font)
    fields = Array()
    for item in placed:
        page = pages[item.page - 1]
        widget = _widget(pdf, item, page, embedded)
        fields.append(widget)
        page.obj.Annots = Array([*items_of(page.obj.get("/Annots")), widget])
        line = element_on_line(tree, page, item.rect[0], item.rect[3] - above_top(item.slot))
        above = parent_of(line) if line is not None else None
        if above is not None and role_of(tree, above) in _HOLDS_FORMS:
            tree.wrap_object(above, "/Form", widget, page.obj, after=line)
        else:
            tree.wrap_object(part_elements[item.part], "/Form", widget, page.obj)
    form = Dictionary(
        Fields=fields,
        DA=String(f"{_FONT} {_DATE_SIZE} Tf 0 g"),
        DR=Dictionary(Font=Dictionary({_FONT: embedded})),
    )
    if any(item.slot.kind == "signature" for item in placed):
        form.SigFlags = _SIGNATURES_EXIST
    pdf.Root.AcroForm = pdf.make_indirect(form)


def _widget(pdf: Pdf, item: PlacedField, page: Page, font: Object) -> Dictionary:
    left, bottom, right, top = item.rect
    appearance = _appearance(pdf, b"" if item.slot.kind == "signature" else b"/Tx BMC\nEMC", right - left, top - bottom)
    if item.slot.kind == "date":
        appearance.Resources = Dictionary(Font=Dictionary({_FONT: font}))
    widget = Dictionary(
        Type=Name.Annot,
        Subtype=Name.Widget,
        FT=Name.Sig if item.slot.kind == "signature" else Name.Tx,
        T=String(item.slot.name),
        TU=String(item.slot.tooltip),
        F=_PRINT,
        Rect=Array([points(value) for value in item.rect]),
        AP=Dictionary(N=appearance),
        P=page.obj,
    )
    if item.slot.kind == "date":
        widget.DA = String(f"{_FONT} {_DATE_SIZE} Tf 0 g")
        widget.MaxLen = _DATE_LENGTH
    held = pdf.make_indirect(widget)
    assert isinstance(held, Dictionary)
    return held


def _appearance(pdf: Pdf, content: bytes, width: float, height: float) -> Stream:
    return pdf.make_stream(
        content, Type=Name.XObject, Subtype=Name.Form, BBox=box((0, 0, width, height)), Resources=Dictionary()
    )


def _misplaced(part: Part, slot: SignatureSlot, why: str) -> AssemblyError:
    finding = Finding(
        "PKG-FIELD-PLACE",
        Severity.ERROR,
        f"the {slot.kind} line of {slot.signer} in {part.title!r} cannot be found: {why}",
        "Give the line room of its own in the Word template: one [[sign:...]] or [[date:...]] token on one line.",
        place=Place(part.pdf.name),
    )
    return AssemblyError(finding.message, [finding])
