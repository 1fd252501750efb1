"""Read values of pypdf objects with their references followed (its own ``get`` and indexing hand out references)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, BinaryIO

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NameObject, NullObject


def followed(value: Any) -> Any:
    """Return what a value refers to; null and nothing are None."""
    value = value.get_object() if isinstance(value, IndirectObject) else value
    return None if isinstance(value, NullObject) else value


def entry(dictionary: DictionaryObject, key: str) -> Any:
    """Return the followed value under ``key``, or None."""
    return followed(dictionary.get(key))


def as_dictionary(value: Any) -> DictionaryObject:
    """Return the dictionary (or stream) a value refers to, or an empty one."""
    value = followed(value)
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def as_list(value: Any) -> list[Any]:
    """Return the raw items of an array; one value alone counts as a list of one, nothing as an empty list."""
    found = followed(value)
    if isinstance(found, ArrayObject):
        return list(found)
    return [] if found is None else [value]


class _SharedName(NameObject):
    """A name that is written from bytes encoded once; pypdf encodes each occurrence anew, character by character."""

    written: bytes

    def write_to_stream(self, stream: BinaryIO) -> None:  # type: ignore[override]
        stream.write(self.written)


@lru_cache(maxsize=4096)
def shared_name(text: str) -> NameObject:
    """Return the one name object for ``text``; a package holds some hundred thousand names of few kinds."""
    name = _SharedName(text)
    name.written = NameObject(text).renumber()
    return name
