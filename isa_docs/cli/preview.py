"""``isa-docs build --watermark``: previews of packages that may still have open errors."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from isa_docs.build.form import PackageForm
from isa_docs.cli.check import day_of
from isa_docs.cli.report import Answer
from isa_docs.cli.settings import Settings
from isa_docs.errors import ExitCode


def build_previews(
    answer: Answer,
    matter: Path,
    only: tuple[str, ...],
    chosen: Settings,
    as_of: date | None,
    form: PackageForm,
    watermark: str,
    progress: Callable[[str], None],
) -> None:
    """Make the previews; the exit code stays that of the errors that a package would be refused for."""
    from isa_docs.build.checks import select
    from isa_docs.build.pipeline import BuildSettings, build_matter
    from isa_docs.intake.load import load_matter

    day = day_of(answer, as_of)
    loaded = load_matter(matter)
    settings = BuildSettings(
        chosen.out, chosen.engine, chosen.templates, chosen.strict, day, form=form, watermark=watermark
    )
    outcomes = build_matter(loaded, select(loaded, only), settings, progress)
    for outcome in outcomes:
        answer.add(outcome.findings)
        if outcome.pdf and outcome.package:
            answer.say(f"{outcome.pdf}  {outcome.package.pages} pages, marked {watermark}")
        if outcome.error:
            answer.note(f"{outcome.submission}: {outcome.error.message}")
            answer.exit_code = answer.exit_code or ExitCode(outcome.exit_code)
    answer.result = {
        "matter": loaded.matter.matter,
        "as_of": day.isoformat(),
        "previews": [
            {"submission": each.submission, "file": str(each.pdf), "exit_code": int(each.exit_code)}
            for each in outcomes
            if each.pdf
        ],
    }
    answer.message = f"{sum(each.pdf is not None for each in outcomes)} of {len(outcomes)} previewed."
