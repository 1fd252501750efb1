"""Check the finished package by reading it back, with other libraries than those that wrote it.

Everything promised of a package is verified on its bytes: pages, labels, outline, links, fields, fonts, text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from isa_docs.assembly import reading
from isa_docs.assembly.check_faults import REPORT, fault, page_annotations, target_page
from isa_docs.assembly.check_leaks import leaks
from isa_docs.assembly.check_structure import structure_faults
from isa_docs.assembly.check_text import text_faults
from isa_docs.assembly.esign import with_fields
from isa_docs.assembly.model import AssemblyResult, PackageInfo, Part
from isa_docs.assembly.navigation import LINK_ROOT
from isa_docs.assembly.page_labels import page_labels
from isa_docs.assembly.survey import Survey, survey
from isa_docs.findings import Finding

_FONT = re.compile(rb"/Type /Font(?![A-Za-z])")
_FONT_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_SAME = 0.02


def check_package(
    result: AssemblyResult,
    parts: Sequence[Part],
    info: PackageInfo,
    *,
    contents: Mapping[str, int] | None = None,
) -> list[Finding]:
    """Return what is wrong with a package; an empty list says that every check passed.

    ``contents`` maps part keys to the page numbers printed on the contents page. All findings are errors with
    codes ``PKG-...``, except where the message says it is only a suspicion.
    """
    if hashlib.sha256(result.pdf.read_bytes()).hexdigest() != result.sha256:
        return [fault("PKG-CHANGED", result, "the file is not the one that was assembled", "Build again.")]
    try:
        opened = pikepdf.open(result.pdf)
    except pikepdf.PdfError as error:
        return [fault("PKG-SYNTAX", result, f"the file is not sound: {error}", REPORT)]
    faults: list[Finding] = []
    with opened as pdf, ThreadPoolExecutor(max_workers=2) as pool, reading.PageWords(result.pdf) as words:
        syntax = pool.submit(reading.syntax_problems, result.pdf)
        texts = pool.submit(reading.package_pages, result.pdf, result.sha256)
        pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
        faults += _page_faults(pdf, result, parts)
        if faults:  # nothing else can be judged by page
            return faults
        faults += _label_faults(pdf, result, parts)
        faults += _outline_faults(pdf, result, parts, pages)
        faults += _link_faults(pdf, result, pages)
        faults += _field_faults(pdf, result)
        file = survey(pdf)
        faults += _font_faults(file, result)
        faults += structure_faults(file, result)
        faults += leaks(file, result, info)
        faults += text_faults(texts.result(), words, pdf, result, parts, pages, contents)
        problems = [*pdf.get_warnings(), *syntax.result()]
        faults += [fault("PKG-SYNTAX", result, f"the file is not sound: {problem}", REPORT) for problem in problems[:5]]
    return faults


def _page_faults(pdf: Pdf, result: AssemblyResult, parts: Sequence[Part]) -> Iterator[Finding]:
    """All pages of all parts are there, in order, and no others."""
    expected = 1
    placed = {item.key: item for item in result.parts}
    for part in parts:
        with pikepdf.open(part.pdf) as source:
            count = len(source.pages)
        found = placed.get(part.key)
        if found is None or found.pages != count or found.first_page != expected:
            yield fault("PKG-PAGES", result, f"{part.title!r} should fill {count} pages from page {expected}", REPORT)
        expected += count
    if not (len(pdf.pages) == result.pages == expected - 1):
        yield fault("PKG-PAGES", result, f"it has {len(pdf.pages)} pages instead of {expected - 1}", REPORT)


def _label_faults(pdf: Pdf, result: AssemblyResult, parts: Sequence[Part]) -> Iterator[Finding]:
    """Every page has a label of its own, with the prefix of its part."""
    labels = page_labels(pdf)
    prefix = {part.key: part.label for part in parts}
    if len(set(labels)) != len(labels):
        yield fault("PKG-LABELS", result, "two pages have the same page label", "Give every part a prefix of its own.")
    for item in result.parts:
        for offset in range(item.pages):
            label = labels[item.first_page - 1 + offset]
            if prefix[item.key] and label != f"{prefix[item.key]}{offset + 1}":
                page = item.first_page + offset
                yield fault("PKG-LABELS", result, f"the page label {label!r} is wrong", REPORT, page=page)


def _outline_faults(
    pdf: Pdf, result: AssemblyResult, parts: Sequence[Part], pages: Mapping[tuple[int, int], int]
) -> Iterator[Finding]:
    """The outline has an entry for every part at its first page, and every entry leads to a page."""
    found: list[tuple[str, int | None]] = []
    with pdf.open_outline() as outline:
        stack = list(reversed(outline.root))
        while stack:
            item = stack.pop()
            found.append((item.title, target_page(item.destination, item.action, pages)))
            stack += reversed(item.children)
    first = {item.key: item.first_page for item in result.parts}
    for title, page in found:
        if page is None:
            yield fault("PKG-OUTLINE", result, f"the bookmark {title!r} leads nowhere", REPORT)
    for part in parts:
        if (part.title, first.get(part.key)) not in found:
            yield fault("PKG-OUTLINE", result, f"no bookmark leads to {part.title!r}", REPORT)


def _link_faults(pdf: Pdf, result: AssemblyResult, pages: Mapping[tuple[int, int], int]) -> Iterator[Finding]:
    """Every link leads to a page of the package or to a web or mail address, and says where."""
    for number, annotation in page_annotations(pdf):
        if annotation.get("/Subtype") != Name.Link:
            continue
        action = annotation.get("/A")
        address = str(action.get("/URI", "")) if isinstance(action, Dictionary) else ""
        inside = target_page(annotation.get("/Dest"), action, pages)
        if address.startswith(LINK_ROOT) or not (address or inside):
            yield fault("PKG-LINK", result, "a link leads nowhere", "Correct it in the template.", page=number)
        if not str(annotation.get("/Contents", "")):
            yield fault("PKG-LINK", result, "a link does not say where it leads", REPORT, page=number)


def _field_faults(pdf: Pdf, result: AssemblyResult) -> Iterator[Finding]:
    """Every expected field is there, once, empty, on its page and at its place; there is no other field."""
    found: dict[str, list[tuple[int, Dictionary]]] = {}
    for number, annotation in page_annotations(pdf):
        if annotation.get("/Subtype") == Name.Widget:
            found.setdefault(str(annotation.get("/T", "")), []).append((number, annotation))
    form = pdf.Root.get("/AcroForm")
    listed = [str(field.get("/T", "")) for field in form.get("/Fields", [])] if isinstance(form, Dictionary) else []
    expected = with_fields(result.profile, result.fields)
    if sorted(listed) != sorted(item.slot.name for item in expected):
        yield fault("PKG-FIELDS", result, "its form does not list the expected fields", REPORT)
    for item in expected:
        places = found.pop(item.slot.name, [])
        if len(places) != 1:
            yield fault("PKG-FIELDS", result, f"the field {item.slot.name} is there {len(places)} times", REPORT)
            continue
        number, widget = places[0]
        kind = Name.Sig if item.slot.kind == "signature" else Name.Tx
        rectangle = [float(value) for value in widget.Rect]
        moved = any(abs(one - other) > _SAME for one, other in zip(rectangle, item.rect, strict=True))
        if number != item.page or moved or widget.get("/FT") != kind:
            yield fault("PKG-FIELDS", result, f"the field {item.slot.name} is not at its place", REPORT, page=number)
        if "/V" in widget:
            yield fault("PKG-FIELDS", result, f"the field {item.slot.name} is not empty", REPORT, page=number)
    for name in found:
        yield fault("PKG-FIELDS", result, f"the field {name!r} was not expected", REPORT)


def _font_faults(file: Survey, result: AssemblyResult) -> Iterator[Finding]:
    """Every font is embedded."""
    names = set()
    for item in file.having(_FONT):
        if not isinstance(item, Dictionary) or item.get("/Type") != Name.Font:
            continue
        if item.get("/Subtype") in (Name.Type0, Name.Type3):
            continue
        descriptor = item.get("/FontDescriptor")
        if not isinstance(descriptor, Dictionary) or not any(key in descriptor for key in _FONT_FILES):
            names.add(str(item.get("/BaseFont", "a font without a name")).removeprefix("/"))
    for name in sorted(names):
        yield fault(
            "PKG-FONTS",
            result,
            f"the font {name} is not embedded",
            "Install poppler-utils so that exhibits are redrawn, or print the exhibit to PDF.",
        )
