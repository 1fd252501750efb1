"""Small things that are asked of PDF objects everywhere: of pikepdf's by the package, of pypdf's by what reads it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pikepdf import Array, Dictionary, Object

if TYPE_CHECKING:
    from pypdf.generic import DictionaryObject


def number_of(item: Object) -> int:
    """Return the number of an indirect object; 0 for a direct one."""
    return int(item.objgen[0])


def items_of(value: Any) -> list[Any]:
    """Return the items of an array; one value alone counts as a list of one, nothing as an empty list."""
    if isinstance(value, Array):
        return list(value)
    return [] if value is None else [value]


def dictionary(value: Any) -> Dictionary:
    """Return ``value`` when it is a dictionary, and an empty one otherwise."""
    return value if isinstance(value, Dictionary) else Dictionary()


def points(value: float) -> int | Decimal:
    """Return a length as it is written: at most two decimals, none when they are zero."""
    rounded = round(float(value), 2)
    return int(rounded) if rounded == int(rounded) else Decimal(f"{rounded:.2f}".rstrip("0"))


def box(values: Iterable[float]) -> Array:
    """Return lengths as an array."""
    return Array([points(value) for value in values])


def followed(value: Any) -> Any:
    """Return what a value of pypdf refers to; null and nothing are None."""
    from pypdf.generic import IndirectObject, NullObject

    value = value.get_object() if isinstance(value, IndirectObject) else value
    return None if isinstance(value, NullObject) else value


def entry(holder: DictionaryObject, key: str) -> Any:
    """Return the followed value under ``key`` of a dictionary of pypdf, or None."""
    return followed(holder.get(key))


def as_dictionary(value: Any) -> DictionaryObject:
    """Return the dictionary (or stream) a value of pypdf refers to, or an empty one."""
    from pypdf.generic import DictionaryObject

    value = followed(value)
    return value if isinstance(value, DictionaryObject) else DictionaryObject()


def as_list(value: Any) -> list[Any]:
    """Return the raw items of an array of pypdf; one value alone counts as a list of one, nothing as an empty list."""
    from pypdf.generic import ArrayObject

    found = followed(value)
    if isinstance(found, ArrayObject):
        return list(found)
    return [] if found is None else [value]
