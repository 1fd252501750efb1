"""What the places of an agency's form are filled with: the values of the Memorandum of Understanding, as text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from isa_docs.documents.context import Layout, context_for
from isa_docs.documents.form_map import AgencyForm, Place
from isa_docs.documents.plan import PlannedItem, SubmissionPlan
from isa_docs.errors import TemplateError
from isa_docs.findings import Finding

Value = str | tuple[str, ...]
ANNEX_KEY = "mou-annex"
ANNEXED = "See Annex A ({count} numbers)"
"""What stands on the form in place of a list that goes on the annex."""


@dataclass(frozen=True)
class Filling:
    """One place and what goes there: a text, a list, nothing (a mark that is not set), or a line to sign."""

    number: int
    place: Place
    text: Value = ""

    @property
    def one_line(self) -> str:
        """The text; a list joined by semicolons."""
        return self.text if isinstance(self.text, str) else "; ".join(self.text)


def annex_item(mou: PlannedItem) -> PlannedItem:
    """Return the annex to the MOU that lists its importer of record numbers."""
    return PlannedItem(
        ANNEX_KEY,
        "paper",
        "Annex A to the Memorandum of Understanding",
        "MOU Annex A",
        f"{mou.tab}A",
        "MOU-A-",
        "the form has no space for all importer of record numbers",
        "ior-annex",
    )


def form_values(plan: SubmissionPlan, item: PlannedItem) -> dict[str, Value]:
    """Return every value a form can be filled with, by its dotted name."""
    importer = plan.matter.importer
    found: dict[str, Value] = {}
    _flatten("", context_for(plan, item, Layout()), found)
    more = {"phone": importer.phone, "email": importer.email, "website": importer.website}
    address = importer.address
    more |= {"street": ", ".join(address.lines), "city": address.city, "region": address.region}
    more |= {"postal_code": address.postal_code, "country": address.country}
    found |= {f"importer.{name}": text for name, text in more.items() if text}
    return found


def fillings(form: AgencyForm, plan: SubmissionPlan, item: PlannedItem) -> list[Filling]:
    """Return what goes into each place of a form; raises TemplateError naming values and people nobody knows."""
    values = form_values(plan, item)
    people = {*plan.matter.people, "cbp"}
    faults: list[Finding] = []
    made = []
    for number, place in enumerate(form.places):
        text: Value = ""
        if place.what == "text":
            text = str(place.text)
        elif place.what in ("sign", "date"):
            role = place.sign or place.date
            if role not in people:
                remedy = f"The people are: {', '.join(sorted(people))}."
                faults.append(form.finding("FORM-ROLE", f"Nobody signs here as ‘{role}’.", remedy, number))
        elif place.what == "mark":
            if isinstance(place.mark, str):
                faults += _unknown(form, number, [place.mark], values, may_be_empty=True)
            text = "X" if place.mark is True or (isinstance(place.mark, str) and values.get(place.mark)) else ""
        else:
            names = [place.value] if isinstance(place.value, str) else list(place.value or ())
            faults += (wrong := _unknown(form, number, names, values))
            if not wrong:
                text = values[names[0]] if len(names) == 1 else ", ".join(str(values[name]) for name in names)
        made.append(Filling(number, place, text))
    if faults:
        raise TemplateError(f"The places of {form.shown} name what the matter does not have.", faults)
    return made


def is_too_long(filling: Filling) -> bool:
    """Say whether the form states that it has no space for a list of this length."""
    return (
        filling.place.most is not None and not isinstance(filling.text, str) and len(filling.text) > filling.place.most
    )


def annexed(filling: Filling) -> Filling:
    """Return the filling that sends the reader to the annex."""
    return Filling(filling.number, filling.place, ANNEXED.format(count=len(filling.text)))


def _flatten(name: str, value: Any, found: dict[str, Value]) -> None:
    if isinstance(value, dict):
        for key, each in value.items():
            _flatten(f"{name}.{key}" if name else str(key), each, found)
    elif isinstance(value, str) and value:
        found[name] = value.replace("\u00a0", " ")
    elif isinstance(value, list) and value:
        if all(isinstance(each, str) for each in value):
            found[name] = tuple(each.replace("\u00a0", " ") for each in value)
        elif all(isinstance(each, dict) and "number" in each for each in value):
            found[name] = tuple(str(each["number"]) for each in value)


def _unknown(
    form: AgencyForm, at: int, names: Sequence[str], values: dict[str, Value], *, may_be_empty: bool = False
) -> list[Finding]:
    faults = []
    for name in names:
        if name in values or may_be_empty:
            continue
        close = get_close_matches(name, values, 1)
        remedy = f"Did you mean ‘{close[0]}’?" if close else "See `isa-docs form values MATTER`."
        message = f"There is no value ‘{name}’, or the matter does not give it."
        faults.append(form.finding("FORM-VALUE", message, remedy, at))
    return faults
