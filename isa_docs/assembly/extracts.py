"""Take pages out of a finished package into a file of their own, tagged and in archive form like the package."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, Fit, NameObject, NumberObject, TextStringObject

from isa_docs.assembly.copying import Copier
from isa_docs.assembly.esign import with_fields
from isa_docs.assembly.fields import add_fields
from isa_docs.assembly.graft import graft
from isa_docs.assembly.merging import append_pages
from isa_docs.assembly.metadata import describe, with_content_id
from isa_docs.assembly.model import AssemblyResult, PackageInfo, PlacedField
from isa_docs.assembly.objects import as_dictionary, as_list, entry, followed, shared_name
from isa_docs.assembly.pruning import prune
from isa_docs.assembly.source import Source
from isa_docs.assembly.structure import StructureTree


@dataclass(frozen=True)
class Extract:
    """Pages of a package as a file: ``pages`` are those of the package, ``fields`` lie on the file's own."""

    pdf: Path
    pages: tuple[int, ...]
    fields: tuple[PlacedField, ...]
    sha256: str


class Extractor:
    """A package opened once, to take pages out of it several times."""

    def __init__(self, package: AssemblyResult, info: PackageInfo, font: Path) -> None:
        self._package = package
        self._info = info
        self._font = font
        self._source = Source(package.pdf, info.title)
        self._labels = self._source.reader.page_labels

    def extract(
        self,
        numbers: Sequence[int],
        fields: Sequence[PlacedField],
        title: str,
        out: Path,
        outline: Sequence[tuple[int, str]] | None = None,
    ) -> Extract:
        """Write the pages ``numbers`` (from 1, in order) with ``fields``, which lie on them, to ``out``.

        The pages keep their stamps and labels; links are left out. ``outline`` names pages of the package for
        bookmarks; without it each page gets one.
        """
        writer = PdfWriter()
        writer.pdf_header = "%PDF-1.7"
        copier = Copier(writer)
        pages = append_pages(writer, [self._source.pages[number - 1] for number in numbers], copier)
        tree = StructureTree(writer)
        element = tree.add_part(title, None, None)
        structure = _only(self._source.structure, numbers, self._source)
        graft(tree, element, structure, copier, "s", "A picture; it is not described.")
        prune(tree, element)
        placed = tuple(replace(item, page=numbers.index(item.page) + 1) for item in fields)
        elements = {item.part: element for item in fields}
        add_fields(writer, tree, elements, with_fields(self._package.profile, placed), pages, self._font)
        _label(writer, [self._labels[number - 1] for number in numbers])
        for place, page in enumerate(pages):
            if place == 0 or "/Annots" in page:
                page[NameObject("/Tabs")] = NameObject("/S")
        for number, text in outline or [(number, self._page_title(number)) for number in numbers]:
            target = pages[numbers.index(number)].indirect_reference
            writer.add_outline_item(title=text, page_number=target, fit=Fit.fit())
        writer.root_object[NameObject("/StructTreeRoot")] = tree.finish(pages)
        describe(writer, replace(self._info, title=title, archive="a2", attachments=()))
        buffer = io.BytesIO()
        writer.write(buffer)
        data = with_content_id(buffer.getvalue())
        out.write_bytes(data)
        return Extract(out, tuple(numbers), placed, hashlib.sha256(data).hexdigest())

    def _page_title(self, number: int) -> str:
        return f"{self._labels[number - 1]}: page {number} of {self._package.pages}"


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
