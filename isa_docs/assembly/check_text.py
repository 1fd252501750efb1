"""Check what a reader will see: page stamps, contents numbers, leftovers of templates, room for signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Pdf

from isa_docs.assembly.check_faults import REPORT, fault, page_annotations, target_page
from isa_docs.assembly.content import page_bytes
from isa_docs.assembly.esign import is_text_tag
from isa_docs.assembly.model import AssemblyResult, Part
from isa_docs.assembly.objects import dictionary
from isa_docs.assembly.reading import PageText, PageWords
from isa_docs.assembly.stamps import page_number_text
from isa_docs.conversion.pdfium import Band, Word
from isa_docs.findings import Finding, Severity

_RESIDUE = re.compile(r"\{\{|\}\}|\{%|%\}|\[\[|\]\]|\{#|#\}")
_SUSPECT = re.compile(r"\b(?:None|undefined|TBD|nan|NaN|TODO)\b")
_RULE = re.compile(r"[_.\u200b\s]*")
_OVERLAP = 2.0


def text_faults(
    read: Sequence[PageText],
    words: PageWords,
    pdf: Pdf,
    result: AssemblyResult,
    parts: Sequence[Part],
    pages: Mapping[tuple[int, int], int],
    contents: Mapping[str, int] | None,
) -> Iterator[Finding]:
    """Yield the faults of the text, given what is read of every page and the words with their places."""
    if len(read) != result.pages:
        yield fault("PKG-TEXT", result, f"only {len(read)} of {result.pages} pages can be read", REPORT)
        return
    shown = [" ".join(page.shown.split()) for page in read]
    for number, text in enumerate(shown, start=1):
        if page_number_text(number, result.pages) not in text:
            yield fault("PKG-STAMP", result, "the page number at the foot cannot be read", REPORT, page=number)
    texts = [page.all for page in read]
    yield from _legends(shown, result, parts)
    yield from _lost_words(texts, result, parts)
    yield from _residue(result, parts, texts)
    yield from _room_to_sign(result, words)
    yield from _contents(pdf, result, parts, pages, contents, words)


def _legends(shown: Sequence[str], result: AssemblyResult, parts: Sequence[Part]) -> Iterator[Finding]:
    """Every page of a part with a legend bears it."""
    legends = {part.key: part.legend for part in parts if part.legend}
    for item in result.parts:
        for page in range(item.first_page, item.first_page + item.pages) if item.key in legends else ():
            if legends[item.key] not in shown[page - 1]:
                yield fault("PKG-STAMP", result, "the legend at the head cannot be read", REPORT, page=page)


def _lost_words(texts: Sequence[str], result: AssemblyResult, parts: Sequence[Part]) -> Iterator[Finding]:
    """Every page of an exhibit still says what it said before assembly."""
    files = {part.key: part.pdf for part in parts}
    for item in result.parts:
        for offset, before in enumerate(result.written.get(item.key, ())):
            lost = _missing(before, texts[item.first_page - 1 + offset])
            if lost and not _has_spoken_text(files[item.key], offset):
                yield fault(
                    "PKG-TEXT",
                    result,
                    f"words of an exhibit are lost, such as {lost!r}",
                    'Set "treatment: redraw" for the exhibit, or print it to PDF anew; report it if it stays.',
                    page=item.first_page + offset,
                )


def _missing(before: str, after: str) -> str:
    """Return the first word of a text that another one has not, empty when it has all, however it is spaced."""
    if before in after:  # as it nearly always is
        return ""
    words = before.split()
    found = set(after.split())
    missing = [word for word in words if word not in found]
    if not missing or "".join(words) in "".join(after.split()):
        return ""
    return missing[0]


def _has_spoken_text(pdf: Path, index: int) -> bool:
    """Tell whether a page says aloud what it does not show, which goes with marks that assembly writes anew."""
    with pikepdf.open(pdf, suppress_warnings=True) as opened:
        page = opened.pages[index]
        properties = dictionary(dictionary(page.obj.get("/Resources")).get("/Properties")).as_dict().values()
        return b"/ActualText" in page_bytes(page) or any(
            isinstance(each, Dictionary) and "/ActualText" in each for each in properties
        )


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
    unprinted: dict[int, int] = {}  # a title that wraps is two links to its page, one of them beside its number
    printed_targets = set()
    for number, annotation in page_annotations(pdf):
        if number not in listing or annotation.get("/Subtype") != Name.Link:
            continue
        target = target_page(annotation.get("/Dest"), annotation.get("/A"), pages)
        if target is not None and str(target) in _line_of(annotation, words.on(number)):
            printed_targets.add(target)
        elif target is not None:
            unprinted[target] = number
    for target, number in unprinted.items():
        if target not in printed_targets:
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
