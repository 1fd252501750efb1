"""Sample packages: the shipped examples, and each of them changed so that every way of a template is shown.

From them the lint learns which values a template is given and which of them may be empty, and the coverage report
which branches are ever taken. A sample needs no sense as a filing, only to be a matter that could be typed in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import cache
from typing import Any, Final, cast

import msgspec
from msgspec.structs import replace

from isa_docs.documents.context import MODIFIED
from isa_docs.documents.plan import SubmissionPlan, plan_submission
from isa_docs.intake.load import load_matter
from isa_docs.intake.model import (
    Address,
    AnnualNotification,
    Application,
    Confidentiality,
    DiscontinuanceAppeal,
    Firm,
    LastYear,
    Matter,
    Submission,
)
from isa_docs.intake.testing_plan import ProductSafety, SelfTestingPlan
from isa_docs.resources import folder

_KEPT: Final = {"self_testing_plan", "submissions", "people", "kind", "route", "edition"}
"""Optional fields that a sparse matter keeps, for without them there is no paper at all."""

_BEFORE_2012_NOTICE = MODIFIED - timedelta(days=1)


def sample_plans() -> Iterator[SubmissionPlan]:
    """Yield the plan of every submission of every sample matter."""
    for matter in sample_matters():
        for index in range(len(matter.submissions)):
            yield plan_submission(matter, index)


@cache
def sample_matters() -> tuple[Matter, ...]:
    """Return the matters of the shipped examples, each as it is and in every variation."""
    examples = [load_matter(path).matter for path in sorted(folder("examples").glob("*/matter.yaml"))]
    return tuple(vary(matter) for matter in examples for vary in _VARIATIONS)


def _as_it_is(matter: Matter) -> Matter:
    return matter


def _sparse(matter: Matter) -> Matter:
    """Leave out all that may be absent, whole parts included."""
    return cast(Matter, _without(matter, keep_parts=False))


def _thin(matter: Matter) -> Matter:
    """Leave out each single value that may be absent, but keep the parts they stand in."""
    return cast(Matter, _without(matter, keep_parts=True))


def _bare(matter: Matter) -> Matter:
    """Leave out the exhibits, the results, and where no paper is made of it the plan."""
    thin = _thin(matter)
    application = any(isinstance(each, Application) for each in thin.submissions)
    none = {"exhibits": (), "results": (), "changes": (), "no_changes": True, "corrective_actions": ()}
    lone = _each(thin, lambda each: _set(each, **none))
    return lone if application else replace(lone, self_testing_plan=None)


def _no_plan(matter: Matter) -> Matter:
    """Keep only the submissions that need no plan, with one exhibit at most, and no plan."""
    others = tuple(each for each in _thin(matter).submissions if not isinstance(each, Application))
    few = tuple(_set(each, exhibits=each.exhibits[:1]) for each in others)
    return replace(matter, submissions=few, self_testing_plan=None, acceptance=None)


def _by_counsel(matter: Matter) -> Matter:
    """Let counsel sign, designate everything as confidential, and send two copies."""
    matter, counsel = _with_counsel(matter)

    def everything(each: Submission) -> Confidentiality:
        covers = ("letter", "mou", "plan", *(exhibit.id for exhibit in each.exhibits))
        return Confidentiality(justification="The papers state prices.", by="officer", covers=covers)

    return _each(
        matter,
        lambda each: _set(
            each,
            signer=counsel,
            confidentiality=everything(each),
            copies_to=("national_account_manager", "isa_contact"),
            representation_statement=True,
        ),
    )


def _by_silent_counsel(matter: Matter) -> Matter:
    """Let counsel sign of whom neither the bar nor a telephone number is known, and send one copy."""
    matter, counsel = _with_counsel(matter)
    people = {**matter.people, counsel: replace(matter.people[counsel], bar_admission=None, phone=None, email=None)}
    matter = replace(matter, people=people)
    return _each(
        matter,
        lambda each: _set(each, signer=counsel, copies_to=("isa_contact",), representation_statement=True),
    )


def _turned(matter: Matter) -> Matter:
    """Take each yes for a no: immediate for proposed, officer for counsel, changed contact, daily tests."""

    def turn(each: Submission) -> Submission:
        if isinstance(each, DiscontinuanceAppeal):
            return replace(each, signer="officer", notice=replace(each.notice, type="immediate"))
        if isinstance(each, AnnualNotification):
            exhibits = each.exhibits * 2 if len(each.exhibits) == 1 else each.exhibits
            last = LastYear(isa_contact="Somebody Else")
            return replace(each, continues_to_meet_requirements=False, last_year=last, exhibits=exhibits)
        if isinstance(each, Application) and each.exhibits:
            last_one = replace(each.exhibits[-1], kind="forced-labor-program")
            return replace(each, exhibits=(*each.exhibits[:-1], last_one))
        return each

    testing: SelfTestingPlan | None = matter.self_testing_plan
    if testing is not None and testing.reviewer:
        areas = tuple(replace(area, frequency="daily", sampling=None) for area in testing.areas)
        someone = matter.people[testing.reviewer]
        reviewer = replace(someone, organization="Meridian Customs Advisers LLC", phone=None, email=None)
        safety = ProductSafety(contact="officer", controls="Products are tested.", notice_of_changes="CBP is told.")
        areas = (replace(areas[0], catalog="product-safety"), *areas[1:])
        matter = replace(
            matter,
            self_testing_plan=replace(testing, areas=areas, product_safety=safety, reporting=None),
            people={**matter.people, testing.reviewer: reviewer},
        )
    return _each(matter, turn)


def _safe(matter: Matter) -> Matter:
    """Add the least that a product-safety addendum holds, and say nothing of tracking."""
    testing = matter.self_testing_plan
    if testing is None:
        return matter
    safety = ProductSafety(contact="officer", controls="Products are tested.")
    return replace(matter, self_testing_plan=replace(testing, product_safety=safety, tracking=None))


def _by_portal(matter: Matter) -> Matter:
    """Move the submissions into the years of the portal, where letters have no address."""
    return _each(matter, lambda each: replace(each, edition="ctpat-tc", recipient=None))


def _turned_by_portal(matter: Matter) -> Matter:
    """Both: among others, an appeal of a CTPAT decision that has taken effect."""
    return _by_portal(_turned(matter))


def _of_2002(matter: Matter) -> Matter:
    """Move the submissions into the years before the 2012 notice."""
    return _each(matter, lambda each: replace(each, edition="isa-2002", recipient=None, date=_BEFORE_2012_NOTICE))


_VARIATIONS: Final[tuple[Callable[[Matter], Matter], ...]] = (
    _as_it_is, _sparse, _thin, _bare, _no_plan, _by_counsel, _by_silent_counsel, _turned, _safe, _by_portal,
    _turned_by_portal, _of_2002,
)  # fmt: skip


def _each(matter: Matter, change: Callable[[Any], Any]) -> Matter:
    return replace(matter, submissions=tuple(change(each) for each in matter.submissions))


def _set(value: Any, **changes: Any) -> Any:
    """Return a copy with those of the changes that it has a field for."""
    return replace(value, **{name: new for name, new in changes.items() if name in value.__struct_fields__})


def _with_counsel(matter: Matter) -> tuple[Matter, str]:
    """Return a matter that has a firm, and the role of one who works there."""
    firm = matter.firm or Firm(
        name="Meridian Customs Law PLLC",
        address=Address(lines=("1 Main Street",), city="Chicago", region="IL", postal_code="60601"),
    )
    people = dict(matter.people)
    people.setdefault("counsel", people["officer"])
    people["counsel"] = replace(people["counsel"], organization=firm.name)
    return replace(matter, firm=firm, people=people), "counsel"


def _without(value: Any, *, keep_parts: bool) -> Any:
    """Return a copy of a matter, or of a part of one, in which what may be absent is absent."""
    if isinstance(value, tuple):
        return tuple(_without(each, keep_parts=keep_parts) for each in value)
    if isinstance(value, dict):
        return {key: _without(each, keep_parts=keep_parts) for key, each in value.items()}
    if not isinstance(value, msgspec.Struct):
        return value
    changes: dict[str, Any] = {}
    for field in msgspec.structs.fields(value):
        now = getattr(value, field.name)
        if field.required or field.name in _KEPT or (keep_parts and _is_part(now)):
            changes[field.name] = _without(now, keep_parts=keep_parts)
        elif field.default is not msgspec.NODEFAULT:
            changes[field.name] = field.default
        elif field.default_factory is not msgspec.NODEFAULT:
            changes[field.name] = field.default_factory()
    return replace(value, **changes)


def _is_part(value: Any) -> bool:
    return isinstance(value, msgspec.Struct | dict) or (
        isinstance(value, tuple) and any(isinstance(each, msgspec.Struct) for each in value)
    )
