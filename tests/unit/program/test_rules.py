"""Every rule speaks on its failing example, at the right place, and is silent on its passing one."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import isa_docs
from isa_docs.findings import Finding, Severity, stopping
from isa_docs.intake.load import load_matter
from isa_docs.program.authorities import all_authorities
from isa_docs.program.rules import Case, all_rules, check_rules, explain
from tests.unit.program.matters import load, matter, written

CASES: dict[str, dict[str, Any]] = {
    code: case
    for file in sorted((Path(__file__).parent / "cases").glob("*.yaml"))
    for code, case in load(file.read_text(encoding="utf-8")).items()
}
SPEAKING = [rule for rule in all_rules() if rule.scope != "package"]


def test_the_faultless_matter_has_no_finding_at_all() -> None:
    assert check_rules(matter(), as_of=date(2015, 1, 5)) == []


def test_every_rule_has_an_example_and_every_example_a_rule() -> None:
    assert set(CASES) == {rule.code for rule in SPEAKING}


@pytest.mark.parametrize("code", sorted(CASES))
def test_failing_example(code: str) -> None:
    case = CASES[code]
    found = [f for f in check_rules(matter(case["fails"]), as_of=case.get("as_of")) if f.code == code]
    assert found, f"{code} is silent on its failing example"
    paths = [".".join(str(part) for part in f.path or ()) for f in found]
    assert case["at"] in paths
    assert any(case.get("says", "") in f.message for f in found), [f.message for f in found]
    for finding in found:
        rule = explain(code)
        assert (finding.severity, finding.authority) == (rule.severity, rule.authority)
        assert finding.remedy and finding.message.endswith((".", "?"))


@pytest.mark.parametrize("code", sorted(CASES))
def test_passing_example(code: str) -> None:
    case = CASES[code]
    good = matter(case["passes"])
    assert [f.message for f in check_rules(good, as_of=case.get("as_of")) if f.code == code] == []
    rule = explain(code)
    judged = [i for i, s in enumerate(good.submissions) if rule.scope == "matter" or rule.applies(Case(good, s, i))]
    assert judged or case.get("vacuous"), f"{code} judges nothing in its passing example"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_a_rule_explains_itself(rule: Any) -> None:
    assert rule.title and rule.words.endswith((".", ")")) and rule.remedy.endswith(".") and rule.example
    assert rule.authority and set(rule.authority) <= set(all_authorities())
    assert rule.code.startswith("ISA-")


@pytest.mark.parametrize("code", sorted(CASES))
def test_a_failing_example_is_a_valid_matter_file(code: str, tmp_path: Path) -> None:
    """A rule that the schema already enforces could never speak."""
    file = tmp_path / "matter.yaml"
    file.write_text(written(CASES[code]["fails"]), encoding="utf-8")
    assert load_matter(file).matter == matter(CASES[code]["fails"])


def test_no_other_code_is_emitted_anywhere_in_the_package() -> None:
    package = Path(isa_docs.__file__).parent
    codes = {
        code
        for file in package.rglob("*.py")
        for code in re.findall(r"\bISA-[A-Z]{2,5}-\d{3}\b", file.read_text(encoding="utf-8"))
    }
    assert codes <= {rule.code for rule in all_rules()}


def test_explain_takes_any_case_and_knows_no_other_code() -> None:
    assert explain("isa-mou-001").title == "MOU lists an IOR number outside the Focused Assessment"
    with pytest.raises(KeyError):
        explain("ISA-MOU-999")


OVERRIDE = """
focused_assessment.ior_numbers: [12-345678900]
submissions.0.mou.ior_numbers: [12-345678901]
importer.ior_numbers.+: {number: 12-345678901, name: Northwind West}
overrides:
  - {code: ISA-MOU-001, by: A. Quill, on: 2012-11-01, reason: CBP agreed by letter to add the suffix.}
"""


def test_an_override_documents_the_error_and_no_longer_stops_the_build() -> None:
    findings = [f for f in check_rules(matter(OVERRIDE)) if f.code == "ISA-MOU-001"]
    assert [f.overridden for f in findings] == ["A. Quill, November 1, 2012: CBP agreed by letter to add the suffix."]
    assert findings[0].severity is Severity.ERROR
    assert stopping(findings) == []


def test_an_override_of_a_later_day_covers_nothing_yet() -> None:
    late = matter(
        "submissions.2.date: 2013-06-24\noverrides: [{code: ISA-APP-001, submission: appeal, by: A. Quill, "
        "on: 2013-06-23, reason: CBP granted more days by telephone.}]"
    )
    found = {day: check_rules(late, ["appeal"], date.fromisoformat(day)) for day in ("2013-06-13", "2013-06-24")}
    stops = {day: [each.code for each in stopping(findings)] for day, findings in found.items()}
    assert stops == {"2013-06-13": ["ISA-APP-001"], "2013-06-24": []}


def test_an_override_for_another_submission_covers_nothing() -> None:
    changes = load(OVERRIDE)
    changes["overrides"][0]["submission"] = "appeal"
    findings = check_rules(matter(changes))
    assert [f.overridden for f in findings if f.code == "ISA-MOU-001"] == [None]
    assert "ISA-GEN-004" in {f.code for f in findings}


def test_only_the_named_submission_and_the_shared_facts_are_judged() -> None:
    broken = matter("submissions.0.mou.ior_numbers: []\nsubmissions.2.exhibits: []")
    assert {f.code for f in check_rules(broken, ["appeal"])} == {"ISA-APP-009", "ISA-APP-010"}


def test_a_social_security_number_is_never_printed_by_a_finding() -> None:
    m = matter(
        "importer.ior_numbers: [{number: 123-45-6789, name: D. W., ein_available: true, active: false}]\n"
        "submissions.0.mou.ior_numbers: [123-45-6789, 123-45-6789]\n"
        "submissions.1.no_changes: true\nsubmissions.1.last_year: {ior_numbers: [987-65-4321]}"
    )
    findings = check_rules(m)
    assert {"ISA-MOU-001", "ISA-MOU-007", "ISA-IOR-003", "ISA-ANL-008"} <= {f.code for f in findings}
    assert not any("123-45" in f.message or "987-65" in f.message for f in findings)


@pytest.mark.parametrize(
    ("code", "stops"),
    [("ISA-GEN-002", {"ISA-GEN-002"}), ("ISA-GEN-001", set()), ("INPUT-EXHIBIT", set()), ("SCHEMA-REQUIRED", set())],
)
def test_an_override_cannot_set_aside_a_check_of_overrides_or_of_the_file(code: str, stops: set[str]) -> None:
    reason = "ok" if stops else "agreed with counsel today"
    held = matter({"overrides": [{"code": code, "by": "A. Quill", "on": "2012-11-01", "reason": reason}]})
    found = check_rules(held, ["application"], as_of=date(2015, 1, 5))
    assert {finding.code for finding in stopping(found)} == stops
    assert not any(finding.overridden for finding in found)
    unused = [finding for finding in found if finding.code == "ISA-GEN-004"]
    assert [(finding.path, code in finding.message) for finding in unused] == [(("overrides", 0), True)]


@pytest.mark.parametrize(
    ("title", "silent"),
    [
        ("Assistant to the Vice President", False),
        ("Former Vice President", False),
        ("Office of the Vice President, Analyst", False),
        ("Executive Vice President and Assistant to the President", True),
        ("Assistant Vice President", True),
    ],
)
def test_a_title_beside_an_office_is_not_the_office(title: str, silent: bool) -> None:
    found = {finding.code for finding in check_rules(matter({"people.officer.title": title}))}
    assert ("ISA-MOU-005" not in found) is silent


@pytest.mark.parametrize(
    "number", ["123456789", "123-456789", "12345-6789", "123-45-67890", "123 45 6789", "123-45-678900"]
)
def test_a_number_that_may_be_a_social_security_number_is_never_shown_in_full(number: str) -> None:
    found = [f for f in check_rules(matter({"importer.ior_numbers.0.number": number})) if f.code.startswith("ISA-IOR")]
    assert [finding.code for finding in found] == ["ISA-IOR-001"]
    last = number[-4:]
    for finding in found:
        assert last in finding.message
        assert re.findall(r"\d", finding.message.replace(last, "")) == []
        assert re.search(r"\d{5}", finding.message + finding.remedy) is None


def test_the_names_of_a_number_with_an_ein_and_one_without_are_compared_without_capitals_and_points() -> None:
    owner = {"number": "123-45-6789", "name": "NORTHWIND COMPONENTS INC"}
    assert "ISA-IOR-003" in {f.code for f in check_rules(matter({"importer.ior_numbers.+": owner}))}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("123-45-6789", "***-**-6789"),
        ("123-456789", "***-**-6789"),
        ("IOR 123-45-6789, report 2012-06-18", "IOR ***-**-6789, report 2012-06-18"),
        ("report-123-45-6789.pdf, 1-123-45-6789", "report-***-**-6789.pdf, 1-123-45-6789"),
        ("123-45-67890", "***-**-7890"),
        ("12-3456789 and 12-345678900", "12-3456789 and 12-345678900"),
        ("20229-1143, 253-555-0101, 123456789", "20229-1143, 253-555-0101, 123456789"),
    ],
)
def test_a_social_security_number_is_concealed_in_any_finding(text: str, shown: str) -> None:
    found = Finding("X", Severity.NOTE, text, text, overridden=text)
    assert (found.message, found.remedy, found.overridden) == (shown, shown, shown)
    assert replace(Finding("X", Severity.NOTE, ""), overridden=text).to_json()["overridden"] == shown
