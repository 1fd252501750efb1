"""Check what a reader will see: page stamps, contents numbers, leftovers of templates, room for signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from pikepdf import Dictionary, Name, Pdf

from isa_docs.assembly.check_faults import REPORT, fault, page_annotations, target_page
from isa_docs.assembly.esign import is_text_tag
from isa_docs.assembly.model import AssemblyResult, Part
from isa_docs.assembly.reading import PageWords
from isa_docs.assembly.stamps import page_number_text
from isa_docs.conversion.pdfium import Band, Word
from isa_docs.findings import Finding, Severity

_RESIDUE = re.compile(r"\{\{|\}\}|\{%|%\}|\[\[|\]\]|\{#|#\}")
_SUSPECT = re.compile(r"\b(?:None|undefined|TBD|nan|NaN|TODO)\b")
_RULE = re.compile(r"[_.\u200b\s]*")
_OVERLAP = 2.0


def text_faults(
    texts: Sequence[str],
    words: PageWords,
    pdf: Pdf,
    result: AssemblyResult,
    parts: Sequence[Part],
    pages: Mapping[tuple[int, int], int],
    contents: Mapping[str, int] | None,
) -> Iterator[Finding]:
    """Yield the faults of the text, given the text of every page and the words with their places."""
    if len(texts) != result.pages:
        yield fault("PKG-TEXT", result, f"only {len(texts)} of {result.pages} pages can be read", REPORT)
        return
    for number, text in enumerate(texts, start=1):
        if page_number_text(number, result.pages) not in " ".join(text.split()):
            yield fault("PKG-STAMP", result, "the page number at the foot cannot be read", REPORT, page=number)
    yield from _legends(texts, result, parts)
    yield from _residue(result, parts, texts)
    yield from _room_to_sign(result, words)
    yield from _contents(pdf, result, parts, pages, contents, words)


def _legends(texts: Sequence[str], result: AssemblyResult, parts: Sequence[Part]) -> Iterator[Finding]:
    """Every page of a part with a legend bears it."""
    legends = {part.key: part.legend for part in parts if part.legend}
    for item in result.parts:
        for page in range(item.first_page, item.first_page + item.pages) if item.key in legends else ():
            if legends[item.key] not in " ".join(texts[page - 1].split()):
                yield fault("PKG-STAMP", result, "the legend at the head cannot be read", REPORT, page=page)


def _residue(result: AssemblyResult, parts: Sequence[Part], texts: Sequence[str]) -> Iterator[Finding]:
    """No tag of a template and no placeholder word is left in our own papers (exhibits say what they say)."""
    kinds = {part.key: part.kind for part in parts}
    for item in result.parts:
        if kinds[item.key] == "exhibit":
            continue
        for page in range(item.first_page, item.first_page + item.pages):
            found = _RESIDUE.search(texts[page - 1])
            if found:
                near = " ".join(texts[page - 1][max(0, found.start() - 20) : found.end() + 30].split())
                yield fault(
                    "PKG-RESIDUE", result, f"a template tag is left: {near!r}", "Correct the template.", page=page
                )
            for word in sorted(set(_SUSPECT.findall(texts[page - 1]))):
                yield fault(
                    "PKG-SUSPECT",
                    result,
                    f"the word {word!r} may be a value that was not filled in",
                    "Look at the page; complete the matter or reword the text.",
                    page=page,
                    severity=Severity.WARNING,
                )


def _room_to_sign(result: AssemblyResult, words: PageWords) -> Iterator[Finding]:
    """No field lies over text; the line itself does not count."""
    bands: dict[int, list[Band]] = {}
    for item in result.fields:
        bands.setdefault(item.page, []).append((item.rect[1], item.rect[3]))
    near = {page: words.within(page, own) for page, own in bands.items()}
    for item in result.fields:
        left, bottom, right, top = item.rect
        for word in near[item.page]:
            wide = min(right, word.right) - max(left, word.left)
            high = min(top, word.top) - max(bottom, word.bottom)
            if wide > _OVERLAP and high > _OVERLAP and not (_RULE.fullmatch(word.text) or is_text_tag(word.text)):
                yield fault(
                    "PKG-FIELD-ROOM",
                    result,
                    f"the field {item.slot.name} lies over the word {word.text!r}",
                    "Leave 30 points of room above the signature line in the template.",
                    page=item.page,
                )
                break


def _contents(
    pdf: Pdf,
    result: AssemblyResult,
    parts: Sequence[Part],
    pages: Mapping[tuple[int, int], int],
    contents: Mapping[str, int] | None,
    words: PageWords,
) -> Iterator[Finding]:
    """The numbers on the contents page are those of the pages its lines lead to."""
    first = {item.key: item.first_page for item in result.parts}
    title = {part.key: part.title for part in parts}
    for key, printed in (contents or {}).items():
        if first.get(key) != printed:
            yield fault(
                "PKG-CONTENTS",
                result,
                f"the contents page says {printed} for {title.get(key, key)!r}, which begins on page {first.get(key)}",
                REPORT,
            )
    listing = {
        page
        for item in result.parts
        if any(part.key == item.key and part.kind == "contents" for part in parts)
        for page in range(item.first_page, item.first_page + item.pages)
    }
    if contents is None:
        return
    for number, annotation in page_annotations(pdf):
        if number not in listing or annotation.get("/Subtype") != Name.Link:
            continue
        target = target_page(annotation.get("/Dest"), annotation.get("/A"), pages)
        if target is not None and str(target) not in _line_of(annotation, words.on(number)):
            yield fault(
                "PKG-CONTENTS",
                result,
                f"a line of the contents page leads to page {target} but does not print that number",
                REPORT,
                page=number,
            )


def _line_of(annotation: Dictionary, words: Sequence[Word]) -> set[str]:
    """Return the words on the same line as a link."""
    _, bottom, _, top = (float(value) for value in annotation.Rect)
    middle = (bottom + top) / 2
    return {word.text.strip(".… ") for word in words if word.bottom <= middle <= word.top}
