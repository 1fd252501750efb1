"""Writes a matter file to fill in, from the schemas: empty values to be filled, optional ones as comments.

What is filled in stands without a value, so that ``check`` names each one that is still empty.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from isa_docs.findings import Path
from isa_docs.intake.schema import ROOT, SUBMISSION_KINDS, Schema, load_schema, resolve

_WIDTH = 110
_PERSONS = {
    "application": ("tester", "results_reviewer"),
    "annual-notification": ("results_reviewer",),
    "discontinuance-appeal": (),
}
_PLAN = """
    scope universe_source risk_assessment risk_assessment.methodology risk_assessment.factors testing_methodology
    frequency areas areas.*.rationale areas.*.objective areas.*.attributes areas.*.evidence areas.*.pass_criteria
    areas.*.tester areas.*.sampling areas.*.sampling.items reviewer reviewer_independence error_handling disclosure
    tracking reporting
"""
_ALWAYS = (
    "importer.phone importer.entry_status people.officer.office people.isa_contact.phone people.isa_contact.email"
    " people.results_reviewer.phone people.results_reviewer.email"
)
_WANTED = {
    "application": f"{_ALWAYS} ctpat self_testing_plan submissions.*.exhibits submissions.*.delivery "
    + " ".join(f"self_testing_plan.{name}" for name in _PLAN.split()),
    "annual-notification": f"{_ALWAYS} self_testing_plan self_testing_plan.areas acceptance submissions.*.delivery"
    " submissions.*.changes submissions.*.results submissions.*.results.*.universe",
    "discontinuance-appeal": f"{_ALWAYS} acceptance submissions.*.delivery submissions.*.notice.received_how"
    " submissions.*.corrective_actions submissions.*.exhibits submissions.*.grounds.*.exhibits",
}
_EXHIBITS = {
    "focused-assessment": (("fa-report", "fa-report"), ("ctpat-proof", "ctpat-proof")),
    "standard": (
        ("isa-questionnaire", "isa-questionnaire"),
        ("internal-control-manual", "internal-control-manual"),
        ("ctpat-proof", "ctpat-proof"),
    ),
    "discontinuance-appeal": (("notice", "discontinuance-notice"),),
}
_HEAD = """\
# A matter file for isa-docs: one importer, and the packages to be made for it.
#
# Fill in what stands empty after a colon; `isa-docs check {file}` names each value that is still missing.
# A line that begins with #name: is optional: take the # away to use it, or delete the line; its keys go on
# lines of their own below it, indented. The reference of all keys is docs/matter.md.
# Dates are written year-month-day. A long text may begin with | after the colon and go on, indented, below.
"""


@dataclass(frozen=True)
class Starter:
    """A matter file to fill in, and how many of its values are empty."""

    text: str
    blanks: int


def starter(kind: str, route: str = "focused-assessment", *, file: str = "matter.yaml") -> Starter:
    """Return a matter file for one submission of ``kind``; ``route`` decides on the parts of an application.

    Raises KeyError for a kind that is not in the schema.
    """
    writer = _Writer(kind, route)
    lines = list(writer.mapping(resolve(load_schema(ROOT)), (), ""))
    return Starter(_HEAD.format(file=file) + "\n".join(lines) + "\n", writer.blanks)


class _Writer:
    """Walks the schemas for one kind of submission, and counts what it leaves empty."""

    def __init__(self, kind: str, route: str) -> None:
        self.blanks = 0
        self._kind = kind
        self._submission = resolve({"$ref": f"submissions.schema.json#/$defs/{SUBMISSION_KINDS[kind]}"})
        self._wanted = {tuple(name.split(".")) for name in _WANTED[kind].split()}
        exhibits = _EXHIBITS.get(route if kind == "application" else kind, ())
        self._count: dict[Path, int] = {("submissions", 0, "exhibits"): len(exhibits)}
        self._values: dict[Path, str] = {
            ("submissions", 0, "kind"): kind,
            ("submissions", 0, "id"): kind,
        }
        if kind == "application":
            self._values[("submissions", 0, "route")] = route
            self._values[("self_testing_plan", "reviewer")] = "results_reviewer"
            self._values[("self_testing_plan", "areas", 0, "tester")] = "tester"
            if route == "focused-assessment":
                self._wanted.add(("focused_assessment",))
        for at, (name, exhibit_kind) in enumerate(exhibits):
            self._values[("submissions", 0, "exhibits", at, "id")] = name
            self._values[("submissions", 0, "exhibits", at, "kind")] = exhibit_kind

    def mapping(self, schema: Schema, path: Path, indent: str) -> Iterator[str]:
        """Yield the lines of an object's entries."""
        required = schema.get("required", ())
        names = dict(schema.get("properties", {}))
        if path == ("people",):
            names |= dict.fromkeys(_PERSONS[self._kind], schema["additionalProperties"])
        for name, each in names.items():
            here = (*path, name)
            live = name in required or self._is_wanted(here) or here in self._values or path == ("people",)
            if not path:
                yield ""
            yield from self._entry(name, resolve(each), here, indent, live=live)

    def _entry(self, name: str, schema: Schema, path: Path, indent: str, *, live: bool) -> Iterator[str]:
        hint = _hint(schema)
        composite = "properties" in schema or _is_list_of_objects(schema)
        if not live:
            yield f"{indent}#{name}:  # {hint}{_keys(schema)}"
            return
        yield from textwrap.wrap(hint, _WIDTH, initial_indent=f"{indent}# ", subsequent_indent=f"{indent}# ")
        if composite:
            yield f"{indent}{name}:"
            yield from self._inside(schema, path, indent + "  ")
        elif schema.get("type") == "array":
            self.blanks += 1
            yield f"{indent}{name}:"
            yield f"{indent}  -"
        else:
            value = self._values.get(path, "")
            self.blanks += not value
            yield f"{indent}{name}: {value}".rstrip()

    def _inside(self, schema: Schema, path: Path, indent: str) -> Iterator[str]:
        if "properties" in schema:
            yield from self.mapping(schema, path, indent)
            return
        item = self._submission if path == ("submissions",) else resolve(schema["items"])
        for at in range(self._count.get(path, 1)):
            yield from _as_item(list(self.mapping(item, (*path, at), indent + "  ")), indent)

    def _is_wanted(self, path: Path) -> bool:
        return tuple("*" if isinstance(step, int) else step for step in path) in self._wanted


def _as_item(lines: list[str], indent: str) -> Iterator[str]:
    """Put the hyphen of a list before the first line that is not a comment."""
    first = next(at for at, line in enumerate(lines) if not line.lstrip().startswith("#"))
    for at, line in enumerate(lines):
        yield f"{indent}- {line[len(indent) + 2 :]}" if at == first else line


def _is_list_of_objects(schema: Schema) -> bool:
    return schema.get("type") == "array" and ("properties" in (item := resolve(schema["items"])) or "allOf" in item)


def _keys(schema: Schema) -> str:
    """Say which keys an object, or each object of a list, takes; nothing for a plain value."""
    if "properties" in schema:
        return f" Keys: {', '.join(schema['properties'])}."
    if _is_list_of_objects(schema):
        return f" A list; keys of each: {', '.join(resolve(schema['items'])['properties'])}."
    return " (A list.)" if schema.get("type") == "array" else ""


def _hint(schema: Schema) -> str:
    """Say what a value is: its title and description, the choices, an example, the default."""
    said = str(schema.get("description", "")).strip()
    title = str(schema.get("title", ""))
    parts = [f"{title}: {said}" if said.rstrip(".").lower() != title.lower() else said]
    if "enum" in schema:
        parts.append(f"One of: {', '.join(map(str, schema['enum']))}.")
    else:
        examples: Any = schema.get("examples") or resolve(schema.get("items", {})).get("examples")
        if examples:
            parts.append(f"Example: {_plain(examples[0])}")
    if "default" in schema:
        parts.append(f"(If left out: {_plain(schema['default'])})")
    return " ".join(parts)


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
