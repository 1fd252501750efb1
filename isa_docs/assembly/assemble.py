"""Assemble the parts into one package: pages, structure, links, stamps, fields, outline, labels, metadata."""

from __future__ import annotations

import hashlib
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pypdf import PageObject, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject

from isa_docs.assembly import content
from isa_docs.assembly.copying import Copier
from isa_docs.assembly.esign import add_tags, with_fields
from isa_docs.assembly.fields import add_fields, locate
from isa_docs.assembly.graft import graft
from isa_docs.assembly.merging import append_pages
from isa_docs.assembly.metadata import describe, with_content_id
from isa_docs.assembly.model import AssemblyResult, PackageInfo, Part, PartPages, PlacedField
from isa_docs.assembly.navigation import LinkKeeper, add_outline, label_pages
from isa_docs.assembly.objects import as_list, followed
from isa_docs.assembly.page_code import code_pages
from isa_docs.assembly.source import Source, Spot
from isa_docs.assembly.stamps import stamp_pages
from isa_docs.assembly.structure import StructureTree
from isa_docs.assembly.typeface import stamp_fonts
from isa_docs.errors import AssemblyError
from isa_docs.findings import Finding, Place, Severity


@dataclass(frozen=True)
class _Merged:
    """One part after its pages went into the package."""

    part: Part
    source: Source
    named: dict[str, Spot]
    copier: Copier
    pages: list[PageObject]
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
    writer = PdfWriter()
    writer.pdf_header = "%PDF-1.7"
    pages: list[PageObject] = []
    merged: dict[str, _Merged] = {}
    for part in parts:
        merged[part.key] = _append(writer, part, pages)
    link_keeper = LinkKeeper(
        lambda key: merged[key].pages[0] if key in merged else None,
        {part.key: part.title for part in parts},
        links,
    )
    tree = StructureTree(writer)
    part_elements: dict[str, IndirectObject] = {}
    for number, item in enumerate(merged.values(), start=1):
        above = part_elements.get(item.part.parent) if item.part.parent else None
        part_elements[item.part.key] = _describe_part(writer, tree, item, above, link_keeper, f"p{number}", info)
    link_keeper.resolve()
    _refuse_dangling(link_keeper, merged)

    placed = {key: item.placed for key, item in merged.items()}
    labels = label_pages(writer, parts, placed)
    fields = _place_fields(merged, labels)
    add_fields(writer, tree, part_elements, with_fields(info.profile, fields), pages, faces[0])
    add_outline(
        writer,
        parts,
        {key: item.source for key, item in merged.items()},
        {key: item.pages for key, item in merged.items()},
    )
    unshowable = stamp_pages(writer, pages, info.stamp, faces, info.bates)
    add_tags(writer, pages, info.profile, fields, faces)
    code_pages(writer, pages, info.package_id, (field.page for field in fields))
    for number, page in enumerate(pages):
        if number == 0 or "/Annots" in page:  # a later document time stamp puts its unseen field on the first page
            page[NameObject("/Tabs")] = NameObject("/S")
    writer.root_object[NameObject("/StructTreeRoot")] = tree.finish(pages)
    describe(writer, info)
    data = _written(writer)
    out.write_bytes(data)
    return AssemblyResult(
        pdf=out,
        pages=len(pages),
        parts=tuple(placed[part.key] for part in parts),
        fields=fields,
        sha256=hashlib.sha256(data).hexdigest(),
        warnings=tuple(
            f"no installed font can show {character!r} in the page stamp" for character in sorted(unshowable)
        ),
        profile=info.profile,
    )


def _append(writer: PdfWriter, part: Part, pages: list[PageObject]) -> _Merged:
    """Copy the pages of one part, without annotations and structure, to the end of the package."""
    source = Source(part.pdf, part.title)
    copier = Copier(writer)
    own = append_pages(writer, source.pages, copier)
    first = len(pages) + 1
    pages += own
    return _Merged(part, source, source.destinations(), copier, own, PartPages(part.key, first, len(own)))


def _describe_part(
    writer: PdfWriter,
    tree: StructureTree,
    item: _Merged,
    above: IndirectObject | None,
    link_keeper: LinkKeeper,
    prefix: str,
    info: PackageInfo,
) -> IndirectObject:
    """Give one part its place in the structure: its own tree, or a wrapping for each page; take over its links."""
    source = item.source
    language = source.language if source.tagged and source.language != info.language else None
    element = tree.add_part(item.part.title, above, language)
    kept = _keep_links(writer, item, link_keeper)
    if source.tagged:
        if content.MENDED not in source.catalog:
            _mend_marks(writer, item.pages)
        graft(
            tree,
            element,
            source.structure,
            item.copier,
            prefix,
            f"A picture in {item.part.title}; it is not described.",
        )
    else:
        for number, page in enumerate(item.pages, start=1):
            _wrap(writer, tree, element, item, page, number)
    for link, page_reference in kept:
        tree.wrap_object(element, "/Link", link, page_reference)
    return element


def _mend_marks(writer: PdfWriter, pages: Sequence[PageObject]) -> None:
    for page in pages:
        data = content.page_bytes(page)
        if content.paints_outside_marks(data):
            mended = content.compressed(content.unmarked_as_artifact(data))
            page[NameObject("/Contents")] = writer._add_object(mended)


def _keep_links(
    writer: PdfWriter, item: _Merged, link_keeper: LinkKeeper
) -> list[tuple[DictionaryObject, IndirectObject]]:
    kept: list[tuple[DictionaryObject, IndirectObject]] = []
    for original, page in zip(item.source.pages, item.pages, strict=True):
        annotations = ArrayObject()
        for annotation in as_list(original.get("/Annots")):
            value = followed(annotation)
            if not isinstance(value, DictionaryObject):
                continue
            link = link_keeper.keep(item.part, item.source, item.named, value, item.pages)
            if link is None or page.indirect_reference is None:
                continue
            reference = writer._add_object(link)
            if isinstance(annotation, IndirectObject):
                item.copier.claim(annotation, reference)
            annotations.append(reference)
            kept.append((link, page.indirect_reference))
        if annotations:
            page[NameObject("/Annots")] = annotations
    return kept


def _wrap(
    writer: PdfWriter, tree: StructureTree, element: IndirectObject, item: _Merged, page: PageObject, number: int
) -> None:
    """Mark a whole untagged page as one paragraph, or as one figure when it shows no text."""
    data = content.page_bytes(page)
    if content.has_marks(data):
        data = content.without_marks(data)
        page[NameObject("/Contents")] = writer._add_object(content.compressed(data))
    if content.shows_text(page, data):
        kind, alternative = "P", None
    else:
        described = item.part.alternative_text or "Scanned page; no description was given."
        kind = "Figure"
        alternative = f"{item.part.title}, page {number} of {item.placed.pages}. {described}"
    opening = writer._add_object(content.plain(f"/{kind} <</MCID 0>> BDC q".encode()))
    closing = writer._add_object(content.plain(b"Q EMC"))
    page[NameObject("/Contents")] = ArrayObject([opening, *as_list(page.get("/Contents")), closing])
    tree.wrap_page(element, page, "P" if kind == "P" else "Figure", alternative)


def _place_fields(merged: Mapping[str, _Merged], labels: Sequence[str]) -> tuple[PlacedField, ...]:
    fields = []
    for item in merged.values():
        for slot in item.part.slots:
            page_index, (left, bottom, right, top) = locate(item.part, slot, item.named)
            page = item.placed.first_page + page_index
            box = item.pages[page_index].mediabox
            size = (round(float(box.width), 2), round(float(box.height), 2))
            fields.append(PlacedField(slot, item.part.key, page, labels[page - 1], (left, bottom, right, top), size))
    return tuple(fields)


def _written(writer: PdfWriter) -> bytes:
    buffer = io.BytesIO()
    writer.write(buffer)
    return with_content_id(buffer.getvalue())


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
