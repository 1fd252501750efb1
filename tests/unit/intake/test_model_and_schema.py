"""The typed matter and the schemas say the same: fields, what is required, defaults, choices, types."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from isa_docs.intake import model
from isa_docs.intake.schema import ROOT, SUBMISSION_KINDS, joined, load_schema, resolve, schema_files

JSON_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean", date: "string"}


def pairs(cls: type, schema: dict[str, Any], seen: set[type]) -> Iterator[tuple[type, dict[str, Any]]]:
    """Yield each class of the model with the schema of the same object, starting from one pair."""
    schema = resolve(schema)
    if cls in seen:
        return
    seen.add(cls)
    yield cls, schema
    for name, hint in typing.get_type_hints(cls).items():
        below = schema.get("properties", {}).get(name)
        if below is None:
            continue
        below = resolve(below)
        for part in parts(hint):
            yield from pairs(part, object_schema(part, below), seen)


def parts(hint: Any) -> Iterator[type]:
    """Yield the classes of the model that a type hint mentions."""
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        yield hint
    for argument in get_args(hint):
        yield from parts(argument)


def object_schema(cls: type, schema: dict[str, Any]) -> dict[str, Any]:
    """Find the schema of one object of ``cls`` inside that of a list, a map or a choice of submissions."""
    if "items" in schema:
        schema = resolve(schema["items"])
    elif isinstance(schema.get("additionalProperties"), dict):
        schema = resolve(schema["additionalProperties"])
    tag = cls.__struct_config__.tag
    if tag is not None:
        return resolve({"$ref": f"submissions.schema.json#/$defs/{SUBMISSION_KINDS[tag]}"})
    return schema


PAIRS = list(pairs(model.Matter, load_schema(ROOT), set()))
BY_CLASS = pytest.mark.parametrize(("cls", "schema"), PAIRS, ids=[cls.__name__ for cls, _ in PAIRS])


def test_every_class_of_the_model_is_reached_from_the_matter_schema() -> None:
    concrete = {
        each
        for each in vars(model).values()
        if isinstance(each, type) and issubclass(each, msgspec.Struct) and each.__struct_fields__
        if not each.__name__.startswith("_")
    }

    assert {each.__name__ for each in concrete} == {cls.__name__ for cls, _ in PAIRS}


@BY_CLASS
def test_class_and_schema_have_the_same_fields(cls: type, schema: dict[str, Any]) -> None:
    fields = {field.encode_name for field in msgspec.structs.fields(cls)}
    if cls.__struct_config__.tag is not None:
        fields.add("kind")

    assert fields == set(schema["properties"])
    assert schema["additionalProperties"] is False


@BY_CLASS
def test_class_and_schema_require_the_same(cls: type, schema: dict[str, Any]) -> None:
    required = {field.encode_name for field in msgspec.structs.fields(cls) if field.required}
    if cls.__struct_config__.tag is not None:
        required.add("kind")

    assert required == set(schema.get("required", []))


@BY_CLASS
def test_defaults_are_the_same(cls: type, schema: dict[str, Any]) -> None:
    """None, an empty list and a default object are what leaving out means; other defaults stand in the schema."""
    for field in msgspec.structs.fields(cls):
        below = resolve(schema["properties"][field.encode_name])
        if field.required:
            assert "default" not in below, field.name
        elif field.default not in (None, ()) and not isinstance(field.default, msgspec.Struct):
            assert below.get("default") == field.default, field.name


@BY_CLASS
def test_types_and_choices_are_the_same(cls: type, schema: dict[str, Any]) -> None:
    for name, hint in typing.get_type_hints(cls).items():
        agree(hint, resolve(schema["properties"][name]))


def agree(hint: Any, schema: dict[str, Any]) -> None:
    """Assert that a type hint and a schema admit the same kinds of value."""
    if get_origin(hint) in (Union, types.UnionType):
        rest = [each for each in get_args(hint) if each is not type(None)]
        if all(isinstance(each, type) and issubclass(each, msgspec.Struct) for each in rest) and len(rest) > 1:
            assert {each.__struct_config__.tag for each in rest} == set(SUBMISSION_KINDS)
            return
        assert len(rest) == 1
        hint = rest[0]
    if get_origin(hint) is Literal:
        assert set(get_args(hint)) == set(schema["enum"])
    elif get_origin(hint) is tuple:
        assert schema["type"] == "array"
        agree(get_args(hint)[0], resolve(schema["items"]))
    elif get_origin(hint) is dict or issubclass(hint, msgspec.Struct):
        assert schema["type"] == "object"
    elif hint is str and "enum" in schema:
        assert all(isinstance(choice, str) for choice in schema["enum"])
    else:
        assert schema["type"] == JSON_TYPES[hint]
        assert (schema.get("format") == "date") == (hint is date)


@pytest.mark.parametrize("path", schema_files(), ids=lambda path: path.name)
def test_each_schema_file_is_a_valid_schema(path: Any) -> None:
    Draft202012Validator.check_schema(load_schema(path.name))


def leaves(schema: Any, where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every field of a schema with its place."""
    for name, below in schema.get("properties", {}).items():
        yield f"{where}.{name}", below
        yield from leaves(below, f"{where}.{name}")
        yield from leaves(below.get("items", {}), f"{where}.{name}[]")
    for name, below in schema.get("$defs", {}).items():
        yield from leaves(below, f"{where}#{name}")


MATTER_FILES = ("matter", "importer", "people", "standing", "plan", "submissions", "records", "common")


@pytest.mark.parametrize("name", MATTER_FILES)
def test_every_field_has_what_the_form_and_the_messages_need(name: str) -> None:
    for where, field in leaves(load_schema(f"{name}.schema.json"), name):
        whole = resolve(field)
        assert whole.get("title"), where
        assert whole.get("description", "").endswith("."), where
        if whole.get("type") not in ("object", "array") and "allOf" not in whole:
            assert whole.get("examples"), where
        if "pattern" in whole:
            assert whole.get("x-error"), f"{where}: a pattern is no sentence"


@pytest.mark.parametrize("name", MATTER_FILES)
def test_every_example_of_a_field_is_valid(name: str) -> None:
    for where, field in leaves(load_schema(f"{name}.schema.json"), name):
        checker = Draft202012Validator(joined(field), format_checker=FormatChecker(["date"]))
        faults = [fault.message for each in resolve(field).get("examples", []) for fault in checker.iter_errors(each)]
        assert faults == [], where
