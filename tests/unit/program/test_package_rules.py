"""The finished papers, given as page texts: what the rules find in them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from isa_docs.program.rules import Enclosure, FinishedPaper, all_rules, check_package
from tests.unit.program.matters import matter

TRANSMITTAL = FinishedPaper(
    "letter",
    "Transmittal letter",
    1,
    (
        "Northwind Components, Inc.\nNovember 15, 2012\nVIA COURIER\n"
        "Chief, Partnership Programs Branch\nOffice of International Trade\nU.S. Customs and Border Protection\n"
        "1400 L Street, N.W.\nWashington, D.C. 20229-1143\nDear Chief:\nWe apply under 77 FR 61012.\n"
        "Enclosures: Focused\nAssessment report; C-TPAT certification",
    ),
)
MOU = FinishedPaper("mou", "Memorandum of Understanding", 2, ("Northwind Components,\nInc. 12-345678900",))
PLAN = FinishedPaper(
    "plan",
    "Risk-Based Self-Testing Plan",
    3,
    ("Northwind Components, Inc.", "Tested quarterly. Tariff classification: 59 items."),
)
SHEET = FinishedPaper("exhibit-sheet", "Focused Assessment report", 5, ("Tab A\nFocused Assessment report",))
REPORT = FinishedPaper("exhibit", "Focused Assessment report", 6, ("report",))
PROOF = FinishedPaper("exhibit-sheet", "C-TPAT certification", 7, ("Tab B\nC-TPAT certi\ufb01cation",))
PAPERS = (TRANSMITTAL, MOU, PLAN, SHEET, REPORT, PROOF)
LIST = (Enclosure("Focused Assessment report", 5, "A"), Enclosure("C-TPAT certification", 7, "B"))


def codes(
    *papers: FinishedPaper, enclosures: tuple[Enclosure, ...] = LIST, fields: tuple[str, ...] = ("mou.officer",)
) -> set[str]:
    return {f.code for f in check_package(matter(), "application", papers, enclosures, fields)}


def test_a_faultless_package_has_no_finding() -> None:
    assert codes(*PAPERS) == set()


def test_a_hyphen_at_the_end_of_a_line_is_the_words_own_or_the_lines() -> None:
    text = TRANSMITTAL.pages[0].replace("Northwind Components", "Northwind Com-\nponents").replace("C-TPAT", "C-\nTPAT")
    assert codes(*(replace(one, pages=(text,)) if one is TRANSMITTAL else one for one in PAPERS)) == set()


NAME = "Northwind Components, Inc. "
NUMBER = "12-345678900 "


def with_page(paper: FinishedPaper, text: str) -> tuple[FinishedPaper, ...]:
    """Return the faultless papers with the text of ``paper`` replaced."""
    return tuple(replace(one, pages=(text,)) if one is paper else one for one in PAPERS)


FAULTS: list[tuple[str, dict[str, object]]] = [
    ("ISA-PKG-001", {"enclosures": (LIST[0], Enclosure("C-TPAT certification", 6))}),
    ("ISA-PKG-001", {"enclosures": (*LIST, Enclosure("Bond", 12))}),
    ("ISA-PKG-001", {"enclosures": LIST[:1]}),
    ("ISA-PKG-001", {"papers": with_page(TRANSMITTAL, TRANSMITTAL.pages[0].replace("C-TPAT certification", ""))}),
    ("ISA-PKG-002", {"papers": with_page(MOU, NAME + NUMBER + "[INSERT DATE]")}),
    ("ISA-PKG-003", {"papers": with_page(MOU, NAME)}),
    ("ISA-PKG-004", {"papers": with_page(MOU, NAME + NUMBER + "67 FR 41298 (June\n7, 2002)")}),
    ("ISA-PKG-005", {"papers": with_page(TRANSMITTAL, TRANSMITTAL.pages[0].replace("-1143", ""))}),
    ("ISA-PKG-006", {"papers": with_page(PLAN, "Northwind. Quarterly. Tariff classification: 59")}),
    ("ISA-PKG-007", {"papers": with_page(PLAN, NAME + "quarterly, Tariff classification: 159")}),
    ("ISA-PKG-007", {"papers": with_page(PLAN, NAME + "monthly, Tariff classification: 59")}),
    ("ISA-PKG-008", {"papers": with_page(MOU, NAME + NUMBER + "98-765432100")}),
    ("ISA-PKG-009", {"fields": ("letter.officer",)}),
]


@pytest.mark.parametrize(("code", "fault"), FAULTS)
def test_each_fault_is_named_alone(code: str, fault: dict[str, Any]) -> None:
    given = {"papers": PAPERS, "enclosures": LIST, "fields": ("mou.officer",)} | fault
    assert codes(*given["papers"], enclosures=given["enclosures"], fields=given["fields"]) == {code}


def test_every_package_rule_has_a_failing_example_above() -> None:
    assert {code for code, _ in FAULTS} == {rule.code for rule in all_rules() if rule.scope == "package"}


def test_signature_lines_made_of_underscores_are_no_leftovers() -> None:
    signed = replace(MOU, pages=("Northwind Components, Inc. 12-345678900\n______________\nDana Whitfield",))
    assert codes(TRANSMITTAL, signed, *PAPERS[2:]) == set()


APPEAL = FinishedPaper(
    "letter",
    "Appeal",
    1,
    (
        "Northwind Components, Inc. June 20, 2013 Assistant Commissioner Office of International Trade "
        "U.S. Customs and Border Protection 1400 L Street, NW Washington, D.C. 20229 Dear Assistant Commissioner:",
    ),
)


def test_an_appeal_prints_the_zip_code_without_a_suffix() -> None:
    assert check_package(matter(), "appeal", [APPEAL]) == []
    wrong = replace(APPEAL, pages=(APPEAL.pages[0].replace("20229 ", "20229-1143 "),))
    assert {f.code for f in check_package(matter(), "appeal", [wrong])} == {"ISA-PKG-005"}


def test_the_annual_letter_prints_its_results_with_or_without_thousands_commas() -> None:
    head = (
        "Northwind Components, Inc. January 12, 2015 Chief, Partnership Programs Branch Office of International Trade "
        "U.S. Customs and Border Protection 1400 L Street, N.W. Washington, D.C. 20229-1143 "
    )
    m = matter("submissions.1.results.0.items_tested: 1472")
    for text, found in (
        ("Tariff classification 1,472", set()),
        ("Tariff classification 1472", set()),
        ("Tariff classification 11,472", {"ISA-PKG-007"}),
    ):
        letter = FinishedPaper("letter", "Annual notification", 1, (f"{head}Tariff classification {text}",))
        assert {f.code for f in check_package(m, "anl-2015", [letter])} == found


def test_an_unknown_submission_is_refused() -> None:
    with pytest.raises(KeyError, match="no submission 'x'"):
        check_package(matter(), "x", [])
