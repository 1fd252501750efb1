"""Register rules and hand them what they judge.

A rule is one pure function with a stable code: facts in, problems out. The decorator :func:`rule` records what
``explain`` prints (title, words, severity, editions, effective dates, authority, remedy, example); the function's
docstring says in plain words what the program asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Generic, Literal, TypeVar

from isa_docs.findings import Path, Severity
from isa_docs.intake.model import Matter, Person, Submission
from isa_docs.program.calendar import HolidayCalendar, calendar_for
from isa_docs.program.deadlines import Deadline, own_deadline
from isa_docs.program.editions import EditionChoice, TrackChoice, edition_for, track_of
from isa_docs.program.recipients import Recipient, kind_of, recipient_for
from isa_docs.program.rules.texts import printed_texts

Scope = Literal["matter", "submission", "package"]
S = TypeVar("S")

ERROR = Severity.ERROR
WARNING = Severity.WARNING
NOTE = Severity.NOTE
ALL_EDITIONS = ("isa-2002", "isa-2012", "ctpat-tc")
ISA_EDITIONS = ("isa-2002", "isa-2012")


@dataclass(frozen=True)
class Problem:
    """What a rule found: the message and the place in the matter (None where the place is the whole file)."""

    message: str
    path: Path | None = None
    remedy: str | None = None
    """In place of the rule's own remedy, where the facts allow a more exact one."""


@dataclass(frozen=True)
class Case(Generic[S]):
    """What a rule judges: the matter and, for submission rules, one submission of it."""

    matter: Matter
    submission: S
    index: int = -1
    as_of: date | None = None

    def path(self, *parts: str | int) -> Path:
        """Return the place ``parts`` inside this submission."""
        return ("submissions", self.index, *parts)

    @cached_property
    def texts(self) -> tuple[tuple[str, Path], ...]:
        """Return every text of the matter that a paper may print, with its place."""
        return tuple(printed_texts(self.matter))

    @cached_property
    def calendar(self) -> HolidayCalendar:
        """Return the business-day calendar of the matter."""
        return calendar_for(self.matter)

    @cached_property
    def track(self) -> TrackChoice:
        """Return the importer's track."""
        return track_of(self.matter)

    @cached_property
    def edition(self) -> EditionChoice:
        """Return the edition that governs the submission."""
        return edition_for(self.matter, self._one)

    @cached_property
    def recipient(self) -> Recipient:
        """Return the office the submission goes to."""
        return recipient_for(self.matter, self._one)

    @cached_property
    def deadline(self) -> Deadline | None:
        """Return the deadline the submission must meet, if the matter starts its clock."""
        return own_deadline(self.matter, self._one, self.calendar)

    @property
    def _one(self) -> Submission:
        submission: Any = self.submission
        return submission  # type: ignore[no-any-return]

    def person(self, person_id: str | None) -> Person | None:
        """Return the person ``person_id`` of the matter, or None."""
        return self.matter.people.get(person_id) if person_id else None

    def has_exhibit(self, kind: str) -> bool:
        """Tell whether the submission carries an exhibit of ``kind``."""
        return any(exhibit.kind == kind for exhibit in self._one.exhibits)


Check = Callable[[Any], Iterator[Problem]]


@dataclass(frozen=True)
class Rule:
    """One rule of the program as ``explain`` shows it, and the function that judges it."""

    code: str
    title: str
    severity: Severity
    scope: Scope
    kinds: tuple[str, ...]
    """Kinds of submission the rule is for; empty for all."""
    editions: tuple[str, ...]
    since: date | None
    until: date | None
    authority: tuple[str, ...]
    remedy: str
    example: str
    """A fragment of a matter file that breaks the rule."""
    words: str
    check: Check

    def applies(self, case: Case[Any]) -> bool:
        """Tell whether the rule judges the submission of ``case``: its kind, edition and date."""
        submission = case.submission
        return (
            (not self.kinds or kind_of(submission) in self.kinds)
            and case.edition.edition in self.editions
            and (self.since is None or submission.date >= self.since)
            and (self.until is None or submission.date <= self.until)
        )


_RULES: dict[str, Rule] = {}


def rule(
    code: str,
    title: str,
    *,
    severity: Severity,
    authority: tuple[str, ...],
    remedy: str,
    example: str,
    scope: Scope = "submission",
    kinds: tuple[str, ...] = (),
    editions: tuple[str, ...] = ALL_EDITIONS,
    since: date | None = None,
    until: date | None = None,
) -> Callable[[Check], Check]:
    """Register the decorated function as the rule ``code``; its docstring becomes the rule's words.

    Raises ValueError when the code is taken or the function is not named after it.
    """

    def register(check: Check) -> Check:
        name = code.lower().replace("-", "_")
        if code in _RULES or check.__name__ != name:
            raise ValueError(f"rule {code}: the code is taken or the function is not named {name}")
        words = " ".join((check.__doc__ or "").split())
        _RULES[code] = Rule(
            code, title, severity, scope, kinds, editions, since, until, authority, remedy, example, words, check
        )
        return check

    return register


def registered() -> dict[str, Rule]:
    """Return the rules registered so far by code; :func:`isa_docs.program.rules.all_rules` loads them all first."""
    return _RULES


def listing(items: list[str] | tuple[str, ...]) -> str:
    """Join ``items`` as an English list: ``a, b and c``."""
    return items[0] if len(items) == 1 else ", ".join(items[:-1]) + " and " + items[-1] if items else "none"
