"""Assemble the parts into one package: pages, structure, links, stamps, fields, outline, labels, metadata."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pikepdf import Array, Dictionary, Name, Page, Pdf, PdfError

from isa_docs.assembly import content
from isa_docs.assembly.crowding import Writing, writing_of
from isa_docs.assembly.esign import with_fields
from isa_docs.assembly.fields import add_fields, locate
from isa_docs.assembly.graft import graft
from isa_docs.assembly.mending import mend_pages
from isa_docs.assembly.merging import append_pages, leave_behind
from isa_docs.assembly.metadata import describe, write
from isa_docs.assembly.model import AssemblyResult, PackageInfo, Part, PartPages, PlacedField
from isa_docs.assembly.navigation import LinkKeeper, add_outline, label_pages
from isa_docs.assembly.objects import items_of
from isa_docs.assembly.page_code import code_pages
from isa_docs.assembly.shrinking import Rectangle, as_shown, set_boxes
from isa_docs.assembly.source import Source, Spot
from isa_docs.assembly.stamps import OwnStamp, Stamped, stamp_pages
from isa_docs.assembly.structure import StructureTree
from isa_docs.assembly.text_tags import add_tags
from isa_docs.assembly.typeface import stamp_fonts
from isa_docs.errors import AssemblyError
from isa_docs.findings import Finding, Place, Severity


@dataclass(frozen=True)
class _Merged:
    """One part after its pages went into the package."""

    part: Part
    source: Source
    named: dict[str, Spot]
    pages: list[Page]
    placed: PartPages


def assemble(
    parts: Sequence[Part],
    info: PackageInfo,
    out: Path,
    *,
    links: Mapping[str, str] | None = None,
    fonts: Sequence[Path] | None = None,
) -> AssemblyResult:
    """Merge ``parts`` in their order into the package ``out``.

    Links to ``https://isa.invalid/<key>`` become links to that part's first page; ``links`` maps other names
    used in such addresses to part keys. ``fonts`` are the TrueType files of stamps and date fields (found by
    fontconfig when None). The same parts and info give the same bytes.

    Raises AssemblyError when a part cannot be read, a signature line cannot be found, two fields or parts share
    a name, or a link leads nowhere; MissingProgramError when no font for the stamps is installed.
    """
    _refuse_doubles(parts)
    if info.attachments and info.archive != "a3":
        raise _refused("PKG-ATTACHMENT", "PDF/A-2 cannot carry files", "Ask for the archive form a3.")
    faces = tuple(fonts) if fonts is not None else stamp_fonts()
    with Pdf.new() as pdf:
        return _Assembly(pdf, parts, info, links).write(faces, out)


class _Assembly:
    """A package in the making."""

    def __init__(
        self,
        pdf: Pdf,
        parts: Sequence[Part],
        info: PackageInfo,
        links: Mapping[str, str] | None,
    ) -> None:
        self._pdf = pdf
        self._parts = parts
        self._info = info
        self._links = LinkKeeper({part.key: part.title for part in parts}, links)
        self._merged: dict[str, _Merged] = {}
        self._pages: list[Page] = []

    def write(self, faces: Sequence[Path], out: Path) -> AssemblyResult:
        for part in self._parts:
            self._append(part)
        leave_behind(self._pdf)
        own_pages = {key: item.pages for key, item in self._merged.items()}
        self._links.resolve(own_pages, lambda key: own_pages[key][0] if key in own_pages else None)
        _refuse_dangling(self._links, self._merged)
        tree = StructureTree(self._pdf)
        elements: dict[str, Dictionary] = {}
        for number, item in enumerate(self._merged.values(), start=1):
            above = elements.get(item.part.parent) if item.part.parent else None
            elements[item.part.key] = self._describe_part(tree, item, above, f"p{number}")
        placed = {key: item.placed for key, item in self._merged.items()}
        labels = label_pages(self._pdf, self._parts, placed)
        fields = _place_fields(self._merged, labels)
        add_fields(tree, elements, with_fields(self._info.profile, fields), self._pages, faces[0])
        add_outline(self._pdf, self._parts, {key: item.source for key, item in self._merged.items()}, own_pages)
        coded = {field.page for field in fields}
        written = {key: _written(item, coded) for key, item in self._merged.items()}
        signed: dict[int, list[Rectangle]] = {}
        for field in fields:
            signed.setdefault(field.page, []).append(as_shown(self._pages[field.page - 1], field.rect))
        own = [stamp for key, item in self._merged.items() for stamp in _own_stamps(item, written[key], signed)]
        stamped = stamp_pages(self._pdf, self._pages, self._info.stamp, faces, self._info.bates, own)
        add_tags(self._pdf, self._pages, self._info.profile, fields, faces)
        code_pages(self._pdf, self._pages, self._info.package_id, stamped.codes)
        tab_by_structure(self._pages)
        self._pdf.Root.StructTreeRoot = tree.finish(self._pages)
        describe(self._pdf, self._info)
        digest = write(self._pdf, out)
        return AssemblyResult(
            pdf=out,
            pages=len(self._pages),
            parts=tuple(placed[part.key] for part in self._parts),
            fields=fields,
            sha256=digest,
            warnings=_warnings(stamped),
            notes=_notes(stamped),
            written={
                key: tuple(page.text for page in pages)
                for key, pages in written.items()
                if self._merged[key].part.kind == "exhibit"
            },
            profile=self._info.profile,
        )

    def _append(self, part: Part) -> None:
        """Copy the pages of one part, with its links and without its structure, to the end of the package."""
        source = Source(part.pdf, part.title)
        named = source.destinations()
        own = append_pages(self._pdf, source, lambda annotation: self._links.keep(part, source, named, annotation))
        for page in own:
            set_boxes(page)
        placed = PartPages(part.key, len(self._pages) + 1, len(own))
        self._pages += own
        self._merged[part.key] = _Merged(part, source, named, own, placed)

    def _describe_part(self, tree: StructureTree, item: _Merged, above: Dictionary | None, prefix: str) -> Dictionary:
        """Give one part its place in the structure: its own tree, or a wrapping for each page; and its links."""
        source = item.source
        language = source.language if source.tagged and source.language != self._info.language else None
        element = tree.add_part(item.part.title, above, language)
        if source.tagged:
            if item.part.kind == "exhibit":
                for page in item.pages:
                    self._balance(page, content.page_bytes(page))
            if content.MENDED not in source.catalog:
                mend_pages(self._pdf, item.pages)
            undescribed = f"A picture in {item.part.title}; it is not described."
            graft(tree, element, source, item.pages, prefix, undescribed)
        for number, page in enumerate(item.pages, start=1):
            if not tree.describes(page):
                self._wrap(tree, element, item, page, number)
        for page in item.pages:
            for link in items_of(page.obj.get("/Annots")):
                tree.wrap_object(element, "/Link", link, page.obj)
        return element

    def _balance(self, page: Page, data: bytes) -> None:
        """See to it that nothing in the content ``data`` of an exhibit's page can move what is drawn after it."""
        with suppress(PdfError):  # content that no one can read is as it is
            if (balanced := content.balanced(data)) is not data:
                page.obj.Contents = self._pdf.make_stream(balanced)

    def _wrap(self, tree: StructureTree, element: Dictionary, item: _Merged, page: Page, number: int) -> None:
        """Mark a whole untagged page as one paragraph, or as one figure when it shows no text."""
        data = content.page_bytes(page)
        if content.has_marks(data):
            data = content.without_marks(data)
            page.obj.Contents = self._pdf.make_stream(data)
        else:
            self._balance(page, data)
        if content.shows_text(page.obj, data):
            kind, alternative = "P", None
        else:
            described = item.part.alternative_text or "Scanned page; no description was given."
            kind = "Figure"
            alternative = f"{item.part.title}, page {number} of {item.placed.pages}. {described}"
        opening = self._pdf.make_stream(f"/{kind} <</MCID 0>> BDC q".encode())
        closing = self._pdf.make_stream(b"Q EMC")
        page.obj.Contents = Array([opening, *content.contents_of(page), closing])
        tree.wrap_page(element, page, "P" if kind == "P" else "Figure", alternative)


def tab_by_structure(pages: Sequence[Page]) -> None:
    """Let the tabulator follow the structure (ISO 14289-1, 7.18.3).

    A later document time stamp puts its unseen field on the first page, so that one has the key in any case.
    """
    for number, page in enumerate(pages):
        if number == 0 or "/Annots" in page.obj:
            page.obj.Tabs = Name.S


def _written(item: _Merged, coded: Container[int]) -> list[Writing]:
    """Return what is written on each page of a part; ``coded`` are the pages of the package that get a page code."""
    first = item.placed.first_page
    return writing_of(item.part.pdf, item.pages, {index for index in range(len(item.pages)) if first + index in coded})


def _own_stamps(item: _Merged, written: Sequence[Writing], signed: Mapping[int, Sequence[Rectangle]]) -> list[OwnStamp]:
    """Return what the stamp of each page of a part has of its own: ``Exhibit A, page 2 of 3``.

    ``signed`` says where pages of the package, from 1, will be signed and dated; these get a page code.
    """
    part, count = item.part, len(item.pages)
    first = item.placed.first_page
    return [
        OwnStamp(
            mark=f"{part.mark}, page {index + 1} of {count}" if part.mark else "",
            legend=part.legend,
            words=writing.near,
            fixed=part.fixed or part.kind != "exhibit",
            fields=signed.get(first + index, ()),
            coded=first + index in signed,
        )
        for index, writing in enumerate(written)
    ]


def _warnings(stamped: Stamped) -> tuple[str, ...]:
    return (
        *(f"no installed font can show {character!r} in the page stamp" for character in sorted(stamped.unshowable)),
        *(
            f"the page stamp stands over words of page {page}, which keeps its size; "
            "leave half an inch free at the foot or the head of that page"
            for page in stamped.covered
        ),
        *(
            f"the code by which a signed page is known stands over words of page {page}; "
            "leave one of its corners free, an inch wide and an inch and a quarter high"
            for page in stamped.codes_covering
        ),
    )


def _notes(stamped: Stamped) -> tuple[str, ...]:
    return (
        *(
            f"page {page} has words where the page stamp stands, so its content is shown a little smaller"
            for page in stamped.shrunk
        ),
        *(
            f"page {page} is too small for the page stamp, so the page is made larger; its content keeps its size"
            for page in stamped.enlarged
        ),
        *(
            f"page {page} has words where the page stamp stands, so the stamp stands elsewhere at its foot or head"
            for page in stamped.moved
        ),
        *(
            f"page {page} has words in its lower left corner, so the code by which it is known, once signed, "
            "stands in another"
            for page in stamped.codes_moved
        ),
    )


def _place_fields(merged: Mapping[str, _Merged], labels: Sequence[str]) -> tuple[PlacedField, ...]:
    fields = []
    for item in merged.values():
        for slot in item.part.slots:
            page_index, (left, bottom, right, top) = locate(item.part, slot, item.named)
            page = item.placed.first_page + page_index
            x0, y0, x1, y1 = (float(value) for value in item.pages[page_index].mediabox)
            size = (round(abs(x1 - x0), 2), round(abs(y1 - y0), 2))
            fields.append(PlacedField(slot, item.part.key, page, labels[page - 1], (left, bottom, right, top), size))
    return tuple(fields)


def _refuse_doubles(parts: Sequence[Part]) -> None:
    if not parts:
        raise _refused("PKG-EMPTY", "a package needs at least one part", "Name at least one document.")
    keys = Counter(part.key for part in parts)
    names = Counter(slot.name for part in parts for slot in part.slots)
    for what, counts in (("part key", keys), ("field name", names)):
        for name, count in counts.items():
            if count > 1:
                raise _refused("PKG-NAME-TWICE", f"the {what} {name!r} is used {count} times", "Use each name once.")
    for name in names:
        if not name or "." in name:
            raise _refused("PKG-FIELD-NAME", f"{name!r} cannot name a field", "Use a name without a period.")


def _refuse_dangling(link_keeper: LinkKeeper, merged: Mapping[str, _Merged]) -> None:
    findings = [
        Finding(
            "PKG-LINK",
            Severity.ERROR,
            f"a link in {merged[key].part.title!r} leads to {address!r}, which is no part of this package",
            "Correct the link in the template, or add the part it names.",
            place=Place(merged[key].part.pdf.name),
        )
        for key, address in link_keeper.dangling
    ]
    if findings:
        raise AssemblyError(findings[0].message, findings)


def _refused(code: str, message: str, remedy: str) -> AssemblyError:
    return AssemblyError(message, [Finding(code, Severity.ERROR, message, remedy)])
