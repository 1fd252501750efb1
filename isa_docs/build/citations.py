"""Exhibits enclosed and exhibits cited: one that nobody refers to is noted (one cited and not enclosed is an error)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isa_docs.documents.narratives import cited, narrative_fields
from isa_docs.findings import Finding, Severity
from isa_docs.intake.load import LoadedMatter
from isa_docs.intake.model import DiscontinuanceAppeal, Submission

_ASKED_FOR = frozenset(
    {
        "fa-report",
        "ctpat-proof",
        "officer-authority",
        "isa-questionnaire",
        "internal-control-manual",
        "discontinuance-notice",
        "test-results",
        "bond",
        "memorandum",
        "forced-labor-program",
    }
)
"""Kinds the program itself asks for; the papers name them without being told."""


def uncited_exhibits(loaded: LoadedMatter, indexes: Sequence[int]) -> Iterator[Finding]:
    """Yield a note for each exhibit that no text, ground, corrective action or person of the matter refers to."""
    evidence = {person.authority_evidence for person in loaded.matter.people.values()}
    for index in indexes:
        submission = loaded.matter.submissions[index]
        known = evidence | _named(submission) | _in_texts(loaded, index)
        for at, exhibit in enumerate(submission.exhibits):
            if exhibit.id not in known and exhibit.kind not in _ASKED_FOR:
                yield Finding(
                    "REF-UNCITED",
                    Severity.NOTE,
                    f"The exhibit '{exhibit.id}' ({exhibit.title}) is enclosed, but nothing refers to it.",
                    f"Cite it where it matters, as [[exhibit:{exhibit.id}]] in a text, or leave it out.",
                    path=("submissions", index, "exhibits", at, "id"),
                    submission=submission.id,
                )


def _named(submission: Submission) -> set[str | None]:
    if not isinstance(submission, DiscontinuanceAppeal):
        return set()
    named: set[str | None] = {name for ground in submission.grounds for name in ground.exhibits}
    return named | {action.exhibit for action in submission.corrective_actions}


def _in_texts(loaded: LoadedMatter, index: int) -> set[str | None]:
    return {
        name
        for path, text in narrative_fields(loaded.source.data)
        if path[:2] == ("submissions", index)
        for name in cited(text)
    }
