"""The changes between two states of a matter, as replacements of characters in its text."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from typing import Any

from isa_docs.desk import yaml_writing
from isa_docs.desk.pointers import same
from isa_docs.desk.yaml_nodes import Node

_FOLDED_WIDTH = 110


class Changes:
    """Collects replacements (start, end, new text) and applies them together.

    ``whole_parts`` writes each changed part of the top level anew; ``as_json`` keeps to what JSON allows.
    """

    def __init__(self, text: str, *, as_json: bool = False, whole_parts: bool = False) -> None:
        self._text = text
        self._json = as_json
        self._whole = whole_parts
        self._end = "\r\n" if "\r\n" in text else "\n"
        self._made: list[tuple[int, int, str]] = []
        self._brackets = 0

    def applied(self, root: Node, old: Any, wanted: Any) -> str:
        """Return the text with ``wanted`` in place of ``old``; raises ValueError or LookupError if it cannot."""
        self._change(root, old, wanted, -2)
        return self._within(0, len(self._text))

    def _within(self, start: int, end: int) -> str:
        """Return one stretch of the text with the replacements made in it."""
        inside = [each for each in self._made if start <= each[0] and each[1] <= end]
        if any(each[0] < start < each[1] or each[0] < end < each[1] for each in self._made):
            raise ValueError("a change reaches beyond the part that is moved")
        out, at = "", start
        for first, last, said in sorted(inside, key=lambda each: (each[0], each[1])):
            if first < at:
                raise ValueError("two changes overlap")
            out, at = out + self._text[at:first] + said, last
        return out + self._text[at:end]

    def _put(self, start: int, end: int, said: str) -> None:
        self._made.append((start, end, said.replace("\n", self._end) if self._end != "\n" else said))

    def _change(self, node: Node, old: Any, new: Any, column: int) -> None:
        """Change the value at ``node``; ``column`` is where its key or hyphen stands."""
        if same(old, new):
            return
        coarse = self._whole and column >= 0
        if node.kind == "mapping" and isinstance(new, dict) and new and not coarse:
            self._flow_mapping(node, old, new) if node.flow else self._mapping(node, old, new)
        elif node.kind == "list" and isinstance(new, list) and new and not coarse:
            self._flow_list(node, old, new) if node.flow else self._list(node, old, new)
        else:
            self._replace(node, new, column)

    # Values

    def _replace(self, node: Node, new: Any, column: int) -> None:
        """Write a value anew, in brackets or on one line where it stood so, else as a block."""
        simple = not isinstance(new, dict | list) or not new
        single = not (isinstance(new, str) and "\n" in new)
        if self._json or column < 0:
            self._put(node.start, node.end, json.dumps(new, ensure_ascii=False) if self._json else _flow(new))
        elif self._brackets > 0 or (simple and single and self._on_one_line(node)):
            said = _flow(new) if not simple else yaml_writing.scalar(new, style=node.style, flow=self._brackets > 0)
            said = "[]" if new == [] else "{}" if new == {} else said
            if node.style == ">" and isinstance(new, str) and (folded := self._folded(new, column + 2)):
                said = folded
            blank = "" if node.end > node.start or self._text[node.start - 1 : node.start] == " " else " "
            self._put(node.start, node.end, blank + said)
        else:
            self._replace_block(node, new, column)

    def _replace_block(self, node: Node, new: Any, column: int) -> None:
        """Write a value on the lines below its key or hyphen; a comment on that line stays there."""
        first, *below = yaml_writing.value_lines(new, column + 2)
        line_end = self._line_end(node.sign)
        end = node.end
        if node.start > line_end + 1:  # a block, which begins on a line of its own
            comment = self._text[node.sign : line_end]
        elif node.style in ("|", ">"):
            comment = self._text[node.start : line_end].lstrip("|>+-0123456789")
        else:
            end = max(end, node.sign)
            comment = self._text[end : self._line_end(end)]
            end += len(comment.rstrip())
        if comment.strip() and not comment.lstrip().startswith("#"):
            raise ValueError("something else stands behind the value")
        self._put(node.sign, end, first + comment.rstrip() + "".join(f"\n{line}" for line in below))

    def _folded(self, text: str, indent: int) -> str | None:
        """Return text as a folded block, as it stood before; None where folding would not keep it."""
        body = text.rstrip("\n")
        if not body.isprintable() or not body.strip() or re.search(r"^ |  | $", body):
            return None
        lines = textwrap.wrap(body, _FOLDED_WIDTH - indent, break_long_words=False, break_on_hyphens=False)
        mark = ">" if text.endswith("\n") else ">-"
        return mark + "".join(f"\n{' ' * indent}{line}" for line in lines)

    def _on_one_line(self, node: Node) -> bool:
        """Tell whether a value of one line may take the place of ``node`` as it stands."""
        return node.kind == "scalar" or node.kind == "alias" or node.flow

    # Block collections

    def _mapping(self, node: Node, old: dict[str, Any], new: dict[str, Any]) -> None:
        names = [key.text for key, _ in node.entries]
        kept = [name for name in names if name in new]
        if not kept:
            raise ValueError("nothing of the mapping is kept")
        column = self._column(node.entries[0][0].start)
        for at, (key, value) in enumerate(node.entries):
            if key.text not in new:
                self._delete_entry(node, at, kept)
            else:
                self._change(value, old[key.text], new[key.text], column)
        order = list(new)
        places: dict[str, list[str]] = {}
        for name in order:
            if name not in names:
                before = [each for each in order[: order.index(name)] if each in kept]
                places.setdefault(before[-1] if before else kept[-1], []).append(name)
        for after, added in places.items():
            key, value = next(each for each in node.entries if each[0].text == after)
            at = self._block_end(max(key.end, value.end), column)
            lines = yaml_writing.entries({name: new[name] for name in added}, column)
            self._put(at, at, "".join(f"\n{line}" for line in lines))

    def _delete_entry(self, node: Node, at: int, kept: Collection[str]) -> None:
        """Take an entry's lines away; what stands above them and behind a hyphen stays."""
        key, value = node.entries[at]
        start = self._text.rfind("\n", 0, key.start) + 1
        end = self._block_end(max(value.end, key.end), self._column(key.start))
        if self._text[start : key.start].strip():  # behind a hyphen: the next entry takes its place, if it can
            following = next((each for each, _ in node.entries[at + 1 :]), None)
            if following and following.text in kept and not self._text[end : following.start].strip():
                self._put(key.start, following.start, "")
            else:
                self._put(len(self._text[: key.start].rstrip(" ")), end, "")
        elif start:
            self._put(self._line_end(start - 1), end, "")
        else:
            self._put(0, self._next_line(end), "")

    def _list(self, node: Node, old: list[Any], new: list[Any]) -> None:
        pairs = matched(old, new)
        column = self._column(node.hyphens[0])
        for was, now in pairs.items():
            self._change(node.items[was], old[was], new[now], column)
        if list(pairs.items()) == [(at, at) for at in range(len(old))] and len(old) == len(new):
            return
        starts, ends = self._stretches(node)
        origin = {now: was for was, now in pairs.items()}
        said: list[str] = []
        for now, value in enumerate(new):
            if now in origin:
                was = origin[now]
                said.append(self._within(starts[was], ends[was]))
            else:
                said += yaml_writing.item(value, column)
        self._made = [each for each in self._made if not (starts[0] <= each[0] and each[1] <= ends[-1])]
        self._made.append((starts[0], ends[-1], self._end.join(said)))

    def _stretches(self, node: Node) -> tuple[list[int], list[int]]:
        """Return where the lines of each item begin and end; the comments above an item belong to it.

        What stands above the first item belongs to the list. Raises ValueError when two items share a line.
        """
        lasts = [max(each.end, hyphen) for each, hyphen in zip(node.items, node.hyphens, strict=True)]
        ends = [self._block_end(last, self._column(node.hyphens[0])) for last in lasts]
        starts = [self._text.rfind("\n", 0, node.hyphens[0]) + 1, *map(self._next_line, ends[:-1])]
        if self._text[starts[0] : node.hyphens[0]].strip():
            raise ValueError("the list begins on the line of another")
        return starts, ends

    # Collections in brackets and braces

    def _flow_mapping(self, node: Node, old: dict[str, Any], new: dict[str, Any]) -> None:
        column = self._column(node.start)
        self._brackets += 1
        for key, value in node.entries:
            if key.text in new:
                self._change(value, old[key.text], new[key.text], column)
        self._brackets -= 1
        names = [key.text for key, _ in node.entries]
        if [name for name in names if name in new] == names and len(names) == len(new):
            return
        kept = {key.text: (key.start, value.end) for key, value in node.entries if key.text in new}
        parts = [self._within(*place) for place in kept.values()]
        write = json.dumps if self._json else _key
        parts += [f"{write(name)}: {self._brief(each)}" for name, each in new.items() if name not in kept]
        self._rebracket(node, parts, [(key.start, value.end) for key, value in node.entries])

    def _flow_list(self, node: Node, old: list[Any], new: list[Any]) -> None:
        pairs = matched(old, new)
        column = self._column(node.start)
        self._brackets += 1
        for was, now in pairs.items():
            self._change(node.items[was], old[was], new[now], column)
        self._brackets -= 1
        if list(pairs.items()) == [(at, at) for at in range(len(old))] and len(old) == len(new):
            return
        origin = {now: was for was, now in pairs.items()}
        places = [(each.start, each.end) for each in node.items]
        parts = [
            self._within(*places[origin[now]]) if now in origin else self._brief(value) for now, value in enumerate(new)
        ]
        self._rebracket(node, parts, places)

    def _brief(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False) if self._json else _flow(value)

    def _rebracket(self, node: Node, parts: Sequence[str], places: Sequence[tuple[int, int]]) -> None:
        """Write a collection with ``parts``, spaced as it was."""
        text = self._text
        between = ", "
        if places:
            opening, closing = text[node.start : places[0][0]], text[places[-1][1] : node.end]
            if "\n" in opening:
                between = "," + opening[opening.index("\n") - (self._end == "\r\n") :]
        else:
            opening, closing = text[node.start], text[node.end - 1]
        if len(places) > 1:
            between = text[places[0][1] : places[1][0]]
        self._made = [each for each in self._made if not (node.start <= each[0] and each[1] <= node.end)]
        self._made.append((node.start, node.end, opening + between.join(parts) + closing))

    # Places

    def _column(self, at: int) -> int:
        return at - (self._text.rfind("\n", 0, at) + 1)

    def _line_end(self, at: int) -> int:
        """Return the offset of the line break at or after ``at``, or the end of the text."""
        found = self._text.find("\n", at)
        if found < 0:
            return len(self._text)
        return found - (self._text[max(at, found - 1) : found] == "\r")

    def _block_end(self, at: int, column: int) -> int:
        """Return the end of the line of ``at``, and of the comments below it that are set deeper than ``column``."""
        end = self._line_end(at)
        probe = self._next_line(end)
        while probe < len(self._text):
            line = self._text[probe : self._line_end(probe)]
            if line.lstrip(" ").startswith("#") and len(line) - len(line.lstrip(" ")) > column:
                end = self._line_end(probe)
            elif line.strip():
                break
            probe = self._next_line(probe)
        return end

    def _next_line(self, at: int) -> int:
        """Return the offset of the line after the one that ``at`` stands on, or the end of the text."""
        found = self._text.find("\n", at)
        return len(self._text) if found < 0 else found + 1


def _flow(value: Any) -> str:
    return yaml_writing.flow(value)


def _key(name: str) -> str:
    return yaml_writing.scalar(name, flow=True)


def matched(old: Sequence[Any], new: Sequence[Any]) -> dict[int, int]:
    """Return which item of ``new`` each item of ``old`` has become: the same, that of the same id or place."""
    said = [json.dumps(each, sort_keys=True) for each in old], [json.dumps(each, sort_keys=True) for each in new]
    pairs: dict[int, int] = {}
    for block in SequenceMatcher(None, *said, autojunk=False).get_matching_blocks():
        pairs |= {block.a + step: block.b + step for step in range(block.size)}
    left = [at for at in range(len(old)) if at not in pairs]
    open_places = [at for at in range(len(new)) if at not in pairs.values()]
    for agree in (_same, _same_id, _same_place):
        for was in list(left):
            now = next((at for at in open_places if agree(old, new, was, at)), None)
            if now is not None:
                pairs[was] = now
                left.remove(was)
                open_places.remove(now)
    return dict(sorted(pairs.items()))


def _same(old: Sequence[Any], new: Sequence[Any], was: int, now: int) -> bool:
    return same(old[was], new[now])


def _same_id(old: Sequence[Any], new: Sequence[Any], was: int, now: int) -> bool:
    one, other = old[was], new[now]
    return isinstance(one, dict) and isinstance(other, dict) and "id" in one and one.get("id") == other.get("id")


def _same_place(old: Sequence[Any], new: Sequence[Any], was: int, now: int) -> bool:
    return len(old) == len(new) and was == now
