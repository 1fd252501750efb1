"""The process that builds for a service: an order a line on standard input, an answer a line back.

Its libraries stay in memory and its converter stays open. What it works on lies in a folder that the next process
clears away should this one be killed, so that no part of an intake stays behind.
"""

from __future__ import annotations

import gc
import json
import os
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import date
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from isa_docs.build.cache import Cache
from isa_docs.build.compiled import CompiledTemplates
from isa_docs.build.worker import Engines
from isa_docs.conversion.engine import Engine
from isa_docs.conversion.runs import run_folder
from isa_docs.delivery.building import BuildOrder, build_here
from isa_docs.delivery.building_process import answer_line
from isa_docs.errors import IsaDocsError

MOST = 200
"""Builds after which another process takes over; what a library may leak stays small."""
LARGEST = 600 * 1024
"""Kilobytes of memory after which another process takes over."""


class Worker:
    """Builds orders one after the other."""

    def __init__(self, cache: Path, soffice: Path | None, *, patient: bool) -> None:
        """Use one converter at a time when patient: two letters at a time make better use of two cores."""
        self._soffice, self._folder = soffice, cache
        self._cache = Cache(cache)
        self._templates = CompiledTemplates(self._cache)
        self._engines = Engines(1 if patient else None)
        self._built = 0
        self.busy = threading.Event()
        self._engines.assembly.start()
        with suppress(IsaDocsError, OSError):  # the build that needs it says what is missing
            self._engine().start()

    def build(self, line: str) -> str:
        """Build what a line asks for; return the line that answers."""
        self.busy.set()
        result = build_here(_order(json.loads(line)), self._engine, self._cache, self._engines.assembly)
        self._templates.keep()
        self._cache.tend()
        self._built += 1
        self.busy.clear()
        return answer_line(result, last=self._built >= MOST or _memory() > LARGEST)

    def _engine(self) -> Engine:
        return self._engines.get(self._soffice, self._folder)

    def end(self) -> None:
        """End the converter and the process that has to do with PDFs."""
        self._engines.end()


def _order(asked: dict[str, Any]) -> BuildOrder:
    return BuildOrder(
        Path(asked["matter"]),
        Path(asked["folder"]),
        date.fromisoformat(asked["as_of"]),
        tuple(asked["only"]),
        Path(asked["templates"]) if asked["templates"] else None,
        asked["strict"],
    )


def _memory() -> int:
    """Return the most memory that this process has held, in kilobytes; 0 where that is not told."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


def _listen(lines: Iterable[str], orders: SimpleQueue[str | None], worker: Worker, own: Path) -> None:
    """Pass orders on; end the process in the middle of a build when the service is gone, which will build it anew."""
    for line in lines:
        orders.put(line)
    orders.put(None)
    if worker.busy.is_set():
        worker.end()
        for _ in range(50):  # the build goes on until it misses what is taken away under it
            shutil.rmtree(own, ignore_errors=True)
            if not own.exists():
                break
            time.sleep(0.1)
        os._exit(1)


def main() -> None:
    """Answer orders until standard input ends. Arguments: patient or urgent, the cache folder, the converter."""
    # The service alone decides when this ends. Handlers rather than SIG_IGN: what is started here must not inherit it.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *ignored: None)
    patient = sys.argv[1] == "patient"
    if patient and hasattr(os, "nice"):
        os.nice(10)  # a whole season of letters leaves the machine to an appeal
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever prints must not print between the answers
    gc.set_threshold(50_000)  # as in build_call: a build makes many objects and keeps most
    cache = Path(sys.argv[2])
    orders: SimpleQueue[str | None] = SimpleQueue()
    with run_folder(cache) as own:
        tempfile.tempdir = os.environ["TMPDIR"] = str(own)
        worker = Worker(cache, Path(sys.argv[3]) if sys.argv[3] else None, patient=patient)
        threading.Thread(target=_listen, args=(sys.stdin, orders, worker, own), daemon=True).start()
        try:
            while (line := orders.get()) is not None:
                answers.write(worker.build(line))
                answers.flush()
        finally:
            worker.end()


if __name__ == "__main__":
    main()
