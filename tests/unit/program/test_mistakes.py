"""The mistakes a careful practitioner fears, each in a matter file: which code, at which line, by what authority.

The numbers are those of the project's list of mistakes. Numbers 24 and half of 27 need the finished papers and
are in ``test_package_rules.py``.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.findings import Finding, Severity, stopping
from isa_docs.intake.load import load_matter
from isa_docs.program.authorities import cite_all
from isa_docs.program.rules import check_rules
from tests.unit.program.matters import written

ERROR, WARNING = Severity.ERROR, Severity.WARNING

MISTAKES = [
    (1, "ISA-MOU-001", "submissions.0.mou.ior_numbers: [12-345678901]", "12-345678901", "77 FR 61012"),
    (1, "ISA-MOU-002", "focused_assessment.ior_numbers: [12-345678900, 12-345678901]", "ior_numbers", "77 FR 61012"),
    (2, "ISA-APL-002", "submissions.0.date: 2013-06-19", "date: 2013-06-19", "77 FR 61012"),
    (2, "ISA-APL-003", "submissions.0.date: 2013-05-20", "date: 2013-05-20", "77 FR 61012"),
    (
        2,
        "ISA-APL-004",
        "ctpat: {status: applied, applied_on: 2013-05-20}\nsubmissions.0.date: 2013-05-21",
        "status: applied",
        "77 FR 61012",
    ),
    (3, "ISA-APL-005", "focused_assessment.conclusion: pending", "conclusion: pending", "77 FR 61012"),
    (3, "ISA-APL-005", "focused_assessment.phase: follow-up", "phase: follow-up", "77 FR 61012"),
    (4, "ISA-MOU-004", "people.officer.office: none", "title: Vice President", "77 FR 61012"),
    (4, "ISA-MOU-005", "people.officer.office: other", "office: other", "19 CFR 141.38"),
    (4, "ISA-MOU-005", "people.officer.title: Head of Compliance", "office: vice-president", "19 CFR 141.38"),
    (5, "ISA-PLAN-002", "self_testing_plan.risk_assessment: {scored_by: tester}", "risk_assessment", "77 FR 61012"),
    (5, "ISA-PLAN-003", "self_testing_plan.testing_methodology: DELETE", "self_testing_plan", "77 FR 61012"),
    (5, "ISA-PLAN-006", "people.reviewer.phone: DELETE\npeople.reviewer.email: DELETE", "reviewer:", "77 FR 61012"),
    (6, "ISA-PLAN-007", "self_testing_plan.frequency: as-needed", "frequency: as-needed", "77 FR 61012"),
    (7, "ISA-PLAN-008", "self_testing_plan.areas.0.tester: reviewer", "tester: reviewer", "CBP, Self-Testing (ISA)"),
    (8, "ISA-PLAN-005", "self_testing_plan.areas.0.sampling.items: 0", "sampling", "77 FR 61012"),
    (8, "ISA-PLAN-009", "self_testing_plan.areas.0.sampling.universe: 40", "items: 59", "19 CFR 163.11"),
    (8, "ISA-PLAN-010", "self_testing_plan.areas.0.sampling.items: 40", "items: 40", "19 CFR 163.11"),
    (
        9,
        "ISA-PLAN-011",
        "self_testing_plan.areas.0.sampling: {method: judgmental, items: 25, project_results: true}",
        "project_results: true",
        "19 CFR 163.11",
    ),
    (10, "ISA-ADR-003", "submissions.2.recipient: isa_ppb_2012", "recipient: isa_ppb_2012", "77 FR 61012"),
    (10, "ISA-ADR-003", "submissions.1.recipient: isa_appeal_2012", "recipient: isa_appeal_2012", "77 FR 61012"),
    (11, "ISA-APP-001", "submissions.2.date: 2013-06-24", "date: 2013-06-24", "77 FR 61012"),
    (
        11,
        "ISA-APP-001",
        "events: [{submission: appeal, what: sent, on: 2013-06-24}]",
        "'on': 2013-06-24",
        "77 FR 61012",
    ),
    (
        11,
        "ISA-APP-002",
        "events: [{submission: appeal, what: received, on: 2013-06-24}]",
        "'on': 2013-06-24",
        "77 FR 61012",
    ),
    (
        11,
        "ISA-APP-002",
        "submissions.2.date: 2013-06-21\nsubmissions.2.delivery: [{method: email}]",
        "date: 2013-06-21",
        "77 FR 61012",
    ),
    (
        11,
        "ISA-APP-013",
        "submissions.2.edition: ctpat-tc\nsubmissions.2.date: 2023-02-13\nsubmissions.2.notice: "
        "{type: proposed, dated: 2022-11-14, received_on: 2022-11-16}",
        "date: 2023-02-13",
        "6 U.S.C. 967",
    ),
    (
        3,
        "ISA-APL-006",
        "ctpat: {status: applied, applied_on: 2012-11-01}\nsubmissions.0.route: standard",
        "status: applied",
        "77 FR 61012",
    ),
    (
        3,
        "ISA-APL-016",
        "importer.importing_since: 2010\nsubmissions.0.route: standard",
        "importing_since: 2010",
        "67 FR 41298 (as summarized)",
    ),
    (23, "ISA-ADR-009", "submissions.2.delivery: [{method: email}]", "delivery", "practice"),
    (
        21,
        "ISA-ANL-017",
        "ctpat: {status: applied, applied_on: 2014-11-01}",
        "status: applied",
        "77 FR 61012",
    ),
    (
        11,
        "ISA-APP-003",
        "submissions.2.stated_deadline: {due: 2013-06-20, counted_from: notice-date}",
        "stated_deadline",
        "77 FR 61012",
    ),
    (
        11,
        "ISA-APP-003",
        "submissions.2.stated_deadline: {due: 2013-06-26, counted_from: receipt, days: business}",
        "days: business",
        "77 FR 61012",
    ),
    (12, "ISA-APP-004", "submissions.2.relief: Please decide in 15 working days.", "relief", "77 FR 61012"),
    (
        12,
        "ISA-APP-004",
        "submissions.2.relief: A decision in thirty (30) calendar days.",
        "relief",
        "77 FR 61012",
    ),
    (
        13,
        "ISA-ANL-002",
        "submissions.1.date: 2014-02-10\nsubmissions.1.period.end: 2014-01-15",
        "date: 2014-02-10",
        "77 FR 61012",
    ),
    (
        13,
        "ISA-ANL-005",
        "submissions.1.stated_deadline: {due: 2015-01-15, counted_from: application}",
        "counted_from: application",
        "77 FR 61012",
    ),
    (
        14,
        "ISA-ANL-004",
        "submissions.1.date: 2016-02-05\nsubmissions.1.period.end: 2015-12-31",
        "date: 2016-02-05",
        "77 FR 61012",
    ),
    (15, "ISA-ADR-001", "submissions.1.date: 2016-03-25", "date: 2016-03-25", "19 U.S.C. 2084"),
    (15, "ISA-ADR-002", "submissions.1.date: 2020-03-01", "date: 2020-03-01", "CBP, CTPAT Trade Compliance FAQs"),
    (16, "ISA-CIT-001", "submissions.0.message: Notice of June 7, 2002.", "message", "67 FR 41298"),
    (16, "ISA-CIT-001", "submissions.0.message: 19 U.S.C. 1593(a) applies.", "message", "19 U.S.C. 1593a"),
    (16, "ISA-CIT-001", "submissions.0.message: See 77 FR 61021.", "message", "77 FR 61012"),
    (16, "ISA-CIT-001", "self_testing_plan.tracking: Test results must be kept five years.", "tracking", "77 FR 61012"),
    (17, "ISA-IOR-001", "importer.ior_numbers.0.number: 1-23456789", "number: 1-23456789", "19 CFR 24.5"),
    (17, "ISA-IOR-002", "importer.ior_numbers.0.number: 12-3456789I0", "number: 12-3456789I0", "19 CFR 24.5"),
    (
        17,
        "ISA-IOR-003",
        "importer.ior_numbers.0: {number: 123-45-6789, name: D. W., ein_available: true}",
        "number: 123-45-6789",
        "19 CFR 24.5",
    ),
    (18, "ISA-APL-008", "importer.program_residency: other", "program_residency: other", "77 FR 61012"),
    (
        18,
        "ISA-APL-010",
        "importer.program_residency: CA\nimporter.entry_status: nonresident",
        "importer",
        "19 CFR 141.18",
    ),
    (
        19,
        "ISA-PLAN-012",
        "self_testing_plan.retention: {test_results_years: 2}",
        "test_results_years: 2",
        "77 FR 61012",
    ),
    (
        19,
        "ISA-PLAN-013",
        "self_testing_plan.retention: {entry_records_years: 3}",
        "entry_records_years: 3",
        "19 CFR 163.4",
    ),
    (20, "ISA-CON-001", "submissions.0.confidentiality: {by: officer}", "confidentiality", "19 CFR 103.35"),
    (21, "ISA-ANL-008", "submissions.1.last_year: {isa_contact: Kim Vale}", "no_changes: true", "77 FR 61012"),
    (
        22,
        "ISA-ADR-012",
        "submissions.2.stated_deadline: {due: 2013-06-22, counted_from: receipt}",
        "due: 2013-06-22",
        "19 CFR 101.6",
    ),
    (23, "ISA-ADR-004", "submissions.2.delivery: [{method: first-class-mail}]", "delivery", "GAO-08-938R"),
    (25, "ISA-TXT-001", "submissions.0.message: We are then exempt from all audits.", "message", "77 FR 61012"),
    (26, "ISA-APP-005", "submissions.2.signer: counsel", "appeal", "5 U.S.C. 500(b)"),
    (27, "ISA-TXT-002", "submissions.0.message: 'Dated [INSERT DATE OF PUBLICATION].'", "message", "careful practice"),
]


@pytest.mark.parametrize(("number", "code", "changes", "line", "authority"), MISTAKES)
def test_the_mistake_is_caught_at_its_line_with_its_authority(
    number: int, code: str, changes: str, line: str, authority: str, tmp_path: Path
) -> None:
    text = written(changes)
    file = tmp_path / "matter.yaml"
    file.write_text(text, encoding="utf-8")
    loaded = load_matter(file)
    found: list[Finding] = [f for f in loaded.locate(check_rules(loaded.matter)) if f.code == code]
    assert found, f"mistake {number} is not caught"
    lines = text.splitlines()
    shown = [lines[f.place.line - 1] for f in found if f.place is not None and f.place.line is not None]
    assert any(line in one for one in shown), shown
    assert authority in cite_all(found[0].authority)
    assert found[0].remedy
    if found[0].severity is ERROR:
        assert stopping(found) == found


def test_all_mistakes_that_a_matter_file_can_show_are_listed() -> None:
    assert {number for number, *_ in MISTAKES} == set(range(1, 28)) - {24}
