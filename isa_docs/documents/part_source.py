"""One template part as jinja source, with the way back from a line of it to the tag and paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any, Final

from docx.oxml import parse_xml
from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from lxml import etree

from isa_docs.documents.cells import Cell
from isa_docs.documents.tags import PreparedPart, paragraph_text, prepare

_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PLACED: Final = re.compile(r"\{\{\s*_(blocks|inline)\(\((.*)\), \d+\)\s*\}\}", re.DOTALL)
_SLOTTED: Final = re.compile(r"\{\{\s*_slot\(\"(sign|date)\", (?:\"(.*)\"|\((.*)\))\)\s*\}\}", re.DOTALL)


@dataclass(frozen=True)
class PartSource:
    """The source; each tag opens a new line within itself, so line n holds the (n-1)-th tag."""

    text: str
    prepared: PreparedPart
    places: Callable[[], tuple[Any, ...]] = tuple
    """Returns the paragraph of each tag, None for a tag that stands in an attribute outside of paragraphs."""
    loops_over_cells: bool = False

    @cached_property
    def tags(self) -> tuple[str, ...]:
        """The tags in their order, as jinja reads them."""
        return tuple(" ".join(match.group().split()) for match in _TAG.finditer(self.text))

    @cached_property
    def paragraphs(self) -> tuple[Any, ...]:
        """What ``places`` returns; only messages want it."""
        return self.places()

    def tag(self, line: int) -> str:
        """Return the tag on a line of the source."""
        return self.tags[line - 2] if 2 <= line < len(self.tags) + 2 else ""

    def element(self, line: int) -> Any | None:
        """Return the paragraph element of the tag on a line of the source."""
        return self.paragraphs[line - 2] if 2 <= line < len(self.paragraphs) + 2 else None

    def paragraph(self, line: int) -> str:
        """Return the text of the paragraph of the tag on a line, with its tags as their authors wrote them."""
        element = self.element(line)
        text = self.tag(line) if element is None else paragraph_text(element)
        return _TAG.sub(lambda match: shown(match.group()), text)


def part_source(template: DocxTemplate, root: Any) -> PartSource:
    """Turn a part into jinja source by way of docxtpl.

    The problems of its tags are in ``prepared``; where there are any, there is no source.
    """
    for text in root.iter(qn("w:t")):
        if text.text and "\n" in text.text:
            text.text = text.text.replace("\n", " ")
    prepared = prepare(root)
    if prepared.problems:
        return PartSource("", prepared)
    original = etree.tostring(root, encoding="unicode").replace("\n", " ")
    patched = template.patch_xml(original)
    source = number_tags(_TAG.sub(lambda match: unescape(match.group()), patched))
    places = tuple(_tag_places(root))
    return PartSource(source, prepared, lambda: places, "{%tc" in original)


_Kept = tuple[str, bool, tuple[bytes, ...], tuple[Cell | None, ...], tuple[bytes | None, ...]]
"""Source, whether it loops over cells, and the XML of the paragraphs, with their cells, and run properties that
writers ask for."""

_MOST_KEPT = 256
_kept: dict[tuple[str, str], _Kept] = {}


def kept_source(template: DocxTemplate, root: Any, key: tuple[str, str]) -> PartSource:
    """Do what :func:`part_source` does, once for each ``key``: the SHA-256 of the template, and the part's name.

    ``root`` is left as it is when the source is known.
    """
    if key not in _kept:
        source = part_source(template, root)
        if source.prepared.problems:
            return source
        if len(_kept) >= _MOST_KEPT:
            _kept.clear()
        prepared = source.prepared
        paragraphs = tuple(etree.tostring(each) for each in prepared.paragraphs)
        runs = tuple(None if each is None else etree.tostring(each) for each in prepared.runs)
        _kept[key] = source.text, source.loops_over_cells, paragraphs, tuple(prepared.cells), runs
        root = None
    text, over_cells, paragraphs, cells, runs = _kept[key]
    prepared = PreparedPart(
        paragraphs=[parse_xml(each) for each in paragraphs],
        cells=list(cells),
        runs=[None if each is None else parse_xml(each) for each in runs],
    )
    places = source.places if root is None else lambda: part_source(template, root).paragraphs
    return PartSource(text, prepared, places, over_cells)


def kept_sources() -> dict[tuple[str, str], _Kept]:
    """Return what is known so far, for another process of the same program; it may be added to."""
    return _kept


def _tag_places(root: Any) -> Iterator[Any]:
    """Yield the paragraph of each tag, in the order of the XML text: an element's attributes, then its text."""
    for element in root.iter(etree.Element):
        own = "" if len(element) else element.text or ""  # python-docx gives paragraphs and runs a text of their own
        for text in (*element.attrib.values(), own):
            for _ in _TAG.finditer(text):
                yield element if element.tag == qn("w:p") else next(element.iterancestors(qn("w:p")), None)


def number_tags(source: str) -> str:
    """Open a new line within each tag: a newline there prints nothing and makes jinja's line the tag's number."""
    return _TAG.sub(lambda match: f"{match.group()[:2]}\n{match.group()[2:]}", source)


def shown(tag: str) -> str:
    """Return a tag as its author wrote it."""
    tag = " ".join(tag.split())
    placed = _PLACED.fullmatch(tag)
    if placed:
        return f"{{{{{'p' if placed.group(1) == 'blocks' else 'r'} {placed.group(2)} }}}}"
    slotted = _SLOTTED.fullmatch(tag)
    if slotted:
        kind, role, expression = slotted.groups()
        return f"[[{kind}:{role or '{{ ' + expression + ' }}'}]]"
    return tag
