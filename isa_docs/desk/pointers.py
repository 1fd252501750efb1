"""JSON pointers (RFC 6901) of places in a matter, and the places where two documents differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from isa_docs.findings import Path, conceal

MISSING = object()
"""Stands for a value that is not there."""


def pointer(path: Path) -> str:
    """Return a path as a JSON pointer; the root is the empty text."""
    return "".join("/" + conceal(str(step)).replace("~", "~0").replace("/", "~1") for step in path)


def differences(one: Any, other: Any, path: Path = ()) -> Iterator[Path]:
    """Yield the innermost places at which two documents differ, in the order of the first."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in [*one, *(key for key in other if key not in one)]:
            yield from differences(one.get(key, MISSING), other.get(key, MISSING), (*path, key))
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for at, (mine, theirs) in enumerate(zip(one, other, strict=True)):
            yield from differences(mine, theirs, (*path, at))
    elif not same(one, other):
        yield path


def same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same to a matter: true is not 1, and 1.0 is 1."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return isinstance(one, bool) == isinstance(other, bool) and bool(one == other)


def value_at(document: Any, path: Path) -> Any:
    """Return the value at ``path``, or ``MISSING``."""
    for step in path:
        try:
            document = document[step]
        except (KeyError, IndexError, TypeError):
            return MISSING
    return document


def conflicts(mine: Any, theirs: Any, base: Any) -> list[dict[str, Any]]:
    """Return where ``mine`` and ``theirs`` differ, each with its pointer and both values, and the base's if known.

    A value that is not there at all is left out of its entry.
    """
    found = []
    for path in differences(mine, theirs):
        versions = {"mine": mine, "theirs": theirs} | ({} if base is None else {"base": base})
        values = {name: value_at(document, path) for name, document in versions.items()}
        found.append({"pointer": pointer(path)} | {k: v for k, v in values.items() if v is not MISSING})
    return found
