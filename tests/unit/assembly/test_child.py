"""The process that has to do with PDFs may die or hang; whoever asked hears of it, and the next order is answered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest

from isa_docs.assembly import exhibits
from isa_docs.assembly.child import AssemblyProcess, GoneError
from isa_docs.assembly.model import Part
from isa_docs.documents import frames
from isa_docs.errors import AssemblyError
from tests.unit.assembly.papers import info, new_pdf, saved

pytestmark = pytest.mark.slow
DAY = date(2015, 1, 12)


def pdf(file: Path, pages: int) -> Path:
    """Write a PDF of so many pages."""
    return saved(new_pdf(*(f"Page {number}" for number in range(pages))), file)


def children() -> set[int]:
    """Return the workers that this process has started and that still run."""
    command = ["ps", "-o", "pid=,stat=,args=", "--ppid", str(os.getpid())]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {int(line.split()[0]) for line in lines if "assembly.worker" in line and line.split()[1][0] != "Z"}


def only_new(before: set[int]) -> int:
    """Return the one worker that runs beside those ``before``; what it was started as shows a moment later."""
    deadline = time.monotonic() + 10
    while not (found := children() - before) and time.monotonic() < deadline:
        time.sleep(0.01)
    (worker,) = found
    return worker


def test_an_error_is_that_of_the_work_itself(tmp_path: Path) -> None:
    with AssemblyProcess() as process, pytest.raises(AssemblyError, match="at least one part") as error:
        process.assemble([], info(), tmp_path / "out.pdf")
    assert [each.code for each in error.value.findings] == ["PKG-EMPTY"]


def test_one_that_is_killed_under_an_order_is_replaced_and_the_order_carried_out(tmp_path: Path) -> None:
    before = children()
    with AssemblyProcess() as process, ThreadPoolExecutor(1) as threads:
        worker = only_new(before)
        os.kill(worker, signal.SIGSTOP)
        waiting = threads.submit(process.pinned(pdf(tmp_path / "a.pdf", 1), DAY))
        time.sleep(0.2)
        os.kill(worker, signal.SIGKILL)
        assert waiting.result(60).startswith(b"%PDF-")
        assert worker not in children()
    assert children() == before


def test_one_that_dies_again_and_again_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "endless.pdf")  # reading it waits for a writer, so no worker is done before it is killed
    with AssemblyProcess() as process, ThreadPoolExecutor(1) as threads:
        over = threading.Event()

        def kill() -> None:
            while not over.wait(0.01):
                for worker in children():
                    os.kill(worker, signal.SIGKILL)

        killing = threads.submit(kill)
        try:
            with pytest.raises(AssemblyError) as error:
                process.pinned(tmp_path / "endless.pdf", DAY)()
        finally:
            over.set()
        killing.result()
    assert [each.code for each in error.value.findings] == ["PKG-CRASHED"]


def test_one_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    before = children()
    process = AssemblyProcess()
    process.start()
    worker = only_new(before)
    os.kill(worker, signal.SIGSTOP)
    with pytest.raises(GoneError):
        process.exhibits({"jobs": [], "folder": str(tmp_path), "at_once": 1}, 0.2)
    process.close()
    assert children() == before


def test_orders_are_answered_while_exhibits_are_read(tmp_path: Path) -> None:
    big = pdf(tmp_path / "big.pdf", 400)
    job = {"path": str(big), "type": "pdf", "out": str(tmp_path / "ready.pdf"), "treatment": "auto"}
    order = {"jobs": [job], "folder": str(tmp_path), "at_once": 1, "seconds": 60, "memory": 2 << 30, "pixels": 10}
    with AssemblyProcess() as process, ThreadPoolExecutor(1) as threads:
        process.pinned(big, DAY)()  # ready
        reading = threads.submit(process.exhibits, {**order, "pdftocairo": None, "pdftoppm": None}, 60)
        small = Part("one", "One", "document", pdf(tmp_path / "small.pdf", 1), "ONE-")
        made = process.assemble([small], info(), tmp_path / "out.pdf")
        assert made.pages == 1
        assert reading.result()[0]["pages"] == 400


def test_an_order_larger_than_a_pipe_is_taken_while_large_answers_wait(tmp_path: Path) -> None:
    before = children()
    part = pdf(tmp_path / "part.pdf", 1)
    assert part.stat().st_size > 1 << 16
    one = Part("one", "One", "exhibit", part, "ONE-", alternative_text="An entry summary. " * 50_000)
    made: list[int] = []
    with AssemblyProcess() as process:
        worker = only_new(before)
        waiting = [process.pinned(part, DAY) for _ in range(20)]
        work = threading.Thread(
            target=lambda: made.append(process.assemble([one], info(), tmp_path / "out.pdf").pages), daemon=True
        )
        work.start()
        work.join(60)
        if not made:
            os.kill(worker, signal.SIGKILL)  # so that this test ends
        assert made == [1]
        assert len({each() for each in waiting}) == 1


def test_the_largest_exhibit_can_be_handed_out() -> None:
    assert frames.LARGEST > exhibits._LARGEST


def test_an_order_that_is_not_taken_counts_into_the_time_it_may_take(tmp_path: Path) -> None:
    before = children()
    with AssemblyProcess() as process:
        worker = only_new(before)
        os.kill(worker, signal.SIGSTOP)
        stopping = threading.Timer(30, os.kill, (worker, signal.SIGKILL))  # so that this test ends
        stopping.start()
        begun = time.monotonic()
        with pytest.raises(GoneError):
            process.exhibits({"jobs": [], "folder": "x" * (1 << 20), "at_once": 1}, 0.2)
        stopping.cancel()
        assert time.monotonic() - begun < 20
    assert children() == before


def test_it_ends_with_the_process_that_started_it(tmp_path: Path) -> None:
    script = "from isa_docs.assembly.child import AssemblyProcess\np = AssemblyProcess()\np.start()\nimport os, sys\n"
    script += "print(p._process.pid, flush=True)\nos.kill(os.getpid(), 9)"
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False).stdout
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{int(said)}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":
            return
        time.sleep(0.1)
    pytest.fail("it still runs")
