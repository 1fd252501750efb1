"""The process that has to do with PDFs: it takes in exhibits, judges what was converted, assembles packages.

It is started while the papers are still being filled, makes itself ready when nothing is asked, and answers one
order after the other until its input ends. Exhibits, which strangers made, are read in forks with limits; they are
waited for while other orders are carried out.
"""

from __future__ import annotations

import gc
import json
import os
import pickle
import selectors
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from isa_docs.documents.frames import split_frame, write_frame
from isa_docs.findings import Finding

if TYPE_CHECKING:
    from datetime import date

    from isa_docs.assembly.model import AssemblyResult

_CHUNK = 1 << 20

_POLITENESS = 5
"""How much less than others this process asks for the processor: while it has time, they are waited for."""

_PATIENCE = 0.1
"""Seconds without an order after which the next libraries are imported: at the start the cores are wanted elsewhere."""


def judge(pdf: Path, docx: Path) -> list[Finding]:
    """Check a converted PDF like :func:`isa_docs.conversion.postcheck.check_pdf`; mend the marks of a sound one."""
    from isa_docs.assembly.mending import mend_marks
    from isa_docs.conversion.postcheck import check_pdf
    from isa_docs.findings import stopping

    found = check_pdf(pdf, docx)
    if not stopping(found):
        mend_marks(pdf)
    return found


def _assemble(*arguments: Any) -> Any:
    from isa_docs.assembly.assemble import assemble

    return assemble(*arguments)


def _check(result: AssemblyResult, parts: Any, info: Any, contents: Any) -> tuple[list[Finding], Sequence[str]]:
    from isa_docs.assembly import reading
    from isa_docs.assembly.checks import check_package

    found = check_package(result, parts, info, contents=contents)
    return found, reading.package_texts(result.pdf, result.sha256)


def _packets(*arguments: Any) -> Any:
    from isa_docs.assembly.packets import signature_packets

    return signature_packets(*arguments)


def _pinned(pdf: Path, day: date) -> bytes:
    from isa_docs.assembly.part_bytes import pinned

    return pinned(pdf, day)


ORDERS: dict[str, Callable[..., Any]] = {
    "judge": judge,
    "assemble": _assemble,
    "check": _check,
    "packets": _packets,
    "pinned": _pinned,
}
"""What may be ordered besides ``exhibits``."""


def _made_ready() -> Iterator[None]:
    """Import and make what the orders need, a piece at a time."""
    from isa_docs.assembly import exhibit_worker  # noqa: F401 - the first that is wanted

    yield
    from isa_docs.conversion import postcheck  # noqa: F401

    yield
    from isa_docs.assembly import assemble, mending, page_code, part_bytes  # noqa: F401
    from isa_docs.assembly.typeface import prepare_field_font, stamp_fonts

    yield
    if fonts := stamp_fonts():
        prepare_field_font(fonts[0])
    yield
    page_code.prepare()
    yield
    from isa_docs.assembly import checks, esign, packets  # noqa: F401


class _Worker:
    """The orders in their order, and the exhibits that are being read meanwhile."""

    def __init__(self, answers: IO[bytes]) -> None:
        self._answers = answers
        self._events = selectors.DefaultSelector()
        self._events.register(0, selectors.EVENT_READ)
        self._arrived = bytearray()
        self._reading: dict[int, tuple[int, int, bytearray]] = {}
        """Forks that read exhibits, by the pipe they answer through: order, process, what they have said so far."""
        self._open = True

    def work(self) -> None:
        """Answer orders until the input ends."""
        ready = _made_ready()
        idle_work = next(ready, self) is None  # exhibits are ordered first, and soon
        while self._open:
            events = self._events.select(_PATIENCE if idle_work else None)
            for key, _ in events:
                self._take_order() if key.fd == 0 else self._hear(key.fd)
            if not events and idle_work:
                idle_work = next(ready, self) is None

    def end(self) -> None:
        """End what still reads exhibits."""
        for _, process, _ in self._reading.values():
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)

    def _take_order(self) -> None:
        data = os.read(0, _CHUNK)
        self._open = bool(data)
        self._arrived += data
        while (frame := split_frame(self._arrived)) is not None:
            number, what, arguments = pickle.loads(frame)  # noqa: S301 - from the process that started this one
            if what == "exhibits":
                self._read_exhibits(number, *arguments)
                continue
            try:
                answer = ORDERS[what](*arguments)
            except Exception as error:
                self._answer(number, False, error)
            else:
                self._answer(number, True, answer)

    def _read_exhibits(self, number: int, order: dict[str, Any]) -> None:
        from isa_docs.assembly.exhibit_worker import prepare, take_all

        prepare(order)
        if not hasattr(os, "fork"):
            self._answer(number, True, take_all(order))
            return
        here, there = os.pipe()
        process = os.fork()
        if process == 0:
            code = 1
            try:
                os.close(here)
                os.chdir(order["folder"])
                with os.fdopen(there, "w", encoding="ascii") as said:
                    json.dump(take_all(order), said)
                code = 0
            finally:
                os._exit(code)
        os.close(there)
        self._reading[here] = number, process, bytearray()
        self._events.register(here, selectors.EVENT_READ)

    def _hear(self, pipe: int) -> None:
        """Take what a fork says; at its end, pass it on."""
        number, process, said = self._reading[pipe]
        if data := os.read(pipe, _CHUNK):
            said += data
            return
        self._events.unregister(pipe)
        os.close(pipe)
        del self._reading[pipe]
        os.waitpid(process, 0)
        try:
            answers = json.loads(said)
        except ValueError:
            answers = []
        self._answer(number, True, answers)

    def _answer(self, number: int, well: bool, answer: Any) -> None:
        try:
            frame = pickle.dumps((number, well, answer))
        except Exception as error:  # an error of a library that cannot be sent
            frame = pickle.dumps((number, False, RuntimeError(f"{type(answer).__name__}: {answer} ({error})")))
        write_frame(self._answers, frame)


def main() -> None:
    """Work until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process ends it
    gc.set_threshold(50_000)  # as in build_call: much is made and kept
    if hasattr(os, "nice"):
        os.nice(_POLITENESS)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints must not print between the answers
    worker = _Worker(answers)
    try:
        worker.work()
    finally:
        worker.end()


if __name__ == "__main__":
    main()
