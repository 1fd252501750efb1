"""Misspell any one key of Northwind: one finding at the misspelt key, with the key that was meant."""

from __future__ import annotations

import pytest

from tests.unit.intake.yaml_edits import Key, example, findings_in, keys_of, misspelt, near, only_finding, with_misspelt

pytestmark = pytest.mark.slow

NORTHWIND = example("northwind")
FREE = {("people", name) for name in ("tester", "results_reviewer", "finance", "counsel", "executive_director")}
"""Names the author of a matter chooses: any spelling is right if its uses agree."""

KEYS = [pytest.param(key, id=str(key)) for key in keys_of(NORTHWIND) if (*key.mapping, key.name) not in FREE]


@pytest.mark.parametrize("key", KEYS)
def test_a_misspelt_key_is_one_finding_that_names_the_key_that_was_meant(key: Key) -> None:
    finding = only_finding(with_misspelt(near(NORTHWIND, key), key))

    assert finding.code in ("SCHEMA-UNKNOWN", "SCHEMA-REQUIRED")
    assert f"'{misspelt(key.name)}'" in finding.message
    assert finding.remedy.startswith(f"Did you mean '{key.name}'?")
    assert finding.place is not None
    assert finding.place.line == key.line


def test_a_misspelt_required_key_is_told_to_be_missing_in_the_same_breath() -> None:
    text = NORTHWIND.replace("legal_name:", "legalname:")

    finding = only_finding(text)

    assert finding.code == "SCHEMA-UNKNOWN"
    assert finding.message == "'legalname' is not known in Importer. The required 'legal_name' is missing."
    assert finding.remedy == "Did you mean 'legal_name'?"
    assert str(finding.place) == "matter.yaml:8:3"


def test_a_key_like_no_other_is_answered_with_the_keys_known_there() -> None:
    text = NORTHWIND.replace("ctpat: {status: validated", "ctpat: {zzz: 1, status: validated")

    finding = only_finding(text)

    assert finding.message == "'zzz' is not known in C-TPAT."
    assert finding.remedy == "Known here: account, applied_on, since, status, tier."


def test_the_suggestion_leaves_out_keys_that_are_already_there() -> None:
    """'recieved_b' is nearer to 'received_by' than to 'received_how', but 'received_by' is there already."""
    text = NORTHWIND.replace("      received_how:", "      received_bow:")

    assert only_finding(text).remedy == "Did you mean 'received_how'?"


def test_a_misspelt_name_of_a_person_is_reported_once_where_it_is_defined() -> None:
    """'tester' is used seven times and 'testre' never: the definition is the slip, not the seven uses."""
    text = NORTHWIND.replace("\n  tester:\n", "\n  testre:\n")

    finding = only_finding(text)

    assert finding.code == "REF-UNKNOWN"
    assert finding.message.startswith("There is no person with the id 'tester'. It is used in ")
    assert finding.remedy == "Did you mean 'tester'?"
    assert finding.place is not None
    assert text.splitlines()[finding.place.line - 1] == "  testre:"  # type: ignore[operator]


def test_a_misspelt_use_of_a_person_is_reported_at_the_use() -> None:
    text = NORTHWIND.replace("reviewer: results_reviewer", "reviewer: results_reveiwer")

    finding = only_finding(text)

    assert finding.message == "There is no person with the id 'results_reveiwer'."
    assert finding.remedy == "Did you mean 'results_reviewer'?"
    assert finding.place is not None
    assert text.splitlines()[finding.place.line - 1] == "  reviewer: results_reveiwer"  # type: ignore[operator]


def test_all_faults_are_told_in_one_run_in_the_order_of_the_file() -> None:
    text = NORTHWIND.replace("organization:", "orgnization:", 1).replace(
        "importing_since: 1998", "importing_since: old"
    )
    text = text.replace("period: {start: 2014-01-01, ", "period: {")

    found = findings_in(text)

    assert [(each.code, each.place.line) for each in found if each.place] == [
        ("SCHEMA-UNKNOWN", _line(text, "orgnization:")),
        ("SCHEMA-TYPE", _line(text, "importing_since: old")),
        ("SCHEMA-REQUIRED", _line(text, "period: {")),
    ]


def _line(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1
