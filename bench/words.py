"""Gives each of many like matters words of its own, so that what is remembered of one text serves no other matter."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from isa_docs.documents.narratives import narrative_fields


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
