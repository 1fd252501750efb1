"""Makes many like matters of an example, each with words of its own: what is remembered of one text serves no other."""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from typing import Any

from isa_docs.documents.narratives import narrative_fields


def with_only(matter: dict[str, Any], submissions: Sequence[str]) -> dict[str, Any]:
    """Return the matter with these submissions only, and nothing that is recorded of others."""
    own = deepcopy(matter)
    own["submissions"] = [each for each in own["submissions"] if each["id"] in submissions]
    for name in ("overrides", "confirmations", "events"):
        if name in own:
            own[name] = [each for each in own[name] if each.get("submission") in (None, *submissions)]
    return own


def in_own_words(matter: dict[str, Any], number: int) -> dict[str, Any]:
    """Return the matter with two digits at the end of each narrative field but those that are tables.

    The digits come again after ninety matters, when those of the first are long forgotten; they are always two, so that
    all letters are as long.
    """
    own = deepcopy(matter)
    for path, text in narrative_fields(matter):
        if "|" not in text:
            holder: Any = own
            for step in path[:-1]:
                holder = holder[step]
            holder[path[-1]] = f"{text.rstrip()} ({number % 90 + 10})"
    return own
