"""Text to data, keeping the line and column of every key and value.

YAML is read by the core schema of YAML 1.2 (``no`` is text, dates are text, ``0123`` is text), JSON strictly by
RFC 8259. Both refuse duplicate keys, and are bounded in size, depth and number of values.
"""

from __future__ import annotations

import errno
import re
import stat
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from json import JSONDecodeError
from pathlib import Path as FilePath
from typing import Any

import yaml

from isa_docs.errors import InputError
from isa_docs.findings import Finding, Path, Place, Severity, conceal
from isa_docs.intake import _yaml_faults
from isa_docs.intake._json import parse_json, unix_ends, whole

MAX_BYTES = 5_000_000
MAX_DEPTH = 40
MAX_VALUES = 200_000
_SURELY_SHALLOW = 500
_LONGEST_NUMBER = 300

_BaseLoader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class YamlLoader(_BaseLoader):  # type: ignore[misc]
    """PyYAML's composer with the YAML 1.2 core resolvers instead of the YAML 1.1 ones."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012 - PyYAML's own protocol


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^[-+]?(?:0|[1-9][0-9]*)$", list("-+0123456789")),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)?\.[0-9]+(?:[eE][-+]?[0-9]+)?$", list("-+.0123456789")),
):
    YamlLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


@dataclass(frozen=True)
class Source:
    """Data read from one file, and where each key and value stands in it (1-based line and column)."""

    file: str
    text: str
    data: Any
    values: dict[Path, tuple[int, int]] = field(repr=False)
    keys: dict[Path, tuple[int, int]] = field(repr=False)
    literals: dict[Path, str] = field(repr=False)
    """What plain YAML scalars that are not text looked like, e.g. ``98402``."""

    def place(self, path: Path | None) -> Place:
        """Return the position of the value at ``path``, or of the nearest thing around it that exists."""
        at = path or ()
        while at and at not in self.values:
            at = at[:-1]
        line, column = self.values.get(at, (1, 1))
        if at in self.keys and (at != path or isinstance(_get(self.data, at), dict | list)):
            line, column = self.keys[at]
        return Place(self.file, line, column)

    def key_place(self, path: Path) -> Place:
        """Return the position of the key at ``path``."""
        line, column = self.keys.get(path, (1, 1))
        return Place(self.file, line, column)

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file, without their ends."""
        return self.text.splitlines()

    def line_text(self, line: int) -> str:
        """Return one line of the file, without its end; a Social Security number in it is concealed."""
        return conceal(self.lines[line - 1]) if 0 < line <= len(self.lines) else ""


def _get(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def bounded_bytes(path: FilePath) -> bytes:
    """Return the bytes of a regular file, one more than ``MAX_BYTES`` at most.

    Raises OSError for what cannot be read or is no file: a device may never end, and a pipe may never begin.
    """
    mode = path.stat().st_mode
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file", str(path))
    with path.open("rb") as stream:
        return stream.read(MAX_BYTES + 1)


def matter_bytes(path: FilePath) -> bytes:
    """Return the bytes of a matter file; raises InputError with one finding when it cannot be read."""
    try:
        return bounded_bytes(path)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        message = f"{path} cannot be read: {reason}."
        raise _failure("INPUT-FILE", message, Place(str(path)), "Check the path.") from None


def read_source(path: FilePath) -> Source:
    """Read a matter file.

    Raises InputError with one finding at its place when the file is missing, too large, not UTF-8 or not
    well-formed.
    """
    return parse_source(matter_bytes(path), str(path))


def parse_source(raw: bytes, name: str) -> Source:
    """Parse the bytes of a matter file called ``name``; JSON if the name ends in .json, otherwise YAML."""
    if len(raw) > MAX_BYTES:
        message = f"{name} has more than the {MAX_BYTES:,} bytes that a matter file may have."
        raise _failure("INPUT-SIZE", message, Place(name), "Put long material into an exhibit.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = raw[: error.start]
        place = Place(name, before.count(b"\n") + 1, error.start - before.rfind(b"\n"))
        message = "The file is not UTF-8 text here."
        raise _failure("INPUT-ENCODING", message, place, "Save it as UTF-8 in your editor.") from None
    builder = _Builder(name)
    data = builder.from_json(text) if name.lower().endswith(".json") else builder.from_yaml(text)
    if not isinstance(data, dict):
        message = "The file must hold one set of 'key: value' lines."
        raise _failure("INPUT-SYNTAX", message, Place(name, 1, 1), "Start from `isa-docs new`.")
    return Source(name, text, data, builder.values, builder.keys, builder.literals)


class _Builder:
    """Builds data from parser nodes while noting positions; raises InputError at the first offence."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.values: dict[Path, tuple[int, int]] = {}
        self.keys: dict[Path, tuple[int, int]] = {}
        self.literals: dict[Path, str] = {}

    def from_json(self, text: str) -> Any:
        """Parse JSON text."""
        try:
            return parse_json(text, self.values, self.keys, max_depth=MAX_DEPTH, max_values=MAX_VALUES)
        except JSONDecodeError as error:
            place = Place(self.file, error.lineno, error.colno)
            raise _failure("INPUT-SYNTAX", f"Not well-formed JSON: {error.msg}.", place) from None

    def from_yaml(self, text: str) -> Any:
        """Parse YAML text: one document, no tags, bounded aliases."""
        try:
            self._bound_depth(text)
            loader = YamlLoader(text)
            try:
                node = loader.get_single_node()
            finally:
                loader.dispose()
        except yaml.reader.ReaderError as error:
            before = text[: error.position]
            place = Place(self.file, before.count("\n") + 1, error.position - before.rfind("\n"))
            message = "The file holds a character that YAML does not allow (a control character)."
            raise _failure("INPUT-SYNTAX", message, place, "Delete it; it may be invisible.") from None
        except yaml.MarkedYAMLError as error:
            message, line, column = _yaml_faults.explain(text, error)
            raise _failure("INPUT-SYNTAX", message, Place(self.file, line, column), _yaml_faults.REMEDY) from None
        except yaml.YAMLError as error:
            raise _failure("INPUT-SYNTAX", f"Not well-formed YAML: {error}.", Place(self.file)) from None
        return None if node is None else self._yaml(node, (), ())

    def _bound_depth(self, text: str) -> None:
        """Refuse text that nests too deeply before it is composed: the C composer overruns its stack on it.

        Depth is at most the number of brackets plus the longest line, so ordinary text needs no second reading.
        """
        if text.count("[") + text.count("{") + max(map(len, text.splitlines()), default=0) < _SURELY_SHALLOW:
            return
        depth = 0
        for event in yaml.parse(text, Loader=YamlLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH:
                mark: Any = event.start_mark
                raise self._too_deep((mark.line + 1, mark.column + 1))

    def _too_deep(self, where: tuple[int, int]) -> InputError:
        message = f"The file is nested deeper than {MAX_DEPTH} levels, refers to itself or is too large."
        return _failure("INPUT-SIZE", message, Place(self.file, *where), "Write the repeated parts out.")

    def _yaml(self, node: Any, path: Path, above: tuple[int, ...]) -> Any:
        where = (node.start_mark.line + 1, node.start_mark.column + 1)
        self.values[path] = where
        if len(above) > MAX_DEPTH or len(self.values) > MAX_VALUES or id(node) in above:
            raise self._too_deep(where)
        above = (*above, id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, above)
        if isinstance(node, yaml.SequenceNode):
            return [self._yaml(item, (*path, index), above) for index, item in enumerate(node.value)]
        kind = node.tag.rpartition(":")[2]
        if kind in ("str", "!"):
            return unix_ends(node.value)
        self.literals[path] = node.value
        if kind == "null":
            return None
        if kind == "bool":
            return node.value.lower() == "true"
        if kind in ("int", "float") and len(node.value) >= _LONGEST_NUMBER:
            message = f"A number of {len(node.value):,} characters is too long to be one."
            raise _failure("INPUT-SIZE", message, Place(self.file, *where), "Put text into quotation marks.")
        if kind in ("int", "float"):
            with suppress(ValueError):  # a tag may claim what the text is not: !!int abc
                return int(node.value) if kind == "int" else whole(float(node.value))
        message = f"The tag {node.tag} is not allowed here."
        raise _failure("INPUT-SYNTAX", message, Place(self.file, *where), "Write the value without a tag.")

    def _mapping(self, node: Any, path: Path, above: tuple[int, ...]) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            mark = key_node.start_mark
            place = Place(self.file, mark.line + 1, mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                raise _failure("INPUT-SYNTAX", "A key must be plain text.", place, _yaml_faults.REMEDY)
            key = key_node.value
            if key in out:
                first = self.keys[(*path, key)][0]
                message = f"The key '{key}' stands twice in the same place; it is first on line {first}."
                raise _failure("INPUT-DUPLICATE", message, place, "Delete one of the two.")
            self.keys[(*path, key)] = (mark.line + 1, mark.column + 1)
            out[key] = self._yaml(value_node, (*path, key), above)
        return out


def _failure(code: str, message: str, place: Place, remedy: str = "") -> InputError:
    return InputError(message, [Finding(code, Severity.ERROR, message, remedy, place=place)])
