"""The process that makes previews: an order a line on standard input, an answer a line back, until the input ends.

Its libraries and the converter stay open, so a change costs its own work only. Whatever becomes of the converter, or
of this process, the desk lives on. A line ``{"give_up": n}`` says that nobody waits for order n any more.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
from datetime import date
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

from isa_docs.build.cache import Cache
from isa_docs.build.worker import Engines
from isa_docs.desk.checking import finding_json
from isa_docs.desk.previewing import Order, Previewer, SupersededError
from isa_docs.errors import ExitCode, IsaDocsError


class Worker:
    """Takes orders; one that is no longer waited for is given up at its next step."""

    def __init__(self, cache_dir: Path, soffice: Path | None) -> None:
        self._orders: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        self._given_up: set[int] = set()
        self._current = 0
        self.engines = Engines()
        self._previewer = Previewer(
            lambda: self.engines.get(soffice, cache_dir),
            self.engines.assembly,
            Cache(cache_dir),
            wanted=lambda: self._current not in self._given_up,
        )

    def read(self) -> None:
        """Read lines until the input ends, in a thread of its own."""
        for line in sys.stdin:
            said = json.loads(line)
            if "give_up" in said:
                self._given_up.add(said["give_up"])
            else:
                self._orders.put(said)
        self._orders.put(None)

    def work(self, answers: Any) -> None:
        """Answer the orders one after the other."""
        threading.Thread(target=self.read, daemon=True).start()
        self._warm_up()
        while (order := self._orders.get()) is not None:
            self._current = order["number"]
            answers.write(json.dumps({"number": order["number"], **self._answer(order)}) + "\n")
            answers.flush()

    def _warm_up(self) -> None:
        """Import what a preview needs, and let the converter open, before the first order is there."""
        try:
            self._previewer.warm_up()
        except IsaDocsError:
            return  # the first order says what is missing

    def _answer(self, order: dict[str, Any]) -> dict[str, Any]:
        try:
            return self._previewer.make(
                Order(
                    order["document"],
                    order["name"],
                    Path(order["folder"]),
                    order["submission"],
                    date.fromisoformat(order["as_of"]),
                    Path(order["store"]),
                    Path(order["templates"]) if order["templates"] else None,
                    Path(order["within"]) if order["within"] else None,
                )
            )
        except SupersededError:
            return {"superseded": True}
        except IsaDocsError as error:
            found = [finding_json(each) for each in error.findings]
            return {"error": error.message, "exit_code": int(error.exit_code), "findings": found}
        except Exception as error:  # a fault in one preview must not end the process
            return {"error": f"The preview failed ({type(error).__name__}).", "exit_code": 1, "findings": []}


def _end(number: int, frame: FrameType | None) -> NoReturn:
    """End so that folders and converters are cleared away."""
    sys.exit(ExitCode.INTERRUPTED)


def main() -> None:
    """Work until standard input ends; the arguments are the cache folder and the LibreOffice to use."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # whatever prints must not print between the answers
    worker = Worker(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None)
    try:
        worker.work(answers)
    finally:
        worker.engines.end()


if __name__ == "__main__":
    main()
