"""Take pages out of a finished package into a file of their own, tagged and in archive form like the package."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
from pikepdf import Array, Dictionary, OutlineItem, Page, Pdf, String

from isa_docs.assembly.assemble import tab_by_structure
from isa_docs.assembly.esign import with_fields
from isa_docs.assembly.metadata import describe, write
from isa_docs.assembly.model import AssemblyResult, PackageInfo, PlacedField
from isa_docs.assembly.navigation import destination
from isa_docs.assembly.objects import items_of
from isa_docs.assembly.page_labels import page_labels
from isa_docs.assembly.pruning import prune


@dataclass(frozen=True)
class Extract:
    """Pages of a package as a file: ``pages`` are those of the package, ``fields`` lie on the file's own."""

    pdf: Path
    pages: tuple[int, ...]
    fields: tuple[PlacedField, ...]
    sha256: str


class Extractor:
    """A package, to take pages out of it several times."""

    def __init__(self, package: AssemblyResult, info: PackageInfo) -> None:
        self._package = package
        self._info = info

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
        placed = tuple(replace(item, page=numbers.index(item.page) + 1) for item in fields)
        with pikepdf.open(self._package.pdf) as pdf:
            labels = page_labels(pdf)
            _keep_pages(pdf, numbers)
            pages = list(pdf.pages)
            _keep_fields(pdf, pages, {item.slot.name for item in with_fields(self._package.profile, fields)})
            prune(pdf, pages)
            tab_by_structure(pages)
            named = outline or [(number, f"{labels[number - 1]}: page {number} of {len(labels)}") for number in numbers]
            _name_pages(pdf, [(pages[numbers.index(number)], text) for number, text in named])
            _label(pdf, [labels[number - 1] for number in numbers])
            for key in ("/AF", "/Names"):
                if key in pdf.Root:
                    del pdf.Root[key]
            describe(pdf, replace(self._info, title=title, archive="a2", attachments=()))
            digest = write(pdf, out)
        return Extract(out, tuple(numbers), placed, digest)


def _keep_pages(pdf: Pdf, numbers: Sequence[int]) -> None:
    wanted = set(numbers)
    for number in range(len(pdf.pages), 0, -1):
        if number not in wanted:
            del pdf.pages[number - 1]


def _keep_fields(pdf: Pdf, pages: Sequence[Page], names: set[str]) -> None:
    """Keep of the annotations on ``pages`` the fields of those names, and of the form the same."""
    for page in pages:
        kept = [each for each in items_of(page.obj.get("/Annots")) if str(each.get("/T", "")) in names]
        if kept:
            page.obj.Annots = Array(kept)
        elif "/Annots" in page.obj:
            del page.obj["/Annots"]
            if "/Tabs" in page.obj:
                del page.obj["/Tabs"]
    if "/AcroForm" not in pdf.Root:
        return
    form = pdf.Root.AcroForm
    form.Fields = Array([field for field in form.Fields if str(field.T) in names])
    if not names:
        del pdf.Root["/AcroForm"]
    elif not any(str(field.FT) == "/Sig" for field in form.Fields) and "/SigFlags" in form:
        del form["/SigFlags"]


def _name_pages(pdf: Pdf, named: Sequence[tuple[Page, str]]) -> None:
    """Write the outline: one entry for each of the pages named."""
    if "/Outlines" in pdf.Root:
        del pdf.Root["/Outlines"]
    with pdf.open_outline() as outline:
        outline.root.extend(OutlineItem(text, destination(page, None)) for page, text in named)


def _label(pdf: Pdf, labels: Sequence[str]) -> None:
    """Give the pages the labels they have in the package."""
    numbers = [part for place, label in enumerate(labels) for part in (place, Dictionary(P=String(label)))]
    pdf.Root.PageLabels = pdf.make_indirect(Dictionary(Nums=Array(numbers)))
