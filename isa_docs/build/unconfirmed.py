"""Values carried from last year's letter that nobody has confirmed: no package is built with them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from isa_docs.findings import Finding, Severity
from isa_docs.intake.load import LoadedMatter
from isa_docs.intake.model import AnnualNotification


def unconfirmed(loaded: LoadedMatter, indexes: Sequence[int]) -> Iterator[Finding]:
    """Yield an error for each field that a submission carries from last year and lists as still to confirm."""
    for index in indexes:
        submission = loaded.matter.submissions[index]
        if not isinstance(submission, AnnualNotification):
            continue
        for at, name in enumerate(submission.to_confirm):
            yield Finding(
                "INPUT-UNCONFIRMED",
                Severity.ERROR,
                f"'{name}' of {submission.id} was carried from last year and is not confirmed.",
                f"Look at it, correct it, and delete '{name}' from to_confirm.",
                ("submissions", index, "to_confirm", at),
                submission=submission.id,
            )
