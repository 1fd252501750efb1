"""Builds in processes of their own: a crash in a PDF or font library, or memory it keeps, does not touch the service.

A process builds one order after the other (:mod:`building_worker`), because importing the libraries and opening the
converter cost several times what a letter does. It is replaced when it dies, hangs, grows, or has built many.
"""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

from isa_docs.build.child import LONGEST, BuildingProcess
from isa_docs.delivery.building import BuildOrder, crashed
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, JobState

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
            answer = child.ask(_asked(order), self._longest)
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


class _Child(BuildingProcess):
    """One :mod:`building_worker` process."""

    def __init__(self, cache: Path, soffice: Path | None, patient: bool) -> None:
        how = ["patient" if patient else "urgent", str(cache), str(soffice or "")]
        super().__init__([sys.executable, "-m", "isa_docs.delivery.building_worker", *how], silent=True)
        self._alarm: threading.Timer | None = None

    def sleep(self, seconds: float, then: Any) -> None:
        """Have ``then`` called when nobody has awoken this child by that time."""
        self._alarm = threading.Timer(seconds, then)
        self._alarm.daemon = True
        self._alarm.start()

    def awake(self) -> bool:
        """Stop waiting for the end; say whether the process still lives."""
        if self._alarm is not None:
            self._alarm.cancel()
        return self.lives

    def end(self) -> int:
        """Let the process end by itself, as it does when it is told that nothing more comes; kill it if it does not."""
        if self._alarm is not None:
            self._alarm.cancel()
        return super().end()

    def stop(self) -> int:
        """End it at once: it does not hear the signal that asks kindly."""
        return self.kill()


def _asked(order: BuildOrder) -> dict[str, Any]:
    return {
        "matter": str(order.matter),
        "folder": str(order.folder),
        "as_of": order.as_of.isoformat(),
        "only": list(order.only),
        "templates": str(order.templates) if order.templates else None,
        "strict": order.strict,
    }


def _result(data: dict[str, Any]) -> BuildResult:
    files = tuple(BuiltFile(**each) for each in data["files"])
    return BuildResult(JobState(data["state"]), data["exit_code"], data["message"], files, data["passing"])


def answer_line(result: BuildResult, *, last: bool) -> str:
    """Return what a child says of a build; ``last`` when it is to be replaced now."""
    return json.dumps({"result": asdict(result), "last": last}) + "\n"
