"""What the rules about words catch in a text, and what they leave alone."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from isa_docs.findings import Finding
from isa_docs.intake.load import load_matter
from isa_docs.program.rules import check_rules
from tests.unit.program.matters import matter

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def check_text(text: str) -> set[str]:
    """Return the codes that the faultless matter draws with ``text`` in its letter."""
    return {finding.code for finding in check_rules(matter({"submissions.0.message": text}))}


LEFT_OVER = [
    "On [INSERT DATE we applied.",
    "On [insert date] we applied.",
    "On [date] we applied.",
    "Signed by [Company name].",
    "On [●] we applied.",
    "On [__] we applied.",
    "Dear ${name}:",
    "Dear ${name",
    "On XX/XX/2012 we applied.",
    "On MM/DD/YYYY we applied.",
]


@pytest.mark.parametrize("text", LEFT_OVER)
def test_a_placeholder_is_found_in_whatever_style_it_is_written(text: str) -> None:
    assert "ISA-TXT-002" in check_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "The mail log ([[exhibit:mail-log]]) shows it.",
        'CBP wrote that "[t]he Company [named above] ... [sic] complied [see Exhibit A]".',
        "The text was shortened [...] here […] and there.",
        "Duties of $1,200 were paid under heading 8708.99.81, part XX of the file.",
        "See 19 CFR 162.74(b)(1) and [Date](https://example.com).",
    ],
)
def test_ordinary_brackets_and_figures_are_no_placeholders(text: str) -> None:
    assert "ISA-TXT-002" not in check_text(text)


@pytest.mark.parametrize("name", ["harborlight", "maple", "northwind"])
def test_no_word_of_the_examples_is_taken_amiss(name: str) -> None:
    found = check_rules(load_matter(EXAMPLES / name / "matter.yaml").matter)
    assert [each.message for each in found if each.code.startswith(("ISA-TXT-", "ISA-CIT-"))] == []


@pytest.mark.parametrize(
    "text",
    [
        "See 67 FR 41298 (7 June 2002).",
        "See 67 FR 41298 (6/7/2002).",
        "See 67 FR 41298 (06/07/2002).",
        "See 67 FR 41298 (June 7th, 2002).",
        "See 77 Federal Register 61102.",
        "See 77 Fed. Reg. 61,102.",
        "ISA requires that the results of self-testing be retained for five years.",
        "The results of our self-testing are kept for five years as required by CBP.",
        "The program requires self-testing results to be kept for five years.",
    ],
)
def test_a_slip_of_the_notices_is_found_in_whatever_style_it_is_written(text: str) -> None:
    assert "ISA-CIT-001" in check_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "See 67 FR 41298 (17 June 2002), 67 FR 41298 (6/17/2002) and 77 Federal Register 61012.",
        "The subsidiary was founded on 7 June 2002.",
        "The Company keeps the results of self-testing for five years.",
        "The program requires that results of self-testing be kept three years, and entry records five years.",
    ],
)
def test_a_right_citation_and_a_longer_period_of_ones_own_pass(text: str) -> None:
    assert "ISA-CIT-001" not in check_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "The Company will be exempt from all CBP audits and from any Focused Assessment.",
        "The Company will no longer be audited.",
        "The Company will no longer be subject to audits.",
    ],
)
def test_a_promise_of_no_audits_is_found(text: str) -> None:
    assert "ISA-TXT-001" in check_text(text)


def test_leaving_the_audit_pool_is_no_promise() -> None:
    assert check_text("The Company will no longer be in the Focused Assessment audit pool.") == set()


def appeal_findings(field: str, value: object) -> list[Finding]:
    """Return what is said of the periods in the faultless appeal (of a proposed discontinuance) with ``value``."""
    found = check_rules(matter({f"submissions.2.{field}": value}), ["appeal"])
    return [finding for finding in found if finding.code == "ISA-APP-004"]


@pytest.mark.parametrize(
    "text",
    [
        "The Company expects a decision within 30 days.",
        "A decision in thirty (30) days is asked for.",
        "The Company expects a decision within fifteen (15) working days.",
        "A fifteen-working-day decision is requested.",
        "Within fifteen working days, we look forward to hearing from the agency.",
        "This appeal is filed within ten days of the date of the notice.",
        "This appeal is filed within ten (10) calendar days after the date of CBP's notice.",
    ],
)
def test_a_wrong_period_of_the_appeal_is_found(text: str) -> None:
    assert [finding.path for finding in appeal_findings("relief", text)] == [("submissions", 2, "relief")]


def test_a_wrong_period_is_found_in_a_corrective_action() -> None:
    action = {"action": "CBP must give a decision within fifteen (15) working days.", "status": "completed"}
    found = appeal_findings("corrective_actions", [action])
    assert [finding.path for finding in found] == [("submissions", 2, "corrective_actions", 0, "action")]


@pytest.mark.parametrize(
    "text",
    [
        "A decision is asked for within thirty (30) working days.",
        "This appeal is made within ten days of receipt of the notice.",
        "Training is repeated within 30 days of the decision.",
        "After the decision, the test is repeated within 30 days.",
        "The broker was answered on June 3, and the entry was corrected within 15 days.",
        "The notice is answered within ten days of the date of its receipt.",
    ],
)
def test_the_right_periods_and_those_of_other_matters_pass(text: str) -> None:
    assert appeal_findings("relief", text) == []


def test_a_long_text_without_a_full_stop_is_read_quickly() -> None:
    start = time.perf_counter()
    assert check_text("the results of tests are required by the program " * 600) == set()
    assert time.perf_counter() - start < 2
