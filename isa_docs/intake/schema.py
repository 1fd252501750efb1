"""The JSON Schemas: loading them, and walking them along a path to name a field as people know it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from isa_docs.findings import Path
from isa_docs.resources import folder

ROOT = "matter.schema.json"
OUTPUT_SCHEMAS = ("manifest.schema.json", "report.schema.json", "signatures.schema.json", "status.schema.json")
SUBMISSION_KINDS = {
    "application": "application",
    "annual-notification": "annual_notification",
    "discontinuance-appeal": "discontinuance_appeal",
}

Schema = dict[str, Any]


@cache
def load_schema(name: str) -> Schema:
    """Return one shipped schema by file name, e.g. ``matter.schema.json``."""
    data: Schema = json.loads((folder("schemas") / name).read_text(encoding="utf-8"))
    return data


def schema_files() -> list[FilePath]:
    """Return the files of the matter's schema, sorted by name; those of what a build leaves are not among them."""
    return sorted(each for each in folder("schemas").glob("*.schema.json") if each.name not in OUTPUT_SCHEMAS)


@cache
def validator() -> Any:
    """Return the Draft 2020-12 validator of a matter.

    The parts are joined into one schema first: following each ``$ref`` anew takes five times as long.
    """
    from jsonschema import Draft202012Validator, FormatChecker

    return Draft202012Validator(joined(load_schema(ROOT)), format_checker=FormatChecker(["date"]))


_NOTES = {"title", "description", "examples", "default", "x-error", "x-format", "x-sensitive"}


def joined(schema: Any) -> Any:
    """Return ``schema`` with every ``$ref`` replaced by what it points at; the schemas do not refer to themselves.

    Where the referring keywords and the target both assert something, both stay in force (2020-12, 8.2.3.1).
    """
    if isinstance(schema, list):
        return [joined(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    own = {key: joined(value) for key, value in schema.items() if key not in ("$ref", "$defs")}
    if isinstance(own.get("pattern"), str):
        own["pattern"] = re.sub(r"\$$", r"\\Z", own["pattern"])  # Python's $ would let a last line break pass
    if "$ref" not in schema:
        return own
    found = joined(target(schema["$ref"]))
    hidden = {key: found[key] for key in found.keys() & own.keys() - _NOTES if found[key] != own[key]}
    out = {**found, **own}
    return {**out, "allOf": [*out.get("allOf", []), hidden]} if hidden else out


def bundled(name: str) -> Schema:
    """Return one shipped schema with the files it refers to put into its ``$defs``: it can be used alone."""
    parts: dict[str, Schema] = {}

    def localize(value: Any, file: str) -> Any:
        if isinstance(value, list):
            return [localize(each, file) for each in value]
        if not isinstance(value, dict):
            return value
        out = {key: localize(each, file) for key, each in value.items() if key != "$ref"}
        if isinstance(reference := value.get("$ref"), str):
            other, _, pointer = reference.partition("#")
            out["$ref"] = "#" + ("" if (other or file) == name else f"/$defs/{take(other or file)}") + pointer
        return out

    def take(file: str) -> str:
        short = file.removesuffix(".schema.json")
        if short not in parts:
            parts[short] = {}
            whole = {key: value for key, value in load_schema(file).items() if key not in ("$schema", "$id")}
            parts[short].update(localize(whole, file))
        return short

    out: Schema = localize(load_schema(name), name)
    return {**out, "$defs": {**out.get("$defs", {}), **parts}} if parts else out


def target(reference: str) -> Schema:
    """Return what a ``$ref`` of the shipped schemas points at."""
    file, _, pointer = reference.partition("#/")
    found: Any = load_schema(file)
    for step in pointer.split("/") if pointer else ():
        found = found[step]
    pointed: Schema = found
    return pointed


def resolve(schema: Schema) -> Schema:
    """Follow ``$ref`` (file-relative, into ``$defs``) and lay the referring keywords over the target's."""
    while "$ref" in schema:
        schema = {**target(schema["$ref"]), **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def walk(path: Path, data: Any) -> Iterator[Schema]:
    """Yield the schema of the root and of each step of ``path``, as far as the schemas reach.

    ``data`` decides between the kinds of submission.
    """
    schema: Schema | None = resolve(load_schema(ROOT))
    for step in path:
        if schema is None:
            return
        yield schema
        data = _child(data, step)
        schema = child_schema(schema, step, data)
    if schema is not None:
        yield schema


def child_schema(schema: Schema, step: str | int, data: Any) -> Schema | None:
    """Return the schema of what stands below at ``step``, None where the schemas do not reach.

    ``data`` is what stands there: it decides between the kinds of submission.
    """
    if isinstance(step, int):
        below = schema.get("items")
    else:
        below = schema.get("properties", {}).get(step)
        if below is None and isinstance(schema.get("additionalProperties"), dict):
            below = schema["additionalProperties"]
    if below is None:
        return None
    found = resolve(below)
    if "allOf" in found and isinstance(data, dict):
        part = SUBMISSION_KINDS.get(str(data.get("kind")))
        if part:
            return resolve({"$ref": f"submissions.schema.json#/$defs/{part}"})
    return found


def _child(data: Any, step: str | int) -> Any:
    try:
        return data[step]
    except (KeyError, IndexError, TypeError):
        return None


def field_title(path: Path, data: Any) -> str:
    """Name a field for a person by its titles, outermost first: ``Importer › IOR numbers 2 › Registered name``."""
    names: list[str] = []
    schemas = list(walk(path, data))[1:]
    at = data
    for step, schema in zip(path, schemas, strict=False):
        at = _child(at, step)
        if isinstance(step, int):
            shown = f"{names.pop()} {step + 1}" if names else f"item {step + 1}"
            if isinstance(at, dict) and isinstance(at.get("id"), str):
                shown += f" ({at['id']})"
            names.append(shown)
        else:
            names.append(str(schema.get("title", step)))
    names.extend(str(step) for step in path[len(schemas) :])
    return " › ".join(names) or "the matter"
