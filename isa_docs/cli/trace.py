"""``isa-docs trace``."""

from __future__ import annotations

import hashlib
from pathlib import Path

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import settings_for
from isa_docs.errors import ExitCode
from isa_docs.findings import Finding, Severity


@click.command()
@click.argument("package", type=click.Path(path_type=Path, exists=True))
@click.argument("text")
@click.option("--page", required=True, type=click.IntRange(min=1), help="The page of the package, from 1.")
@click.option(
    "--matter",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="The matter file it was built from.",
)
@click.option(
    "--templates",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with your own templates, if it was built with them.",
)
@common_options
@answering("trace")
def trace(
    answer: Answer, package: Path, text: str, page: int, matter: Path, templates: Path | None, verbose: int
) -> None:
    """Trace TEXT on a page of PACKAGE to what put it there: a line of the matter, the template, the directory.

    PACKAGE is the folder of a build, its PDF or its manifest. Exit code 10 when nothing is found.
    """
    from isa_docs.build.templates import Templates
    from isa_docs.intake.load import load_matter
    from isa_docs.program.authorities import cite_all
    from isa_docs.review.compare import open_package
    from isa_docs.review.trace import trace as traced

    manifest = open_package(package).manifest
    loaded = load_matter(matter)
    own = Templates(settings_for(matter.parent, templates=templates).templates)
    if hashlib.sha256(loaded.source.text.encode()).hexdigest() != manifest["matter"]["sha256"]:
        message = f"{matter} was changed since the package was built; what is found is of today's matter."
        answer.add([Finding("TRACE-CHANGED", Severity.WARNING, message, "Build again, or take the matter of then.")])
    origins = traced(loaded, manifest, page, text, own.read)
    for each in origins:
        where = f"{each.place}: " if each.place else ""
        answer.say(f"{where}{each.source}: {each.text}")
        if each.template:
            answer.say(f"    template   {each.template}{f', {each.expression}' if each.expression else ''}")
        if each.authority:
            answer.say(f"    authority  {cite_all(each.authority)}")
        if each.rules:
            answer.say(f"    rules      {', '.join(each.rules)}")
    answer.result = {"page": page, "text": text, "origins": [each.to_json() for each in origins]}
    if not origins:
        answer.exit_code = ExitCode.DIFFERENT
        answer.message = f"Nothing was found that puts these words on page {page}; try fewer words."
