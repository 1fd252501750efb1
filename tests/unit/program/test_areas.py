"""The risk-area catalog: complete entries, honest about what is known, fit for a plan."""

from __future__ import annotations

from datetime import date

import pytest

from isa_docs.program.areas import GROUP_TITLES, all_areas, all_terms, area
from isa_docs.program.authorities import Confidence, all_authorities
from isa_docs.program.rules.wording import PLACEHOLDERS, PROMISES, SAMPLE_CLAIMS, slips_in

FOCUSED_ASSESSMENT = {
    "valuation",
    "classification",
    "trade-programs",
    "ad-cvd",
    "transshipment",
    "ipr",
    "quantity",
    "ftz",
    "computed-value",
}
FINDINGS = {"assists", "royalties", "origin", "recordkeeping", "brokers", "written-procedures"}
LATER = {"isf", "forced-labor", "special-duties", "drawback", "pga"}


def test_the_areas_a_plan_is_expected_to_offer_are_there() -> None:
    groups = {key: entry.group for key, entry in all_areas().items()}
    assert {key for key, group in groups.items() if group == "focused-assessment"} == FOCUSED_ASSESSMENT
    assert {key for key, group in groups.items() if group == "finding"} >= FINDINGS
    assert {key for key, group in groups.items() if group == "later"} >= LATER
    assert set(groups.values()) == set(GROUP_TITLES)


@pytest.mark.parametrize("entry", all_areas().values(), ids=lambda entry: entry.id)
def test_an_area_can_be_taken_over_as_it_is(entry: object) -> None:
    found = area(entry.id)  # type: ignore[attr-defined]
    assert found.objective.startswith("To show that ") and found.objective.endswith(".")
    assert len(found.attributes) >= 2 and all(text.endswith(".") for text in found.attributes)
    assert len(found.evidence) >= 3 and len(found.root_causes) >= 2
    assert set(found.authority) | set(found.sources) <= set(all_authorities())
    words = " ".join([found.title, found.objective, *found.attributes, *found.evidence, *found.root_causes, found.note])
    assert not list(slips_in(words))
    assert not any(pattern.search(words) for pattern in (PLACEHOLDERS, PROMISES, SAMPLE_CLAIMS))


def test_nothing_claims_to_be_read_that_was_not() -> None:
    assert {entry.confidence for entry in all_areas().values()} <= {Confidence.SECOND_HAND, Confidence.MEMORY}


def test_the_security_filing_carries_its_date_and_both_lists_of_factors() -> None:
    isf = area("isf")
    assert isf.as_of == date(2009, 7, 17)
    assert (len(isf.mitigating), len(isf.aggravating)) == (6, 4)
    assert "$5,000" in isf.note and "Ask what applies today" in isf.note


def test_errors_that_count_whatever_their_rate() -> None:
    escalating = {key for key, entry in all_areas().items() if entry.escalates}
    assert escalating == {"ad-cvd", "trade-programs", "forced-labor", "transshipment", "drawback"}


def test_the_vocabulary_marks_history_as_history() -> None:
    terms = all_terms()
    assert terms["broker-pre-certification"].historic
    assert terms["compliance-rate"].historic
    assert not terms["reasonable-care"].historic
    assert all(set(term.authority) <= set(all_authorities()) for term in terms.values())


def test_an_unknown_area_is_named() -> None:
    with pytest.raises(KeyError, match="no 'value'"):
        area("value")
