"""``isa-docs dms``."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.watch import CONFIG, need_service_extra, open_service, service_settings
from isa_docs.errors import InputError, TryAgainError


@click.group()
def dms() -> None:
    """Work with document-management systems."""


@dms.command("sync")
@click.argument("name", required=False)
@click.option("--wait", type=click.IntRange(0, 86400), default=0, help="Seconds to wait for the jobs; default: none.")
@CONFIG
@common_options
@answering("dms sync")
def sync(answer: Answer, name: str | None, wait: int, config: Path | None, verbose: int) -> None:
    """Ask the DMS called NAME (default: every DMS of the settings) once what is ready, and run its jobs here."""
    settings = service_settings(config)
    from isa_docs.delivery.connectors.model import ConnectorError
    from isa_docs.delivery.jobs.model import JobState
    from isa_docs.delivery.logs import log_to

    if name is not None and name not in settings.dms:
        raise InputError(f"There is no DMS '{name}' in the settings.")
    if not settings.dms:
        raise InputError("The settings name no DMS. docs/dms.md shows how.")
    log_to(sys.stderr, verbose=verbose > 0)
    service = open_service(settings)

    def under_way(source: str) -> bool:
        """Say whether a job of the DMS is not built, or not filed or told, as far as this machine can do it now."""
        jobs = service.jobs.find(source=source, limit=10_000)
        return any(job.state in (JobState.RECEIVED, JobState.BUILDING) or job.step == "file" for job in jobs)

    try:
        found = {}
        for each in [name] if name else list(settings.dms):
            try:
                found[each] = service.sweeps[each].look()
            except ConnectorError as error:
                raise TryAgainError(f"{each}: {error}.") from None
        if wait:
            end = time.monotonic() + wait
            with service.working():
                while time.monotonic() < end and any(map(under_way, found)):
                    time.sleep(0.5)
    finally:
        service.close()
    for each, number in found.items():
        answer.say(f"{each}: {number} ready")
    answer.result = {"ready": found}


@dms.command("bootstrap")
@click.argument("kind", type=click.Choice(["mayan"]))
@click.option("--url", required=True, help="Where the DMS is, for example https://dms.example.com")
@click.option(
    "--token-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="A file with an administrator's token; default: the variable ISA_DOCS_DMS_TOKEN.",
)
@common_options
@answering("dms bootstrap")
def bootstrap(answer: Answer, kind: str, url: str, token_file: Path | None, verbose: int) -> None:
    """Make the document types, metadata and workflow that isa-docs works with; what is there already stays."""
    need_service_extra()
    from isa_docs.delivery.connectors.mayan import bootstrap as make
    from isa_docs.delivery.connectors.model import ConnectorError
    from isa_docs.delivery.settings import read_secret

    token = read_secret(token_file) if token_file else os.environ.get("ISA_DOCS_DMS_TOKEN", "")
    if not token:
        raise InputError("An administrator's token is needed: --token-file, or the variable ISA_DOCS_DMS_TOKEN.")
    try:
        made = make(url, token)
    except ConnectorError as error:
        raise TryAgainError(f"{url}: {error}.") from None
    for each in made:
        answer.say(each)
    answer.result = {"kind": kind, "made": made}
    answer.message = f"{len(made)} made." if made else "Everything was there."
