"""A small, faultless matter and a way to write its variations as YAML."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

import msgspec
import yaml

from isa_docs.intake.model import Matter

BASE = """
matter: northwind-isa
importer:
  legal_name: Northwind Components, Inc.
  program_residency: US
  address: {lines: [100 Harbor Way], city: Tacoma, region: WA, postal_code: "98402"}
  importing_since: 1998
  ior_numbers:
    - {number: 12-345678900, name: "Northwind Components, Inc."}
  national_account_manager: {name: Robin Ortiz, email: robin.ortiz@example.gov}
focused_assessment:
  report_number: 2012-FA-07
  report_date: 2012-06-18
  conclusion: acceptable_risk
  ior_numbers: [12-345678900]
ctpat: {status: certified, since: 2010-03-01}
people:
  officer: {name: Dana Whitfield, title: Vice President and Treasurer, office: vice-president}
  isa_contact: {name: Lee Park, title: Trade Compliance Manager, phone: 253-555-0101, email: lee@example.com}
  reviewer: {name: Ines Roy, title: Director of Internal Audit, phone: 253-555-0102, email: ines@example.com}
  tester: {name: Sam Cole, title: Import Analyst}
  counsel: {name: Ada Quill, title: Attorney at Law, organization: Quill & Marsh LLP, bar_admission: Washington}
self_testing_plan:
  scope: All entries of the importer of record numbers listed in the MOU.
  risk_assessment: {methodology: Likelihood times impact, scored_by: isa_contact, refreshed: annually}
  testing_methodology: Entry lines are traced from purchase order to payment.
  frequency: quarterly
  reviewer: reviewer
  reviewer_independence: Internal audit does no import work.
  error_handling: Root cause, extrapolation, corrective action.
  disclosure: Post-summary correction or prior disclosure under 19 CFR 162.74.
  areas:
    - id: classification
      title: Tariff classification
      likelihood: 3
      impact: 4
      tester: tester
      frequency: quarterly
      sampling: {method: attribute, items: 59, universe: 5000, confidence: 0.95, tolerable_rate: 0.05}
acceptance: {mou_signed_by_cbp_on: 2013-01-15, track: focused-assessment}
submissions:
  - id: application
    kind: application
    route: focused-assessment
    date: 2012-11-15
    mou: {ior_numbers: [12-345678900], form: mou-form.pdf}
    delivery: [{method: courier}]
    exhibits:
      - {id: fa, title: Focused Assessment report, file: fa.pdf, kind: fa-report}
      - {id: ctpat, title: C-TPAT certification, file: ctpat.pdf, kind: ctpat-proof}
  - id: anl-2015
    kind: annual-notification
    date: 2015-01-12
    period: {start: 2013-01-15, end: 2014-12-31}
    continues_to_meet_requirements: true
    no_changes: true
    delivery: [{method: courier}]
    copies_to: [national_account_manager]
    results:
      - {area: classification, items_tested: 472, errors: 0, tests_done: 8}
  - id: appeal
    kind: discontinuance-appeal
    date: 2013-06-20
    notice: {type: proposed, dated: 2013-06-10, received_on: 2013-06-12}
    statement_of_facts: The importer tests its entries every quarter.
    delivery: [{method: courier}]
    grounds:
      - id: care
        category: reasonable-care
        title: Late test
        notice_states: The second test of 2013 was late.
        response: It was done on June 3, 2013.
    exhibits:
      - {id: notice, title: Notice, file: notice.pdf, kind: discontinuance-notice}
      - {id: receipt, title: Courier record, file: receipt.pdf, kind: proof-of-receipt}
"""


class _Loader(yaml.SafeLoader):
    """YAML in which ``on`` and ``no`` are words, as in the matter files."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in rules if letter in "tTfF" or tag != "tag:yaml.org,2002:bool"]
    for letter, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    """Return the YAML ``text`` as plain data, with dates as dates."""
    return yaml.load(text, _Loader)


@cache
def _base() -> Any:
    return load(BASE)


def base() -> Any:
    """Return the faultless matter as plain data of one's own."""
    return deepcopy(_base())


def matter(changes: str | dict[str, Any] = "") -> Matter:
    """Return the faultless matter with ``changes``: YAML lines ``dotted.path: value``.

    ``DELETE`` drops a key or item, a path that ends in ``+`` appends to a list.
    """
    return msgspec.convert(_changed(changes), Matter)


def written(changes: str | dict[str, Any] = "") -> str:
    """Return the text of a matter file with the faultless matter and ``changes``."""
    return yaml.safe_dump(_changed(changes), sort_keys=False, allow_unicode=True)


def _changed(changes: str | dict[str, Any]) -> Any:
    data = base()
    for path, value in ((load(changes) if isinstance(changes, str) else changes) or {}).items():
        _put(data, str(path).split("."), value)
    return data


def _put(data: Any, path: list[str], value: Any) -> None:
    for key in path[:-1]:
        if isinstance(data, dict):
            data = data.setdefault(key, {})
        elif key == "+":
            data.append({})
            data = data[-1]
        else:
            data = data[int(key)]
    last = path[-1]
    if isinstance(data, dict):
        if value == "DELETE":
            data.pop(last, None)
        else:
            data[last] = value
    elif last == "+":
        data.append(value)
    elif value == "DELETE":
        del data[int(last)]
    else:
        data[int(last)] = value
