"""Changes made in the form, written into the file's own text: what did not change keeps its bytes.

Each change is made at the place of its value, comments and order stay. What results is read back and must hold
exactly the values wanted; where a change cannot be made so finely, the part around it is written anew.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

import yaml

from isa_docs.desk import yaml_writing
from isa_docs.desk.pointers import same
from isa_docs.desk.yaml_changes import Changes
from isa_docs.desk.yaml_nodes import Node, tree
from isa_docs.errors import InputError
from isa_docs.findings import Finding, Severity
from isa_docs.intake.source import Source, parse_source
from isa_docs.intake.validate import validate


def edited(source: Source, wanted: Any) -> str:
    """Return the text of ``source`` with the values of ``wanted``, read back and found to hold exactly these.

    ``source`` must have been validated, so that numbers written for text are text in its data. Raises InputError
    when the values cannot be written so that they read back the same.
    """
    if same(source.data, wanted):
        return source.text
    for text in _attempts(source, wanted):
        if text is not None and holds(text, source.file, wanted):
            return text
    message = "The matter holds a value that cannot be written so that it reads back the same; the file stays as it is."
    remedy = "Look for a character that is no text in what was typed last."
    raise InputError(message, [Finding("DESK-WRITE", Severity.ERROR, message, remedy)])


def _attempts(source: Source, wanted: Any) -> Iterator[str | None]:
    """Yield texts that should hold ``wanted``, the one closest to the old text first."""
    as_json = source.file.lower().endswith(".json")
    yield _finely(source.text, source.data, wanted, as_json)
    if as_json:
        yield json.dumps(wanted, indent=_json_indent(source.text), ensure_ascii=False) + "\n"
        return
    spelled = _without_aliases(source.text, source.data)
    if spelled is not None:
        yield _finely(spelled, source.data, wanted, False)
    yield _finely(source.text, source.data, wanted, False, whole_parts=True)
    text = "\n".join(yaml_writing.entries(wanted, 0)) + "\n"
    yield _heading(source.text) + text
    yield text


def _finely(text: str, old: Any, wanted: Any, as_json: bool, *, whole_parts: bool = False) -> str | None:
    try:
        return Changes(text, as_json=as_json, whole_parts=whole_parts).applied(tree(text), old, wanted)
    except (yaml.YAMLError, LookupError, ValueError):
        return None


def _without_aliases(text: str, data: Any) -> str | None:
    """Return ``text`` with what each alias stands for written in its place; None when it has no aliases."""
    places: list[tuple[int, int, str]] = []

    def walk(node: Node, value: Any) -> None:
        if node.kind == "alias":
            places.append((node.start, node.end, yaml_writing.flow(value)))
        elif node.kind == "mapping":
            for key, each in node.entries:
                walk(each, value[key.text])
        else:
            for each, part in zip(node.items, value if node.kind == "list" else (), strict=False):
                walk(each, part)

    try:
        walk(tree(text), data)
    except (yaml.YAMLError, LookupError):
        return None
    for start, end, said in sorted(places, reverse=True):
        text = text[:start] + said + text[end:]
    return text if places else None


def _json_indent(text: str) -> int | None:
    """Return how deep the file indents, None when it is on one line."""
    lines = text.splitlines()[1:2]
    return (len(lines[0]) - len(lines[0].lstrip(" ")) or 2) if lines else None


def _heading(text: str) -> str:
    """Return the comments and empty lines at the beginning of a text."""
    head = ""
    for line in text.splitlines(keepends=True):
        if line.strip() and not line.startswith("#"):
            break
        head += line
    return head


def holds(text: str, name: str, wanted: Any) -> bool:
    """Tell whether ``text`` reads back as exactly ``wanted``."""
    try:
        made = parse_source(text.encode(), name)
    except (InputError, UnicodeEncodeError):
        return False
    if same(made.data, wanted):
        return True
    raw = copy.deepcopy(made.data)
    validate(made)  # takes numbers written for text as text
    return _either(raw, made.data, wanted)


def _either(raw: Any, taken: Any, wanted: Any) -> bool:
    """Tell whether each value is the one wanted, as it stands or as it is taken."""
    if isinstance(raw, dict) and isinstance(wanted, dict):
        return raw.keys() == wanted.keys() and all(_either(raw[key], taken[key], wanted[key]) for key in raw)
    if isinstance(raw, list) and isinstance(wanted, list):
        return len(raw) == len(wanted) and all(map(_either, raw, taken, wanted))
    return same(raw, wanted) or same(taken, wanted)
