"""Schema errors as English sentences at their place in the file, all of them in one run."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from isa_docs.findings import Finding, Path, Severity
from isa_docs.intake._sound import is_sound
from isa_docs.intake.schema import ROOT, field_title, load_schema, resolve, target, validator, walk
from isa_docs.intake.source import Source

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list (lines that begin with '-')",
    "object": "a set of 'key: value' lines",
}


_FIRST = ("type", "minLength", "minItems", "minProperties")
_ABOUT_PARTS = ("SCHEMA-REQUIRED", "SCHEMA-UNKNOWN", "SCHEMA-NAME")


def validate(source: Source) -> list[Finding]:
    """Return one finding per fault of ``source`` against the matter schema, in file order.

    Numbers written where the schema wants text (a ZIP code without quotation marks) are taken as they were written.
    """
    if is_sound(source.data, load_schema(ROOT), target):
        return []
    errors = list(validator().iter_errors(source.data))
    taken = [_take_as_written(source, error) for error in errors]
    if any(taken):
        errors = list(validator().iter_errors(source.data))
    findings: dict[tuple[Path, str], Finding] = {}
    wrong: set[Path] = set()
    for error in sorted(errors, key=lambda each: each.validator not in _FIRST):
        for finding in _explain(source, error):
            key = (finding.path or (), finding.code)
            if finding.code in _ABOUT_PARTS:
                findings.setdefault(key, finding)
            elif key[0] not in wrong:  # a value that breaks several rules is told once
                wrong.add(key[0])
                findings[key] = finding
    return list(findings.values())


def _take_as_written(source: Source, error: Any) -> bool:
    path: Path = tuple(error.absolute_path)
    literal = source.literals.get(path)
    if error.validator != "type" or error.validator_value != "string" or not literal or error.instance is None:
        return False
    parent: Any = source.data
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = literal
    return True


def _explain(source: Source, error: Any) -> Iterator[Finding]:
    path: Path = tuple(error.absolute_path)
    keyword = str(error.validator)
    if keyword == "required":
        yield from _missing(source, error, path)
    elif keyword == "additionalProperties":
        yield from _unknown(source, error, path)
    elif keyword == "propertyNames" or "propertyNames" in error.absolute_schema_path:
        name = str(error.instance)
        message = f"'{name}' cannot be used as a name here."
        remedy = "Use small letters, digits and single hyphens or underscores, starting with a letter."
        yield Finding("SCHEMA-NAME", Severity.ERROR, message, remedy, path, source.place(path))
    else:
        yield _wrong(source, error, path, keyword)


def _wrong(source: Source, error: Any, path: Path, keyword: str) -> Finding:
    title = field_title(path, source.data)
    around, schema = [{}, *walk(path, source.data)][-2:]
    remedy = _example(schema)
    own = str(schema.get("x-error", "")).replace("{title}", title)
    if own and not own.startswith(title):
        own = f"{title}: {own}"
    if error.instance is None:
        needed = bool(path) and path[-1] in around.get("required", ())
        remedy = f"{'Fill it in.' if needed else 'Fill it in or delete the line.'} {remedy}".strip()
        return Finding("SCHEMA-EMPTY", Severity.ERROR, f"{title} is empty.", remedy, path, source.place(path))
    value, shown = error.validator_value, _shown(error.instance, schema)
    if keyword == "type":
        wanted = value if isinstance(value, str) else value[0]
        message = f"{title} must be {_TYPES.get(wanted, wanted)}, not {_kind(error.instance, schema)}."
    elif keyword in ("enum", "const"):
        choices = [str(each) for each in (value if keyword == "enum" else [value])]
        message = f"{title} is {shown}; it must be one of: {', '.join(choices)}."
        close = get_close_matches(str(error.instance), choices, 1, 0.5)
        remedy = f"Did you mean '{close[0]}'?" if close else remedy
    elif keyword in ("minLength", "minItems", "minProperties") and not error.instance:
        message, remedy = f"{title} is empty.", f"Fill it in or delete the line. {remedy}".strip()
    elif keyword == "maxLength":
        message = f"{title} has {len(error.instance):,} characters; at most {value:,} are allowed."
    elif keyword in ("maxItems", "minItems", "maxProperties"):
        message = f"{title} has {len(error.instance)} entries; {'at most' if 'max' in keyword else 'at least'} {value}."
    elif own:
        message = own
    elif keyword in ("minimum", "maximum"):
        message = f"{title} is {shown}; it must be {'at least' if keyword == 'minimum' else 'at most'} {value:,}."
    else:
        message = f"{title} is {shown}, which is not allowed ({keyword}: {value})."
    return Finding(f"SCHEMA-{_code(keyword)}", Severity.ERROR, message, remedy, path, source.place(path))


def _missing(source: Source, error: Any, path: Path) -> Iterator[Finding]:
    present = set(error.instance)
    known = set(resolve(error.schema).get("properties", {}))
    for name in error.validator_value:
        if name in present:
            continue
        slip = get_close_matches(name, [key for key in present - known if isinstance(key, str)], 1, 0.7)
        if slip and _closest_known(slip[0], known) == name and error.schema.get("additionalProperties") is False:
            continue  # reported once, as a misspelt key
        title = field_title((*path, name), source.data)
        message, place = f"{title} ('{name}') is missing.", source.place(path)
        if slip:
            message += f" There is '{slip[0]}'."
            remedy, place = f"Did you mean '{name}'? Rename '{slip[0]}'.", source.key_place((*path, slip[0]))
        else:
            remedy = f"Add '{name}:' here. {_example(list(walk((*path, name), source.data))[-1])}".strip()
        yield Finding("SCHEMA-REQUIRED", Severity.ERROR, message, remedy, (*path, name), place)


def _unknown(source: Source, error: Any, path: Path) -> Iterator[Finding]:
    known = set(resolve(error.schema).get("properties", {}))
    for name in error.instance:
        if name in known:
            continue
        here = (*path, name)
        close = _closest_known(name, known - set(error.instance)) or _closest_known(name, known)
        message = f"'{name}' is not known in {field_title(path, source.data)}."
        remedy = f"Did you mean '{close}'?" if close else f"Known here: {', '.join(sorted(known))}."
        if close in error.schema.get("required", ()) and close not in error.instance:
            message += f" The required '{close}' is missing."
        yield Finding("SCHEMA-UNKNOWN", Severity.ERROR, message, remedy, here, source.key_place(here))


def _closest_known(name: str, known: set[str]) -> str | None:
    close = get_close_matches(str(name), sorted(known), 1, 0.6)
    return close[0] if close else None


def _example(schema: dict[str, Any]) -> str:
    examples = schema.get("examples")
    if not examples or isinstance(examples[0], bool):
        return ""
    return f"Example: {examples[0]}"


def _shown(value: Any, schema: dict[str, Any]) -> str:
    if _is_sensitive(schema):
        return "the value given"
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _kind(value: Any, schema: dict[str, Any]) -> str:
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if isinstance(value, int | float):
        return "a number" if _is_sensitive(schema) else f"the number {value}"
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "a set of 'key: value' lines"


def _is_sensitive(schema: dict[str, Any]) -> bool:
    """Tell whether a value may not be shown: its own, or one that stands where a list or set of such is wanted."""
    schema = resolve(schema)
    below = [*schema.get("properties", {}).values(), *([schema["items"]] if "items" in schema else [])]
    return bool(schema.get("x-sensitive")) or any(map(_is_sensitive, below))


def _code(keyword: str) -> str:
    names = {"minLength": "EMPTY", "maxLength": "LENGTH", "minimum": "RANGE", "maximum": "RANGE"}
    names |= {"exclusiveMinimum": "RANGE", "exclusiveMaximum": "RANGE", "minItems": "COUNT", "maxItems": "COUNT"}
    return names.get(keyword, keyword.upper())
