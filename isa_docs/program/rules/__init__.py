"""The program's rules: one pure function each, registered with a stable code.

:func:`check_rules` judges a matter before anything is rendered; :func:`check_package` reads the finished papers;
:func:`all_rules` and :func:`explain` are what ``isa-docs explain`` prints.
"""

from __future__ import annotations

from isa_docs.program.rules import (  # noqa: F401  (importing a module registers its rules)
    address,
    annual,
    annual_content,
    appeal,
    application,
    eligibility,
    file,
    ior_numbers,
    mou,
    plan,
    plan_practice,
    samples,
    wording,
)
from isa_docs.program.rules.check import check_package, check_rules
from isa_docs.program.rules.package import Enclosure, FinishedPaper
from isa_docs.program.rules.registry import Case, Problem, Rule, registered

__all__ = [
    "Case",
    "Enclosure",
    "FinishedPaper",
    "Problem",
    "Rule",
    "all_rules",
    "check_package",
    "check_rules",
    "explain",
]


def all_rules() -> tuple[Rule, ...]:
    """Return every rule that can speak, by code."""
    return tuple(rule for _, rule in sorted(registered().items()))


def explain(code: str) -> Rule:
    """Return the rule ``code``, in any case of letters; raises KeyError when there is none."""
    return registered()[code.upper()]
