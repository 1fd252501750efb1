"""The process that makes previews, seen from the desk: asked, waited for, and replaced when it dies or hangs."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from pathlib import Path
from typing import Any

from isa_docs.documents.orders import OpenOrders

_Answer = dict[str, Any]


class LostError(Exception):
    """The process died or took too long; the next order gets a new one."""


class PreviewProcess:
    """One process at a time; started when first wanted."""

    def __init__(self, cache: Path, soffice: Path | None) -> None:
        self._arguments = [sys.executable, "-m", "isa_docs.desk.preview_worker", str(cache), str(soffice or "")]
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._orders = OpenOrders()
        self._closed = False

    def start(self) -> None:
        """Start the process if it does not run."""
        with self._lock:
            self._running()

    def ask(self, order: dict[str, Any]) -> tuple[int, Future[_Answer]]:
        """Give an order; return its number and what will hold the answer."""
        with self._lock:
            process = self._running()
            number, future = self._orders.add(process)
            self._say(process, {"number": number, **order})
            return number, future

    def give_up(self, number: int) -> None:
        """Say that nobody waits for an order any more."""
        with self._lock:
            if number in self._orders and self._process is not None:
                self._say(self._process, {"give_up": number})

    def wait(self, future: Future[_Answer], seconds: float) -> _Answer:
        """Return the answer; raises LostError when the process dies, or takes too long and is ended."""
        try:
            return future.result(seconds)
        except FutureTimeoutError:
            self._end()
            raise LostError from None

    def close(self) -> None:
        """End the process; it is not started again."""
        self._closed = True
        self._end()

    def _running(self) -> subprocess.Popen[str]:
        if self._closed:
            raise LostError
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                self._arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="ascii",
                start_new_session=True,
            )
            threading.Thread(target=self._read, args=(self._process,), daemon=True).start()
        return self._process

    def _say(self, process: subprocess.Popen[str], said: dict[str, Any]) -> None:
        assert process.stdin is not None
        with suppress(BrokenPipeError, ValueError):  # the reader tells those who wait
            process.stdin.write(json.dumps(said) + "\n")
            process.stdin.flush()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        with suppress(ValueError):
            for line in process.stdout:
                said = json.loads(line)
                with self._lock:
                    future = self._orders.answered(said["number"])
                future.set_result(said)
        with self._lock:
            if self._process is process:  # it may not have ended yet, but it answers no more
                self._process = None
            lost = self._orders.lost(process)
        for each in lost:
            each.set_exception(LostError())
        _end(process)

    def _end(self) -> None:
        with self._lock:
            process = self._process
        if process is not None:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """End the process with all it started: kindly first, so that it clears its folders away."""
    if process.poll() is not None:
        return
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(3)
        return
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait(5)
