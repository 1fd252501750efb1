"""The process that has to do with PDFs, seen from the one that started it: asked, waited for, replaced when it dies.

It works beside this process, on another core; and a library that crashes on a file takes one order along, not the
build.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from isa_docs.documents.frames import read_frame, write_frame
from isa_docs.documents.orders import OpenOrders
from isa_docs.documents.worker_environment import worker_environment
from isa_docs.errors import AssemblyError
from isa_docs.findings import Finding, Severity

if TYPE_CHECKING:
    from datetime import date

    from isa_docs.assembly.model import AssemblyResult, PackageInfo, Packet, Part
_SECONDS = 1_800.0
"""For one order: a package of ten thousand pages takes a minute."""
_FONTS = ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_DATA_DIRS")
"""Variables by which fontconfig finds fonts, beside HOME."""


class GoneError(Exception):
    """The process ended before it answered, or took too long and was ended."""


class AssemblyProcess:
    """One process at a time, started when it is first wanted or by :meth:`start`; any thread may ask it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._to_write: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        """Orders on their way to the process; None after the last one."""
        self._orders = OpenOrders()

    def __enter__(self) -> AssemblyProcess:
        """Start it."""
        self.start()
        return self

    def __exit__(self, *error: object) -> None:
        """End it."""
        self.close()

    def start(self) -> None:
        """Start the process if it does not run, so that it is ready when it is asked."""
        with self._lock:
            self._running()

    def close(self) -> None:
        """End the process; those who wait get a GoneError. It may be asked again, and starts anew."""
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            _end(process)

    def exhibits(self, order: dict[str, Any], seconds: float) -> list[dict[str, Any]]:
        """Have exhibits read (see :func:`isa_docs.assembly.exhibit_worker.take_all`). Raises GoneError."""
        answers: list[dict[str, Any]] = self._answer(self._ask("exhibits", (order,)), seconds)
        return answers

    def judge(self, pdf: Path, docx: Path) -> list[Finding]:
        """Do what :func:`isa_docs.assembly.worker.judge` does. Raises AssemblyError when it cannot be done."""
        found: list[Finding] = self._call("judge", pdf, docx)
        return found

    def assemble(self, parts: Sequence[Part], info: PackageInfo, out: Path) -> AssemblyResult:
        """Do what :func:`isa_docs.assembly.assemble.assemble` does, and raise what it raises."""
        result: AssemblyResult = self._call("assemble", list(parts), info, out)
        return result

    def check(
        self, result: AssemblyResult, parts: Sequence[Part], info: PackageInfo, contents: Mapping[str, int] | None
    ) -> tuple[list[Finding], Sequence[str]]:
        """Do what :func:`isa_docs.assembly.checks.check_package` does; also return the text of each page."""
        answer: tuple[list[Finding], Sequence[str]] = self._call("check", result, list(parts), info, contents)
        return answer

    def packets(self, result: AssemblyResult, info: PackageInfo, folder: Path) -> tuple[Packet, ...]:
        """Do what :func:`isa_docs.assembly.packets.signature_packets` does."""
        made: tuple[Packet, ...] = self._call("packets", result, info, folder)
        return made

    def pinned(self, pdf: Path, day: date) -> Callable[[], bytes]:
        """Begin to do what :func:`isa_docs.assembly.part_bytes.pinned` does; return what waits for it."""
        begun = self._ask("pinned", (pdf, day))

        def ended() -> bytes:
            try:
                made: bytes = self._answer(begun, _SECONDS)
            except GoneError:
                made = self._call("pinned", pdf, day)
            return made

        return ended

    def _call(self, what: str, *arguments: Any) -> Any:
        """Have an order carried out; once more by another process when the first one ended under it."""
        try:
            return self._answer(self._ask(what, arguments), _SECONDS)
        except GoneError:
            try:
                return self._answer(self._ask(what, arguments), _SECONDS)
            except GoneError:
                message = "The process that assembles packages ended abnormally."
                finding = Finding(
                    "PKG-CRASHED", Severity.ERROR, message, "Build again; if it happens again, report it."
                )
                raise AssemblyError(message, [finding]) from None

    def _ask(self, what: str, arguments: tuple[Any, ...]) -> Future[Any]:
        """Give an order without waiting until the process has taken it: it may have an answer to deliver first."""
        with self._lock:
            process = self._running()
            number, future = self._orders.add(process)
            self._to_write.put(pickle.dumps((number, what, arguments)))
            return future

    def _answer(self, future: Future[Any], seconds: float) -> Any:
        try:
            return future.result(seconds)
        except FutureTimeoutError:
            self.close()
            raise GoneError from None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "isa_docs.assembly.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=worker_environment("HOME", "TMPDIR", *_FONTS),
                start_new_session=True,
            )
            self._to_write = queue.SimpleQueue()
            for work in (self._read, self._write):
                threading.Thread(target=work, args=(self._process, self._to_write), daemon=True).start()
        return self._process

    def _write(self, process: subprocess.Popen[bytes], orders: queue.SimpleQueue[bytes | None]) -> None:
        assert process.stdin is not None
        with suppress(OSError, ValueError), process.stdin:  # the reader tells those who wait
            while (order := orders.get()) is not None:
                write_frame(process.stdin, order)

    def _read(self, process: subprocess.Popen[bytes], orders: queue.SimpleQueue[bytes | None]) -> None:
        assert process.stdout is not None
        with suppress(Exception):  # whatever came: those who wait must be told
            while (frame := read_frame(process.stdout)) is not None:
                number, well, answer = pickle.loads(frame)  # noqa: S301 - from our own child
                with self._lock:
                    future = self._orders.answered(number)
                if well:
                    future.set_result(answer)
                else:
                    future.set_exception(answer)
        with self._lock:
            if self._process is process:  # it may not have ended yet, but it answers no more
                self._process = None
            lost = self._orders.lost(process)
        orders.put(None)
        for each in lost:
            each.set_exception(GoneError())
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process with all it started; it holds nothing that must be saved."""
    if process.poll() is None:
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
        try:
            process.wait(2)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
