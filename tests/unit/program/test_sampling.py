"""Sample sizes and limits against the published tables."""

from __future__ import annotations

import math
import time
from decimal import ROUND_CEILING, ROUND_FLOOR

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import betaincinv, ndtri
from scipy.stats import binom, hypergeom

from isa_docs.intake.model import Result, Sampling
from isa_docs.intake.model import TestArea as PlanArea
from isa_docs.program.rules import check_rules
from isa_docs.program.sampling import (
    SamplingError,
    acceptance_risk,
    attribute_size,
    estimation_size,
    percent,
    result_statement,
    rounded,
    statement,
    supported_confidence,
    upper_limit,
)
from tests.unit.program.matters import matter

BINOMIAL = """
90%  114/194/265/333/398  76/129/176/221/265  45/77/105/132/158  32/55/75/94/113  22/38/52/65/78
95%  149/236/313/386/456  99/157/208/257/303  59/93/124/153/181  42/66/88/109/129  29/46/61/76/89
99%  228/330/418/499/577  152/219/277/332/383  90/130/165/198/229  64/92/117/140/162  44/64/81/97/113
"""


def _binomial_cases() -> list[tuple[float, float, int, int]]:
    cases = []
    for line in BINOMIAL.strip().splitlines():
        level, *cells = line.split()
        for rate, cell in zip((0.02, 0.03, 0.05, 0.07, 0.10), cells, strict=True):
            for allowed, size in enumerate(cell.split("/")):
                cases.append((int(level[:-1]) / 100, rate, allowed, int(size)))
    return cases


@pytest.mark.parametrize(("confidence", "rate", "allowed", "size"), _binomial_cases())
def test_binomial_table(confidence: float, rate: float, allowed: int, size: int) -> None:
    assert attribute_size(confidence, rate, allowed) == size


@pytest.mark.parametrize(
    ("confidence", "rate", "sizes"),
    [
        (0.95, 0.05, {20: 19, 50: 31, 100: 45, 200: 51, 500: 56, 1000: 57, 5000: 59}),
        (0.90, 0.05, {20: 18, 50: 27, 100: 37, 200: 41, 500: 43, 1000: 44, 5000: 45}),
        (0.95, 0.10, {20: 16, 50: 22, 100: 25, 200: 27, 500: 28, 1000: 29}),
    ],
)
def test_hypergeometric_table(confidence: float, rate: float, sizes: dict[int, int]) -> None:
    assert {n: attribute_size(confidence, rate, 0, n) for n in sizes} == sizes


def test_seven_percent_of_a_hundred_is_seven_items_and_not_eight() -> None:
    assert attribute_size(0.95, 0.07, 0, 100) == 34  # eight bad items would need only 31


@pytest.mark.parametrize(
    ("confidence", "expected", "precision", "universe", "size"),
    [(0.95, 0.05, 0.05, None, 73), (0.95, 0.05, 0.05, 200, 54), (0.95, 0.5, 0.05, None, 385)],
)
def test_estimation(confidence: float, expected: float, precision: float, universe: int | None, size: int) -> None:
    assert estimation_size(confidence, expected, precision, universe) == size


@pytest.mark.parametrize(
    ("errors", "items", "at_95", "at_90"),
    [
        (0, 25, 11.3, 8.8),
        (0, 45, 6.4, 5.0),
        (0, 59, 5.0, 3.8),
        (1, 59, 7.8, 6.4),
        (2, 60, 10.1, 8.6),
        (5, 100, 10.2, 9.1),
    ],
)
def test_upper_limits(errors: int, items: int, at_95: float, at_90: float) -> None:
    assert round(upper_limit(errors, items, 0.95) * 100, 1) == at_95
    assert round(upper_limit(errors, items, 0.90) * 100, 1) == at_90


def test_all_items_wrong_has_the_limit_one() -> None:
    assert upper_limit(3, 3) == 1.0


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: attribute_size(1.0, 0.05), "confidence must lie between 0 and 1"),
        (lambda: attribute_size(0.95, 0.0), "tolerable error rate must lie between 0 and 1"),
        (lambda: attribute_size(0.95, 0.05, 5, 100), "test every item"),
        (lambda: attribute_size(0.95, 0.05, -1), "cannot be negative"),
        (lambda: supported_confidence(30, 0.05, 0, 20), "cannot come from a universe"),
        (lambda: upper_limit(3, 2), "not possible"),
        (lambda: estimation_size(0.95, 0.05, 0), "precision"),
    ],
)
def test_impossible_figures_are_refused_in_words(call: object, words: str) -> None:
    with pytest.raises(SamplingError, match=words):
        call()  # type: ignore[operator]


def test_a_large_universe_is_counted_quickly_and_agrees_with_scipy() -> None:
    assert attribute_size(0.95, 0.05, 0, 9_000_000) == 59
    for universe, bad in ((20_000, 1_000), (20_001, 1_001), (9_000_000, 450_000)):
        expected = hypergeom.cdf(1, universe, bad, 93)
        assert acceptance_risk(93, 0.05, 1, universe) == pytest.approx(expected, rel=1e-6)


@given(
    confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]),
    rate=st.sampled_from([0.02, 0.03, 0.05, 0.07, 0.1, 0.2]),
    allowed=st.integers(0, 3),
    universe=st.none() | st.integers(200, 60_000),
)
def test_the_size_is_the_smallest_that_works(
    confidence: float, rate: float, allowed: int, universe: int | None
) -> None:
    size = attribute_size(confidence, rate, allowed, universe)
    assert acceptance_risk(size, rate, allowed, universe) <= (1 - confidence) * (1 + 1e-9)
    assert size == allowed + 1 or acceptance_risk(size - 1, rate, allowed, universe) > 1 - confidence


@given(items=st.integers(1, 400), data=st.data())
def test_the_limit_is_above_the_rate(items: int, data: st.DataObject) -> None:
    errors = data.draw(st.integers(0, items))
    assert errors / items <= upper_limit(errors, items) <= 1


def test_the_plan_says_size_confidence_rate_and_allowed_errors() -> None:
    plan = statement(Sampling(method="attribute", items=59, universe=5000, confidence=0.95, tolerable_rate=0.05))
    assert (plan.required, plan.sufficient) == (59, True)
    assert plan.sentence == (
        "The sample is 59 entry lines from an expected universe of about 5,000, selected at random "
        "(hypergeometric attribute sampling; "
        "the design calls for at least 59). If no error is found, the error rate is below 5 percent with 95 percent "
        "confidence."
    )


def test_one_allowed_error_reads_as_english() -> None:
    plan = statement(
        Sampling(method="attribute", items=93, unit="entry", confidence=0.95, tolerable_rate=0.05, allowed_errors=1)
    )
    assert plan.size_text == "93 entries"
    assert "If no more than 1 error is found, the error rate" in plan.sentence


def test_a_judgmental_sample_is_never_projected() -> None:
    area = PlanArea(id="a", title="A", likelihood=1, impact=1, sampling=Sampling(method="judgmental", items=25))
    assert statement(area.sampling).sentence.endswith("are not projected to the universe.")  # type: ignore[arg-type]
    result = result_statement(Result(area="a", items_tested=25, errors=1), area)
    assert result.limit is None
    assert result.sentence == (
        "25 items tested, 1 error (4 percent of the items tested); the items were selected by judgment and the "
        "result is not projected."
    )


def test_a_random_sample_reports_its_upper_limit() -> None:
    sampling = Sampling(method="attribute", items=59, confidence=0.95, tolerable_rate=0.05)
    area = PlanArea(id="a", title="A", likelihood=1, impact=1, sampling=sampling)
    assert result_statement(Result(area="a", items_tested=59, errors=1), area).sentence == (
        "59 items tested, 1 error (1.7 percent of the items tested); with 95 percent confidence the error rate is "
        "at most 7.8 percent."
    )


def test_figures_that_make_no_sense_are_kept_as_a_problem() -> None:
    plan = statement(
        Sampling(method="attribute", items=20, universe=100, confidence=0.95, tolerable_rate=0.05, allowed_errors=6)
    )
    assert plan.required is None
    assert plan.problem is not None and "test every item" in plan.problem


@pytest.mark.parametrize(
    ("fraction", "words"),
    [
        (0.05, "5 percent"),
        (0.0125, "1.25 percent"),
        (0.9999, "99.99 percent"),
        (0.0004, "0.04 percent"),
        (0.1, "10 percent"),
        (1e-7, "0.00001 percent"),
    ],
)
def test_what_is_stated_is_written_in_full(fraction: float, words: str) -> None:
    assert percent(fraction) == words


@pytest.mark.parametrize(
    ("fraction", "near", "up", "down"),
    [
        (0.0, "0.0", "0.0", "0.0"),
        (0.05034, "5.0", "5.1", "5.0"),
        (0.05, "5.0", "5.0", "5.0"),
        (0.05 + 1e-16, "5.0", "5.0", "5.0"),
        (0.949988, "95.0", "95.0", "94.9"),
        (2 / 16_800, "0.01", "0.02", "0.0"),
        (0.000375, "0.04", "0.04", "0.0"),
        (1.0, "100.0", "100.0", "100.0"),
    ],
)
def test_what_is_computed_is_rounded_so_that_it_claims_no_more(fraction: float, near: str, up: str, down: str) -> None:
    assert (rounded(fraction), rounded(fraction, ROUND_CEILING), rounded(fraction, ROUND_FLOOR)) == (near, up, down)


@given(items=st.integers(1, 3000), data=st.data())
def test_a_printed_limit_is_no_lower_than_the_limit(items: int, data: st.DataObject) -> None:
    limit = upper_limit(data.draw(st.integers(0, min(items, 9))), items)
    assert float(rounded(limit, ROUND_CEILING)) / 100 >= limit - 1e-13
    assert float(rounded(limit)) > 0


def test_the_sentences_of_fine_figures() -> None:
    plan = statement(Sampling(method="attribute", items=240, confidence=0.9999, tolerable_rate=0.0125))
    assert plan.sentence.endswith("the error rate is below 1.25 percent with 99.99 percent confidence.")
    area = PlanArea(
        id="a", title="A", likelihood=1, impact=1, sampling=Sampling(method="attribute", items=58, confidence=0.95)
    )
    assert result_statement(Result(area="a", items_tested=58, errors=0), area).sentence == (
        "58 items tested, no errors (0 percent of the items tested); with 95 percent confidence the error rate is "
        "at most 5.1 percent."
    )


def test_a_confidence_just_missed_is_told_as_missed() -> None:
    close = {"method": "attribute", "items": 598, "confidence": 0.95, "tolerable_rate": 0.004996}
    changed = matter({"self_testing_plan.areas.0.sampling": close})
    (message,) = [found.message for found in check_rules(changed) if found.code == "ISA-PLAN-010"]
    assert "support 94.9 percent confidence, not 95 percent; 599 items would" in message


def test_sizes_with_many_allowed_errors_are_found_in_time() -> None:
    began = time.monotonic()
    assert attribute_size(0.95, 0.1, 1000, 20_000) == 10_354
    assert acceptance_risk(10_354, 0.1, 1000, 20_000) == pytest.approx(hypergeom.cdf(1000, 20_000, 2000, 10_354), 1e-9)
    assert upper_limit(5_000_000, 10_000_000) == pytest.approx(betaincinv(5_000_001, 5_000_000, 0.95), rel=1e-6)
    assert time.monotonic() - began < 20  # the first took a minute, the last more


@given(items=st.integers(1, 20_000), errors=st.integers(0, 150), rate=st.floats(0.0005, 0.9995))
def test_the_binomial_agrees_with_scipy(items: int, errors: int, rate: float) -> None:
    expected = binom.cdf(errors, items, rate)
    assert acceptance_risk(items, rate, errors) == pytest.approx(expected, rel=1e-8, abs=1e-250)


@given(
    items=st.integers(1, 20_000), share=st.floats(0, 0.02), confidence=st.sampled_from([0.8, 0.9, 0.95, 0.975, 0.99])
)
def test_upper_limits_agree_with_scipy(items: int, share: float, confidence: float) -> None:
    errors = int(items * share)
    expected = 1.0 if errors == items else betaincinv(errors + 1, items - errors, confidence)
    assert upper_limit(errors, items, confidence) == pytest.approx(expected, rel=1e-9)


@given(confidence=st.sampled_from([0.8, 0.9, 0.95, 0.99]), expected=st.floats(0.01, 0.5))
def test_sizes_of_estimates_agree_with_scipy(confidence: float, expected: float) -> None:
    z = ndtri(0.5 + confidence / 2)
    exact = z * z * expected * (1 - expected) / 0.0004
    assert estimation_size(confidence, expected, 0.02) in (math.ceil(exact - 1e-6), math.ceil(exact + 1e-6))
