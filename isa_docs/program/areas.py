"""Offer the risk-area catalog: objectives, attributes, evidence and root causes to build a plan from.

``data/areas.toml`` holds it; a plan names an area by its id. Every entry says how well it is known and, where
its facts belong to a day, which day.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from isa_docs.program._data import table
from isa_docs.program.authorities import Confidence, cite_all

Group = Literal["focused-assessment", "finding", "later", "addendum"]

GROUP_TITLES: dict[Group, str] = {
    "focused-assessment": "Areas of the Focused Assessment",
    "finding": "Areas often named in findings",
    "later": "Areas added since",
    "addendum": "Addenda for those who take part",
}


@dataclass(frozen=True)
class Area:
    """One risk area. ``escalates``: any error is looked at at once, whatever the rate.

    ``authority`` are the keys of what governs the area, ``sources`` of where its place in the catalog comes
    from; ``as_of`` is the day its facts belong to, where they may have changed since.
    """

    id: str
    title: str
    group: Group
    objective: str
    attributes: tuple[str, ...]
    evidence: tuple[str, ...]
    root_causes: tuple[str, ...]
    authority: tuple[str, ...]
    sources: tuple[str, ...]
    confidence: Confidence
    escalates: bool = False
    as_of: date | None = None
    note: str = ""
    mitigating: tuple[str, ...] = ()
    aggravating: tuple[str, ...] = ()

    @property
    def authority_text(self) -> str:
        """Return the citations of what governs the area."""
        return cite_all(self.authority)


@dataclass(frozen=True)
class Term:
    """A word of the field, what it means, and whether it is history."""

    key: str
    term: str
    meaning: str
    authority: tuple[str, ...]
    as_of: date | None = None
    historic: bool = False


@cache
def all_areas() -> dict[str, Area]:
    """Return the risk areas by id, in the order of the data file."""
    return {
        key: Area(
            id=key,
            title=row["title"],
            group=row["group"],
            objective=row["objective"],
            attributes=tuple(row["attributes"]),
            evidence=tuple(row["evidence"]),
            root_causes=tuple(row["root_causes"]),
            authority=tuple(row["authority"]),
            sources=tuple(row["sources"]),
            confidence=Confidence(row["confidence"]),
            escalates=row.get("escalates", False),
            as_of=row.get("as_of"),
            note=row.get("note", ""),
            mitigating=tuple(row.get("mitigating", ())),
            aggravating=tuple(row.get("aggravating", ())),
        )
        for key, row in table("areas").items()
        if key != "terms"
    }


@cache
def all_terms() -> dict[str, Term]:
    """Return the vocabulary by key."""
    return {
        key: Term(
            key=key,
            term=row["term"],
            meaning=row["meaning"],
            authority=tuple(row["authority"]),
            as_of=row.get("as_of"),
            historic=row.get("historic", False),
        )
        for key, row in table("areas")["terms"].items()
    }


def area(key: str) -> Area:
    """Return the risk area ``key``; raises KeyError when the catalog has none."""
    try:
        return all_areas()[key]
    except KeyError:
        raise KeyError(f"the risk-area catalog has no {key!r}") from None
