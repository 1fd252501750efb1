"""Builds in processes of their own: a crash in a PDF or font library, or memory it keeps, does not touch the service.

A process builds one order after the other (:mod:`building_worker`), because importing the libraries and opening the
converter cost several times what a letter does. It is replaced when it dies, hangs, grows, or has built many.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from isa_docs.delivery.building import BuildOrder, crashed
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, JobState

LONGEST = 1800.0
"""Seconds that one build may take; the converter has limits of its own far below."""
IDLE = 300.0
"""Seconds that a process is kept when there is nothing to build; with all that it keeps open it holds some 300 MB."""


class ProcessBuilder:
    """Runs builds in child processes: as many as there are builds at a time, kept from one build to the next.

    What gives way to urgent builds has children of its own: a process can be made patient, not impatient again.
    """

    def __init__(self, cache: Path, soffice: Path | None = None, longest: float = LONGEST, idle: float = IDLE) -> None:
        self._cache = cache
        self._soffice = soffice
        self._longest = longest
        self._keep = idle
        self._lock = threading.Lock()
        self._idle: dict[bool, list[_Child]] = {True: [], False: []}
        self._closed = False

    def __call__(self, order: BuildOrder) -> BuildResult:
        """Build; a child that dies or takes too long gives a result that asks for another try."""
        child = None
        try:
            child = self._take(order.patient)
            answer = child.ask(_line(order), self._longest)
            result = _result(answer["result"])
        except (OSError, ValueError, KeyError):
            if child is not None:
                child.kill()
            return crashed(order)
        self._put_back(child, order.patient, last=answer["last"])
        return result

    def close(self) -> None:
        """End the idle processes now, and those that build when they have built."""
        with self._lock:
            self._closed = True
            idle = [child for kept in self._idle.values() for child in kept]
            self._idle = {True: [], False: []}
        for child in idle:
            child.end()

    def _take(self, patient: bool) -> _Child:
        """Return an idle process that lives, or a new one."""
        while True:
            with self._lock:
                child = self._idle[patient].pop() if self._idle[patient] else None
            if child is None:
                return _Child(self._cache, self._soffice, patient)
            if child.awake():
                return child
            child.kill()

    def _put_back(self, child: _Child, patient: bool, *, last: bool) -> None:
        with self._lock:
            keep = not (last or self._closed)
            if keep:
                child.sleep(self._keep, lambda: self._retire(child, patient))
                self._idle[patient].append(child)
        if not keep:
            child.end()

    def _retire(self, child: _Child, patient: bool) -> None:
        """End a process that was idle for long, unless it was taken at this moment."""
        with self._lock:
            there = child in self._idle[patient]
            if there:
                self._idle[patient].remove(child)
        if there:
            child.end()


class _Child:
    """One :mod:`building_worker` process."""

    def __init__(self, cache: Path, soffice: Path | None, patient: bool) -> None:
        how = ["patient" if patient else "urgent", str(cache), str(soffice or "")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "isa_docs.delivery.building_worker", *how],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # what libraries print there may quote an intake
            encoding="utf-8",
        )
        self._alarm: threading.Timer | None = None

    def ask(self, line: str, longest: float) -> dict[str, Any]:
        """Give an order and return the answer; raises OSError or ValueError when the process dies of it."""
        assert self._process.stdin is not None and self._process.stdout is not None
        alarm = threading.Timer(longest, self._process.kill)
        alarm.daemon = True
        alarm.start()
        try:
            self._process.stdin.write(line)
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
            return answer
        finally:
            alarm.cancel()

    def sleep(self, seconds: float, then: Any) -> None:
        """Have ``then`` called when nobody has awoken this child by that time."""
        self._alarm = threading.Timer(seconds, then)
        self._alarm.daemon = True
        self._alarm.start()

    def awake(self) -> bool:
        """Stop waiting for the end; say whether the process still lives."""
        if self._alarm is not None:
            self._alarm.cancel()
        return self._process.poll() is None

    def end(self) -> None:
        """Let the process end by itself, as it does when it is told that nothing more comes; kill it if it does not."""
        if self._alarm is not None:
            self._alarm.cancel()
        with suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]  # it has one
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)
        self.kill()

    def kill(self) -> None:
        """End the process at once; its converter ends with it."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr]  # it has both


def _line(order: BuildOrder) -> str:
    asked = {
        "matter": str(order.matter),
        "folder": str(order.folder),
        "as_of": order.as_of.isoformat(),
        "only": list(order.only),
        "templates": str(order.templates) if order.templates else None,
        "strict": order.strict,
    }
    return json.dumps(asked) + "\n"


def _result(data: dict[str, Any]) -> BuildResult:
    files = tuple(BuiltFile(**each) for each in data["files"])
    return BuildResult(JobState(data["state"]), data["exit_code"], data["message"], files, data["passing"])


def answer_line(result: BuildResult, *, last: bool) -> str:
    """Return what a child says of a build; ``last`` when it is to be replaced now."""
    return json.dumps({"result": asdict(result), "last": last}) + "\n"
