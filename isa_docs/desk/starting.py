"""A new matter file with one submission or several, from the starter that the command line uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from isa_docs.desk.edits import edited
from isa_docs.desk.problems import ProblemError
from isa_docs.intake.source import parse_source
from isa_docs.intake.starter import starter

STARTS = ("application", "annual-notification", "discontinuance-appeal")
ROUTES = ("focused-assessment", "standard")


def started(name: str, submissions: Sequence[str], route: str) -> str:
    """Return the text of a new matter called ``name``: every value to be filled in stands empty.

    Raises ProblemError (422) for a kind of submission or a route that does not exist.
    """
    kinds = list(dict.fromkeys(submissions))
    if not kinds or any(kind not in STARTS for kind in kinds) or route not in ROUTES:
        raise ProblemError(422, f"A matter begins with one or more of {', '.join(STARTS)}.")
    source = parse_source(starter(kinds[0], route).text.encode(), "matter.yaml")
    document: dict[str, Any] = {**source.data, "matter": _slug(name)}
    for kind in kinds[1:]:
        other = parse_source(starter(kind, route).text.encode(), "matter.yaml").data
        document = {**other, **document}
        document["people"] = {**other["people"], **document["people"]}
        document["submissions"] = [*document["submissions"], *other["submissions"]]
    return edited(source, document)


def _slug(name: str) -> str:
    """Return a matter's short name from the name of its folder: small letters, digits and single hyphens."""
    words = "".join(each if each.isalnum() else " " for each in name.lower()).split()
    slug = "-".join(words)
    return (slug if slug[:1].isalpha() else f"matter-{slug}")[:60].strip("-")
