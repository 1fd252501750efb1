"""What changed between two matters, by meaning: fields by their titles, list items by what identifies them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from isa_docs.findings import Path, Place, conceal
from isa_docs.intake.schema import field_title
from isa_docs.intake.source import Source

_IDENTITY = ("id", "number", "code", "date", "area", "version", "action", "title", "name", "method")
"""Keys that tell items of a list apart, the first that all items have with different values."""


@dataclass(frozen=True)
class MatterChange:
    """One difference: what was done to which field, and both values where there are two."""

    kind: Literal["added", "removed", "changed", "moved"]
    title: str
    before: Any
    after: Any
    old_place: Place | None
    new_place: Place | None

    def to_json(self) -> dict[str, Any]:
        """Return it as data; the values as text."""
        return {
            "kind": self.kind,
            "title": self.title,
            "before": in_words(self.before),
            "after": in_words(self.after),
            "old_line": self.old_place.line if self.old_place else None,
            "new_line": self.new_place.line if self.new_place else None,
        }


def in_words(value: Any) -> str:
    """Return a value as one text for a person; a Social Security number in it is concealed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(f"{key.replace('_', ' ')}: {in_words(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(in_words(each) for each in value)
    return conceal(str(value).strip())


def matter_changes(old: Source, new: Source) -> list[MatterChange]:
    """Return the differences between two matter files in the order of the new one; comments and layout do not count."""
    return list(_Walk(old, new).compare(old.data, new.data, (), ()))


class _Walk:
    def __init__(self, old: Source, new: Source) -> None:
        self._old, self._new = old, new

    def compare(self, before: Any, after: Any, old: Path, new: Path) -> Iterator[MatterChange]:
        if isinstance(before, dict) and isinstance(after, dict):
            for key in [*after, *(key for key in before if key not in after)]:
                if key not in before:
                    yield self._change("added", None, after[key], None, (*new, key))
                elif key not in after:
                    yield self._change("removed", before[key], None, (*old, key), None)
                else:
                    yield from self.compare(before[key], after[key], (*old, key), (*new, key))
        elif isinstance(before, list) and isinstance(after, list):
            yield from self._lists(before, after, old, new)
        elif _plain(before) != _plain(after):
            yield self._change("changed", before, after, old, new)

    def _lists(self, before: list[Any], after: list[Any], old: Path, new: Path) -> Iterator[MatterChange]:
        names = _names(before, after)
        if names is None:
            names = [_numbered(before), _numbered(after)] if _all_dicts(before + after) else [before, after]
        was, now = names
        if not _unique(was) or not _unique(now):
            was, now = list(range(len(before))), list(range(len(after)))
        for at, name in enumerate(now):
            if name in was:
                then = was.index(name)
                yield from self.compare(before[then], after[at], (*old, then), (*new, at))
            else:
                yield self._change("added", None, after[at], None, (*new, at))
        for at, name in enumerate(was):
            if name not in now:
                yield self._change("removed", before[at], None, (*old, at), None)
        kept = [name for name in was if name in now]
        if kept != [name for name in now if name in was]:
            yield self._change("moved", before, after, old, new)

    def _change(
        self,
        kind: Literal["added", "removed", "changed", "moved"],
        before: Any,
        after: Any,
        old: Path | None,
        new: Path | None,
    ) -> MatterChange:
        title = field_title(new, self._new.data) if new is not None else field_title(old or (), self._old.data)
        return MatterChange(
            kind,
            title,
            before,
            after,
            self._old.place(old) if old is not None else None,
            self._new.place(new) if new is not None else None,
        )


def _plain(value: Any) -> Any:
    """Take line breaks within a text, and spaces at its ends, for what they mean: nothing."""
    return " ".join(value.split()) if isinstance(value, str) else value


def _all_dicts(items: list[Any]) -> bool:
    return all(isinstance(each, dict) for each in items)


def _names(before: list[Any], after: list[Any]) -> list[list[Any]] | None:
    """Return what identifies the items of both lists, if some key does."""
    if not _all_dicts(before + after) or not before + after:
        return None
    for key in _IDENTITY:
        names = [[each.get(key) for each in items] for items in (before, after)]
        if all(None not in each and _unique(each) for each in names):
            return names
    return None


def _numbered(items: list[Any]) -> list[Any]:
    return list(range(len(items)))


def _unique(names: list[Any]) -> bool:
    return len({repr(each) for each in names}) == len(names)
