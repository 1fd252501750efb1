"""``isa-docs build FOLDER``: every matter below a folder."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import nullcontext
from datetime import date
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import click

from isa_docs.build.form import PackageForm
from isa_docs.cli.check import day_of
from isa_docs.cli.report import Answer
from isa_docs.cli.settings import Settings, cache_dir
from isa_docs.errors import ExitCode, InputError
from isa_docs.findings import Finding

if TYPE_CHECKING:
    from isa_docs.build.batch import MatterOutcome


def build_folder(
    answer: Answer,
    folder: Path,
    chosen: Settings,
    as_of: date | None,
    *,
    jobs: int,
    fresh: bool,
    form: PackageForm,
    verbose: int,
) -> None:
    """Build all matters below ``folder``, ``jobs`` at a time, and say what became of each."""
    from isa_docs.build.batch import build_batch, summary
    from isa_docs.build.recall import Call
    from isa_docs.intake.matter_files import matter_files

    started = monotonic()
    matters = matter_files(folder, chosen.out)
    if not matters:
        raise InputError(
            f"There is no matter file below {folder}. A matter file is called matter.yaml, or says matter:."
        )
    day = day_of(answer, as_of)
    calls = [Call(path, (), chosen.out, chosen.templates, chosen.strict, chosen.soffice, day, form) for path in matters]
    bar = click.progressbar(length=len(calls), file=sys.stderr, show_pos=True, item_show_func=_rate(started))
    shown = sys.stderr.isatty() and not (answer.as_json or answer.quiet)
    with bar if shown else nullcontext():

        def done(outcome: MatterOutcome) -> None:
            if shown:
                bar.update(1, bar.pos + 1)
            elif verbose:
                answer.note(next(summary([outcome])))

        outcomes = build_batch(calls, cache_dir(), jobs=jobs, fresh=fresh, done=done)
    seconds = monotonic() - started
    for line in summary(outcomes):
        answer.say(line)
    for outcome in outcomes:
        if outcome.exit_code or answer.as_json:
            answer.add(Finding.from_json(each) for each in outcome.findings)
    failed = [outcome for outcome in outcomes if outcome.exit_code]
    answer.exit_code = ExitCode(failed[0].exit_code) if failed else ExitCode.OK
    packages = sum(outcome.packages for outcome in outcomes)
    kept = sum(outcome.kept and not outcome.exit_code for outcome in outcomes)
    answer.message = (
        f"{len(outcomes) - len(failed)} of {len(outcomes)} matters built ({kept} were up to date), "
        f"{packages} packages in {seconds:.1f} s."
    )
    answer.result = {
        "folder": str(folder),
        "as_of": day.isoformat(),
        "seconds": round(seconds, 2),
        "matters": [_matter_json(outcome) for outcome in outcomes],
    }


def _rate(started: float) -> Callable[[int | None], str | None]:
    def show(done: int | None) -> str | None:
        return f"{done / max(monotonic() - started, 0.001):.1f} matters/s" if done else None

    return show


def _matter_json(outcome: MatterOutcome) -> dict[str, Any]:
    return {
        "file": str(outcome.file),
        "exit_code": outcome.exit_code,
        "message": outcome.message,
        "packages": (outcome.result or {}).get("packages", []),
    }
