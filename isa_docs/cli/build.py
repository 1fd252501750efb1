"""``isa-docs build``."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from time import monotonic

import click

from isa_docs.cli.check import AS_OF, MATTER, ONLY, STRICT
from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import as_of_option, engine
from isa_docs.errors import ExitCode


@click.command()
@MATTER
@ONLY
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("build"),
    show_default=True,
    help="Folder for the output.",
)
@click.option(
    "--templates",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with your own templates; missing ones are the shipped ones.",
)
@STRICT
@AS_OF
@common_options
@answering("build")
def build(
    answer: Answer,
    matter: Path,
    only: tuple[str, ...],
    out: Path,
    templates: Path | None,
    strict: bool,
    as_of: date | None,
    verbose: int,
) -> None:
    """Build the packages of MATTER into OUT/<matter>/<submission>/."""
    from isa_docs.build.checks import select
    from isa_docs.build.pipeline import BuildSettings, build_matter
    from isa_docs.intake.load import load_matter

    started = monotonic()
    day = as_of or as_of_option()
    loaded = load_matter(matter)
    settings = BuildSettings(out=out, engine=engine, templates=templates, strict=strict, as_of=day)
    say = answer.note if verbose or (sys.stderr.isatty() and not answer.as_json) else lambda text: None
    outcomes = build_matter(loaded, select(loaded, only), settings, say)
    seconds = monotonic() - started
    seen = set()
    for outcome in outcomes:
        for finding in outcome.findings:
            key = (finding.code, finding.message, finding.place)
            if key not in seen:
                seen.add(key)
                answer.findings.append(finding)
        if outcome.pdf and outcome.package:
            fields = sum(field.slot.kind == "signature" for field in outcome.package.fields)
            answer.say(f"{outcome.pdf}  {outcome.package.pages} pages, {fields} signature fields")
    failed = [outcome for outcome in outcomes if outcome.error]
    answer.result = {
        "matter": loaded.matter.matter,
        "as_of": day.isoformat(),
        "seconds": round(seconds, 2),
        "packages": [
            {
                "submission": outcome.submission,
                "exit_code": int(outcome.exit_code),
                "file": str(outcome.pdf) if outcome.pdf else None,
                "folder": str(outcome.folder),
                "package_id": outcome.package_id or None,
                "pages": outcome.package.pages if outcome.package else None,
                "sha256": outcome.package.sha256 if outcome.package else None,
                "error": outcome.error.message if outcome.error else None,
            }
            for outcome in outcomes
        ],
    }
    for outcome in failed:
        assert outcome.error is not None
        answer.note(f"{outcome.submission}: not built. {outcome.error.message}")
        if not answer.exit_code:
            answer.exit_code = ExitCode(outcome.exit_code)
    if verbose > 1 and failed and failed[0].error:
        raise failed[0].error
    done = len(outcomes) - len(failed)
    answer.message = f"{done} of {len(outcomes)} packages built in {seconds:.1f} s."
