"""Size samples and bound error rates for self-testing; say in words what a sample supports.

Attribute sampling in its acceptance form (binomial; hypergeometric for a known universe), estimation of a
rate, and one-sided Clopper-Pearson upper limits. 19 CFR 163.11(c)(3) asks for generally recognized procedures
executed as planned; no CBP figure for ISA self-tests is known, so none is ever asserted. The distributions are summed
term by term, and held against scipy by the tests: importing scipy would take longer than converting a letter.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import lru_cache
from math import ceil, comb, exp, inf, lgamma, log, log1p
from typing import Literal

from isa_docs.intake.model import Result, Sampling, TestArea

Method = Literal["attribute", "estimation", "judgmental", "complete"]

_EXACT_UNIVERSE = 20_000
"""Up to this size the hypergeometric distribution is summed in whole numbers, beyond it through log-gamma."""

_COUNTED = 100
"""Up to so many chosen items combinations are counted in whole numbers, beyond them through log-gamma."""

_NEGLIGIBLE = 1e-30
"""Of the largest term of a sum: ten million terms below it are nothing to it."""

MAX_ITEMS = 10_000_000
"""Sizes above this are refused: the inputs (a tolerable rate near zero) make no sense for a self-test."""


_IN_FULL = {"ISF": "importer security filing"}
"""Units that a sentence spells out."""


class SamplingError(ValueError):
    """A sample size cannot be computed from the figures given; the message says why."""


def _check(confidence: float, tolerable: float, allowed: int, universe: int | None) -> None:
    if not 0 < confidence < 1:
        raise SamplingError(f"confidence must lie between 0 and 1, not {confidence:g}")
    if not 0 < tolerable < 1:
        raise SamplingError(f"the tolerable error rate must lie between 0 and 1, not {tolerable:g}")
    if allowed < 0:
        raise SamplingError(f"the number of allowed errors cannot be negative ({allowed})")
    if universe is not None and universe < 1:
        raise SamplingError(f"the universe must hold at least one item, not {universe}")


def tolerable_errors(tolerable: float, universe: int) -> int:
    """Return the least number of bad items in ``universe`` that reaches the rate ``tolerable`` (a fraction)."""
    return max(1, ceil(Fraction(str(tolerable)) * universe))


def acceptance_risk(items: int, tolerable: float, allowed: int = 0, universe: int | None = None) -> float:
    """Return the chance of at most ``allowed`` errors among ``items`` when the true rate is just ``tolerable``.

    Binomial; with ``universe`` hypergeometric. One minus this is the confidence the sample supports.
    """
    if universe is None:
        return _at_most(allowed, items, tolerable)
    bad = tolerable_errors(tolerable, universe)
    most = min(allowed, items)
    if universe <= _EXACT_UNIVERSE:
        return _ways(bad, universe - bad, items, most) / comb(universe, items)
    whole = _log_comb(universe, items)
    return sum(exp(_log_comb(bad, i) + _log_comb(universe - bad, items - i) - whole) for i in range(most + 1))


def _ways(bad: int, good: int, items: int, most: int) -> int:
    """Count the ways to choose ``items`` of which at most ``most`` are bad, each term from the one before it."""
    first = max(0, items - good)
    term = comb(bad, first) * comb(good, items - first)
    ways = 0
    for i in range(first, most + 1):
        ways += term
        term = term * (bad - i) * (items - i) // ((i + 1) * (good - items + i + 1))
    return ways


def _at_most(errors: int, items: int, rate: float) -> float:
    """Return the binomial chance of at most ``errors`` among ``items`` when each is wrong at ``rate``."""
    if errors >= items:
        return 1.0
    wrong, right = log(rate), log1p(-rate)
    terms: list[float] = []
    most = 0.0
    for i in range(errors, -1, -1):
        terms.append(exp(_log_comb(items, i) + i * wrong + (items - i) * right))
        most = max(most, terms[-1])
        if i < items * rate and terms[-1] <= most * _NEGLIGIBLE:
            break  # below the likeliest number each term is smaller than the one before it
    return min(1.0, sum(reversed(terms)))


def _log_comb(n: int, k: int) -> float:
    if k > n:
        return -inf
    few = min(k, n - k)
    return log(comb(n, few)) if few <= _COUNTED else lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)


def supported_confidence(items: int, tolerable: float, allowed: int = 0, universe: int | None = None) -> float:
    """Return the confidence (a fraction) that ``items`` with up to ``allowed`` errors support.

    Raises SamplingError when the figures are out of range or the sample is larger than the universe.
    """
    _check(0.5, tolerable, allowed, universe)
    if items < 1:
        raise SamplingError(f"a sample needs at least one item, not {items}")
    if universe is not None and items > universe:
        raise SamplingError(f"a sample of {items} cannot come from a universe of {universe}")
    return 1.0 - acceptance_risk(items, tolerable, allowed, universe)


@lru_cache(maxsize=4096)
def attribute_size(confidence: float, tolerable: float, allowed: int = 0, universe: int | None = None) -> int:
    """Return the smallest sample for ``confidence`` that the error rate is below ``tolerable`` (both fractions).

    ``allowed`` errors may be found; ``universe`` switches from the binomial to the hypergeometric distribution.
    Raises SamplingError when no sample does it (as many allowed errors as the tolerable rate means).
    """
    _check(confidence, tolerable, allowed, universe)
    limit = (1.0 - confidence) * (1 + 1e-12)
    high = allowed + 1
    top = universe if universe is not None else MAX_ITEMS
    if universe is not None and allowed >= tolerable_errors(tolerable, universe):
        raise SamplingError(
            f"{allowed} allowed errors already reach {percent(tolerable)} of a universe of {universe}; test every item"
        )
    while acceptance_risk(min(high, top), tolerable, allowed, universe) > limit:
        if high >= top:
            raise SamplingError(f"no sample of up to {top} items supports these figures")
        high *= 2
    low, high = allowed, min(high, top)
    while high - low > 1:
        middle = (low + high) // 2
        if acceptance_risk(middle, tolerable, allowed, universe) <= limit:
            high = middle
        else:
            low = middle
    return high


def estimation_size(confidence: float, expected: float, precision: float, universe: int | None = None) -> int:
    """Return the sample that estimates a rate near ``expected`` within plus or minus ``precision`` (fractions).

    Normal approximation with the finite-population correction when ``universe`` is known.
    """
    _check(confidence, expected, 0, universe)
    if not 0 < precision < 1:
        raise SamplingError(f"precision must lie between 0 and 1, not {precision:g}")
    from statistics import NormalDist  # only here: it takes long to import

    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    n0 = z * z * expected * (1 - expected) / (precision * precision)
    size = n0 if universe is None else n0 / (1 + (n0 - 1) / universe)
    return max(1, ceil(size - 1e-9))


@lru_cache(maxsize=4096)
def upper_limit(errors: int, items: int, confidence: float = 0.95) -> float:
    """Return the one-sided Clopper-Pearson upper limit of the error rate, a fraction, for ``errors`` in ``items``."""
    if not 0 <= errors <= items or items < 1:
        raise SamplingError(f"{errors} errors in {items} items is not possible")
    if errors == items:
        return 1.0
    low, high = errors / items, 1.0
    while low < (middle := (low + high) / 2) < high:  # until no number lies between them
        if _at_most(errors, items, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def percent(fraction: float) -> str:
    """Write a stated fraction as percent, in full: ``5 percent``, ``1.25 percent``."""
    return f"{(Decimal(str(fraction)) * 100).quantize(Decimal('1e-9')).normalize():f} percent"


def rounded(fraction: float, rounding: str = ROUND_HALF_UP) -> str:
    """Write a computed fraction in percent with one decimal, or as many as show that it is more than zero: ``0.8``.

    So that no paper claims more than its figures, an upper limit is rounded with ROUND_CEILING, and the confidence
    that a sample supports with ROUND_FLOOR (to one decimal, if that is zero).
    """
    exact = (Decimal(str(fraction)) * 100).quantize(Decimal("1e-12"))
    places = 1
    while 0 < exact < Decimal(1).scaleb(-places) and rounding != ROUND_FLOOR:
        places += 1
    return f"{exact.quantize(Decimal(1).scaleb(-places), rounding):f}"


def _in_words(fraction: float, rounding: str = ROUND_HALF_UP) -> str:
    return f"{rounded(fraction, rounding).removesuffix('.0')} percent"


@dataclass(frozen=True)
class SamplingStatement:
    """What the plan says of the sample of one area, with the figures behind it.

    ``required`` is the size the design needs (None for a judgmental or complete test, or where the figures do
    not settle one); ``supported`` the confidence that the stated items support.
    """

    method: Method
    items: int | None
    unit: str
    universe: int | None
    confidence: float | None
    tolerable_rate: float | None
    allowed_errors: int
    expected_rate: float | None
    precision: float | None
    required: int | None
    supported: float | None
    rationale: str | None = None
    problem: str | None = None
    """Why no size could be computed, in words for a finding."""

    @property
    def projectable(self) -> bool:
        """Tell whether results may be projected to the universe: never from a judgmental sample."""
        return self.method in ("attribute", "estimation")

    @property
    def sufficient(self) -> bool | None:
        """Tell whether the stated items reach the required size; None where there is no required size."""
        return None if self.required is None or self.items is None else self.items >= self.required

    @property
    def size_text(self) -> str:
        """Return the size with its unit: ``59 entry lines``."""
        if self.items is None:
            return f"every {self.unit}" if self.method == "complete" else "not stated"
        return f"{self.items:,} {_plural(self.unit, self.items)}"

    @property
    def sentence(self) -> str:
        """Say the size and why it is that size, as the plan prints it."""
        if self.method == "complete":
            return f"Every {self.unit} to which this test applies is tested; no sample is drawn."
        of = f" from an expected universe of about {self.universe:,}" if self.universe else ""
        if self.method == "judgmental":
            return (
                f"The sample is {self.size_text}{of}, selected by judgment and aimed at the risk described above. "
                "The results describe the items tested and are not projected to the universe."
            )
        if self.method == "attribute" and self.confidence and self.tolerable_rate:
            basis = "hypergeometric" if self.universe else "binomial"
            design = (
                f" ({basis} attribute sampling; the design calls for at least {self.required:,})"
                if self.required
                else f" ({basis} attribute sampling)"
            )
            return (
                (
                    f"The sample is {self.size_text}{of}, selected at random{design}. "
                    f"If no more than {self.allowed_errors} "
                    f"{_plural('error', self.allowed_errors)} are found, the error rate is below "
                    f"{percent(self.tolerable_rate)} with {percent(self.confidence)} confidence."
                )
                .replace("no more than 0 errors are found", "no error is found")
                .replace("1 error are", "1 error is")
            )
        if self.method == "estimation" and self.confidence and self.precision and self.expected_rate:
            return (
                f"The sample is {self.size_text}{of}, selected at random to estimate an error rate expected near "
                f"{percent(self.expected_rate)} within plus or minus {percent(self.precision)} at "
                f"{percent(self.confidence)} confidence."
            )
        return f"The sample is {self.size_text}{of}, selected at random."


def statement_for(area: TestArea) -> SamplingStatement | None:
    """Return the sampling statement of ``area``, or None when the plan states no sampling for it."""
    return None if area.sampling is None else statement(area.sampling)


def statement(sampling: Sampling) -> SamplingStatement:
    """Compute what ``sampling`` needs and supports; figures that make no sense end up in ``problem``."""
    required = supported = problem = None
    try:
        required, supported = _figures(sampling)
    except SamplingError as error:
        problem = str(error)
    return SamplingStatement(
        method=sampling.method,
        items=sampling.items,
        unit=_IN_FULL.get(sampling.unit, sampling.unit),
        universe=sampling.universe,
        confidence=sampling.confidence,
        tolerable_rate=sampling.tolerable_rate,
        allowed_errors=sampling.allowed_errors,
        expected_rate=sampling.expected_rate,
        precision=sampling.precision,
        required=required,
        supported=supported,
        rationale=sampling.rationale,
        problem=problem,
    )


def _figures(s: Sampling) -> tuple[int | None, float | None]:
    required = supported = None
    if s.method == "attribute" and s.tolerable_rate is not None:
        if s.items is not None and (s.universe is None or s.items <= s.universe):
            supported = supported_confidence(s.items, s.tolerable_rate, s.allowed_errors, s.universe)
        if s.confidence is not None:
            required = attribute_size(s.confidence, s.tolerable_rate, s.allowed_errors, s.universe)
    elif s.method == "estimation" and None not in (s.confidence, s.expected_rate, s.precision):
        assert s.confidence is not None and s.expected_rate is not None and s.precision is not None
        required = estimation_size(s.confidence, s.expected_rate, s.precision, s.universe)
    return required, supported


@dataclass(frozen=True)
class ResultStatement:
    """What the annual letter says of the results of one area. Rates and limits are fractions."""

    area: str
    method: Method | None
    items: int
    errors: int
    rate: float | None
    limit: float | None
    confidence: float
    projectable: bool

    @property
    def sentence(self) -> str:
        """Say the result; a limit for the universe only where the sample was drawn at random."""
        if self.items == 0 or self.rate is None:
            return "No items were tested."
        found = "no errors" if self.errors == 0 else f"{self.errors:,} {_plural('error', self.errors)}"
        text = (
            f"{self.items:,} {_plural('item', self.items)} tested, {found} ({_in_words(self.rate)} of the items tested)"
        )
        if self.method == "complete":
            return text + "; every item of the period was tested."
        if self.limit is None:
            how = "the items were selected by judgment and " if self.method == "judgmental" else ""
            return text + f"; {how}the result is not projected."
        limit = _in_words(self.limit, ROUND_CEILING)
        return text + f"; with {percent(self.confidence)} confidence the error rate is at most {limit}."


def result_statement(result: Result, area: TestArea | None, confidence: float | None = None) -> ResultStatement:
    """Return the statement for ``result`` of plan area ``area``.

    The upper limit is given only for a random sample (attribute or estimation); the confidence is the one
    given, else the plan's, else 95 percent.
    """
    sampling = area.sampling if area else None
    projectable = sampling is not None and sampling.method in ("attribute", "estimation")
    level = confidence or (sampling.confidence if sampling and sampling.confidence else 0.95)
    possible = result.items_tested > 0 and 0 <= result.errors <= result.items_tested
    return ResultStatement(
        area=result.area,
        method=sampling.method if sampling else None,
        items=result.items_tested,
        errors=result.errors,
        rate=result.errors / result.items_tested if possible else None,
        limit=upper_limit(result.errors, result.items_tested, level) if projectable and possible else None,
        confidence=level,
        projectable=projectable,
    )


def _plural(noun: str, number: int) -> str:
    if number == 1:
        return noun
    return noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
