"""Edits of a YAML text, and where its parts stand, found by PyYAML's own marks and not by the code under test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any

import yaml

from isa_docs.errors import ExitCode, InputError
from isa_docs.findings import Finding, Path
from isa_docs.intake.load import load_text

EXAMPLES = FilePath(__file__).resolve().parents[3] / "examples"
MATTERS = ("northwind", "maple", "harborlight")


@cache
def example(name: str) -> str:
    """Return the text of one example matter."""
    return (EXAMPLES / name / "matter.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Key:
    """One key of a mapping: the path and node of the mapping, and which of its pairs the key is."""

    mapping: Path
    node: Any
    at: int

    @property
    def name(self) -> str:
        """The key itself."""
        return str(self.node.value[self.at][0].value)

    @property
    def line(self) -> int:
        """The 1-based line of the key."""
        return int(self.node.value[self.at][0].start_mark.line) + 1

    def __str__(self) -> str:
        return ".".join(str(step) for step in (*self.mapping, self.name))


@cache
def keys_of(text: str) -> tuple[Key, ...]:
    """Return every key of the text, in order."""
    return tuple(_keys(yaml.compose(text, yaml.SafeLoader), ()))


def _keys(node: Any, path: Path) -> Iterator[Key]:
    if isinstance(node, yaml.MappingNode):
        for at, (key, value) in enumerate(node.value):
            yield Key(path, node, at)
            yield from _keys(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            yield from _keys(item, (*path, at))


def mapping_line(text: str, path: Path) -> int:
    """Return the line where the mapping at ``path`` is introduced: that of its own key, or of its list item."""
    if path and isinstance(path[-1], str):
        return next(key.line for key in keys_of(text) if (*key.mapping, key.name) == path)
    return next(key.line for key in keys_of(text) if key.mapping == path)


def near(text: str, key: Key) -> str:
    """Return the text with far parts blanked out and the rest where it was: it is read in half the time.

    For a key of a submission the plan goes, which a matter need not have; for any other key all submissions but the
    first. A schema fault is found all the same, and it is found before ids are compared.
    """
    top = {each.name: each for each in keys_of(text) if not each.mapping}
    if key.mapping[:1] == ("submissions",):
        plan = top["self_testing_plan"]
        return _blanked(text, plan.node.value[plan.at][0].start_mark.index, _end(text, plan))
    second = next(each for each in keys_of(text) if each.mapping == ("submissions", 1))
    start = text.rindex("\n", 0, second.node.start_mark.index) + 1
    return _blanked(text, start, _end(text, top["submissions"]))


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + "".join(each if each == "\n" else " " for each in text[start:end]) + text[end:]


def without(text: str, key: Key) -> str:
    """Return the text with one key and its value taken out, and all lines above it where they were."""
    pairs = key.node.value
    start = pairs[key.at][0].start_mark.index
    if len(pairs) == 1:
        return text[:start] + "{}" + text[_end(text, key) :] if not key.node.flow_style else _cut(text, start, key)
    if key.at + 1 < len(pairs):
        return text[:start] + text[pairs[key.at + 1][0].start_mark.index :]
    if key.node.flow_style:
        return text[: pairs[key.at - 1][1].end_mark.index] + text[_end(text, key) :]
    return text[: text.rindex("\n", 0, start) + 1] + text[_end(text, key) :].removeprefix("\n")


def _cut(text: str, start: int, key: Key) -> str:
    return text[:start] + text[_end(text, key) :]


def _end(text: str, key: Key) -> int:
    """Return where the value of ``key`` ends, without the indentation of what follows a block."""
    end = int(key.node.value[key.at][1].end_mark.index)
    if key.node.flow_style:
        return end
    line = text.rfind("\n", 0, end) + 1
    return line if not text[line:end].strip() else end


def misspelt(name: str) -> str:
    """Return ``name`` with a slip of the fingers: two letters changed about, or the last one doubled."""
    for at in range(len(name) // 2, len(name) - 1):
        if len(name) > 3 and name[at] != name[at + 1]:
            return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name + name[-1]


def with_misspelt(text: str, key: Key) -> str:
    """Return the text with one key misspelt."""
    mark = key.node.value[key.at][0].start_mark.index
    return text[:mark] + misspelt(key.name) + text[mark + len(key.name) :]


def findings_in(text: str, name: str = "matter.yaml") -> tuple[Finding, ...]:
    """Load a text that must be refused, and return the findings it is refused with."""
    try:
        load_text(text, name)
    except InputError as error:
        assert error.exit_code == ExitCode.INPUT == 4
        assert error.findings, "an InputError must carry findings"
        return error.findings
    raise AssertionError("the text was accepted")


def only_finding(text: str, name: str = "matter.yaml") -> Finding:
    """Load a text that must be refused with exactly one finding, and return it."""
    found = findings_in(text, name)
    assert len(found) == 1, "\n".join(f"{each.place} {each.code} {each.message}" for each in found)
    return found[0]
