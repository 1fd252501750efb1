"""The texts of a matter that a paper may print."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from isa_docs.findings import Path
from isa_docs.intake.model import Matter

_RECORDS = frozenset({"overrides", "confirmations", "closed_days", "events", "other_clocks"})
_SKIPPED = _RECORDS | {"notes", "notice_states", "file", "id", "matter", "to_confirm"}
"""Fields never printed, and CBP's own words."""


def printed_texts(matter: Matter) -> Iterator[tuple[str, Path]]:
    """Yield every text of the matter that a paper may print, with its place."""
    yield from _walk(matter, ())


def _walk(value: object, path: Path) -> Iterator[tuple[str, Path]]:
    if isinstance(value, str):
        yield value, path
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            if name not in _SKIPPED:
                yield from _walk(getattr(value, name), (*path, name))
    elif isinstance(value, tuple):
        for position, item in enumerate(value):
            yield from _walk(item, (*path, position))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(item, (*path, key))
