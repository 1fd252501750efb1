"""Markdown of the narrative fields, read into blocks.

The subset: paragraphs, ``*emphasis*`` and ``**strong**``, bullet and numbered lists nested up to three deep,
tables with alignment, headings ``###`` and ``####``, links to http, https and mailto, forced line breaks
(a backslash or two spaces at the end of a line). Whatever else Markdown knows is a finding, never dropped
and never printed as code.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

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
)
from isa_docs.documents.characters import canonical, refused
from isa_docs.findings import Finding, Place, Severity

MAX_LIST_DEPTH: Final = 3
_SCHEMES: Final = ("http", "https", "mailto")

_UNSUPPORTED: Final = {
    "html_block": ("raw HTML", "Write it in Markdown; write \\< for a plain less-than sign."),
    "html_inline": ("raw HTML", "Write it in Markdown; write \\< for a plain less-than sign."),
    "fence": ("a code block", "Remove the ``` lines."),
    "code_block": ("a code block", "Remove the four spaces at the start of the line."),
    "code_inline": ("code between backquotes", "Remove the backquotes, or write \\` for a plain one."),
    "blockquote": ("a block quote", "Remove the > at the start of the line."),
    "image": ("a picture", "Attach the picture as an exhibit and refer to it."),
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
    text = canonical(text)
    reader = _Reader(source, text)
    for number, line in enumerate(text.split("\n"), 1):
        if bad := refused(line):
            reader.refuse_character(bad, number)
    if reader.findings:
        return Blocks(), reader.findings
    tree = SyntaxTreeNode(_parser().parse(text))
    return Blocks(tuple(reader.blocks(tree.children))), reader.findings


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table").disable("reference")
    # Every link is read, so that a forbidden one is a finding and not silently plain text.
    parser.validateLink = lambda url: True  # type: ignore[method-assign]
    return parser


class _Reader:
    """Turns the parser's tree into blocks, collecting findings on the way."""

    def __init__(self, source: str, text: str) -> None:
        self.source = source
        self._text_lines = text.split("\n")
        self.findings: list[Finding] = []
        self._line = 1

    def blocks(self, nodes: Sequence[SyntaxTreeNode], depth: int = 0) -> list[Block]:
        found: list[Block] = []
        for node in nodes:
            if node.map:
                self._line = node.map[0] + 1
            block = self._block(node, depth)
            if block is not None:
                found.append(block)
        return found

    def _block(self, node: SyntaxTreeNode, depth: int) -> Block | None:
        if node.type == "paragraph":
            return Paragraph(self._inlines(node.children[0]))
        if node.type == "heading":
            level = int(node.tag[1:])
            if level not in (3, 4) or depth:
                where = " within a list" if depth else f" of level {level}"
                self._refuse(f"a heading{where}", "Use ### or #### outside lists; the paper owns the levels above.")
            return Heading(min(max(level, 3), 4), self._inlines(node.children[0]))
        if node.type in ("bullet_list", "ordered_list"):
            if depth >= MAX_LIST_DEPTH:
                self._refuse(f"a list nested more than {MAX_LIST_DEPTH} deep", "Make the list flatter.")
            items = tuple(tuple(self.blocks(item.children, depth + 1)) for item in node.children)
            return Listing(node.type == "ordered_list", items, int(node.attrs.get("start", 1)))
        if node.type == "table":
            if depth:
                self._refuse("a table within a list", "Place the table after the list.")
            return self._table(node)
        what, remedy = _UNSUPPORTED.get(node.type, (f"the construct {node.type!r}", "Write it as plain text."))
        self._refuse(what, remedy)
        return None

    def _table(self, node: SyntaxTreeNode) -> Table:
        heads = node.children[0].children[0].children
        body = node.children[1].children if len(node.children) > 1 else []
        header = tuple(self._inlines(cell.children[0]) for cell in heads)
        rows = []
        for row in body:
            if row.map:
                self._line = row.map[0] + 1
                written = _cells_written(self._text_lines[row.map[0]])
                if written > len(heads):
                    self._refuse(
                        f"a table row with {written} cells under {len(heads)} headings",
                        "Give the row as many cells as the header; write \\| for a plain bar.",
                    )
            rows.append(tuple(self._inlines(cell.children[0]) for cell in row.children))
        return Table(header, tuple(rows), tuple(_alignment(cell) for cell in heads))

    def _inlines(self, node: SyntaxTreeNode) -> Inlines:
        tokens = node.token.children if node.token and node.token.children else []
        return self._joined(tokens)

    def _joined(self, tokens: Sequence[Token]) -> Inlines:
        found: list[Inline] = []
        strong = emphasis = 0
        href: str | None = None
        line = self._line
        for token in tokens:
            if token.type in ("text", "text_special"):
                if token.type == "text":
                    self._look(token.content, line)
                _append(found, Text(token.content, strong > 0, emphasis > 0, href))
            elif token.type == "softbreak":
                line += 1
                _append(found, Text(" ", strong > 0, emphasis > 0, href))
            elif token.type == "hardbreak":
                line += 1
                found.append(LineBreak())
            elif token.type in ("strong_open", "strong_close"):
                strong += token.nesting
            elif token.type in ("em_open", "em_close"):
                emphasis += token.nesting
            elif token.type == "link_open":
                href = self._link(str(token.attrs.get("href", "")), line)
                if token.attrs.get("title"):
                    self._refuse("a link with a title", "Remove the quoted title after the address.", line)
            elif token.type == "link_close":
                href = None
            else:
                what, remedy = _UNSUPPORTED.get(token.type, (f"the construct {token.type!r}", "Write it plainly."))
                self._refuse(what, remedy, line)
        return tuple(found)

    def _link(self, href: str, line: int) -> str | None:
        scheme = urlsplit(href).scheme.lower()
        if scheme not in _SCHEMES:
            self._refuse(f"a link to {href!r}", "Links go to http, https or mailto addresses.", line)
            return None
        return href

    def _look(self, text: str, line: int) -> None:
        for pattern, what, remedy in _LOOKALIKES:
            if pattern.search(text):
                self._refuse(what, remedy, line)

    def refuse_character(self, name: str, line: int) -> None:
        self.findings.append(
            Finding(
                "MD-CHARACTER",
                Severity.ERROR,
                f"The text holds the character {name}, which no paper may hold.",
                "Remove the character.",
                place=Place(self.source, line),
            )
        )

    def _refuse(self, what: str, remedy: str, line: int | None = None) -> None:
        self.findings.append(
            Finding(
                "MD-UNSUPPORTED",
                Severity.ERROR,
                f"The text holds {what}, which the papers do not support.",
                remedy,
                place=Place(self.source, self._line if line is None else line),
            )
        )


def _append(found: list[Inline], part: Text) -> None:
    """Add text, joined to the previous stretch when both look alike."""
    last = found[-1] if found else None
    if isinstance(last, Text) and (last.strong, last.emphasis, last.href) == (part.strong, part.emphasis, part.href):
        found[-1] = Text(last.text + part.text, part.strong, part.emphasis, part.href)
    elif part.text:
        found.append(part)


def _cells_written(line: str) -> int:
    """Count the cells of a table row as typed; the parser itself drops those beyond the header."""
    line = line.strip().replace("\\|", "")
    return len(line.removeprefix("|").removesuffix("|").split("|"))


def _alignment(cell: SyntaxTreeNode) -> Alignment:
    style = str(cell.attrs.get("style", ""))
    for side in ("center", "right"):
        if style.endswith(side):
            return side
    return "left"
