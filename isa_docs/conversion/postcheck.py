"""Check a PDF against the Word file it was made from: pages, fonts, and that no visible word was lost.

LibreOffice reports success whatever happens, so the PDF itself is asked.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pikepdf

from isa_docs.conversion._docx import DocxError, read_docx
from isa_docs.conversion._glyphs import boxed_characters
from isa_docs.conversion._visible import VisibleText, visible_text
from isa_docs.conversion.blocks import parted_blocks, parted_finding
from isa_docs.conversion.fonts import describe
from isa_docs.conversion.pdfium import PdfiumError, page_texts
from isa_docs.findings import Finding, Place, Severity

_SHOWN_WORDS = 8
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u2060\ufe00-\ufe0f\ufeff]")
_HYPHENS = str.maketrans({"\u2010": "-", "\u2011": "-", "\u2212": "-", "\u00a0": " ", "\uf0b7": " "})


def check_pdf(pdf: Path, docx: Path) -> list[Finding]:
    """Return what is wrong with ``pdf`` as the rendering of ``docx``; an empty list means it may be used.

    Looks at: opens, has pages, every font embedded, no letter drawn as a missing-glyph box, every visible word
    of the document (header, footer and notes included) there as often as in the document, no empty page, and what
    belongs to a signature on one page.
    """
    place = Place(str(pdf))
    try:
        with pikepdf.open(pdf) as opened:
            findings = _structure(opened, place)
            if len(opened.pages) == 0:
                return findings
            findings += [parted_finding(page, place) for page in parted_blocks(opened).values()]
        texts = page_texts(pdf)
    except (pikepdf.PdfError, PdfiumError) as error:
        return [Finding("CONV-PDF", Severity.ERROR, f"the converter's PDF does not open: {error}", place=place)]
    try:
        wanted = visible_text(read_docx(docx))
    except DocxError as error:
        return [*findings, Finding(error.code, Severity.ERROR, error.message, error.remedy, place=Place(str(docx)))]
    return [*findings, *_text_problems(texts, wanted, place)]


def _structure(opened: pikepdf.Pdf, place: Place) -> list[Finding]:
    findings = []
    if len(opened.pages) == 0:
        findings.append(Finding("CONV-PAGES", Severity.ERROR, "the converter's PDF has no page", place=place))
    for name, font in sorted(_fonts(opened).items()):
        descriptor = font.get("/FontDescriptor")
        if not (
            font.get("/Subtype") == "/Type3"
            or (descriptor is not None and any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")))
        ):
            findings.append(
                Finding(
                    "CONV-FONTS",
                    Severity.ERROR,
                    f"the font {name} is not embedded in the PDF, so it would print differently elsewhere",
                    "Install the font, or choose another one in the template.",
                    place=place,
                )
            )
        if boxes := boxed_characters(font):
            findings.append(
                Finding(
                    "CONV-GLYPH",
                    Severity.ERROR,
                    f"the PDF shows an empty box instead of {describe(boxes)}, which no installed font has",
                    "Install a font that has this character, or write the text in Latin letters. More may be hit.",
                    place=place,
                )
            )
    return findings


def _fonts(opened: pikepdf.Pdf) -> dict[str, Any]:
    """Return each font used on a page or in a form, by name, descendants in place of composite fonts."""
    found: dict[str, Any] = {}
    seen: set[tuple[int, int]] = set()

    def walk(resources: Any) -> None:
        for font in resources.get("/Font", {}).values():
            inner = font.get("/DescendantFonts")
            one = inner[0] if inner is not None else font
            if inner is not None and "/ToUnicode" in font:
                one.ToUnicode = font.ToUnicode  # the file is a copy in memory; nothing is saved with it
            found[str(one.get("/BaseFont", "/unnamed"))[1:]] = one
        for form in resources.get("/XObject", {}).values():
            if form.objgen not in seen and "/Resources" in form:
                seen.add(form.objgen)
                walk(form.Resources)

    for page in opened.pages:
        resources = page.obj.get("/Resources", pikepdf.Dictionary())
        if resources.objgen == (0, 0) or resources.objgen not in seen:
            seen.add(resources.objgen)
            walk(resources)
    return found


def _text_problems(pages: Sequence[str], wanted: VisibleText, place: Place) -> Iterator[Finding]:
    whole = _plain("\n".join(pages))
    needed = Counter(_plain(wanted.body).split())
    for text in (*wanted.running, *(wanted.later if len(pages) > 1 else ())):
        needed |= Counter(set(_plain(text).split()))
    lost = _lost(needed, whole)
    if lost:
        shown = ", ".join(f"“{word}”" for word in lost[:_SHOWN_WORDS])
        more = f" and {len(lost) - _SHOWN_WORDS} more" if len(lost) > _SHOWN_WORDS else ""
        yield Finding(
            "CONV-TEXT",
            Severity.ERROR,
            f"text of the document is missing from its PDF: {shown}{more}",
            "Look at the page: the text may run out of its box or cell, or sit where the converter draws nothing.",
            place=place,
        )
    furniture = Counter(_plain(" ".join((*wanted.running, *wanted.later))).split())
    for number, text in enumerate(pages, 1):
        words = [word for word in _plain(text).split() if word not in furniture and not word.isdigit()]
        if not words and not wanted.has_pictures:
            yield Finding(
                "CONV-EMPTY-PAGE",
                Severity.WARNING,
                f"page {number} has no text but its header and footer",
                "Remove the empty paragraphs or the page break that make it.",
                place=Place(place.file, page=number),
            )


def _plain(text: str) -> str:
    """Return text as it is compared: ligatures resolved, case and unseen characters dropped."""
    return unicodedata.normalize("NFKC", _UNSEEN.sub("", text).translate(_HYPHENS)).casefold()


def _lost(needed: Counter[str], whole: str) -> list[str]:
    """Return the words of ``needed`` that ``whole`` does not hold often enough, in order.

    Line breaks and letter-spacing may cut or join words, so what is not found as a word is looked for once more
    in the text without any spaces and hyphens.
    """
    short = needed - Counter(whole.split())
    if not short:
        return []
    unspaced = _unspaced(whole)
    return [word for word in short if unspaced.count(_unspaced(word)) < needed[word]]


def _unspaced(text: str) -> str:
    return "".join(text.split()).replace("-", "")
