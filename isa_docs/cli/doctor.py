"""``isa-docs doctor``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import settings_for
from isa_docs.errors import ExitCode


@click.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The output folder to try.")
@click.option("--soffice", type=click.Path(path_type=Path), help="The LibreOffice to try; default: the one found.")
@common_options
@answering("doctor")
def doctor(answer: Answer, out: Path | None, soffice: Path | None, verbose: int) -> None:
    """Say whether this machine has what a build needs, and how to get what it lacks. Nothing is changed."""
    from isa_docs.cli.machine import look, system_name

    checks = look(settings_for(Path(), out=out, soffice=soffice))
    width = max(len(check.name) for check in checks)
    for check in checks:
        word, color = ("ok", "green") if check.ok else ("MISSING", "red") if check.needed else ("lacking", "yellow")
        answer.say(f"{click.style(f'{word:<8}', fg=color)}{check.name:<{width}}  {check.found}")
        if check.remedy:
            answer.say(f"{'':8}{'':{width}}  install: {check.remedy}")
    answer.result = {"system": system_name(), "checks": [asdict(check) for check in checks]}
    lacking = [check.name for check in checks if check.needed and not check.ok]
    if lacking:
        answer.exit_code = ExitCode.MISSING_PROGRAM
        answer.message = f"A build would fail here: {', '.join(lacking)}."
    else:
        answer.message = "This machine has everything that a build needs."
