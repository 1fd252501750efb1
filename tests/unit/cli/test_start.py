"""A new matter file names everything that is to be filled in, one by one; it is never built as it is."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from isa_docs.errors import InputError
from isa_docs.intake.load import load_text
from isa_docs.intake.schema import walk
from isa_docs.intake.source import parse_source
from isa_docs.intake.starter import starter
from tests.unit.cli.running import Invoke

STARTERS = [
    ("application", "focused-assessment"),
    ("application", "standard"),
    ("annual-notification", "focused-assessment"),
    ("discontinuance-appeal", "focused-assessment"),
]


def findings_of(text: str) -> list[Any]:
    """Return the findings with which a text is refused; an empty list when it is not."""
    try:
        load_text(text)
    except InputError as error:
        return list(error.findings)
    return []


@pytest.mark.parametrize(("kind", "route"), STARTERS)
class TestStarter:
    def test_each_empty_value_is_one_finding_on_its_own_line(self, kind: str, route: str) -> None:
        start = starter(kind, route)
        findings = findings_of(start.text)
        lines = start.text.splitlines()
        assert {finding.code for finding in findings} == {"SCHEMA-EMPTY"}
        assert len({finding.place.line for finding in findings}) == len(findings) == start.blanks
        assert [
            lines[each.place.line - 1] for each in findings if not re.search(r"[:-]$", lines[each.place.line - 1])
        ] == []

    def test_every_value_to_fill_in_is_explained_above_it(self, kind: str, route: str) -> None:
        lines = starter(kind, route).text.splitlines()
        blanks = [at for at, line in enumerate(lines) if re.fullmatch(r" *(- )?\w+:", line)]
        assert [lines[at] for at in blanks if not lines[at - 1].lstrip().startswith("#")] == []

    def test_filled_in_with_the_examples_of_the_schemas_it_is_a_valid_matter(self, kind: str, route: str) -> None:
        text = starter(kind, route).text
        lines = text.splitlines()
        for finding in findings_of(text):
            schema = list(walk(finding.path, parse_source(text.encode(), "matter.yaml").data))[-1]
            lines[finding.place.line - 1] += f" {json.dumps(example_of(finding.path, schema))}"
        assert [f"{each.place} {each.message}" for each in findings_of("\n".join(lines))] == []


def example_of(path: tuple[str | int, ...], schema: dict[str, Any]) -> Any:
    """Return the schema's first example or choice; for what refers to other values, one that exists."""
    if path[-1] == "ior_numbers" or (len(path) > 1 and path[-2] == "ior_numbers"):
        return "12-345678900"
    if path[-2:] == ("exhibits", 0):
        return "notice"
    return (schema.get("examples") or schema["enum"])[0]


class TestNew:
    def test_writes_an_application_by_default_and_says_what_is_next(self, invoke: Invoke, tmp_path: Path) -> None:
        done = invoke("new")
        blanks = starter("application").blanks
        assert (done.code, done.out) == (0, "matter.yaml\n")
        assert done.err == f"Next: fill in its {blanks} empty values, then run: isa-docs check matter.yaml\n"
        assert (tmp_path / "matter.yaml").read_text(encoding="utf-8") == starter("application").text

    def test_the_kind_the_route_and_the_name_can_be_chosen(self, invoke: Invoke, tmp_path: Path) -> None:
        report = invoke("new", "application", "--route", "standard", "--out", "maple/isa.yaml", "--json").report
        start = starter("application", "standard", file="isa.yaml")
        assert report["result"] == {"file": "maple/isa.yaml", "kind": "application", "blanks": start.blanks}
        assert (tmp_path / "maple" / "isa.yaml").read_text(encoding="utf-8") == start.text

    def test_an_existing_file_is_left_alone(self, invoke: Invoke, tmp_path: Path) -> None:
        (tmp_path / "matter.yaml").write_text("mine", encoding="utf-8")
        assert invoke("new", "--json").report["exit_code"] == 9
        assert (tmp_path / "matter.yaml").read_text(encoding="utf-8") == "mine"

    def test_what_was_just_written_does_not_pass_a_check_nor_build(self, invoke: Invoke, tmp_path: Path) -> None:
        invoke("new", "discontinuance-appeal")
        assert invoke("check", "matter.yaml", "--json").report["exit_code"] == 4
        assert invoke("build", "matter.yaml", "--json").report["exit_code"] == 4
        assert [path.name for path in tmp_path.iterdir()] == ["matter.yaml"]

    @pytest.mark.parametrize(
        "arguments", [["annual-notification", "--route", "standard"], ["--out", "m.json"], ["memo"]]
    )
    def test_what_makes_no_sense_is_a_usage_error(self, invoke: Invoke, tmp_path: Path, arguments: list[str]) -> None:
        assert invoke("new", *arguments, "--json").report["exit_code"] == 2
        assert list(tmp_path.iterdir()) == []


class TestSchema:
    def test_the_schema_of_a_matter_is_complete_in_itself(self, invoke: Invoke) -> None:
        schema = json.loads(invoke("schema").out)
        Draft202012Validator.check_schema(schema)
        references = set(re.findall(r'"\$ref": "([^"]+)"', json.dumps(schema)))
        assert {each for each in references if not each.startswith("#/")} == set()
        errors = Draft202012Validator(schema).iter_errors({"matter": "x"})
        assert sorted(error.message for error in errors) == [
            "'importer' is a required property",
            "'people' is a required property",
            "'submissions' is a required property",
        ]

    def test_the_names_are_listed(self, invoke: Invoke) -> None:
        assert {"matter", "report", "manifest"} <= set(invoke("schema", "--list").out.split())

    def test_as_json_it_is_part_of_the_report(self, invoke: Invoke) -> None:
        assert invoke("schema", "report", "--json").report["result"]["schema"]["title"] == "Report"

    def test_an_unknown_name_is_a_usage_error_that_lists_the_known(self, invoke: Invoke) -> None:
        done = invoke("schema", "mater")
        assert done.code == 2
        assert "There are: common, importer, manifest, matter" in done.err
