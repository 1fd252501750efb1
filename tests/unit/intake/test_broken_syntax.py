"""Broken YAML and JSON: one finding at the line of the break, exit code 4."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from isa_docs.errors import InputError
from isa_docs.findings import Place
from isa_docs.intake.load import load_matter, load_text
from isa_docs.intake.quick import quick_matter
from isa_docs.intake.source import MAX_BYTES, bounded_bytes, parse_source
from tests.unit.intake.yaml_edits import MATTERS, example, only_finding

NORTHWIND = example("northwind")
LINES = NORTHWIND.splitlines()
LEGAL_NAME = LINES.index("  legal_name: Northwind Components, Inc.") + 1
CITY = LINES.index("    city: Tacoma") + 1


def northwind_with(line: int, *new: str) -> str:
    """Return Northwind with one line (1-based) replaced by others."""
    return "\n".join([*LINES[: line - 1], *new, *LINES[line:]]) + "\n"


BROKEN_YAML = {
    "a tab as indentation": (northwind_with(CITY, "\tcity: Tacoma"), CITY, "indented with a tab"),
    "a tab after spaces": (northwind_with(CITY, "  \t city: Tacoma"), CITY, "tab"),
    "no colon": (northwind_with(LEGAL_NAME, "  legal_name Northwind"), LEGAL_NAME, "a colon and a space"),
    "no space after the colon": (northwind_with(CITY, "    city:Tacoma"), CITY, "a colon and a space"),
    "a colon inside plain text": (northwind_with(CITY, "    city: Tacoma: WA"), CITY, "must stand in quotation marks"),
    "too little indentation": (northwind_with(CITY, "   city: Tacoma"), CITY, ""),
    "too much indentation": (northwind_with(CITY, "      city: Tacoma"), CITY, ""),
    "a bracket that is not closed": (northwind_with(CITY, "    city: [Tacoma"), CITY, "closing bracket"),
    "a brace that is not opened": (northwind_with(CITY, "    city: Tacoma}", "    x: }"), CITY + 1, ""),
    "an undefined alias": (northwind_with(CITY, "    city: *tacoma"), CITY, "must stand in quotation marks"),
    "an unknown tag": (northwind_with(CITY, "    city: !!python/object:os.system x"), CITY, "tag"),
    "a tag that lies": (northwind_with(CITY, "    city: !!int Tacoma"), CITY, "tag"),
    "a text that begins with @": (northwind_with(CITY, "    city: @home"), CITY, ""),
    "two documents": (NORTHWIND + "---\nmatter: second\n", len(LINES) + 1, "more than one document"),
    "a key that is a list": (northwind_with(CITY, "    [a, b]: Tacoma"), CITY, "plain text"),
    "a control character": (northwind_with(CITY, "    city: Tac\x07oma"), CITY, "control character"),
    "a NUL": (northwind_with(CITY, "    city: Tac\x00oma"), CITY, "control character"),
    "an escape that is none": (northwind_with(CITY, '    city: "Tac\\qoma"'), CITY, ""),
}


@pytest.mark.parametrize(("text", "line", "says"), BROKEN_YAML.values(), ids=BROKEN_YAML.keys())
def test_broken_yaml_is_one_finding_at_its_line(text: str, line: int, says: str) -> None:
    finding = only_finding(text)

    assert finding.code == "INPUT-SYNTAX"
    assert finding.place is not None
    assert finding.place.line == line
    assert says in finding.message


@pytest.mark.parametrize("mark", ["'", '"'])
@pytest.mark.parametrize("below", ['region: "WA"', "region: 'WA'", "region: WA"])
def test_a_quotation_mark_that_is_not_closed_is_reported_where_it_was_opened(mark: str, below: str) -> None:
    """The parser runs on to the next mark of the kind, or to the end of the file; the slip is where the text began."""
    text = northwind_with(CITY, f"    city: {mark}Tacoma", f"    {below}").replace("    region: WA\n", "", 1)

    finding = only_finding(text)

    assert finding.code == "INPUT-SYNTAX"
    assert finding.place is not None
    assert (finding.place.line, finding.place.column) == (CITY, len("    city: ") + 1)
    assert "a quotation mark is opened here" in finding.message


def test_a_duplicate_key_names_both_lines() -> None:
    finding = only_finding(northwind_with(CITY, "    city: Tacoma", "    city: Seattle"))

    assert finding.code == "INPUT-DUPLICATE"
    assert finding.message == f"The key 'city' stands twice in the same place; it is first on line {CITY}."
    assert finding.place == Place("matter.yaml", CITY + 1, 5)


def test_an_alias_bomb_is_refused_quickly() -> None:
    """Each line doubles the one before nine times over; unfolded it would hold a billion values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]
    started = time.perf_counter()

    finding = only_finding("\n".join(lines) + "\n")

    assert finding.code == "INPUT-SIZE"
    assert time.perf_counter() - started < 5


def test_an_alias_to_itself_is_refused() -> None:
    finding = only_finding("matter: &here\n  - *here\n")

    assert finding.code == "INPUT-SIZE"


@pytest.mark.parametrize("depth", [200, 100_000])
@pytest.mark.parametrize("name", ["deep.yaml", "deep.json"])
def test_nesting_without_end_is_one_finding_and_not_a_crash(name: str, depth: int) -> None:
    finding = only_finding("[" * depth + "]" * depth, name)

    assert finding.code in ("INPUT-SIZE", "INPUT-SYNTAX")


@pytest.mark.parametrize("text", ["", "\n\n# only a comment\n", "just text", "- a\n- list\n", "42\n"])
def test_a_file_that_is_no_set_of_keys_is_one_finding(text: str) -> None:
    assert only_finding(text).message == "The file must hold one set of 'key: value' lines."


def test_a_file_that_is_not_utf_8_is_reported_at_the_first_wrong_byte() -> None:
    raw = NORTHWIND.encode().replace(b"city: Tacoma", "city: Québec".encode("latin-1"))

    with pytest.raises(InputError) as caught:
        parse_source(raw, "matter.yaml")

    assert caught.value.findings[0].code == "INPUT-ENCODING"
    assert caught.value.findings[0].place == Place("matter.yaml", CITY, len("    city: Qu") + 1)


def test_a_byte_order_mark_and_windows_line_ends_are_accepted() -> None:
    raw = b"\xef\xbb\xbf" + NORTHWIND.replace("\n", "\r\n").encode()

    source = parse_source(raw, "matter.yaml")

    assert source.data["importer"]["legal_name"] == "Northwind Components, Inc."
    assert source.place(("importer", "legal_name")).line == LEGAL_NAME


def test_a_file_too_large_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(InputError) as caught:
        parse_source(b"#" * (MAX_BYTES + 1), "matter.yaml")

    assert caught.value.findings[0].code == "INPUT-SIZE"


def test_a_device_without_end_and_a_pipe_without_beginning_are_refused_at_once(tmp_path: Path) -> None:
    pipe = tmp_path / "matter.yaml"
    os.mkfifo(pipe)
    for path in (Path("/dev/zero"), pipe):
        with pytest.raises(InputError, match="a device or a pipe, not a file") as caught:
            load_matter(path)
        assert [finding.code for finding in caught.value.findings] == ["INPUT-FILE"]
        assert quick_matter(path) is None


def test_a_large_file_is_read_no_further_than_it_may_reach(tmp_path: Path) -> None:
    file = tmp_path / "matter.yaml"
    with file.open("wb") as stream:
        stream.truncate(50 * MAX_BYTES)
    assert len(bounded_bytes(file)) == MAX_BYTES + 1
    with pytest.raises(InputError, match="more than the 5,000,000 bytes"):
        load_matter(file)


def test_a_file_that_is_not_there_is_one_finding(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        load_matter(tmp_path / "nowhere.yaml")

    assert [finding.code for finding in caught.value.findings] == ["INPUT-FILE"]
    assert "No such file" in caught.value.message


def as_json(name: str = "northwind") -> str:
    """Return an example written as JSON, one value on a line."""
    return json.dumps(parse_source(example(name).encode(), "matter.yaml").data, indent=2, ensure_ascii=False)


@pytest.mark.parametrize("name", MATTERS)
def test_the_same_matter_as_json_loads_to_the_same_values(name: str) -> None:
    assert load_text(as_json(name), "matter.json").matter == load_text(example(name)).matter


CITY_LINE = '      "city": "Tacoma",'
BROKEN_JSON = {
    "a duplicate key": ('      "city": "Tacoma",\n      "city": "Seattle",', 1, "'city' stands twice"),
    "a comma missing": ('      "city": "Tacoma"', 1, "comma"),
    "two commas": ('      "city": "Tacoma",,', 0, "double quotation marks"),
    "single quotation marks": ("      'city': 'Tacoma',", 0, "double quotation marks"),
    "a key without quotation marks": ('      city: "Tacoma",', 0, "double quotation marks"),
    "a comment": ('      // the city\n      "city": "Tacoma",', 0, "double quotation marks"),
    "a text that is not closed": ('      "city": "Tacoma,', 0, ""),
    "a line break inside a text": ('      "city": "Tac\noma",', 0, ""),
    "a control character": ('      "city": "Tac\x07oma",', 0, ""),
    "a NUL": ('      "city": "Tac\x00oma",', 0, ""),
    "an escape that is none": ('      "city": "Tac\\qoma",', 0, ""),
    "half a Unicode escape": ('      "city": "Tac\\u00",', 0, ""),
    "NaN": ('      "city": NaN,', 0, "a value is expected"),
    "a number with a leading zero": ('      "city": 007,', 0, "comma"),
    "Python's True": ('      "city": True,', 0, "a value is expected"),
    "no value": ('      "city": ,', 0, "a value is expected"),
}


@pytest.mark.parametrize(("new", "below", "says"), BROKEN_JSON.values(), ids=BROKEN_JSON.keys())
def test_broken_json_is_one_finding_at_its_line(new: str, below: int, says: str) -> None:
    whole = as_json()
    line = whole[: whole.index(CITY_LINE)].count("\n") + 1

    finding = only_finding(whole.replace(CITY_LINE, new, 1), "matter.json")

    assert finding.code in ("INPUT-SYNTAX", "INPUT-DUPLICATE")
    assert finding.place is not None
    assert finding.place.line == line + below
    assert says in finding.message


def test_a_trailing_comma_in_json_is_reported_at_the_brace_that_follows() -> None:
    finding = only_finding('{\n  "matter": "a",\n}\n', "matter.json")

    assert finding.place == Place("matter.json", 3, 1)


@pytest.mark.parametrize("tail", ["}", " {}", "\n[1]", " x"])
def test_something_after_the_end_of_the_json_is_one_finding(tail: str) -> None:
    finding = only_finding(as_json() + tail, "matter.json")

    assert "something follows the end" in finding.message


def test_json_of_any_capitals_in_the_name_is_read_as_json() -> None:
    assert load_text(as_json(), "MATTER.JSON").matter.matter == "northwind-isa"


@pytest.mark.parametrize("name", ["matter.yaml", "matter.json"])
def test_a_number_of_ten_thousand_digits_is_said_to_be_too_long(name: str) -> None:
    finding = only_finding('{"matter": ' + "9" * 10_000 + "}", name)
    assert "number of 10,000 characters is too long" in finding.message
