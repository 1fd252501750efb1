"""``isa-docs new annual-notification --from``: next year's letter from last year's package."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from isa_docs.cli.report import Answer

if TYPE_CHECKING:
    from isa_docs.intake.load import LoadedMatter
    from isa_docs.review.carry import NextLetter


def carry(answer: Answer, last_year: Path, matter: Path) -> None:
    """Add next year's submission to ``matter``; ``last_year`` is last year's package, its folder or its manifest."""
    from isa_docs.intake.load import to_matter
    from isa_docs.intake.replacing import change_matter
    from isa_docs.intake.source import parse_source
    from isa_docs.review.carry import next_letter
    from isa_docs.review.compare import open_package
    from isa_docs.review.record import with_submission

    manifest = open_package(last_year).manifest

    def carried(loaded: LoadedMatter) -> tuple[str, NextLetter]:
        same = hashlib.sha256(loaded.source.text.encode()).hexdigest() == manifest["matter"]["sha256"]
        made = next_letter(loaded, manifest, matter_unchanged=same)
        text = with_submission(loaded.source, made.block, made.data)
        to_matter(parse_source(text.encode(), str(matter)), matter.parent)
        return text, made

    made = change_matter(matter, carried)
    open_fields = made.data["to_confirm"]
    answer.result = {
        "file": str(matter),
        "kind": "annual-notification",
        "blanks": len(open_fields),
        "submission": made.id,
        "values": [{"field": each.field, "state": each.state, "why": each.why} for each in made.values],
    }
    answer.say(f"{matter}: {made.id}")
    for each in made.values:
        answer.say(f"  {each.state:<11} {each.field:<31} {each.why}")
    if not made.matter_unchanged:
        answer.note("The matter file was changed since last year's package was built: check the shared facts, too.")
    answer.message = f"Next: settle the {len(open_fields)} values to confirm, then run: isa-docs check {matter}"
