"""Read exhibits, each in a fork of a process that holds the libraries in memory, so that it costs milliseconds.

Each fork has its own time and memory limit and its own process group, which is killed when the time is over.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from isa_docs.assembly.exhibit_depth import copy_once
from isa_docs.assembly.exhibit_notes import Notes, RefusedError
from isa_docs.assembly.exhibit_pdf import Tools, take_pdf

_POLL = 0.005


def take(job: dict[str, Any], order: dict[str, Any]) -> dict[str, Any]:
    """Take in one exhibit in this process; return pages and outcome, or only the notes of a refusal."""
    notes = Notes()
    tools = Tools(order["pdftocairo"], order["pdftoppm"])
    try:
        source, out = Path(job["path"]), Path(job["out"])
        folder = _work_folder(job)
        folder.mkdir()
        if job["type"] == "pdf":
            pages, outcome = take_pdf(source, out, folder, tools, notes, job.get("treatment", "auto"))
        else:
            from isa_docs.assembly.exhibit_images import image_to_pdf

            pages, outcome = image_to_pdf(source, out, order["pixels"], notes), "normalized"
        copy_once(out)
        return {"pages": pages, "outcome": outcome, "notes": notes.entries}
    except RefusedError as refusal:
        notes.refuse(refusal)
    except MemoryError:
        notes.refuse(RefusedError("EXH-MEMORY", "reading it takes more memory than is allowed"))
    except Exception as error:
        traceback.print_exc()
        notes.refuse(RefusedError("EXH-DAMAGED", f"it is damaged ({type(error).__name__})"))
    return {"notes": notes.entries}


def _work_folder(job: dict[str, Any]) -> Path:
    """Return the folder for what is made on the way; it is removed when the exhibit is done with."""
    return Path(job["out"]).with_suffix(".work")


def prepare(order: dict[str, Any]) -> None:
    """Import what the exhibits of an order need, once for all forks."""
    if any(job["type"] != "pdf" for job in order["jobs"]):
        from PIL import Image

        from isa_docs.assembly import exhibit_images  # noqa: F401

        Image.preinit()


def take_all(order: dict[str, Any]) -> list[dict[str, Any]]:
    """Take in the exhibits of an order, so many at a time as it says; return the answer to each."""
    jobs = order["jobs"]
    if not hasattr(os, "fork"):
        return [_cleared(job, take(job, order)) for job in jobs]
    answers: list[dict[str, Any]] = [{} for _ in jobs]
    waiting = list(enumerate(jobs))
    running: dict[int, tuple[int, float, Path]] = {}

    def end(number: int, frame: FrameType | None) -> None:
        for pid in running:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
        os._exit(1)

    signal.signal(signal.SIGTERM, end)
    while waiting or running:
        while waiting and len(running) < order["at_once"]:
            number, job = waiting.pop(0)
            answer_file = Path(job["out"]).with_suffix(".json")
            pid = _fork(lambda job=job: take(job, order), answer_file, order)  # type: ignore[misc]
            running[pid] = (number, time.monotonic() + order["seconds"], answer_file)
        for pid, (number, deadline, answer_file) in list(running.items()):
            answer = _collect(pid, deadline, answer_file)
            if answer is not None:
                answers[number] = _cleared(jobs[number], answer)
                del running[pid]
        time.sleep(_POLL)
    return answers


def _cleared(job: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    """Remove what an exhibit leaves besides the file that is ready, and that too when it is refused."""
    shutil.rmtree(_work_folder(job), ignore_errors=True)
    if "pages" not in answer:
        with suppress(OSError):
            Path(job["out"]).unlink()
    return answer


def _fork(work: Callable[[], dict[str, Any]], answer_file: Path, order: dict[str, Any]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        os.setsid()
        _limit(order["memory"], order["seconds"])
        answer_file.write_text(json.dumps(work()))
        code = 0
    finally:
        os._exit(code)


def _limit(memory: int, seconds: int) -> None:
    import resource

    with suppress(ValueError, OSError):  # macOS refuses an address-space limit
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def _collect(pid: int, deadline: float, answer_file: Path) -> dict[str, Any] | None:
    """Return the answer of a child that has ended or must end; None while it may go on."""
    ended, _ = os.waitpid(pid, os.WNOHANG)
    if not ended and time.monotonic() < deadline:
        return None
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)
    if not ended:
        os.waitpid(pid, 0)
    notes = Notes()
    try:
        answer: dict[str, Any] = json.loads(answer_file.read_text())
    except (OSError, ValueError):
        if ended:
            notes.refuse(RefusedError("EXH-CRASHED", "reading it ended abnormally or ran out of memory"))
        else:
            notes.refuse(RefusedError("EXH-TIME", "reading it takes longer than is allowed"))
        answer = {"notes": notes.entries}
    with suppress(OSError):
        answer_file.unlink()
    return answer
