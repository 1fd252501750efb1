"""What a text field takes and refuses, and what a finding may never repeat."""

from __future__ import annotations

import json

import pytest

from isa_docs.errors import InputError
from isa_docs.intake.load import load_text
from isa_docs.intake.source import parse_source
from isa_docs.intake.validate import validate
from tests.unit.intake.yaml_edits import example, findings_in, only_finding

NORTHWIND = example("northwind")
NAME = "Northwind Components, Inc."


def named(name: str) -> str:
    """Return Northwind as JSON with another legal name; JSON can write any code point as an escape."""
    data = parse_source(NORTHWIND.encode(), "matter.yaml").data
    data["importer"]["legal_name"] = name
    return json.dumps(data)


UNPRINTABLE = {
    "NUL": "\x00",
    "bell": "\x07",
    "escape": "\x1b",
    "delete": "\x7f",
    "next line": "\x85",
    "C1 control": "\x9b",
    "line break": "\n",
    "tab": "\t",
    "line separator": "\u2028",
    "lone high surrogate": "\ud800",
    "lone low surrogate": "\udfff",
    "surrogates in the wrong order": "\udc00\ud800",
    "left-to-right mark": "\u200e",
    "right-to-left mark": "\u200f",
    "right-to-left override": "\u202e",
    "left-to-right embedding": "\u202a",
    "first strong isolate": "\u2068",
    "noncharacter": "\ufffe",
    "another noncharacter": "\ufdd0",
}


@pytest.mark.parametrize("character", UNPRINTABLE.values(), ids=UNPRINTABLE.keys())
def test_a_name_with_an_unprintable_character_is_one_finding(character: str) -> None:
    finding = only_finding(named(f"North{character}wind"), "matter.json")

    assert finding.code == "SCHEMA-PATTERN"
    assert finding.path == ("importer", "legal_name")
    assert "printable text" in finding.message
    assert character not in finding.message


@pytest.mark.parametrize("name", ["", " ", "\u00a0", "\u3000"])
def test_a_blank_name_is_one_finding(name: str) -> None:
    assert only_finding(named(name), "matter.json").path == ("importer", "legal_name")


@pytest.mark.parametrize(
    "name",
    [
        'Smith & Sons <Intl> "Q" – é ñ 東京',
        "Société Générale d’Import – Québec",
        "Ångström \U0001f600",
        "مثال",
        "{{ x }} {% if %}",
    ],
)
def test_a_name_of_any_script_is_kept_as_it_is(name: str) -> None:
    assert load_text(named(name), "matter.json").matter.importer.legal_name == name


def test_a_surrogate_pair_in_json_is_one_character() -> None:
    text = named("Emoji").replace('"Emoji"', '"\\ud83d\\ude00 Ltd."')

    assert load_text(text, "matter.json").matter.importer.legal_name == "\U0001f600 Ltd."


@pytest.mark.parametrize("character", ["\x07", "\ud800", "\u202e"])
def test_a_narrative_refuses_the_same_but_keeps_its_lines_and_tabs(character: str) -> None:
    data = parse_source(NORTHWIND.encode(), "matter.yaml").data
    data["self_testing_plan"]["scope"] = "One line.\n\n- a list\twith a tab\n"
    assert (
        load_text(json.dumps(data), "matter.json").matter.self_testing_plan.scope == data["self_testing_plan"]["scope"]
    )  # type: ignore[union-attr]

    data["self_testing_plan"]["scope"] += character

    assert only_finding(json.dumps(data), "matter.json").path == ("self_testing_plan", "scope")


def test_an_e_mail_address_refuses_what_every_line_of_text_refuses() -> None:
    text = json.dumps(
        parse_source(NORTHWIND.replace("p.raman@northwind", "p.ra\u202eman@northwind").encode(), "m.yaml").data
    )

    assert only_finding(text, "matter.json").path == ("people", "isa_contact", "email")


def test_yaml_escapes_are_held_to_the_same_rule() -> None:
    text = NORTHWIND.replace(f"legal_name: {NAME}", 'legal_name: "North\\u202ewind"')

    finding = only_finding(text)

    assert finding.path == ("importer", "legal_name")
    assert finding.place is not None
    assert "North" in text.splitlines()[finding.place.line - 1]  # type: ignore[operator]


@pytest.mark.parametrize("escape", ['"\\ud800"', '"\\uDFFF x"'])
def test_a_lone_surrogate_as_a_yaml_escape_is_one_finding(escape: str) -> None:
    text = NORTHWIND.replace(f"legal_name: {NAME}", f"legal_name: {escape}")

    assert "printable" in only_finding(text).message or "YAML" in only_finding(text).message


@pytest.mark.parametrize(
    ("written", "read"),
    [("98402", "98402"), ("04101", "04101"), ("1e3", "1e3"), ("12.50", "12.50"), ("no", "no"), ("~x", "~x")],
)
def test_a_postal_code_without_quotation_marks_is_text_as_it_was_written(written: str, read: str) -> None:
    text = NORTHWIND.replace('postal_code: "98402"', f"postal_code: {written}")

    assert load_text(text).matter.importer.address.postal_code == read


def test_a_number_in_json_where_text_belongs_is_a_finding_because_its_zeros_are_lost() -> None:
    text = named(NAME).replace('"postal_code": "98402"', '"postal_code": 98402')

    assert only_finding(text, "matter.json").message == (
        "Importer › Address › Postal code must be text, not the number 98402."
    )


@pytest.mark.parametrize(
    "written", ["2012-02-30", "2012-13-01", "15 November 2012", "2012-11-15T00:00:00", "11/15/2012", "0000-00-00"]
)
def test_a_date_that_is_none_is_one_finding(written: str) -> None:
    text = NORTHWIND.replace("    date: 2012-11-15", f"    date: {written}")

    finding = only_finding(text)

    assert finding.path == ("submissions", 0, "date")
    assert finding.message.endswith("must be a real date written year-month-day, for example 2012-11-15.")


@pytest.mark.parametrize("written", ["four", "4.5", "6", "0", "-1", "true", "[4]", "1e999", ".inf"])
def test_a_score_that_is_none_is_one_finding(written: str) -> None:
    text = NORTHWIND.replace("likelihood: 4", f"likelihood: {written}", 1)

    assert only_finding(text).path == ("self_testing_plan", "areas", 0, "likelihood")


@pytest.mark.parametrize("written", ["4", "4.0"])
def test_a_whole_number_may_be_written_with_a_decimal_point(written: str) -> None:
    text = NORTHWIND.replace("likelihood: 4", f"likelihood: {written}", 1)

    likelihood = load_text(text).matter.self_testing_plan.areas[0].likelihood  # type: ignore[union-attr]

    assert likelihood == 4
    assert isinstance(likelihood, int)


SSN = "123-45-6789"


@pytest.mark.parametrize(
    "written",
    [
        f"{SSN}x!",  # not a number of any format
        f"[{SSN}]",  # a list where text belongs
        f"{{number: {SSN}}}",
        f"{SSN} and more than twelve characters",
    ],
)
def test_a_social_security_number_is_never_repeated_in_a_finding(written: str) -> None:
    text = NORTHWIND.replace("{number: 12-345678900,", f"{{number: {written},")

    for finding in findings_in(text):
        assert SSN not in json.dumps(finding.to_json())


def test_a_number_in_the_wrong_place_of_a_list_of_numbers_is_not_repeated_either() -> None:
    text = NORTHWIND.replace("ior_numbers: [12-345678900, 12-345678901]", f"ior_numbers: [{SSN}-XX]")

    for finding in findings_in(text):
        assert SSN not in json.dumps(finding.to_json())


@pytest.mark.parametrize("written", ["123456789", "[123456789]", '{"number": 123456789}', '[{"number": 123456789}]'])
def test_a_number_that_json_writes_without_quotation_marks_is_not_repeated_either(written: str) -> None:
    data = parse_source(NORTHWIND.encode(), "matter.yaml").data
    data["importer"]["ior_numbers"] = json.loads(written)
    data["focused_assessment"]["ior_numbers"] = json.loads(written)

    with pytest.raises(InputError) as caught:
        load_text(json.dumps(data), "matter.json")

    assert len(caught.value.findings) >= 2
    for finding in caught.value.findings:
        assert "123456789" not in json.dumps(finding.to_json())


def test_a_social_security_number_as_a_key_is_not_repeated_either() -> None:
    text = NORTHWIND.replace("{number: 12-345678900,", f"{{number: 12-345678900, {SSN}: x,")

    finding = only_finding(text)

    assert finding.message == "'***-**-6789' is not known in Importer › Importer of record numbers 1."
    assert SSN not in json.dumps(finding.to_json())


def test_the_line_shown_under_a_finding_conceals_it_too() -> None:
    text = NORTHWIND.replace("{number: 12-345678900,", f"{{number: {SSN},")
    source = load_text(text).source

    place = source.place(("importer", "ior_numbers", 0, "number"))

    assert place.line is not None
    assert "{number: ***-**-6789, name:" in source.line_text(place.line)


@pytest.mark.parametrize(
    "field", ["    region: WA", "    city: Tacoma", "  importing_since: 1998", "    date: 2012-11-15"]
)
@pytest.mark.parametrize("tail", ["\\n", "\\u2028"])
def test_a_value_may_not_end_in_a_line_break(field: str, tail: str) -> None:
    """A pattern that ends in $ lets a last line break pass in Python, but not in a JSON Schema."""
    key, _, value = field.partition(": ")
    text = NORTHWIND.replace(f"{field}\n", f'{key}: "{value}{tail}"\n', 1)

    assert only_finding(text).place is not None


def test_a_text_that_is_only_too_long_is_said_to_be_too_long() -> None:
    source = parse_source(b'{"matter": "%s"}' % (b"a" * 61), "matter.json")
    (finding,) = [each for each in validate(source) if each.path == ("matter",)]
    assert finding.message == "Matter has 61 characters; at most 60 are allowed."
