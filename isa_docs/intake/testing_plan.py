"""The self-testing plan as typed, frozen values, and the base that every part of a matter shares."""

from __future__ import annotations

from datetime import date
from typing import Literal

from msgspec import Struct

Frequency = Literal[
    "daily",
    "weekly",
    "monthly",
    "quarterly",
    "semiannually",
    "annually",
    "every-18-months",
    "every-two-years",
    "as-needed",
]
"""How often; the last three are less than the yearly minimum and are kept only so that a rule can say so."""


class Value(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of all parts of a matter: frozen, keyword-only, no unknown fields."""


class RiskAssessment(Value, frozen=True, kw_only=True):
    """How risk is scored: methodology (Markdown), factors, who scores, how often it is refreshed."""

    methodology: str | None = None
    factors: tuple[str, ...] = ()
    scored_by: str | None = None
    refreshed: Frequency = "annually"


class Sampling(Value, frozen=True, kw_only=True):
    """The sample of one area. Rates and confidence are fractions (0.05 is five percent)."""

    method: Literal["attribute", "estimation", "judgmental", "complete"]
    items: int | None = None
    unit: Literal["entry", "entry line", "invoice", "payment", "transaction", "part number", "ISF"] = "entry line"
    universe: int | None = None
    frame: str | None = None
    confidence: float | None = None
    tolerable_rate: float | None = None
    allowed_errors: int = 0
    expected_rate: float | None = None
    precision: float | None = None
    selection: str | None = None
    replacement_rule: str | None = None
    rationale: str | None = None
    project_results: bool = False


class TestArea(Value, frozen=True, kw_only=True):
    """One risk area of the plan. ``likelihood`` and ``impact`` run from 1 to 5. Text fields are Markdown."""

    id: str
    title: str
    likelihood: int
    impact: int
    catalog: str | None = None
    """Id in the risk-area catalog, where the area comes from it."""
    rationale: str | None = None
    controls: str | None = None
    objective: str | None = None
    attributes: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    pass_criteria: str | None = None
    frequency: Frequency | None = None
    period_ends_in: int | None = None
    """Calendar month (1 to 12) with which a test period of this area ends; else they end with the program year."""
    tester: str | None = None
    sampling: Sampling | None = None
    business_units: tuple[str, ...] = ()


class ProductSafety(Value, frozen=True, kw_only=True):
    """The addendum for the product-safety pilot, ISA-PS (73 FR 64356). Text fields are Markdown."""

    contact: str
    """Person id of the contact for product safety."""
    controls: str
    notice_of_changes: str | None = None


class Retention(Value, frozen=True, kw_only=True):
    """Years that records are kept: self-testing results and underlying entry records."""

    test_results_years: int = 3
    entry_records_years: int = 5


class Revision(Value, frozen=True, kw_only=True):
    """One line of the plan's revision record."""

    version: str
    on: date
    description: str
    by: str


class SelfTestingPlan(Value, frozen=True, kw_only=True):
    """The written risk-based self-testing plan. Text fields are Markdown; persons are ids of ``people``."""

    areas: tuple[TestArea, ...] = ()
    version: str = "1.0"
    adopted_on: date | None = None
    scope: str | None = None
    universe_source: str | None = None
    risk_assessment: RiskAssessment | None = None
    testing_methodology: str | None = None
    frequency: Frequency | None = None
    year_begins: int = 1
    """Month (1 to 12) with which the program year begins, from which test periods are counted."""
    reviewer: str | None = None
    reviewer_independence: str | None = None
    error_handling: str | None = None
    disclosure: str | None = None
    tracking: str | None = None
    reporting: str | None = None
    product_safety: ProductSafety | None = None
    retention: Retention = Retention()
    revisions: tuple[Revision, ...] = ()
