"""What kinds of values templates are given: declared in data/names.toml, and learned from real packages to prove it.

A :class:`Shape` says of each name what it is: text, a list (of what), a mapping (with which names), empty
or absent. The lint judges templates by it; ``isa-docs template fields`` prints it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal, cast, get_args

from isa_docs.documents.blocks import Blocks, Picture

Kind = Literal["text", "whole number", "number", "yes/no", "date", "list", "mapping", "narrative", "picture", "other"]
_MAY_BE_EMPTY = ", may be empty"
_ALWAYS_EMPTY = "always empty"


@dataclass
class Shape:
    """What a value has been seen to be. ``optional``: it has also been empty, or not there at all."""

    kinds: set[Kind] = field(default_factory=set)
    optional: bool = False
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None

    @property
    def known(self) -> bool:
        """Whether enough has been seen to say which names this value has."""
        return self.kinds == {"mapping"} and bool(self.fields)


def shape_of(values: Iterable[Any]) -> Shape:
    """Return the shape of several instances of the same value, e.g. of the contexts of one template."""
    instances = list(values)
    shape = Shape()
    items: list[Any] = []
    mappings: list[Mapping[str, Any]] = []
    for value in instances:
        shape.optional |= value is None or (not isinstance(value, bool | int | float) and not _full(value))
        kind = _kind(value)
        if kind is not None:
            shape.kinds.add(kind)
        if kind == "list" and value is not None:
            items += list(value)
        fields = _fields(value) if kind == "mapping" else None
        if fields:
            mappings.append(fields)
    if items:
        shape.item = shape_of(items)
    for name in sorted({name for mapping in mappings for name in mapping}):
        shape.fields[name] = shape_of([mapping[name] for mapping in mappings if name in mapping])
        shape.fields[name].optional |= any(name not in mapping for mapping in mappings)
    return shape


def described(shape: Shape, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield each name of a shape with what it is, e.g. ``("letter.copies[]", "text")``, sorted by name."""
    if name:
        kinds = ", ".join(sorted(shape.kinds)) or _ALWAYS_EMPTY
        yield name, f"{kinds}{_MAY_BE_EMPTY if shape.optional and shape.kinds else ''}"
    if shape.item is not None:
        yield from described(shape.item, f"{name}[]")
    for key, each in sorted(shape.fields.items()):
        yield from described(each, f"{name}.{key}" if name else key)


def shape_from(described_names: Mapping[str, str]) -> Shape:
    """Return the shape that :func:`described` would tell in these words.

    Raises ValueError for words it does not use.
    """
    root = Shape({"mapping"})
    for name, words in described_names.items():
        at = root
        for step in re.findall(r"[^.\[\]]+|\[\]", name):
            if step == "[]":
                at.item = at.item or Shape()
                at = at.item
            else:
                at = at.fields.setdefault(step, Shape())
        kinds = words.removesuffix(_MAY_BE_EMPTY)
        at.optional = kinds != words or kinds == _ALWAYS_EMPTY
        for kind in () if kinds == _ALWAYS_EMPTY else kinds.split(", "):
            if kind not in get_args(Kind):
                raise ValueError(f"{name}: {kind!r} is no kind of value")
            at.kinds.add(cast(Kind, kind))
    return root


def _full(value: Any) -> bool:
    return bool(value.strip()) if isinstance(value, str) else bool(value)


def _fields(value: Any) -> Mapping[str, Any]:
    if isinstance(value, Mapping):
        return value
    kind = type(value)
    names: Iterable[str] = getattr(kind, "__struct_fields__", None) or getattr(kind, "__dataclass_fields__", None) or ()
    return {name: getattr(value, name) for name in names}


def _kind(value: object) -> Kind | None:
    """Name the kind of a value; an empty one tells it too, except None."""
    if value is None:
        return None
    kinds: tuple[tuple[Any, Kind], ...] = (
        (str, "text"),
        (bool, "yes/no"),
        (int, "whole number"),
        (float, "number"),
        (date, "date"),
        (Blocks, "narrative"),
        (Picture, "picture"),
        (Mapping, "mapping"),
        (Sequence, "list"),
    )
    for type_, kind in kinds:
        if isinstance(value, type_):
            return kind
    return "mapping" if _fields(value) else "other"
