"""The short way in, for looking at thousands of matters: typed values without positions, papers or schema check.

A docket needs dates and names, not narratives. This reader cuts out the blocks that only the papers use, takes the
parser's events as they come, and leaves every doubt to :func:`isa_docs.intake.load.load_matter`, which explains faults.
"""

from __future__ import annotations

import json
import re
from collections.abc import Container, Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from isa_docs.intake.load import load_matter
from isa_docs.intake.model import Matter
from isa_docs.intake.references import check_references
from isa_docs.intake.source import MAX_BYTES, YamlLoader, bounded_bytes

_PASSED_OVER = ("self_testing_plan", "notes", "firm")
PAPER_ONLY = (
    "exhibits",
    "confidentiality",
    "copies_to",
    "message",
    "results",
    "changes",
    "results_note",
    "post_entry_corrections",
    "last_year",
    "grounds",
    "statement_of_facts",
    "corrective_actions",
    "relief",
)
"""The parts of a submission that its papers print and no deadline needs: empty in what the short way in returns."""
_EMPTY = {"discontinuance-appeal": {"grounds": [], "statement_of_facts": ""}}
"""What stands for the parts of :data:`PAPER_ONLY` that a submission of a kind cannot do without."""
_PASSED_BLOCK = re.compile(rf"^((?:{'|'.join(_PASSED_OVER)}):)(?:[ \t].*)?\n(?:[ \t#].*\n|[ \t]*\n)*", re.MULTILINE)
"""The plan, and what else is passed over, as indented lines: most of a file, and cheaper to cut out than to parse."""
_SUBMISSIONS = re.compile(r"^submissions:.*\n(?:[ \t#-].*\n|[ \t]*\n)*", re.MULTILINE)
_PAPER_BLOCK = re.compile(
    rf"^(( +)(?:{'|'.join(PAPER_ONLY)}):)(?:[ \t].*)?\n(?:\2(?: |- ).*\n|[ \t]*\n)*", re.MULTILINE
)
_END = re.compile(r"""[\]}"'](?!\w)""")
"""The end of something quoted or in brackets; one that goes over several lines may have begun before a cut."""
_ON_ONE_LINE = re.compile(
    r"""[^]["'{}#]*[:-][ ](?:"[^"\\#]*"|'[^'#]*'|\[[^#]*\]|\{[^#]*\})[ \t\r]*(?:\#[^]["'{}]*)?""", re.VERBOSE
)
"""A line with a value in quotation marks or brackets that begins and ends there."""
_LINE_ENDS = ("\x85", "\u2028", "\u2029")
"""What ends a line in YAML but not for the expressions that cut, besides a carriage return alone."""
_OTHER_YEAR = re.compile(r"(?!19|20)\d{4}-\d\d-\d\d")
_UNPRINTABLE = re.compile(
    r"\\[bfru]|[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
"""This and the above are what the schema may refuse in a value (``date``, ``text`` and ``line`` of
common.schema.json), written as JSON."""


def quick_matter(path: Path) -> Matter | None:
    """Return the matter in ``path`` without plan and :data:`PAPER_ONLY`, or None when it needs the full reader.

    None also when the file is no matter. What is cut out is not checked: `isa-docs check` does that.
    """
    try:
        raw = bounded_bytes(path)
        if len(raw) > MAX_BYTES:
            return None
        text = raw.decode("utf-8-sig")
        data = _json(text) if path.suffix.lower() == ".json" else _yaml(_cut(text))
        if not isinstance(data, dict):
            return None
        light = _light(data)
        if _may_be_refused(json.dumps(light, ensure_ascii=False)):
            return None
        matter = msgspec.convert(light, Matter)
        return None if check_references(matter) else matter
    except (OSError, ValueError, RecursionError, yaml.YAMLError, msgspec.ValidationError, _DoubtError):
        return None


def docket_matter(path: Path) -> Matter:
    """Return the matter in ``path`` for the docket: by the short way in, else in full. Raises InputError."""
    return quick_matter(path) or load_matter(path).matter


def _light(data: dict[str, Any]) -> dict[str, Any]:
    data = {name: value for name, value in data.items() if name not in _PASSED_OVER}
    submissions = data.get("submissions")
    if isinstance(submissions, list):
        data["submissions"] = [_light_submission(each) if isinstance(each, dict) else each for each in submissions]
    return data


def _light_submission(data: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in data.items() if name not in PAPER_ONLY}
    return {**kept, **_EMPTY.get(str(data.get("kind")), {})}


class _DoubtError(Exception):
    """Something that only the full reader should judge."""


def _json(text: str) -> Any:
    return json.loads(text, object_pairs_hook=_once, parse_constant=_doubt)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise _DoubtError
    return out


def _doubt(name: str) -> Any:
    raise _DoubtError(name)


def _may_be_refused(values: str) -> bool:
    return bool(
        _OTHER_YEAR.search(values) or (("\\" in values or not values.isascii()) and _UNPRINTABLE.search(values))
    )


def _cut(text: str) -> str:
    """Leave only the keys of what is not looked at; raise _DoubtError where a cut may end too soon."""
    if not text.isascii() and any(each in text for each in _LINE_ENDS):
        raise _DoubtError
    if "\r" in text and text.count("\r") != text.count("\r\n"):
        raise _DoubtError
    text = _PASSED_BLOCK.sub("\\1\n", text)
    text = _SUBMISSIONS.sub(lambda block: _PAPER_BLOCK.sub("\\1\n", block[0]), text, count=1)
    end = 0
    for mark in _END.finditer(text):
        if mark.end() > end:
            start, end = text.rfind("\n", 0, mark.start()) + 1, text.find("\n", mark.start())
            end = len(text) if end < 0 else end
            if not _ON_ONE_LINE.fullmatch(text, start, end):
                raise _DoubtError
    return text


def _yaml(text: str) -> Any:
    loader = YamlLoader(text)
    try:
        events = iter(loader.get_event, None)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
            if isinstance(event, yaml.StreamEndEvent):
                return None
        data = _value(next(events), events, _PASSED_OVER)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                raise _DoubtError
            if isinstance(event, yaml.StreamEndEvent):
                break
        return data
    finally:
        loader.dispose()


def _value(event: Any, events: Iterator[Any], passed_over: Container[str] = ()) -> Any:
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
        return _mapping(events, passed_over)
    raise _DoubtError


def _mapping(events: Iterator[Any], passed_over: Container[str]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    while not isinstance(key := next(events), yaml.MappingEndEvent):
        if not isinstance(key, yaml.ScalarEvent) or key.value in out:
            raise _DoubtError
        if key.value in passed_over:
            _pass_over(next(events), events)
            out[key.value] = None
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
