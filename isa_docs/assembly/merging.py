"""Put pages of a source file into the file that is written: pages only, no annotations, no structure keys."""

from __future__ import annotations

from collections.abc import Sequence

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject

from isa_docs.assembly.copying import Copier
from isa_docs.assembly.objects import as_list

_LETTER = (0.0, 0.0, 612.0, 792.0)
_KEPT = ("/Resources", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group", "/Contents")


def append_pages(writer: PdfWriter, originals: Sequence[PageObject], copier: Copier) -> list[PageObject]:
    """Copy pages to the end of ``writer`` and claim them in ``copier``, so that references to them follow."""
    own: list[PageObject] = []
    for original in originals:
        page = PageObject(pdf=writer)
        reference = writer._add_object(page)
        if original.indirect_reference is not None and copier.copied(original.indirect_reference) is None:
            copier.claim(original.indirect_reference, reference)
        own.append(page)
    tree = writer.root_object["/Pages"]
    assert isinstance(tree, DictionaryObject)
    kids = tree["/Kids"]
    assert isinstance(kids, ArrayObject)
    for original, page in zip(originals, own, strict=True):
        _fill(page, original, copier)
        page[NameObject("/Parent")] = tree.indirect_reference
        kids.append(page.indirect_reference)
    tree[NameObject("/Count")] = NumberObject(len(kids))
    return own


def _fill(page: PageObject, original: PageObject, copier: Copier) -> None:
    page[NameObject("/Type")] = NameObject("/Page")
    for key in _KEPT:
        value = original.get(key)
        if value is not None:
            page[NameObject(key)] = copier.copy(value)
    if len(as_list(page.get("/MediaBox"))) != 4:
        page[NameObject("/MediaBox")] = ArrayObject(NumberObject(round(value)) for value in _LETTER)
