"""A strict JSON parser (RFC 8259) that notes the position of every key and value."""

from __future__ import annotations

import re
from json import JSONDecodeError
from json.decoder import scanstring  # type: ignore[attr-defined]
from typing import Any

from isa_docs.findings import Path

_SPACE = re.compile(r"[ \t\n\r]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None}


def whole(number: float) -> float | int:
    """Return 4 for 4.0, as JSON Schema counts it among the integers."""
    return int(number) if number.is_integer() else number


def unix_ends(text: str) -> str:
    """Return a text with the line ends of Windows, as its quoted form may state them, as line feeds."""
    return text.replace("\r\n", "\n")


def parse_json(
    text: str,
    values: dict[Path, tuple[int, int]],
    keys: dict[Path, tuple[int, int]],
    *,
    max_depth: int,
    max_values: int,
) -> Any:
    """Parse ``text``, filling ``values`` and ``keys`` with 1-based lines and columns.

    Raises json.JSONDecodeError at the first fault, duplicate keys and bounds included.
    """
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    line = 0

    def spot(at: int) -> tuple[int, int]:
        nonlocal line
        while line + 1 < len(starts) and starts[line + 1] <= at:
            line += 1
        return line + 1, at - starts[line] + 1

    def skip(at: int) -> int:
        return _SPACE.match(text, at).end()  # type: ignore[union-attr]

    def value(at: int, path: Path) -> tuple[Any, int]:
        values[path] = spot(at)
        if len(path) > max_depth or len(values) > max_values:
            raise JSONDecodeError("too deep or too large", text, at)
        head = text[at : at + 1]
        if head == '"':
            text_value, end = string(at)
            return unix_ends(text_value), end
        if head == "{":
            return members(at, path)
        if head == "[":
            return items(at, path)
        for word, meaning in _WORDS.items():
            if text.startswith(word, at):
                return meaning, at + len(word)
        match = _NUMBER.match(text, at)
        if match is not None and match.end() - at > 300:
            raise JSONDecodeError(f"a number of {match.end() - at:,} characters is too long to be one", text, at)
        if match is None:
            raise JSONDecodeError("a value is expected", text, at)
        written_whole = match[1] is None and match[2] is None
        return (int(match[0]) if written_whole else whole(float(match[0]))), match.end()

    def string(at: int) -> tuple[str, int]:
        found, end = scanstring(text, at + 1, True)
        return str(found), end

    def members(at: int, path: Path) -> tuple[dict[str, Any], int]:
        out: dict[str, Any] = {}
        at = skip(at + 1)
        if text[at : at + 1] == "}":
            return out, at + 1
        while True:
            if text[at : at + 1] != '"':
                raise JSONDecodeError("a key in double quotation marks is expected", text, at)
            start = at
            key, at = string(at)
            if key in out:
                raise JSONDecodeError(f"the key '{key}' stands twice in the same place", text, start)
            keys[(*path, key)] = spot(start)
            at = skip(at)
            if text[at : at + 1] != ":":
                raise JSONDecodeError("a colon is expected", text, at)
            out[key], at = value(skip(at + 1), (*path, key))
            at = skip(at)
            mark = text[at : at + 1]
            if mark == "}":
                return out, at + 1
            if mark != ",":
                raise JSONDecodeError("a comma or a closing brace is expected", text, at)
            at = skip(at + 1)

    def items(at: int, path: Path) -> tuple[list[Any], int]:
        out: list[Any] = []
        at = skip(at + 1)
        if text[at : at + 1] == "]":
            return out, at + 1
        while True:
            item, at = value(at, (*path, len(out)))
            out.append(item)
            at = skip(at)
            mark = text[at : at + 1]
            if mark == "]":
                return out, at + 1
            if mark != ",":
                raise JSONDecodeError("a comma or a closing bracket is expected", text, at)
            at = skip(at + 1)

    data, end = value(skip(0), ())
    end = skip(end)
    if end != len(text):
        raise JSONDecodeError("something follows the end of the data", text, end)
    return data
