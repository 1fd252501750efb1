"""What the rules about words catch in a text, and what they leave alone."""

from __future__ import annotations

from pathlib import Path

import pytest

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
