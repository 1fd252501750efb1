"""Say quickly that data agrees with a schema, which most data does; what may be wrong is left to jsonschema.

Importing jsonschema and walking a matter with it takes longer than all else that checks a matter. Here only yes or
no is decided, and yes only when every keyword is one that is known here: whatever is new or doubtful is a no, and
costs the time that it always did.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

_NOTES = frozenset(
    {
        "$schema", "$id", "$defs", "title", "description", "examples", "default",
        "x-error", "x-format", "x-sensitive", "then", "else",
    }
)  # fmt: skip
"""Keywords that assert nothing, and those that only ``if`` gives a meaning."""

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)

Target = Callable[[str], Any]
"""Returns the schema that a ``$ref`` points at."""


def is_sound(data: Any, schema: Any, target: Target) -> bool:
    """Tell whether ``data`` surely agrees with ``schema``."""
    if schema is True:
        return True
    if not isinstance(schema, dict):
        return False
    for keyword, value in schema.items():
        if keyword in _NOTES:
            continue
        check = _KEYWORDS.get(keyword)
        if check is None or not check(data, value, schema, target):
            return False
    return True


def _ref(data: Any, value: Any, schema: Any, target: Target) -> bool:
    return is_sound(data, target(value), target)


def _type(data: Any, value: Any, schema: Any, target: Target) -> bool:
    names = [value] if isinstance(value, str) else value
    if isinstance(data, bool):
        return "boolean" in names
    return any(isinstance(data, _TYPES[name]) for name in names if name != "boolean")


def _properties(data: Any, value: Any, schema: Any, target: Target) -> bool:
    return not isinstance(data, dict) or all(
        is_sound(each, value[name], target) for name, each in data.items() if name in value
    )


def _additional(data: Any, value: Any, schema: Any, target: Target) -> bool:
    if not isinstance(data, dict):
        return True
    if "patternProperties" in schema:
        return False
    known = schema.get("properties", {})
    others = [each for name, each in data.items() if name not in known]
    if value is False:
        return not others
    return all(is_sound(each, value, target) for each in others)


def _names(data: Any, value: Any, schema: Any, target: Target) -> bool:
    return not isinstance(data, dict) or all(is_sound(name, value, target) for name in data)


def _required(data: Any, value: Any, schema: Any, target: Target) -> bool:
    return not isinstance(data, dict) or all(name in data for name in value)


def _items(data: Any, value: Any, schema: Any, target: Target) -> bool:
    return not isinstance(data, list) or all(is_sound(each, value, target) for each in data)


def _pattern(data: Any, value: Any, schema: Any, target: Target) -> bool:
    # Python's $ would let a last line break pass
    return not isinstance(data, str) or re.search(re.sub(r"\$$", r"\\Z", value), data) is not None


def _format(data: Any, value: Any, schema: Any, target: Target) -> bool:
    if value != "date":
        return False
    if not isinstance(data, str):
        return True
    try:
        return _DATE.fullmatch(data) is not None and bool(date.fromisoformat(data))
    except ValueError:
        return False


def _enum(data: Any, value: Any, schema: Any, target: Target) -> bool:
    return isinstance(data, str) and bool(data in value)


def _const(data: Any, value: Any, schema: Any, target: Target) -> bool:
    return type(data) is type(value) and bool(data == value)


def _all_of(data: Any, value: Any, schema: Any, target: Target) -> bool:
    return all(is_sound(data, each, target) for each in value)


def _if(data: Any, value: Any, schema: Any, target: Target) -> bool:
    # "no" of is_sound may mean "not known", so only a plain test of constants decides that an if does not apply
    if is_sound(data, value, target):
        return is_sound(data, schema.get("then", True), target)
    return _is_plain(value) and is_sound(data, schema.get("else", True), target)


def _is_plain(schema: Any) -> bool:
    """Tell whether ``is_sound`` is never in doubt about this schema: only properties that are constants."""
    return (
        isinstance(schema, dict)
        and schema.keys() <= {"properties", "required"}
        and all(
            isinstance(each, dict) and each.keys() <= {"const"} and isinstance(each.get("const"), str)
            for each in schema.get("properties", {}).values()
        )
    )


def _count(least: bool, kind: type[str | list[Any] | dict[Any, Any]]) -> Callable[[Any, Any, Any, Target], bool]:
    def check(data: Any, value: Any, schema: Any, target: Target) -> bool:
        return not isinstance(data, kind) or (len(data) >= value if least else len(data) <= value)

    return check


def _number(passes: Callable[[Any, Any], bool]) -> Callable[[Any, Any, Any, Target], bool]:
    def check(data: Any, value: Any, schema: Any, target: Target) -> bool:
        return isinstance(data, bool) or not isinstance(data, int | float) or bool(passes(data, value))

    return check


_KEYWORDS: dict[str, Callable[[Any, Any, Any, Target], bool]] = {
    "$ref": _ref,
    "type": _type,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "required": _required,
    "items": _items,
    "pattern": _pattern,
    "format": _format,
    "enum": _enum,
    "const": _const,
    "allOf": _all_of,
    "if": _if,
    "minLength": _count(True, str),
    "maxLength": _count(False, str),
    "minItems": _count(True, list),
    "maxItems": _count(False, list),
    "minProperties": _count(True, dict),
    "maxProperties": _count(False, dict),
    "minimum": _number(lambda data, limit: data >= limit),
    "maximum": _number(lambda data, limit: data <= limit),
    "exclusiveMinimum": _number(lambda data, limit: data > limit),
    "exclusiveMaximum": _number(lambda data, limit: data < limit),
}
