"""Which conditions and loops of the templates were seen to go both ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from isa_docs.documents.docx_package import opened
from isa_docs.documents.reading import template_parts


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


def branches(template: bytes, name: str = "template.docx") -> list[Branch]:
    """Return every branch of a template, in reading order. Raises TemplateError when the template is not usable."""
    return [
        Branch(part.where, line, kind, part.source.tag(line))
        for part in template_parts(opened(template, name))
        for line, kind in part.branches()
    ]


def unexercised(template: bytes, log: BranchLog, name: str = "template.docx") -> list[tuple[Branch, bool]]:
    """Return what no rendering in the log has shown: each branch with the outcome that never came about."""
    return [
        (branch, outcome)
        for branch in branches(template, name)
        for outcome in (True, False)
        if outcome not in log.outcomes.get(branch, ())
    ]
