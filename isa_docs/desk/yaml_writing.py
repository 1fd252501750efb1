"""Values as YAML text that the matter reader, and any other YAML reader, takes for exactly these values."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

_PLAIN = re.compile(r"(?:[^\W\d_]|\()(?:[^\x00-\x1f\x7f-\xa0\u2028\u2029\ufeff\ud800-\udfff])*\Z")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_NUMBERED = re.compile(r"[0-9]{2,}-[0-9A-Za-z-]*[A-Za-z0-9]\Z")
"""An IOR or report number: begins with digits and a hyphen, and is taken for a number by no reader."""
_WORDS = re.compile(r"(?i)(?:y|n|yes|no|on|off|true|false|null|nan|inf)\Z")
_ODD = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
_LONGEST_FLOW = 100


def scalar(value: Any, *, flow: bool = False, style: str = "") -> str:
    """Return a value that is no collection on one line; ``style`` is the quotation mark that stood there before."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    text = str(value)
    if style == "'" and _PLAIN.match(f"a{text}"):
        return "'" + text.replace("'", "''") + "'"
    return text if style != '"' and is_plain(text, flow=flow) else quoted(text)


def is_plain(text: str, *, flow: bool = False) -> bool:
    """Tell whether text can stand without quotation marks, also for readers of YAML 1.1."""
    if _DATE.match(text) or (_NUMBERED.match(text) and not text.replace("-", "").isdigit()):
        return True
    if _NUMBERED.match(text) and text.count("-") == 1 and len(text) > 8:
        return True
    if not _PLAIN.match(text) or text.endswith((" ", ":")) or _WORDS.match(text):
        return False
    if ": " in text or " #" in text or (text.startswith("(") and ")" not in text):
        return False
    return not (flow and re.search(r"[,\[\]{}:]", text))


def quoted(text: str) -> str:
    """Return text in double quotation marks, as YAML and JSON both read it."""
    return _ODD.sub(lambda found: f"\\u{ord(found[0]):04x}", json.dumps(text, ensure_ascii=False))


def flow(value: Any, *, as_json: bool = False) -> str:
    """Return any value on one line: collections in brackets and braces."""
    if as_json:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key, flow=True)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value, flow=True)


def fits_a_line(value: Any) -> bool:
    """Tell whether a collection may stand on one line: short, and of plain values only."""
    parts = value.values() if isinstance(value, dict) else value
    if any(isinstance(each, dict | list) or "\n" in str(each) for each in parts):
        return False
    return isinstance(value, list) and len(flow(value)) <= _LONGEST_FLOW


def value_lines(value: Any, indent: int) -> list[str]:
    """Return a value as what follows ``key:`` on its line, and the lines below it, ``indent`` blanks deep."""
    if isinstance(value, str) and "\n" in value and (block := block_text(value, indent)):
        return block
    if not isinstance(value, dict | list) or not value or fits_a_line(value):
        said = flow(value) if isinstance(value, dict | list) else scalar(value)
        return [f" {said}"]
    lines = entries(value, indent) if isinstance(value, dict) else items(value, indent)
    return ["", *lines]


def entries(value: dict[str, Any], indent: int) -> Iterator[str]:
    """Yield the lines of a mapping."""
    for key, each in value.items():
        first, *more = value_lines(each, indent + 2)
        yield f"{' ' * indent}{scalar(key, flow=True)}:{first}"
        yield from more


def items(value: list[Any], indent: int) -> Iterator[str]:
    """Yield the lines of a list."""
    for each in value:
        yield from item(each, indent)


def item(value: Any, indent: int) -> Iterator[str]:
    """Yield the lines of one item of a list, its hyphen ``indent`` blanks deep."""
    blanks = " " * indent
    if isinstance(value, dict) and value:
        first, *more = entries(value, indent + 2)
        yield f"{blanks}- {first[indent + 2 :]}"
        yield from more
        return
    first, *more = value_lines(value, indent + 2)
    yield f"{blanks}-{first}"
    yield from more


def block_text(text: str, indent: int) -> list[str] | None:
    """Return text of several lines as a literal block; None when it cannot stand so without a change."""
    body = text.rstrip("\n")
    if not body.strip() or text[len(body) :] not in ("", "\n") or "\r" in text or _ODD.search(text):
        return None
    if re.search(r"[\x00-\x08\x0b-\x1f\x85]", text):
        return None
    lines = body.split("\n")
    hint = "2" if lines[0][:1] in (" ", "") else ""
    if hint and indent < 2:
        return None
    head = f" |{hint}{'' if text.endswith(chr(10)) else '-'}"
    return [
        head,
        *(f"{' ' * indent}{line}" if line.strip() else line.rstrip(" ") and " " * indent + line for line in lines),
    ]
