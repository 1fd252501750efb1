"""Delete any one required field of any example: one finding, at the mapping that lacks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from isa_docs.intake.schema import walk
from tests.unit.intake.yaml_edits import MATTERS, Key, example, keys_of, mapping_line, near, only_finding, without


def required_keys() -> Iterator[Any]:
    """List every key of the examples that its schema requires."""
    for matter in MATTERS:
        text = example(matter)
        data = _plain(text)
        for key in keys_of(text):
            schemas = list(walk(key.mapping, data))
            if key.name in schemas[-1].get("required", ()):
                yield pytest.param(matter, key, id=f"{matter}:{key}")


def _plain(text: str) -> object:
    from isa_docs.intake.source import parse_source

    return parse_source(text.encode(), "matter.yaml").data


@pytest.mark.parametrize(("matter", "key"), list(required_keys()))
def test_a_required_field_that_is_missing_is_one_finding_at_what_lacks_it(matter: str, key: Key) -> None:
    text = example(matter)

    finding = only_finding(without(near(text, key), key))

    assert finding.code == "SCHEMA-REQUIRED"
    assert finding.path == (*key.mapping, key.name)
    assert f"('{key.name}') is missing." in finding.message
    assert finding.place is not None
    assert finding.place.line == mapping_line(text, key.mapping)


def test_every_kind_of_required_field_occurs_in_the_examples() -> None:
    """The parametrized test above is only as good as the examples: count what it covers."""
    kinds = {
        (tuple("*" if isinstance(step, int) else step for step in key.mapping), key.name)
        for matter in MATTERS
        for key in keys_of(example(matter))
    }
    for needed in (
        ((), "matter"),
        (("importer",), "legal_name"),
        (("importer", "resident_agent"), "address"),
        (("importer", "bond"), "surety"),
        (("focused_assessment",), "conclusion"),
        (("self_testing_plan", "areas", "*", "sampling"), "method"),
        (("submissions", "*", "mou"), "ior_numbers"),
        (("submissions", "*", "notice"), "received_on"),
        (("submissions", "*", "grounds", "*"), "response"),
        (("submissions", "*", "results", "*"), "errors"),
    ):
        assert needed in kinds
