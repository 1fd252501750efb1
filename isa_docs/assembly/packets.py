"""Signature packets: for each signer a small PDF with the pages he or she signs, as they stand in the package.

Firms circulate and collect signature pages, not whole packages. A packet's pages are those of the package, stamps and
page labels included, so that a signed page can take its place there; it is tagged and in archive form likewise.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, Fit, NameObject, NumberObject, TextStringObject

from isa_docs.assembly.copying import Copier
from isa_docs.assembly.esign import AGENCY, with_fields
from isa_docs.assembly.fields import add_fields
from isa_docs.assembly.graft import graft
from isa_docs.assembly.merging import append_pages
from isa_docs.assembly.metadata import describe, with_content_id
from isa_docs.assembly.model import AssemblyResult, PackageInfo, PlacedField
from isa_docs.assembly.objects import as_dictionary, as_list, entry, followed, shared_name
from isa_docs.assembly.pruning import prune
from isa_docs.assembly.source import Source
from isa_docs.assembly.structure import StructureTree
from isa_docs.assembly.typeface import stamp_fonts


@dataclass(frozen=True)
class Packet:
    """The signature pages of one signer; ``pages`` are pages of the package, ``fields`` lie on the packet's own."""

    role: str
    signer: str
    title: str
    order: int
    pdf: Path
    pages: tuple[int, ...]
    fields: tuple[PlacedField, ...]
    sha256: str


def signature_packets(
    package: AssemblyResult, info: PackageInfo, folder: Path, *, fonts: Sequence[Path] | None = None
) -> tuple[Packet, ...]:
    """Write one packet for each signer on the importer's side into ``folder``, in signing order.

    Each holds the signer's fields only. Same package, same bytes. A package nobody signs has no packet.
    """
    signers: dict[str, list[PlacedField]] = {}
    for item in package.fields:
        if item.slot.role != AGENCY:
            signers.setdefault(item.slot.role, []).append(item)
    if not signers:
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    source = Source(package.pdf, info.title)
    faces = tuple(fonts) if fonts is not None else stamp_fonts()
    packets = [
        _packet(source, package, info, own, folder / f"{package.pdf.stem}-{role}.pdf", faces)
        for role, own in signers.items()
    ]
    return tuple(sorted(packets, key=lambda each: (each.order, each.role)))


def _packet(
    source: Source,
    package: AssemblyResult,
    info: PackageInfo,
    fields: list[PlacedField],
    out: Path,
    faces: Sequence[Path],
) -> Packet:
    numbers = sorted({item.page for item in fields})
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    copier = Copier(writer)
    pages = append_pages(writer, [source.pages[number - 1] for number in numbers], copier)
    tree = StructureTree(writer)
    slot = fields[0].slot
    title = f"Signature pages of {slot.signer} – {info.title}"
    element = tree.add_part(title, None, None)
    graft(tree, element, _only(source.structure, numbers, source), copier, "s", "A picture; it is not described.")
    prune(tree, element)
    placed = [replace(item, page=numbers.index(item.page) + 1) for item in fields]
    add_fields(
        writer, tree, {item.part: element for item in fields}, with_fields(package.profile, placed), pages, faces[0]
    )
    labels = {item.page: item.page_label for item in fields}
    _label(writer, [labels[number] for number in numbers])
    for number, page in zip(numbers, pages, strict=True):
        page[NameObject("/Tabs")] = NameObject("/S")
        text = f"{labels[number]}: page {number} of {package.pages}"
        writer.add_outline_item(title=text, page_number=page.indirect_reference, fit=Fit.fit())
    writer.root_object[NameObject("/StructTreeRoot")] = tree.finish(pages)
    describe(writer, replace(info, title=title))
    buffer = io.BytesIO()
    writer.write(buffer)
    data = with_content_id(buffer.getvalue())
    out.write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    return Packet(slot.role, slot.signer, slot.title, slot.order, out, tuple(numbers), tuple(placed), digest)


def _only(root: DictionaryObject, numbers: Sequence[int], source: Source) -> DictionaryObject:
    """Return a structure root with those parts of the package that speak of the wanted pages."""
    wanted = {number - 1 for number in numbers}
    kept = ArrayObject()
    for document in as_list(root.get("/K")):
        for part in as_list(as_dictionary(document).get("/K")):
            if _speaks_of(as_dictionary(part), wanted, source):
                kept.append(part)
    copied = DictionaryObject({key: value for key, value in root.items() if key != "/K"})
    copied[shared_name("/K")] = kept
    return copied


def _speaks_of(part: DictionaryObject, wanted: set[int], source: Source) -> bool:
    """Tell whether a part has an element on a wanted page; the search ends at the first page past them."""
    stack = [part]
    while stack:
        element = stack.pop()
        page = source.page_index(element.get("/Pg"))
        if page is not None:
            if page in wanted:
                return True
            if page > max(wanted):
                return False
        for kid in reversed(as_list(element.get("/K"))):
            value = followed(kid)
            if isinstance(value, DictionaryObject) and entry(value, "/Type") != "/OBJR":
                stack.append(value)
    return False


def _label(writer: PdfWriter, labels: Sequence[str]) -> None:
    """Give the pages of the packet the labels they have in the package."""
    numbers = ArrayObject()
    for place, label in enumerate(labels):
        numbers += [NumberObject(place), DictionaryObject({NameObject("/P"): TextStringObject(label)})]
    writer.root_object[NameObject("/PageLabels")] = writer._add_object(DictionaryObject({NameObject("/Nums"): numbers}))
