"""``isa-docs watch`` and ``isa-docs worker``."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import cache_dir, settings_for
from isa_docs.errors import InputError, MissingProgramError, OutputError, TryAgainError

if TYPE_CHECKING:
    from isa_docs.delivery.folder.store import FolderStore
    from isa_docs.delivery.service import Service
    from isa_docs.delivery.settings import ServiceSettings

SETTINGS_FILE = "isa-docs-service.toml"
_PATIENCE = 60.0
"""Seconds that `watch --once` waits for a folder that does not answer."""
CONFIG = click.option(
    "--config",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="ISA_DOCS_SERVICE",
    help=f"The service's settings; default: {SETTINGS_FILE} here, if there is one.",
)


def service_settings(config: Path | None) -> ServiceSettings:
    """Read the settings of the service; the defaults when no file is named and none lies here."""
    need_service_extra()
    from isa_docs.delivery.settings import ServiceSettings, read_service_settings

    if config is None and not Path(SETTINGS_FILE).is_file():
        return replace(ServiceSettings(), home=ServiceSettings.home.absolute())
    return read_service_settings(config or Path(SETTINGS_FILE))


def open_service(settings: ServiceSettings) -> Service:
    """Open the service with this machine's converter; raises TryAgainError or OutputError without its database."""
    from sqlalchemy.exc import OperationalError

    from isa_docs.delivery.service import Service

    own = settings_for(settings.home.parent, soffice=settings.soffice)
    try:
        return Service(replace(settings, soffice=own.soffice), cache_dir())
    except OperationalError:  # its text names the address and the user
        if settings.database.startswith("sqlite"):
            raise OutputError(f"The database of jobs in {settings.home} cannot be opened or written.") from None
        raise TryAgainError("The database that 'jobs' names in the settings does not answer.") from None


def need_service_extra() -> None:
    """Raise MissingProgramError, with the line to run, when the packages of the service are not installed."""
    from importlib.util import find_spec

    missing = [name for name in ("dbos", "fastapi", "httpx", "sqlalchemy", "uvicorn") if find_spec(name) is None]
    if missing:
        raise MissingProgramError(
            f"The service's packages are not installed ({', '.join(missing)}). Install: pip install 'isa-docs[service]'"
        )


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False, exists=True), required=False)
@CONFIG
@click.option("--once", is_flag=True, help="Go through what lies there now, then stop.")
@common_options
@answering("watch")
def watch(answer: Answer, folder: Path | None, config: Path | None, once: bool, verbose: int) -> None:
    """Watch FOLDER (and the folders of the settings): build what is put into its inbox.

    Put a matter file, or a folder with a matter file and its exhibits, into FOLDER/inbox. Packages come back in
    FOLDER/done; what needs correcting comes back in FOLDER/failed with a text that says why. FOLDER must exist.
    """
    settings = service_settings(config)
    from isa_docs.delivery.logs import log_to
    from isa_docs.delivery.settings import FolderSettings

    if folder:
        home = settings.home if config else folder.absolute() / ".isa-docs"
        settings = replace(settings, home=home, folders=settings.folders | {"folder": FolderSettings(folder)})
    if not settings.folders:
        raise InputError(f"Which folder? Name one, or add [folders] to {SETTINGS_FILE}.")
    log_to(sys.stderr, verbose=verbose > 0)
    stores = _stores(settings)
    before = _reported(stores)
    service = open_service(settings)
    try:
        with service.working(), service.watching():
            answer.note(f"Watching {', '.join(str(each.path or each.url) for each in settings.folders.values())}.")
            while not once:
                time.sleep(1)
            _wait_until_done(stores)
    finally:
        service.close()
    fresh = sorted(_reported(stores) - before)
    answer.result = {sub: [name for name in fresh if name.startswith(f"{sub}/")] for sub in ("done", "failed")}
    for name in fresh:
        answer.say(name)
    answer.message = "Nothing is left to do."


def _stores(settings: ServiceSettings) -> dict[str, FolderStore]:
    """Return the folders of the settings by name; raises InputError when one of them is not there."""
    from isa_docs.delivery.service import folder_store

    for name, own in settings.folders.items():
        if own.path is not None and not own.path.is_dir():
            raise InputError(f"There is no folder {own.path}. Make it, or correct [folders.{name}].")
    return {name: folder_store(own) for name, own in settings.folders.items()}


def _reported(stores: Mapping[str, FolderStore]) -> set[str]:
    """Return what lies in ``done`` and ``failed`` of every folder; raises TryAgainError when one does not answer."""
    from isa_docs.delivery.folder.store import FolderError

    found = set()
    for name, store in stores.items():
        try:
            store.prepare()
            found |= {f"{sub}/{each.name}" for sub in ("done", "failed") for each in store.entries(sub)}
        except FolderError as error:
            raise TryAgainError(f"[folders.{name}]: {error}.") from None
    return found


def _wait_until_done(stores: Mapping[str, FolderStore]) -> None:
    """Return when nothing is left to do; raises TryAgainError when a folder has not answered for a while."""
    from isa_docs.delivery.folder.store import FolderError

    answered = time.monotonic()
    while True:
        try:
            if not _waiting(stores):
                return
            answered = time.monotonic()
        except FolderError as error:  # one answer may get lost; the watcher looks again, too
            if time.monotonic() - answered > _PATIENCE:
                raise TryAgainError(f"A watched folder no longer answers: {error}.") from None
        time.sleep(1)


def _waiting(stores: Mapping[str, FolderStore]) -> bool:
    """Say whether a watcher still has something to take or to report; raises FolderError."""
    from isa_docs.delivery.folder.watcher import will_be_taken

    return any(
        will_be_taken(sub, each)
        for store in stores.values()
        for sub in ("inbox", "processing")
        for each in store.entries(sub)
    )


@click.command()
@CONFIG
@common_options
@answering("worker")
def worker(answer: Answer, config: Path | None, verbose: int) -> None:
    """Run the jobs of a service on this machine, with its watched folders and DMS sweeps, until told to stop."""
    from isa_docs.delivery.logs import log_to

    settings = service_settings(config)
    log_to(sys.stderr, verbose=verbose > 0)
    service = open_service(settings)
    try:
        with ExitStack() as stack:
            name = stack.enter_context(service.working())
            stack.enter_context(service.watching())
            stack.enter_context(service.sweeping())
            answer.note(f"Worker {name} is running.")
            while True:
                time.sleep(1)
    finally:
        service.close()
