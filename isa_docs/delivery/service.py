"""Puts a service together from its settings: engine, work, watchers and DMS sweeps in one process or in several."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

from isa_docs.delivery.building import Destination, PackageWork
from isa_docs.delivery.building_process import ProcessBuilder
from isa_docs.delivery.callbacks import LONGEST, Callbacks
from isa_docs.delivery.connectors.filing import DmsDestination, Sweep
from isa_docs.delivery.connectors.mayan import Mayan
from isa_docs.delivery.connectors.model import Connector, ConnectorError
from isa_docs.delivery.connectors.webdav import WebDavDms
from isa_docs.delivery.folder.store import FolderError, FolderStore, LocalFolder
from isa_docs.delivery.folder.watcher import FolderWatcher
from isa_docs.delivery.folder.webdav import WebDavFolder
from isa_docs.delivery.intake import Reception, version_with
from isa_docs.delivery.jobs.durable import DurableJobs
from isa_docs.delivery.jobs.worker import Worker, WorkerSettings, worker_name
from isa_docs.delivery.settings import DmsSettings, FolderSettings, ServiceSettings, read_secret
from isa_docs.delivery.spool import Spool

_log = logging.getLogger("isa_docs.service")


class Service:
    """One service as this process sees it; :meth:`close` lets go of the database."""

    def __init__(self, settings: ServiceSettings, cache: Path) -> None:
        self.settings = settings
        settings.home.mkdir(parents=True, exist_ok=True)
        self.spool = Spool(settings.home / "intakes")
        self.packages = settings.home / "packages"
        self.jobs = DurableJobs(settings.database)
        version = version_with(settings.templates, settings.strict)
        self.reception = Reception(self.jobs, self.spool, self.packages, date.today, version)
        self._builder = ProcessBuilder(cache, settings.soffice)
        connectors = {name: connector_for(own) for name, own in settings.dms.items()}
        self.sweeps = {name: Sweep(name, each, self.reception) for name, each in connectors.items()}
        self.destinations: dict[str, Destination] = {name: DmsDestination(each) for name, each in connectors.items()}
        self.callbacks = Callbacks(self.jobs.table, settings.callbacks)

    def close(self) -> None:
        """End the processes that build, and let go of the database."""
        self._builder.close()
        self.jobs.close()

    def work(self) -> PackageWork:
        """Return what a job does here."""
        settings = self.settings
        return PackageWork(
            self.spool,
            self.packages,
            self._builder,
            templates=settings.templates,
            strict=settings.strict,
            destinations=self.destinations,
        )

    @contextmanager
    def working(self, own: WorkerSettings | None = None, patience: int = 20) -> Iterator[str]:
        """Run jobs and send callbacks in this process as long as the context lasts; give the worker's name."""
        own = own or WorkerSettings(slots=self.settings.slots, filers=self.settings.filers)
        stop = threading.Event()
        teller = threading.Thread(target=_tell, args=(self.callbacks, own.beat, stop), daemon=True)
        with worker_name(self.settings.home / "workers") as name:
            worker = Worker(self.jobs, self.work(), name, own)
            worker.start()
            teller.start()
            try:
                yield name
            finally:
                stop.set()
                worker.stop(patience)
                teller.join(timeout=LONGEST)

    @contextmanager
    def sweeping(self) -> Iterator[None]:
        """Ask the DMSs of the settings what is ready, in threads, as long as the context lasts."""
        stop = threading.Event()
        threads = [
            threading.Thread(target=_sweep, args=(name, sweep, self.settings.dms[name].every, stop), daemon=True)
            for name, sweep in self.sweeps.items()
        ]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            stop.set()
            for thread in threads:
                thread.join(timeout=10)

    @contextmanager
    def watching(self, names: list[str] | None = None) -> Iterator[list[threading.Thread]]:
        """Watch the folders of the settings in threads as long as the context lasts."""
        stop = threading.Event()
        with ExitStack() as stack:
            threads = []
            for name, own in self.settings.folders.items():
                if names is None or name in names:
                    watcher = FolderWatcher(folder_store(own), self.reception, name, own.settle)
                    wake = threading.Event()
                    if own.path is not None:
                        stack.enter_context(_events(own.path, wake, stop))
                    threads.append(threading.Thread(target=_watch, args=(watcher, own.every, wake, stop), daemon=True))
            for thread in threads:
                thread.start()
            try:
                yield threads
            finally:
                stop.set()
                for thread in threads:
                    thread.join(timeout=10)


def folder_store(own: FolderSettings) -> FolderStore:
    """Return the watched folder that the settings describe."""
    if own.path is not None:
        return LocalFolder(own.path)
    return WebDavFolder(own.url, (own.user, read_secret(own.password_file)) if own.user else None)


def connector_for(own: DmsSettings) -> Connector:
    """Return the connector that the settings describe."""
    if own.kind == "mayan":
        return Mayan(own.url, read_secret(own.token_file))
    return WebDavDms(WebDavFolder(own.url, (own.user, read_secret(own.password_file)) if own.user else None))


def _tell(callbacks: Callbacks, every: float, stop: threading.Event) -> None:
    """Send callbacks, in a thread that nothing waits for: a heartbeat that did would be as slow as any receiver."""
    while not stop.is_set():
        try:
            callbacks.send_due(stop.is_set)
        except Exception as error:  # the database may be away for a while
            _log.error("callbacks failed", extra={"error": type(error).__name__})
        stop.wait(every)


def _sweep(name: str, sweep: Sweep, every: float, stop: threading.Event) -> None:
    while not stop.is_set():
        pause = every
        try:
            sweep.look()
        except ConnectorError as error:
            pause = max(every, error.wait)
            _log.warning("DMS not ready", extra={"error": str(error), "source": name})
        except Exception as error:  # a sweep must not die of one bad moment
            _log.error("sweep failed", extra={"error": type(error).__name__, "source": name})
        stop.wait(pause)


def _watch(watcher: FolderWatcher, every: float, wake: threading.Event, stop: threading.Event) -> None:
    """Look until told to stop; soon again while something moves or settles, at the latest after ``every`` seconds."""
    prepared = False
    while not stop.is_set():
        busy, asked = False, 0.0
        try:
            if not prepared:
                watcher.store.prepare()
                prepared = True
            watcher.look()
            busy = watcher.busy
        except FolderError as error:
            asked = error.wait
            _log.warning("folder not ready", extra={"error": str(error), "source": f"folder:{watcher.name}"})
        except Exception as error:  # a watcher must not die of one bad moment, such as a database that restarts
            _log.error("look failed", extra={"error": type(error).__name__, "source": f"folder:{watcher.name}"})
        end = time.monotonic() + (min(every, max(watcher.settle / 2, 0.2)) if busy else max(every, asked))
        while not stop.is_set() and time.monotonic() < end:
            if wake.wait(0.2):
                wake.clear()
                break


@contextmanager
def _events(path: Path, wake: threading.Event, stop: threading.Event) -> Iterator[None]:
    """Let events of the file system set ``wake``."""
    from watchfiles import watch

    def listen() -> None:
        try:
            (path / "inbox").mkdir(exist_ok=True)
            for _ in watch(path / "inbox", stop_event=stop, rust_timeout=1000, yield_on_timeout=False):
                wake.set()
        except Exception as error:  # events only make looks come sooner; without them the looks go on
            _log.warning("no events", extra={"error": type(error).__name__})

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    yield
    stop.set()
    thread.join(timeout=5)
