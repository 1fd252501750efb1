"""The addressees and due dates of a matter that is not complete yet: from what is there, and from nothing else.

Only what decides addressee and dates is read. A part that is missing or wrong is left out; what hangs on it then
does not appear. A submission without a date is taken as dated on the day of the check.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import msgspec

from isa_docs.intake.model import Matter, Notice, Period

_SOMEBODY = {"name": "-", "title": "-"}
_IMPORTER = {
    "legal_name": "-",
    "program_residency": "US",
    "ior_numbers": [],
    "address": {"lines": [], "city": "-", "region": "-", "postal_code": "-"},
}
_OF_NO_WEIGHT = ("firm", "self_testing_plan", "overrides", "notes")
_PARTS: dict[str, Any] = {
    each.name: each.type
    for each in msgspec.structs.fields(Matter)
    if not each.required and each.name not in _OF_NO_WEIGHT
}
"""The parts of a matter beside importer, people and submissions that may decide an addressee or a date."""
_YEARS = range(1900, 2101)


def provisional_matters(data: Any, as_of: date) -> Iterator[Matter]:
    """Yield a matter for each submission that can be judged at all, with what is known of the rest."""
    if not isinstance(data, dict):
        return
    shared = {name: value for name, kind in _PARTS.items() if (value := _read(data.get(name), kind)) is not None}
    residency = _get(data.get("importer"), "program_residency")
    importer = {**_IMPORTER, **({"program_residency": residency} if residency in ("US", "CA") else {})}
    submissions = data.get("submissions")
    for submission in submissions if isinstance(submissions, list) else ():
        judged = _submission(submission, as_of)
        if judged is None:
            continue
        people = {"officer": _SOMEBODY, "isa_contact": _SOMEBODY}
        whole = {"matter": "x", "importer": importer, "people": people, "submissions": [judged], **shared}
        made = _read(whole, Matter)
        if made is not None:
            yield made


def _submission(data: Any, as_of: date) -> dict[str, Any] | None:
    """Return what decides addressee and dates of a submission, None when too little of it is there."""
    if not isinstance(data, dict):
        return None
    made: dict[str, Any] = {"id": str(data.get("id") or "submission"), "kind": data.get("kind"), "date": as_of}
    if (day := _read(data.get("date"), date)) is not None:
        made["date"] = day
    if data.get("edition") is not None:
        made["edition"] = data["edition"]
    if made["kind"] == "application":
        made |= {"route": data.get("route"), "mou": {"ior_numbers": []}}
    elif made["kind"] == "annual-notification":
        made |= {"period": _read(data.get("period"), Period), "continues_to_meet_requirements": False}
    elif made["kind"] == "discontinuance-appeal":
        made |= {"notice": _read(data.get("notice"), Notice), "grounds": [], "statement_of_facts": ""}
    return made


def _read(data: Any, kind: Any) -> Any:
    """Return data as ``kind``, None when it does not fit or holds a day far from all others."""
    if isinstance(data, dict):
        data = {name: value for name, value in data.items() if value is not None}
    try:
        made = msgspec.convert(data, kind)
    except (msgspec.ValidationError, ValueError, TypeError):
        return None
    days = [made] if isinstance(made, date) else msgspec.to_builtins(made, builtin_types=(date,))
    return made if all(day.year in _YEARS for day in _days(days)) else None


def _days(value: Any) -> Iterator[date]:
    if isinstance(value, date):
        yield value
    elif isinstance(value, dict | list | tuple):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _days(each)


def _get(data: Any, name: str) -> Any:
    return data.get(name) if isinstance(data, dict) else None
