"""Open LibreOffice processes that share the documents to convert; one that crashes, hangs or grows is replaced.

Each process has a thread of its own that starts it, hands it one document after the other, and ends it. The thread
must live as long as the process: Linux ends a process whose starting thread is gone.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from threading import Event, Lock, Thread
from time import monotonic

from isa_docs.conversion.call import Limits
from isa_docs.conversion.office import Office, OfficeGoneError
from isa_docs.conversion.runs import run_folder

_JOIN_SECONDS = 10.0
_WORTH_AN_OFFICE = 6
"""So many documents must wait for each process that is opened: opening one takes as long as converting three."""
_USELESS = 3
"""So many offices in turn that convert nothing at all, and no more are opened."""


@dataclass
class Request:
    """One document to convert: the command line for it, and afterwards the seconds it took."""

    arguments: Sequence[str | Path]
    seconds: float = 0.0
    answers: SimpleQueue[Request] = field(default_factory=SimpleQueue)
    """Where the request is put when it is over, well or not."""


class OfficePool:
    """At most ``limits.processes`` open offices; they are started when they are wanted."""

    def __init__(self, make: Callable[[Path], Office], cache_dir: Path, limits: Limits) -> None:
        """Open offices with ``make``, each in a new folder below ``cache_dir``."""
        self._make, self._cache_dir, self._limits = make, cache_dir, limits
        self._requests: SimpleQueue[Request | None] = SimpleQueue()
        self._lock = Lock()
        self._threads: list[Thread] = []
        self._open: set[Office] = set()
        self._busy: set[Office] = set()
        self._over = Event()
        self._failed = Event()

    @property
    def usable(self) -> bool:
        """Whether offices can be opened here, as far as is known."""
        return not (self._failed.is_set() or self._over.is_set())

    def start(self, count: int) -> None:
        """Begin to open offices until there are ``count``."""
        with self._lock:
            while len(self._threads) < min(count, self._limits.processes) and self.usable:
                thread = Thread(target=self._serve, name="isa-docs-office", daemon=True)
                self._threads.append(thread)
                thread.start()

    def convert(self, commands: Sequence[Sequence[str | Path]]) -> list[float]:
        """Have every command carried out, in this order as far as possible; return the seconds each took.

        What came of each must be seen from the files: one may not have been carried out at all.
        """
        self.start(-(-(len(commands) + self._requests.qsize()) // _WORTH_AN_OFFICE))
        answers: SimpleQueue[Request] = SimpleQueue()
        requests = [Request(command, answers=answers) for command in commands]
        for request in requests:
            self._requests.put(request)
        with self._lock:
            if self._over.is_set():  # nobody may be there any more to answer
                self._drain()
        for _ in requests:
            answers.get()
        return [request.seconds for request in requests]

    def interrupt(self) -> None:
        """Stop what is being converted; the next documents find new offices."""
        with self._lock:
            self._drain()
            busy = list(self._busy)
        for office in busy:
            office.stop()

    def close(self) -> None:
        """Stop everything, and leave no process and no folder behind."""
        self._over.set()
        with self._lock:
            self._drain()
            opened = list(self._open)
        for office in opened:
            office.stop()
        for _ in self._threads:
            self._requests.put(None)
        for thread in self._threads:
            thread.join(_JOIN_SECONDS)
        with self._lock:
            self._drain()

    def _drain(self) -> None:
        """Answer all waiting requests, undone."""
        while not self._requests.empty():
            with suppress(Exception):
                if (request := self._requests.get_nowait()) is not None:
                    request.answers.put(request)

    def _serve(self) -> None:
        """Serve requests until told to end; where no folder can be made, give them back undone."""
        try:
            with run_folder(self._cache_dir) as folder:
                self._serve_in(folder)
                return
        except OSError:
            self._failed.set()
        while (request := self._requests.get()) is not None:
            request.answers.put(request)

    def _serve_in(self, folder: Path) -> None:
        """Serve requests with one office after the other."""
        office = self._opened(folder)
        useless = 0
        try:
            while (request := self._requests.get()) is not None:
                try:
                    if office is None or not office.fit():
                        self._close_one(office, folder)
                        office = self._opened(folder)
                    if office is not None:
                        request.seconds = self._converted(office, request)
                except OfficeGoneError:
                    useless = useless + 1 if office and not office.converted and not office.stopped else 0
                    if useless >= _USELESS:
                        self._failed.set()
                    self._close_one(office, folder)
                    office = None
                finally:
                    request.answers.put(request)
        finally:
            self._close_one(office, folder)

    def _converted(self, office: Office, request: Request) -> float:
        """Have ``office`` do what the request asks for; return the seconds. Raises OfficeGoneError."""
        began = monotonic()
        with self._lock:
            self._busy.add(office)
        try:
            office.convert(request.arguments, self._limits.document)
        finally:
            with self._lock:
                self._busy.discard(office)
        return monotonic() - began

    def _opened(self, folder: Path) -> Office | None:
        """Open an office and wait for it; None when that fails: then nothing more is tried with open offices."""
        if not self.usable:
            return None
        office = None
        try:
            (folder / "office").mkdir()
            office = self._make(folder / "office")
            with self._lock:
                self._open.add(office)
            if self._over.is_set():
                raise OfficeGoneError("the pool was closed")
            office.wait(self._limits.start)
        except (OfficeGoneError, OSError):
            if office is None or not office.stopped:
                self._failed.set()
            self._close_one(office, folder)
            return None
        return office

    def _close_one(self, office: Office | None, folder: Path) -> None:
        if office is not None:
            office.stop()
            with self._lock:
                self._open.discard(office)
        shutil.rmtree(folder / "office", ignore_errors=True)
