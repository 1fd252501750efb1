"""Where each value of a YAML text stands: the tree of its nodes with the characters they take up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from isa_docs.intake.source import YamlLoader


@dataclass
class Node:
    """One value and its place: ``start`` and ``end`` are offsets into the text, ``end`` after its last character.

    ``style`` is the quotation mark or block sign of a text, ``flow`` says that a collection stands in brackets.
    ``entries`` are a mapping's keys and values, or a list's items with the hyphen's offset where there is one.
    """

    kind: str
    start: int
    end: int
    style: str = ""
    flow: bool = False
    sign: int = 0
    """The offset after the last colon or hyphen before the value."""
    text: str = ""
    entries: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)
    hyphens: list[int] = field(default_factory=list)


def tree(text: str) -> Node:
    """Return the root node of the one document in ``text``; raises yaml.YAMLError for what cannot be parsed.

    A node of kind ``alias`` stands for what its anchor names. Offsets count characters.
    """
    builder = _Builder(text)
    for event in builder.events:
        if isinstance(event, yaml.DocumentStartEvent):
            return builder.node(next(builder.events))
    raise yaml.YAMLError("the text holds no document")


class _Builder:
    """Turns the parser's events into nodes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.events: Iterator[Any] = iter(yaml.parse(text, Loader=YamlLoader))
        self._hyphens: list[int] = []
        self._signs: list[int] = [0]
        for each in yaml.scan(text, Loader=YamlLoader):
            if isinstance(each, yaml.BlockEntryToken):
                self._hyphens.append(each.start_mark.index)
            if isinstance(each, yaml.BlockEntryToken | yaml.ValueToken):
                self._signs.append(each.end_mark.index)

    def node(self, event: Any) -> Node:
        """Return the node that begins with ``event``."""
        start, end = event.start_mark.index, event.end_mark.index
        sign = self._signs[bisect_right(self._signs, start) - 1]
        if isinstance(event, yaml.AliasEvent):
            return Node("alias", start, end, sign=sign)
        if isinstance(event, yaml.ScalarEvent):
            end = self._trimmed(start, end)
            return Node("scalar", start, end, style=event.style or "", sign=sign, text=event.value)
        made = Node("list", start, end, flow=bool(event.flow_style), sign=sign)
        if isinstance(event, yaml.MappingStartEvent):
            made.kind = "mapping"
            last = self._members(made)
        else:
            last = self._items(made)
        made.end = last.end_mark.index if made.flow else max((each.end for each in _inside(made)), default=end)
        return made

    def _members(self, made: Node) -> Any:
        while not isinstance(event := next(self.events), yaml.MappingEndEvent):
            key = self.node(event)
            made.entries.append((key, self.node(next(self.events))))
        return event

    def _items(self, made: Node) -> Any:
        while not isinstance(event := next(self.events), yaml.SequenceEndEvent):
            item = self.node(event)
            made.items.append(item)
            if not made.flow:
                at = bisect_right(self._hyphens, item.start if item.end > item.start else item.start - 1)
                made.hyphens.append(self._own_hyphen(at, made.start))
        return event

    def _own_hyphen(self, at: int, start: int) -> int:
        """Return the last hyphen before an item that stands in the column of its list's first one."""
        column = self.column(start)
        for hyphen in reversed(self._hyphens[:at]):
            if self.column(hyphen) == column:
                return hyphen
        return start

    def column(self, at: int) -> int:
        """Return how many characters stand before ``at`` on its line."""
        return at - (self._text.rfind("\n", 0, at) + 1)

    def _trimmed(self, start: int, end: int) -> int:
        while end > start and self._text[end - 1] in " \r\n\t":
            end -= 1
        return end


def _inside(node: Node) -> Iterator[Node]:
    for key, value in node.entries:
        yield key
        yield value
    yield from node.items
