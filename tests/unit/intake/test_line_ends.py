"""Texts with the line ends of Windows read like those of any other system."""

from __future__ import annotations

import json

import pytest

from isa_docs.documents.narratives import check_narratives
from isa_docs.errors import InputError
from isa_docs.intake.load import load_text
from isa_docs.intake.source import parse_source
from tests.unit.intake.yaml_edits import example

DATA = parse_source(example("northwind").encode(), "matter.yaml").data


def windows(scope: str) -> str:
    """Return Northwind as a JSON file of a Windows system, with this scope of its plan."""
    plan = DATA["self_testing_plan"] | {"scope": scope}
    return json.dumps(DATA | {"self_testing_plan": plan}, indent=2).replace("\n", "\r\n")


def test_a_json_file_with_escaped_line_ends_is_read() -> None:
    loaded = load_text(windows("One.\r\n\r\nTwo."), "matter.json")
    assert loaded.matter.self_testing_plan is not None
    assert loaded.matter.self_testing_plan.scope == "One.\n\nTwo."
    assert check_narratives(loaded.source) == []


def test_findings_in_it_keep_their_lines() -> None:
    text = windows("One.\r\n\r\n`Two`.")
    (finding,) = check_narratives(load_text(text, "matter.json").source)
    assert finding.place is not None
    assert '"scope": ' in text.split("\r\n")[(finding.place.line or 0) - 1]


def test_a_quoted_yaml_text_with_escaped_line_ends_is_read() -> None:
    assert parse_source(rb'a: "One.\r\n\r\nTwo."', "m.yaml").data == {"a": "One.\n\nTwo."}


@pytest.mark.parametrize("scope", ["One.\rTwo.", "One.\n\rTwo."])
def test_a_lone_carriage_return_stays_refused(scope: str) -> None:
    with pytest.raises(InputError) as error:
        load_text(windows(scope), "matter.json")
    assert "cannot be printed" in error.value.findings[0].message
