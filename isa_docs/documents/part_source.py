"""One template part as jinja source, with the way back from a line of it to the tag and paragraph."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import Any, Final

from docx.oxml.ns import qn
from docxtpl import DocxTemplate
from lxml import etree

from isa_docs.documents.tags import PreparedPart, prepare

_TAG: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_PLACED: Final = re.compile(r"\{\{\s*_(blocks|inline)\(\((.*)\), \d+\)\s*\}\}", re.DOTALL)
_SLOTTED: Final = re.compile(r"\{\{\s*_slot\(\"(sign|date)\", (?:\"(.*)\"|\((.*)\))\)\s*\}\}", re.DOTALL)


@dataclass(frozen=True)
class PartSource:
    """The source; each tag opens a new line within itself, so line n holds the (n-1)-th tag."""

    text: str
    prepared: PreparedPart
    original: str = ""
    """The part's XML before docxtpl's turn."""

    def tag(self, line: int) -> str:
        """Return the tag on a line of the source, in one line."""
        start = self._offset(line)
        match = _TAG.match(self.text, start - 3) if start > 2 else None
        return " ".join(match.group().split()) if match else ""

    def paragraph(self, line: int) -> str:
        """Return the text of the paragraph around the tag on a line; a tag between paragraphs is all of its own."""
        offset = self._offset(line)
        begin = max(self.text.rfind("<w:p ", 0, offset), self.text.rfind("<w:p>", 0, offset))
        end = self.text.find("</w:p>", begin)
        if begin < 0 or end < offset:
            return shown(self.tag(line))
        piece = _TAG.sub(lambda match: shown(match.group()).replace("<", "\x00"), self.text[begin:end])
        return unescape(re.sub(r"<[^>]+>", "", piece)).replace("\x00", "<")

    def _offset(self, line: int) -> int:
        offset = 0
        for _ in range(line - 1):
            offset = self.text.find("\n", offset) + 1
        return offset


def part_source(template: DocxTemplate, root: Any) -> PartSource:
    """Turn a part into jinja source by way of docxtpl; the problems of its tags are in ``prepared``."""
    for text in root.iter(qn("w:t")):
        if text.text and "\n" in text.text:
            text.text = text.text.replace("\n", " ")
    prepared = prepare(root)
    original = etree.tostring(root, encoding="unicode").replace("\n", " ")
    patched = template.patch_xml(original)
    return PartSource(number_tags(_TAG.sub(lambda match: unescape(match.group()), patched)), prepared, original)


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
