"""Markdown lines, arranged for the parser: what people type, brought to the one form that python-markdown reads.

python-markdown asks for four spaces per list level, and for an empty line before a list, a table or a heading.
People indent by what looks right and leave no empty line. This module indents each line by its true depth, sets the
empty lines, and writes into each line a mark with its number, which travels through the parser into the text, so that
a finding can name its line. What only whole lines can show (code, quotes, rules, underlined titles) is refused here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

MARK: Final = re.compile(" ?\ufdd0([0-9]+)\ufdd1 ?")
"""The number of a line, in its text, between two noncharacters, which no typed text may contain."""

MAX_LIST_DEPTH: Final = 3
_TAB: Final = 4

_ITEM: Final = re.compile(r"([-+*]|[0-9]{1,9}[.)])(?:[ ]+(.*))?$")
_FENCE: Final = re.compile(r"(`{3,}(?=[^`]*$)|~{3,})")
_RULE: Final = re.compile(r"([-*_])[ ]*(?:\1[ ]*){2,}$")
_UNDERLINE: Final = re.compile(r"(=+|-+)$")
_HEADING: Final = re.compile(r"#{1,6}(?:[ ]|$)")
_CLOSING: Final = re.compile(r"[ ]+#+$")
_LAST_BAR: Final = re.compile(r"(?<!\\)(?:\\\\)*\|$")
_DASHES: Final = re.compile(r"\|?[ ]*:?-+:?[ ]*(?:\|[ ]*:?-+:?[ ]*)*\|?$")


@dataclass(frozen=True)
class Refusal:
    """A construct that no paper can hold: what it is, what to do, on which 1-based line."""

    what: str
    remedy: str
    line: int


@dataclass
class _State:
    """What is open while the lines are read."""

    lists: list[tuple[int, int]] = field(default_factory=list)
    """Of each open list item, outermost first: the columns of its marker and of its text."""
    paragraph: int = 0
    """The line on which the open paragraph began, or 0."""
    depth: int = 0
    """In how many lists the open paragraph stands."""
    table: int = 0
    """The line on which the open table began, or 0."""
    fence: str = ""
    block: str = ""
    """The refused block that the last line belonged to, so that it is refused once."""


class Arranger:
    """Arranges one text; afterwards ``lines`` go to the parser and ``refusals`` to the author."""

    def __init__(self, text: str) -> None:
        self.lines: list[str] = []
        self.refusals: list[Refusal] = []
        self._typed = [line.expandtabs(_TAB) for line in text.split("\n")]
        self._now = _State()
        for number in range(1, len(self._typed) + 1):
            self._read(number)
        while self.lines and not self.lines[-1]:
            self.lines.pop()

    def _read(self, number: int) -> None:
        now = self._now
        line = self._typed[number - 1]
        stripped = line.strip()
        indent = len(line) - len(line.lstrip())
        if now.fence:
            if stripped.startswith(now.fence) and not stripped.strip(now.fence[0]):
                now.fence = ""
            return
        if not stripped:
            self._blank()
            return
        if fence := _FENCE.match(stripped):
            self._refuse("a code block", "Remove the ``` lines.", number)
            now.fence = fence[1]
        elif stripped.startswith(">"):
            self._refuse("a block quote", "Remove the > at the start of the line.", number)
        elif now.paragraph and _UNDERLINE.match(stripped) and (not now.lists or indent >= now.lists[-1][0] + 2):
            level = 1 if stripped[0] == "=" else 2
            remedy = "Use ### or #### before the title; the paper owns the levels above."
            self._refuse(f"a heading of level {level}", remedy, now.paragraph)
        elif _RULE.match(stripped):
            self._refuse("a horizontal rule", "Remove the line.", number)
        elif item := self._item(stripped, indent):
            self._write_item(item, indent, number)
        elif _HEADING.match(stripped):
            self._close(indent)
            self._set_apart()
            self._write(_marked(_CLOSING.sub("", stripped), number))
            self._blank()
        elif now.table:
            # The row of dashes under the header takes no mark.
            self._write(_row(stripped, "" if number == now.table + 1 else _mark(number)))
        elif self._opens_table(number):
            self._close(indent)
            self._set_apart()
            self._write(_row(stripped, _mark(number)))
            now.table = number
        elif now.paragraph:
            self.lines.append(" " * _TAB * now.depth + _marked(self._text(line), number))
        else:
            self._write_paragraph(line, indent, number)

    def _write_paragraph(self, line: str, indent: int, number: int) -> None:
        now = self._now
        self._close(indent)
        if indent >= (now.lists[-1][1] if now.lists else 0) + 4:
            self._refuse("a code block", "Remove the four spaces at the start of the line.", number)
            return
        self._write(_marked(self._text(line), number))
        now.paragraph, now.depth, now.block = number, len(now.lists), ""

    def _item(self, stripped: str, indent: int) -> re.Match[str] | None:
        """Return the match of a list item, unless its line goes on with the open paragraph."""
        item = _ITEM.match(stripped)
        if item and self._now.paragraph and self._depth_at(indent) == self._now.depth:
            # As in CommonMark: a year or a dash that begins a line of running text begins no list.
            return item if item[2] and item[1].rstrip(".)") in ("-", "+", "*", "1") else None
        return item

    def _write_item(self, item: re.Match[str], indent: int, number: int) -> None:
        now = self._now
        self._close(indent)
        if len(now.lists) == MAX_LIST_DEPTH:
            self._refuse(f"a list nested more than {MAX_LIST_DEPTH} deep", "Make the list flatter.", number)
            return
        self._set_apart()
        marker = item[1].replace(")", ".")
        self._write(f"{marker} {_marked(self._text(item[2] or ''), number)}")
        now.lists.append((indent, indent + len(item[0]) - len(item[2] or "")))
        now.paragraph, now.depth, now.table, now.block = number, len(now.lists), 0, ""

    def _depth_at(self, indent: int) -> int:
        """Return how many of the open list items a line with this indentation belongs to."""
        return sum(1 for marker, _ in self._now.lists if indent >= marker + 2)

    def _close(self, indent: int) -> None:
        """Close the list items to which a line with this indentation no longer belongs."""
        del self._now.lists[self._depth_at(indent) :]

    def _opens_table(self, number: int) -> bool:
        head, below = self._typed[number - 1].strip(), "".join(self._typed[number : number + 1]).strip()
        if self._now.table or "|" not in head + below or not _DASHES.match(below) or _DASHES.match(head):
            return False
        return cells_written(head) == cells_written(below)

    def _text(self, line: str) -> str:
        """Strip a line, but for the two spaces that break it, and escape what must not begin a list."""
        text = line.lstrip()
        bare = text.rstrip()
        text = bare + ("  " if len(text) >= len(bare) + 2 else "")
        if (item := _ITEM.match(text)) and self._now.paragraph:
            at = len(item[1]) - 1
            return f"{text[:at]}\\{text[at:]}"
        return text

    def _refuse(self, what: str, remedy: str, line: int) -> None:
        if self._now.block != what:
            self.refusals.append(Refusal(what, remedy, line))
        self._blank()
        self._now.block = what

    def _blank(self) -> None:
        self.lines.append("")
        self._now.paragraph, self._now.table, self._now.block = 0, 0, ""

    def _set_apart(self) -> None:
        """End what is open, with an empty line."""
        if self.lines and self.lines[-1]:
            self._blank()
        self._now.paragraph = 0

    def _write(self, text: str) -> None:
        self.lines.append(" " * _TAB * len(self._now.lists) + text)


def _mark(number: int) -> str:
    return f"\ufdd0{number}\ufdd1"


def _marked(text: str, number: int) -> str:
    """Put the line's mark at the end of its text, before the backslash or the two spaces of a forced break."""
    bare = text.rstrip(" ")
    if (len(bare) - len(bare.rstrip("\\"))) % 2:
        bare = bare[:-1]
    return f"{bare} {_mark(number)}{text[len(bare) :]}"


def _row(row: str, mark: str) -> str:
    """Write a table row between bars, as the parser wants it, with the line's mark in its first cell."""
    if not _LAST_BAR.search(row):
        row += "|"
    return f"|{mark} {row.removeprefix('|')}"


def cells_written(line: str) -> int:
    """Count the cells of a table row as typed; the parser itself drops those beyond the header."""
    line = line.strip().replace("\\|", "")
    return len(line.removeprefix("|").removesuffix("|").split("|"))
