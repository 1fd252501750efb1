"""Read values of pypdf objects with their references followed (its own ``get`` and indexing hand out references)."""

from __future__ import annotations

from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NullObject


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
