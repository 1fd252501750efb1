"""The quick yes about a matter is never given where jsonschema finds a fault."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from isa_docs.intake._sound import is_sound
from isa_docs.intake.schema import ROOT, load_schema, target, validator
from isa_docs.intake.source import read_source
from isa_docs.resources import folder

MATTERS = sorted(folder("examples").glob("*/matter.yaml"))


def places(data: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of every value."""
    steps = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for step, each in steps:
        yield (*path, step)
        yield from places(each, (*path, step))


VALUES = ("", "x" * 50_000, "line\n", 0, -1, 10**9, 1.5, True, None, [], [{}], {}, {"a": 1}, "2015-02-30")


def spoiled(data: Any, path: tuple[Any, ...], number: int) -> Any:
    """Return a copy of ``data`` with one value changed, renamed, or joined by another."""
    changed = copy.deepcopy(data)
    at = changed
    for step in path[:-1]:
        at = at[step]
    if number < len(VALUES):
        at[path[-1]] = VALUES[number]
    elif isinstance(at, dict):
        at["unknown_key"] = at.pop(path[-1])
    else:
        at.append(copy.deepcopy(at[0]))
    return changed


@pytest.mark.parametrize("matter", MATTERS, ids=lambda path: path.parent.name)
def test_sound_matters_are_told_quickly(matter: Any) -> None:
    data = read_source(matter).data
    assert is_sound(data, load_schema(ROOT), target)
    assert list(validator().iter_errors(data)) == []


def test_whatever_is_spoiled_is_told_like_jsonschema_tells_it() -> None:
    data = read_source(folder("examples") / "maple" / "matter.yaml").data
    assert is_sound(data, load_schema(ROOT), target)
    wrong = doubtful = 0
    for number, path in enumerate(places(data)):
        for at in range(len(VALUES) + 1):
            if (number + at) % 307:  # a few of all, spread over places and values
                continue
            each = spoiled(data, path, at)
            quick, slow = is_sound(each, load_schema(ROOT), target), validator().is_valid(each)
            assert slow or not quick, (path, each)
            wrong += not slow
            doubtful += slow and not quick
    assert wrong > 5
    assert doubtful == 0, "what is sound is never given to jsonschema in vain"


@pytest.mark.parametrize(
    "schema",
    [
        {"oneOf": [{}]}, {"not": {"const": 1}}, False, {"patternProperties": {}}, {"format": "email"},
        {"if": {"type": "string"}, "then": {"type": "integer"}}, {"uniqueItems": True}, {"multipleOf": 2},
    ],
)  # fmt: skip
def test_a_keyword_that_is_not_known_is_never_a_yes(schema: Any) -> None:
    assert not is_sound(4, schema, target)
