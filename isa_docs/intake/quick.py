"""The short way in, for looking at thousands of matters: typed values without positions, plan or schema check.

A docket needs dates, not narratives. This reader takes the parser's events as they come, passes over the
self-testing plan, and leaves every doubt to :func:`isa_docs.intake.load.load_matter`, which explains faults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import yaml

from isa_docs.intake.model import Matter
from isa_docs.intake.source import MAX_BYTES, YamlLoader, bounded_bytes

_PASSED_OVER = ("self_testing_plan", "notes", "firm")
_YEARS = range(1900, 2100)
"""The years that a date of the schema may have (``$defs/date`` of common.schema.json)."""
_PLAN_BLOCK = re.compile(r"^self_testing_plan:[ \t]*(?:#.*)?\n(?:[ \t#].*\n|[ \t]*\n)*", re.MULTILINE)
"""The plan as a block of indented lines: most of a file, and cheaper to cut out than to parse."""


def quick_matter(path: Path) -> Matter | None:
    """Return the matter in ``path`` without its plan, or None when it needs the full reader (or is no matter)."""
    try:
        raw = bounded_bytes(path)
        if len(raw) > MAX_BYTES:
            return None
        data = json.loads(raw) if path.suffix.lower() == ".json" else _yaml(raw.decode("utf-8-sig"))
        if not isinstance(data, dict):
            return None
        data = {name: value for name, value in data.items() if name not in _PASSED_OVER}
        matter = msgspec.convert(data, Matter)
        return matter if _dates_in_range(matter) else None
    except (OSError, ValueError, RecursionError, yaml.YAMLError, msgspec.ValidationError, _DoubtError):
        return None


def _dates_in_range(value: Any) -> bool:
    """Tell whether every date in ``value`` lies in the years that the schema allows."""
    if isinstance(value, date):
        return value.year in _YEARS
    if isinstance(value, msgspec.Struct):
        return all(_dates_in_range(getattr(value, name)) for name in value.__struct_fields__)
    if isinstance(value, dict):
        return all(map(_dates_in_range, value.values()))
    return not isinstance(value, tuple) or all(map(_dates_in_range, value))


class _DoubtError(Exception):
    """Something that only the full reader should judge."""


def _yaml(text: str) -> Any:
    loader = YamlLoader(_PLAN_BLOCK.sub("", text, count=1))
    try:
        events = iter(loader.get_event, None)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
            if isinstance(event, yaml.StreamEndEvent):
                return None
        data = _value(next(events), events)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise _DoubtError
            if isinstance(event, yaml.StreamEndEvent):
                break
        return data
    finally:
        loader.dispose()


def _value(event: Any, events: Iterator[Any]) -> Any:
    if getattr(event, "anchor", None) or getattr(event, "tag", None):
        raise _DoubtError
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        items = []
        while not isinstance(inner := next(events), yaml.SequenceEndEvent):
            items.append(_value(inner, events))
        return items
    if isinstance(event, yaml.MappingStartEvent):
        return _mapping(events)
    raise _DoubtError


def _mapping(events: Iterator[Any]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent) or key.value in out:
            raise _DoubtError
        if key.value in _PASSED_OVER:
            _pass_over(next(events), events)
        else:
            out[key.value] = _value(next(events), events)
    return out


def _pass_over(event: Any, events: Iterator[Any]) -> None:
    depth = 0
    while True:
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if not depth:
            return
        event = next(events)


def _scalar(event: Any) -> Any:
    text: str = event.value
    if not event.implicit[0]:
        return text
    for tag, pattern in YamlLoader.yaml_implicit_resolvers.get(text[:1], ()):
        if pattern.match(text):
            kind = tag.rpartition(":")[2]
            if kind == "null":
                return None
            if kind == "bool":
                return text.lower() == "true"
            return int(text) if kind == "int" else float(text)
    return text
