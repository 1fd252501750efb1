"""Builds the matters of a folder, several at a time; whatever becomes of one, the others are built.

It can be stopped and called again: what was built is up to date then, and costs next to nothing.
"""

from __future__ import annotations

import json
import os
import queue
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from isa_docs.build.recall import Call
from isa_docs.build.worker import order
from isa_docs.errors import ExitCode

_SUFFIXES = (".yaml", ".yml", ".json")
_ID = re.compile(rb"""^[ \t]*["']?matter["']?[ \t]*:[ \t]*["']?([A-Za-z0-9][A-Za-z0-9._-]*)""", re.MULTILINE)
_HEAD = 16_384
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


def find_matters(folder: Path, out: Path) -> list[Path]:
    """Return the matter files below ``folder``, in order of their names; hidden folders and ``out`` are left out.

    A matter file is any called ``matter.yaml`` (or ``.yml``, ``.json``), and any other YAML or JSON file that says
    ``matter:`` near its beginning.
    """
    found = []
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and (here / name).resolve() != out.resolve()
        )
        for name in sorted(names):
            path = here / name
            if path.suffix.lower() in _SUFFIXES and (path.stem == "matter" or matter_id(path)):
                found.append(path)
    return sorted(found)


def matter_id(path: Path) -> str | None:
    """Return the id a file gives its matter, by its look; None for files that are no matter."""
    with suppress(OSError), path.open("rb") as file:
        match = _ID.search(file.read(_HEAD))
        return match[1].decode("ascii") if match else None
    return None


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
    workers = [_Worker(cache_dir, fresh, converters) for _ in range(count)]

    def work(worker: _Worker) -> None:
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


class _Worker:
    """One :mod:`isa_docs.build.worker` process, started when needed and again when it died."""

    def __init__(self, cache_dir: Path, fresh: bool, converters: int) -> None:
        self._cache_dir, self._fresh, self._converters = cache_dir, fresh, converters
        self._process: subprocess.Popen[str] | None = None
        self._built = 0
        self._stopped = False

    def build(self, call: Call) -> MatterOutcome:
        """Build one matter; a worker that dies of it gives an outcome, too."""
        try:
            to, back = self._pipes()
            to.write(json.dumps(order(call, self._cache_dir, fresh=self._fresh)) + "\n")
            to.flush()
            answer = json.loads(back.readline())
        except (OSError, ValueError):
            code = self._end()
            message = f"Its building ended abnormally (exit code {code}); the others were built without it."
            return MatterOutcome(call.matter, ExitCode.BUG, message)
        self._built += 1
        if self._built >= _RECYCLED_AFTER:
            self._end()
        return MatterOutcome(
            call.matter, answer["exit_code"], answer["message"], tuple(answer["findings"]), answer["result"]
        )

    def stop(self) -> None:
        """End the process and take no more work."""
        self._stopped = True
        self._end()

    def _pipes(self) -> tuple[IO[str], IO[str]]:
        if self._stopped:
            raise OSError("stopped")
        if self._process is None:
            self._built = 0
            self._process = subprocess.Popen(
                [sys.executable, "-m", "isa_docs.build.worker", str(self._converters)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                encoding="utf-8",
            )
        assert self._process.stdin is not None and self._process.stdout is not None
        return self._process.stdin, self._process.stdout

    def _end(self) -> int | None:
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(OSError):
            process.stdin.close()  # type: ignore[union-attr]  # it has one; closing it lets an idle worker end
        if self._stopped:
            process.terminate()
        try:
            code = process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            code = process.wait()
        process.stdout.close()  # type: ignore[union-attr]
        return code


def summary(outcomes: Sequence[MatterOutcome]) -> Iterator[str]:
    """Yield the lines of the table: file, packages, what became of it."""
    width = max((len(str(outcome.file)) for outcome in outcomes), default=0)
    for outcome in outcomes:
        if outcome.exit_code:
            state = f"not built (exit code {outcome.exit_code}): {outcome.message}"
        else:
            state = "up to date" if outcome.kept else "built"
        yield f"{outcome.file!s:<{width}}  {outcome.packages:>3}  {state}"
