"""What a narrative field is made of: a small, closed set of blocks and inlines, all frozen.

Made by :func:`isa_docs.documents.markdown.parse_markdown`, written by :mod:`isa_docs.documents.richtext`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Alignment = Literal["left", "center", "right"]


@dataclass(frozen=True)
class Text:
    """A stretch of text of one look; ``href`` makes it a link (http, https or mailto)."""

    text: str
    strong: bool = False
    emphasis: bool = False
    href: str | None = None


@dataclass(frozen=True)
class LineBreak:
    """A forced new line within a paragraph."""


Inline = Text | LineBreak
Inlines = tuple[Inline, ...]


@dataclass(frozen=True)
class Paragraph:
    """Running text."""

    inlines: Inlines


@dataclass(frozen=True)
class Heading:
    """A heading inside a narrative; ``level`` is 3 or 4, the paper itself owns levels 1 and 2."""

    level: int
    inlines: Inlines


@dataclass(frozen=True)
class Listing:
    """A bullet or numbered list. An item is a tuple of paragraphs and nested lists; ``start`` is the first number."""

    ordered: bool
    items: tuple[tuple[Block, ...], ...]
    start: int = 1


@dataclass(frozen=True)
class Table:
    """A table with one header row; every row has as many cells as the header."""

    header: tuple[Inlines, ...]
    rows: tuple[tuple[Inlines, ...], ...]
    alignments: tuple[Alignment, ...]


Block = Paragraph | Heading | Listing | Table


@dataclass(frozen=True)
class Blocks:
    """A whole narrative. False when it holds nothing, so that ``{%p if narrative %}`` reads as it should."""

    blocks: tuple[Block, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.blocks)


@dataclass(frozen=True)
class Picture:
    """A figure for ``{{r figure }}``: an encoded PNG or JPEG, its printed width in inches, its alternative text."""

    data: bytes
    width: float
    alternative_text: str


def plain(inlines: Iterable[Inline]) -> str:
    """Return the text of inlines without its look; a line break reads as a space."""
    return "".join(part.text if isinstance(part, Text) else " " for part in inlines)


def run_on(found: list[Inline], part: Inline) -> None:
    """Add a part to inlines, joined to the last stretch when both look alike."""
    last = found[-1] if found else None
    if isinstance(part, Text) and isinstance(last, Text) and _look(last) == _look(part):
        found[-1] = Text(last.text + part.text, *_look(part))
    elif isinstance(part, LineBreak) or part.text:
        found.append(part)


def led_by(words: Iterable[Inline], blocks: Blocks) -> Blocks:
    """Return a narrative that begins with ``words``: within its first paragraph, or before a list, table or heading."""
    first: Inlines = ()
    rest = blocks.blocks
    if rest and isinstance(rest[0], Paragraph):
        first, rest = (Text(" "), *rest[0].inlines), rest[1:]
    found: list[Inline] = []
    for part in (*words, *first):
        run_on(found, part)
    return Blocks((Paragraph(tuple(found)), *rest))


def _look(text: Text) -> tuple[bool, bool, str | None]:
    return text.strong, text.emphasis, text.href


def plain_text(blocks: Blocks) -> str:
    """Return the text of a narrative, one line per paragraph, list item or table row."""
    return "\n".join(_lines(blocks.blocks))


def _lines(blocks: Iterable[Block]) -> Iterable[str]:
    for block in blocks:
        if isinstance(block, Paragraph | Heading):
            yield plain(block.inlines)
        elif isinstance(block, Listing):
            for item in block.items:
                yield from _lines(item)
        else:
            for row in (block.header, *block.rows):
                yield " | ".join(plain(cell) for cell in row)
