"""Builds the matters of a folder, several at a time; whatever becomes of one, the others are built.

It can be stopped and called again: what was built is up to date then, and costs next to nothing.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isa_docs.build.child import LONGEST, BuildingProcess
from isa_docs.build.recall import Call
from isa_docs.build.worker import order
from isa_docs.errors import ExitCode
from isa_docs.intake.matter_files import matter_id

_RECYCLED_AFTER = 200
"""Matters that one worker builds before another takes its place, which keeps its memory small."""


@dataclass(frozen=True)
class MatterOutcome:
    """What became of one matter of the batch; ``result`` is that of ``build``, None when it could not be read."""

    file: Path
    exit_code: int
    message: str
    findings: tuple[dict[str, Any], ...] = ()
    result: dict[str, Any] | None = None

    @property
    def packages(self) -> int:
        """The number of packages that stand in the output."""
        return sum(package["exit_code"] == 0 for package in (self.result or {}).get("packages", ()))

    @property
    def kept(self) -> bool:
        """Whether nothing had to be made."""
        packages = (self.result or {}).get("packages", ())
        return bool(packages) and not any(document["made"] for each in packages for document in each["documents"])


def build_batch(
    calls: Sequence[Call],
    cache_dir: Path,
    *,
    jobs: int,
    fresh: bool = False,
    done: Callable[[MatterOutcome], None] = lambda outcome: None,
) -> list[MatterOutcome]:
    """Build every call, ``jobs`` at a time, and return an outcome for each, in the order given.

    ``done`` is told of each as it ends, in this thread. Two matters with the same id would take each other's place
    in the output: the second is refused.
    """
    outcomes: dict[int, MatterOutcome] = {}
    waiting: queue.SimpleQueue[int] = queue.SimpleQueue()
    ended: queue.SimpleQueue[tuple[int, MatterOutcome]] = queue.SimpleQueue()
    first: dict[str, Path] = {}
    for at, call in enumerate(calls):
        name = matter_id(call.matter)
        if name is not None and first.setdefault(name, call.matter) != call.matter:
            message = f"The matter {name} is also in {first[name]}; their packages would replace each other."
            ended.put((at, MatterOutcome(call.matter, ExitCode.INPUT, message)))
        else:
            waiting.put(at)
    count = max(1, min(jobs, len(calls)))
    converters = max(1, (os.cpu_count() or 1) // count)
    workers = [Worker(cache_dir, fresh=fresh, converters=converters) for _ in range(count)]

    def work(worker: Worker) -> None:
        with suppress(queue.Empty):
            while True:
                at = waiting.get_nowait()
                ended.put((at, worker.build(calls[at])))

    threads = [threading.Thread(target=work, args=(worker,), daemon=True) for worker in workers]
    try:
        for thread in threads:
            thread.start()
        while len(outcomes) < len(calls):
            at, outcome = ended.get()
            outcomes[at] = outcome
            done(outcome)
    finally:
        for worker in workers:
            worker.stop()
    return [outcomes[at] for at in range(len(calls))]


class Worker:
    """One :mod:`isa_docs.build.worker` process, started when needed and again when it died."""

    def __init__(self, cache_dir: Path, *, fresh: bool = False, converters: int | None = None) -> None:
        """Let the process have so many converters; default: one a core."""
        self._cache_dir, self._fresh = cache_dir, fresh
        self._converters = converters or os.cpu_count() or 1
        self._process: BuildingProcess | None = None
        self._built = 0
        self._stopped = False
        self._lock = threading.Lock()

    def build(self, call: Call) -> MatterOutcome:
        """Build one matter; a worker that dies of it, hangs or is stopped gives an outcome, too."""
        process = self._running()
        if process is None:
            return _stopped(call)
        try:
            answer = process.ask(order(call, self._cache_dir, fresh=self._fresh), LONGEST)
        except TimeoutError:
            message = f"Its building took longer than {LONGEST / 60:g} minutes and was ended. Look at its exhibits."
            return MatterOutcome(call.matter, ExitCode.BUG, message)
        except (OSError, ValueError):
            code = process.end()
            if self._stopped:
                return _stopped(call)
            message = f"Its building ended abnormally (exit code {code}); the others were built without it."
            return MatterOutcome(call.matter, ExitCode.BUG, message)
        self._built += 1
        if self._built >= _RECYCLED_AFTER:
            process.end()
        return MatterOutcome(
            call.matter, answer["exit_code"], answer["message"], tuple(answer["findings"]), answer["result"]
        )

    def stop(self) -> None:
        """End the process, whatever it is at, and take no more work."""
        with self._lock:
            self._stopped = True
            process = self._process
        if process is not None:
            process.stop()

    def _running(self) -> BuildingProcess | None:
        """Return the process, None when it is not to run any more."""
        with self._lock:
            if self._stopped:
                return None
            if self._process is None or not self._process.lives:
                self._built = 0
                self._process = BuildingProcess([sys.executable, "-m", "isa_docs.build.worker", str(self._converters)])
            return self._process


def _stopped(call: Call) -> MatterOutcome:
    return MatterOutcome(call.matter, ExitCode.INTERRUPTED, "Its building was stopped.")


def summary(outcomes: Sequence[MatterOutcome]) -> Iterator[str]:
    """Yield the lines of the table: file, packages, what became of it."""
    width = max((len(str(outcome.file)) for outcome in outcomes), default=0)
    for outcome in outcomes:
        if outcome.exit_code:
            state = f"not built (exit code {outcome.exit_code}): {outcome.message}"
        else:
            state = "up to date" if outcome.kept else "built"
        yield f"{outcome.file!s:<{width}}  {outcome.packages:>3}  {state}"
