"""The process that makes previews may die or hang; the desk lives on and starts another."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from isa_docs.desk.children import LostError, PreviewProcess

pytestmark = pytest.mark.slow
ORDER = {
    "document": {"matter": "x"},
    "name": "x.yaml",
    "submission": "a",
    "as_of": "2015-01-01",
    "templates": None,
    "within": None,
}


def workers() -> set[int]:
    """Return the preview processes that this one has started and that still run."""
    command = ["ps", "-o", "pid=,stat=,args=", "--ppid", str(os.getpid())]
    lines = subprocess.run(command, capture_output=True, text=True, check=False).stdout.splitlines()
    return {int(line.split()[0]) for line in lines if "preview_worker" in line and line.split()[1][0] != "Z"}


def test_a_preview_process_that_dies_is_replaced(tmp_path: Path) -> None:
    order = {**ORDER, "folder": str(tmp_path), "store": str(tmp_path)}
    before = workers()
    process = PreviewProcess(tmp_path / "cache", None)
    try:
        _, first = process.ask(order)
        assert {each["code"] for each in process.wait(first, 300)["findings"]} == {"SCHEMA-REQUIRED"}
        (worker,) = workers() - before
        os.kill(worker, signal.SIGSTOP)
        _, hung = process.ask(order)
        with pytest.raises(LostError):
            process.wait(hung, 0.5)
        _, second = process.ask(order)
        assert process.wait(second, 300)["exit_code"] == 4
        (worker,) = workers() - before
        _, lost = process.ask(order)
        os.kill(worker, signal.SIGKILL)
        with pytest.raises(LostError):
            process.wait(lost, 300)
            raise LostError  # it had answered before it was killed
        while worker in workers():  # until then an order could still be given to it, and be lost
            time.sleep(0.01)
        _, third = process.ask(order)
        assert process.wait(third, 300)["exit_code"] == 4
    finally:
        process.close()
    assert workers() == before
    with pytest.raises(LostError):
        process.ask(order)


def test_an_order_after_the_end_of_answers_goes_to_a_new_process(tmp_path: Path) -> None:
    """A killed process closes its output a moment before the system calls it ended; an order then got no answer."""
    order = {**ORDER, "folder": str(tmp_path), "store": str(tmp_path)}
    process = PreviewProcess(tmp_path / "cache", None)
    real = process._arguments
    process._arguments = [sys.executable, "-c", "import os, time; os.close(1); time.sleep(60)"]
    try:
        _, first = process.ask(order)
        with pytest.raises(LostError):
            process.wait(first, 30)
        process._arguments = real
        _, second = process.ask(order)
        assert process.wait(second, 60)["exit_code"] == 4
    finally:
        process.close()
