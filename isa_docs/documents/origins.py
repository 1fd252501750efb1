"""Where a value in a template comes from: its path in the matter, found by identity."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from isa_docs.findings import Path


class Origins:
    """Answers for a dotted template name which value of the matter it means.

    ``matter`` is the typed matter; ``value_paths`` adds names of derived values in ``context``, entries of lists
    by their number (``appeal.grounds.0``). The index is made on first use, for only failures need it.
    """

    def __init__(
        self, matter: object | None, value_paths: Mapping[str, Path], context: Mapping[str, Any] | None = None
    ) -> None:
        self._matter = matter
        self._paths = value_paths
        self._context = context or {}
        self._index: dict[int, Path] | None = None

    def path(self, expression: str, names: Mapping[str, Any]) -> Path | None:
        """Return the path of ``area.sampling.items``, given the names the template sees at that point."""
        if not expression:
            return None
        steps = [step for step in re.split(r"[.\[\]]", expression) if step]
        for length in range(len(steps), 0, -1):
            known = self._paths.get(".".join(steps[:length]))
            if known is not None:
                return (*known, *steps[length:])
        value = names.get(steps[0])
        best: Path | None = None
        for position, _ in enumerate(steps, 1):
            base = self._origin(value)
            if base is not None:
                best = (*base, *(int(s) if s.isdigit() else s for s in steps[position:]))
            if position < len(steps):
                value = _child(value, steps[position])
        return best

    def _origin(self, value: Any) -> Path | None:
        if value is None or isinstance(value, str | int | float | bool):
            return None
        if self._index is None:
            self._index = {}
            if self._matter is not None:
                self._walk(self._matter, (), self._index)
            for name, path in self._paths.items():
                derived: Any = self._context
                for step in name.split("."):
                    derived = _child(derived, step)
                if isinstance(derived, Mapping | tuple | list) and derived:
                    self._index.setdefault(id(derived), path)
        return self._index.get(id(value))

    def _walk(self, value: Any, path: Path, index: dict[int, Path]) -> None:
        children = list(_children(value))
        if children or path == ():
            index.setdefault(id(value), path)
        for key, child in children:
            self._walk(child, (*path, key), index)


def _children(value: Any) -> list[tuple[str | int, Any]]:
    if isinstance(value, Mapping):
        return [(str(key), child) for key, child in value.items()]
    if isinstance(value, tuple | list):
        return list(enumerate(value))
    names = getattr(type(value), "__struct_fields__", None)
    if names is None and is_dataclass(value):
        names = tuple(field.name for field in fields(value))
    return [(name, getattr(value, name)) for name in names or ()]


def _child(value: Any, step: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(step)
    if isinstance(value, tuple | list):
        return value[int(step)] if step.isdigit() and int(step) < len(value) else None
    return getattr(value, step, None)
