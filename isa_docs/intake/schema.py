"""The JSON Schemas: loading them, and walking them along a path to name a field as people know it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from isa_docs.findings import Path
from isa_docs.resources import folder

ROOT = "matter.schema.json"
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
    """Return the shipped schema files, sorted by name."""
    return sorted(folder("schemas").glob("*.schema.json"))


@cache
def validator() -> Any:
    """Return the Draft 2020-12 validator of a matter, with all parts resolved locally."""
    from jsonschema import Draft202012Validator, FormatChecker
    from referencing import Registry, Resource

    contents = [load_schema(path.name) for path in schema_files()]
    registry: Any = Registry().with_resources(
        [(str(schema["$id"]), Resource.from_contents(schema)) for schema in contents]
    )
    return Draft202012Validator(load_schema(ROOT), registry=registry, format_checker=FormatChecker(["date"]))


def resolve(schema: Schema) -> Schema:
    """Follow ``$ref`` (file-relative, into ``$defs``) and lay the referring keywords over the target's."""
    while "$ref" in schema:
        file, _, pointer = schema["$ref"].partition("#/")
        target: Any = load_schema(file)
        for step in pointer.split("/") if pointer else ():
            target = target[step]
        schema = {**target, **{key: value for key, value in schema.items() if key != "$ref"}}
    return schema


def walk(path: Path, data: Any) -> Iterator[Schema]:
    """Yield the schema of the root and of each step of ``path``, as far as the schemas reach.

    ``data`` decides between the kinds of submission.
    """
    schema = resolve(load_schema(ROOT))
    yield schema
    for step in path:
        data = _child(data, step)
        if isinstance(step, int):
            below = schema.get("items")
        else:
            below = schema.get("properties", {}).get(step)
            if below is None and isinstance(schema.get("additionalProperties"), dict):
                below = schema["additionalProperties"]
        if below is None:
            return
        schema = resolve(below)
        if "allOf" in schema and isinstance(data, dict):
            part = SUBMISSION_KINDS.get(str(data.get("kind")))
            if part:
                schema = resolve({"$ref": f"submissions.schema.json#/$defs/{part}"})
        yield schema


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
