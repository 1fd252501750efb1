"""Markdown fields of a matter file: findings at their lines, and exhibits that are cited."""

from __future__ import annotations

import json

import pytest

from isa_docs.documents.narratives import check_narratives
from isa_docs.intake.source import parse_source


def told(text: str, name: str = "m.yaml") -> list[tuple[str, int | None]]:
    """Return code and line of what is said of the narratives of a matter file."""
    findings = check_narratives(parse_source(text.encode(), name))
    return [(finding.code, finding.place.line if finding.place else None) for finding in findings]


def plan(scope: str, head: str) -> str:
    return f"self_testing_plan:\n  version: 1\n  scope: {head}\n{scope}  frequency: quarterly\n"


@pytest.mark.parametrize("head", ["|", "|-", "|+", "| # kept", "&scope |"])
def test_a_finding_in_a_block_of_kept_lines_names_its_line(head: str) -> None:
    assert told(plan("    One.\n\n    Two\n    `three`.\n", head)) == [("MD-UNSUPPORTED", 7)]


@pytest.mark.parametrize("head", [">", ">-", ">+", "> # folded", "&scope >-"])
@pytest.mark.parametrize(
    ("scope", "lines"),
    [
        ("    One\n    two\n    `three`\n    four.\n", [6]),
        ("    One\n    two.\n\n\n    Three\n    `four`.\n", [9]),
        ("\n    One\n\n    `two`.\n", [7]),
        ("    Lists:\n\n      - one\n      - `two`\n      - three\n\n    `four`\n", [7, 10]),
        ("    One `a`\n    two\n    three `b`.\n", [4, 6]),
    ],
)
def test_a_finding_in_a_block_of_folded_lines_names_its_line(head: str, scope: str, lines: list[int]) -> None:
    assert told(plan(scope, head)) == [("MD-UNSUPPORTED", line) for line in lines]


def test_a_finding_in_a_text_that_is_no_block_names_where_it_begins() -> None:
    assert told(plan("", '"One.\n\n    `Two`. |"')) == [("MD-UNSUPPORTED", 3)]
    text = json.dumps({"self_testing_plan": {"scope": "One.\n\n`Two` >"}}, indent=1)
    assert told(text, "m.json") == [("MD-UNSUPPORTED", 3)]


APPLICATION = {"kind": "application", "id": "first", "exhibits": [{"id": "fa-report"}]}
LETTER = {"kind": "annual-notification", "id": "anl", "exhibits": [{"id": "results"}]}


def cites(name: str, *submissions: object) -> list[tuple[str, str]]:
    matter = {"self_testing_plan": {"scope": f"See [[exhibit:{name}]]."}, "submissions": submissions}
    return [
        (each.message, each.remedy) for each in check_narratives(parse_source(json.dumps(matter).encode(), "m.json"))
    ]


def test_the_plan_may_cite_what_the_applications_enclose() -> None:
    assert cites("fa-report", APPLICATION, LETTER) == []
    assert cites("results", APPLICATION, LETTER) == [
        (
            "The text cites the exhibit 'results', which the application 'first' does not enclose.",
            "Enclosed: fa-report.",
        )
    ]


def test_what_the_plan_cites_is_asked_of_every_application() -> None:
    again = {"kind": "application", "id": "second"}
    assert cites("fa-report", APPLICATION, again) == [
        ("The text cites the exhibit 'fa-report', which the application 'second' does not enclose.", "Enclosed: none.")
    ]


def test_a_submission_cites_only_its_own_exhibits() -> None:
    letter = LETTER | {"results_note": "See [[exhibit:results]] and [[exhibit:fa-report]]."}
    (finding,) = check_narratives(parse_source(json.dumps({"submissions": [APPLICATION, letter]}).encode(), "m.json"))
    assert finding.message == "The text cites the exhibit 'fa-report', which this submission does not enclose."
