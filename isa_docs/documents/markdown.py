"""Markdown of the narrative fields, read into blocks.

The subset: paragraphs, ``*emphasis*`` and ``**strong**``, bullet and numbered lists nested up to three deep,
tables with alignment, headings ``###`` and ``####``, links to http, https and mailto, forced line breaks
(a backslash or two spaces at the end of a line). Whatever else Markdown knows is a finding, never dropped
and never printed as code. The parser is python-markdown: its blocks and its element tree, never its HTML.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element  # the tree python-markdown builds; no XML is parsed here

from isa_docs.documents.blocks import (
    Alignment,
    Block,
    Blocks,
    Heading,
    Inline,
    Inlines,
    LineBreak,
    Listing,
    Paragraph,
    Table,
    Text,
    run_on,
)
from isa_docs.documents.characters import canonical, refused, typographic
from isa_docs.documents.markdown_lines import MARK, Arranger, cells_written
from isa_docs.documents.markdown_parser import RAW_HTML, parse
from isa_docs.findings import Finding, Place, Severity

_SCHEMES: Final = ("http", "https", "mailto")
_INLINE: Final = frozenset({"em", "strong", "a", "br", "img", "code", RAW_HTML})

_UNSUPPORTED: Final = {
    RAW_HTML: ("raw HTML", "Write it in Markdown; write \\< for a plain less-than sign."),
    "pre": ("a code block", "Remove the four spaces at the start of the line."),
    "code": ("code between backquotes", "Remove the backquotes, or write \\` for a plain one."),
    "blockquote": ("a block quote", "Remove the > at the start of the line."),
    "img": ("a picture", "Attach the picture as an exhibit and refer to it."),
    "hr": ("a horizontal rule", "Remove the line."),
}
_LOOKALIKES: Final = (
    (re.compile(r"\[\^[^\]\s]+\]"), "a footnote", "Say it in the text."),
    (re.compile(r"~~\S"), "struck-out text", "Remove it."),
    (re.compile(r"^\[[^\]]+\]:\s"), "a link definition", "Write the link in place: [text](https://...)."),
)


def parse_markdown(text: str, *, source: str = "narrative") -> tuple[Blocks, list[Finding]]:
    """Read Markdown into blocks, with findings for what papers cannot hold.

    Every finding's place names ``source`` and the 1-based line within ``text``. The blocks are complete only
    when there are no findings.
    """
    blocks, findings = _read(text, source)
    return blocks, list(findings)


@lru_cache(maxsize=512)
def _read(text: str, source: str) -> tuple[Blocks, tuple[Finding, ...]]:
    """Do it once for a text: it is checked before it is printed, and again whenever its matter is saved."""
    text = canonical(text)
    reader = _Reader(source, text)
    for number, line in enumerate(text.split("\n"), 1):
        if bad := refused(line):
            reader.refuse_character(bad, number)
    if reader.findings:
        return Blocks(), tuple(reader.findings)
    arranged = Arranger(text)
    for refusal in arranged.refusals:
        reader.refuse(refusal.what, refusal.remedy, refusal.line)
    return Blocks(tuple(reader.blocks(parse(arranged.lines)))), tuple(reader.in_order())


class _Reader:
    """Turns the parser's tree into blocks, collecting findings on the way."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self._text_lines = text.split("\n")
        self.findings: list[Finding] = []
        self._line = 1

    def in_order(self) -> list[Finding]:
        """Return the findings by line."""
        return sorted(self.findings, key=lambda finding: (finding.place and finding.place.line) or 0)

    def blocks(self, parent: Element, depth: int = 0) -> list[Block]:
        """Read what stands in an element: blocks, and stretches of running text between them."""
        found: list[Block] = []
        running = Element("p")
        running.text = parent.text
        for child in parent:
            if child.tag in _INLINE:
                running.append(child)
                continue
            found += self._paragraph(running)
            running = Element("p")
            running.text = child.tail
            block = self._block(child, depth)
            found += [block] if block else []
        return found + self._paragraph(running)

    def _paragraph(self, element: Element) -> list[Block]:
        self._begin(element)
        inlines = self._inlines(element)
        return [Paragraph(inlines)] if inlines else []

    def _block(self, element: Element, depth: int) -> Block | None:
        self._begin(element)
        tag = element.tag
        if tag == "p":
            return next(iter(self._paragraph(element)), None)
        if re.fullmatch("h[1-6]", tag):
            level = int(tag[1:])
            if level not in (3, 4) or depth:
                where = " within a list" if depth else f" of level {level}"
                self.refuse(f"a heading{where}", "Use ### or #### outside lists; the paper owns the levels above.")
            return Heading(min(max(level, 3), 4), self._inlines(element))
        if tag in ("ul", "ol"):
            items = tuple(tuple(self.blocks(item, depth + 1)) for item in element)
            return Listing(tag == "ol", items, int(element.get("start", "1")))
        if tag == "table":
            if depth:
                self.refuse("a table within a list", "Place the table after the list.")
            return self._table(element)
        self.refuse(*_UNSUPPORTED.get(tag, (f"the construct {tag!r}", "Write it as plain text.")))
        return None

    def _table(self, element: Element) -> Table:
        heads = list(element[0][0])
        header = tuple(self._inlines(cell) for cell in heads)
        rows = []
        for row in element[1]:
            if not any(MARK.search(text) for text in row.itertext()):
                continue  # the parser's empty row under a header without rows
            self._begin(row)
            written = cells_written(self._text_lines[self._line - 1])
            if written > len(heads):
                self.refuse(
                    f"a table row with {written} cells under {len(heads)} headings",
                    "Give the row as many cells as the header; write \\| for a plain bar.",
                )
            rows.append(tuple(self._inlines(cell) for cell in row))
        return Table(header, tuple(rows), tuple(_alignment(cell) for cell in heads))

    def _begin(self, element: Element) -> None:
        """Take the line on which an element begins from the first mark in it."""
        for text in element.itertext():
            if mark := MARK.search(text):
                self._line = int(mark[1])
                return

    def _inlines(self, element: Element) -> Inlines:
        found: list[Inline] = []
        for part in self._parts(element, Text("")):
            run_on(found, part)
        return _trimmed(found)

    def _parts(self, element: Element, look: Text) -> Iterator[Inline]:
        yield from self._running(element.text, look)
        for child in element:
            if child.tag == "br":
                self._line += 1
                yield LineBreak()
            elif child.tag in ("em", "strong"):
                yield from self._parts(
                    child, Text("", look.strong or child.tag == "strong", look.emphasis or child.tag == "em", look.href)
                )
            elif child.tag == "a":
                yield from self._parts(child, Text("", look.strong, look.emphasis, self._link(child)))
            else:
                self.refuse(*_UNSUPPORTED.get(child.tag, (f"the construct {child.tag!r}", "Write it plainly.")))
            yield from self._running(child.tail, look)

    def _running(self, text: str | None, look: Text) -> Iterator[Text]:
        """Yield text without its marks; a line's end reads as a space."""
        for at, line in enumerate((text or "").split("\n")):
            if at:
                self._line += 1
                yield Text(" ", look.strong, look.emphasis, look.href)
                line = line.lstrip(" ")
            if mark := MARK.search(line):
                self._line = int(mark[1])
            plain = MARK.sub("", line)
            self._look(plain)
            yield Text(typographic(plain), look.strong, look.emphasis, look.href)

    def _link(self, element: Element) -> str | None:
        href = html.unescape(MARK.sub("", element.get("href", "")))
        if element.get("title"):
            self.refuse("a link with a title", "Remove the quoted title after the address.")
        if _scheme(href) not in _SCHEMES:
            self.refuse(f"a link to {href!r}", "Links go to http, https or mailto addresses.")
            return None
        return href

    def _look(self, text: str) -> None:
        for pattern, what, remedy in _LOOKALIKES:
            if pattern.search(text):
                self.refuse(what, remedy)

    def refuse_character(self, name: str, line: int) -> None:
        """Report a character that no paper may hold."""
        self.findings.append(
            Finding(
                "MD-CHARACTER",
                Severity.ERROR,
                f"The text holds the character {name}, which no paper may hold.",
                "Remove the character.",
                place=Place(self.source, line),
            )
        )

    def refuse(self, what: str, remedy: str, line: int | None = None) -> None:
        """Report a construct that no paper can hold, on the line that is being read unless another is given."""
        self.findings.append(
            Finding(
                "MD-UNSUPPORTED",
                Severity.ERROR,
                f"The text holds {what}, which the papers do not support.",
                remedy,
                place=Place(self.source, self._line if line is None else line),
            )
        )


def _scheme(href: str) -> str:
    try:
        return urlsplit(href).scheme.lower()
    except ValueError:
        return ""


def _trimmed(found: Iterable[Inline]) -> Inlines:
    """Take the spaces from both ends, and around forced breaks."""
    parts = list(found)
    for at, part in enumerate(parts):
        if isinstance(part, Text):
            text = part.text
            if at == 0 or isinstance(parts[at - 1], LineBreak):
                text = text.lstrip(" ")
            if at == len(parts) - 1 or isinstance(parts[at + 1], LineBreak):
                text = text.rstrip(" ")
            parts[at] = replace(part, text=text)
    return tuple(part for part in parts if isinstance(part, LineBreak) or part.text)


def _alignment(cell: Element) -> Alignment:
    side = cell.get("align")
    return "center" if side == "center" else "right" if side == "right" else "left"
