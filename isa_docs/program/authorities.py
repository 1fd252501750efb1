"""Cite the authorities: Federal Register, CFR, U.S. Code, handbook, and how well each is known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from typing import Literal

from isa_docs.program._data import table


class Confidence(StrEnum):
    """How a fact is known; anything less than ``SEEN`` stays visible as such wherever it is shown."""

    SEEN = "seen"
    SECOND_HAND = "second-hand"
    MEMORY = "memory"
    UNVERIFIED = "unverified"

    @property
    def words(self) -> str:
        """Return the phrase printed beside the fact."""
        return {
            "seen": "read in the source",
            "second-hand": "known second-hand; the source itself was not read",
            "memory": "from general knowledge; not read in a source",
            "unverified": "not verified",
        }[self.value]


@dataclass(frozen=True)
class Authority:
    """One authority: its short and full citation, what of it was seen, and when that was last checked."""

    key: str
    kind: str
    short: str
    full: str
    confidence: Confidence
    seen: str
    verified: date
    name: str | None = None
    """How a paper refers to it after the first citation, e.g. ``the 2012 notice``."""
    dated: date | None = None
    note: str | None = None


@cache
def all_authorities() -> dict[str, Authority]:
    """Return every authority by key, in the order of the data file."""
    return {
        key: Authority(
            key=key,
            kind=row["kind"],
            short=row["short"],
            full=row["full"],
            confidence=Confidence(row["confidence"]),
            seen=row["seen"],
            verified=row["verified"],
            name=row.get("name"),
            dated=row.get("dated"),
            note=row.get("note"),
        )
        for key, row in table("authorities").items()
    }


def authority(key: str) -> Authority:
    """Return the authority ``key``; raises KeyError naming the key when the data file lacks it."""
    try:
        return all_authorities()[key]
    except KeyError:
        raise KeyError(f"no authority {key!r} in authorities.toml") from None


def cite(key: str, form: Literal["short", "full"] = "short") -> str:
    """Return the citation of ``key``; a ready citation that is no key is returned as it is.

    Raises KeyError for a string that looks like a key (no blank in it) but is unknown.
    """
    if " " in key:
        return key
    found = authority(key)
    return found.full if form == "full" else found.short


def cite_all(keys: Iterable[str], form: Literal["short", "full"] = "short") -> str:
    """Return the citations of ``keys`` joined by semicolons, as a law office strings them."""
    return "; ".join(cite(key, form) for key in keys)
