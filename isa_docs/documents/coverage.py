"""Which conditions and loops of the templates were seen to go both ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, order=True)
class Branch:
    """One ``if``, inline ``if`` or ``for`` of a template: the part it is in, its number there, its tag."""

    part: str
    line: int
    kind: str
    tag: str


@dataclass
class BranchLog:
    """How the branches of one rendering went: for an ``if`` true or false, for a ``for`` with or without items."""

    outcomes: dict[Branch, set[bool]] = field(default_factory=dict)

    def note(self, branch: Branch, outcome: bool) -> None:
        """Add one outcome."""
        self.outcomes.setdefault(branch, set()).add(outcome)


def merged(logs: Iterable[BranchLog]) -> BranchLog:
    """Return one log of several renderings of the same template."""
    whole = BranchLog()
    for log in logs:
        for branch, outcomes in log.outcomes.items():
            for outcome in outcomes:
                whole.note(branch, outcome)
    return whole
