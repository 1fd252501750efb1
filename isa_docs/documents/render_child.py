"""Fill templates that are not ours in a process of its own, with limits of time, memory and files.

The sandbox keeps a template from what it may not reach; the process bounds what it may use up. The answer comes back
as data that cannot run, so nothing the child does becomes code here.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
import threading
import weakref
from base64 import b64decode
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from isa_docs.documents.coverage import BranchLog
from isa_docs.documents.frames import read_frame, write_frame
from isa_docs.documents.render import RenderedDocx
from isa_docs.documents.tokens import Slot
from isa_docs.documents.worker_environment import worker_environment
from isa_docs.errors import TemplateError
from isa_docs.findings import Finding, Place, Severity
from isa_docs.findings import Path as MatterPath


@dataclass(frozen=True)
class ChildLimits:
    """What the filling of one paper may use: seconds of the clock, and bytes of memory (not on Windows)."""

    seconds: float = 60.0
    memory: int = 1_500_000_000


class ChildRenderer:
    """A process that fills templates, started when it is first needed and again after it had to be stopped."""

    def __init__(self, limits: ChildLimits | None = None) -> None:
        self._limits = limits or ChildLimits()
        self._process: subprocess.Popen[bytes] | None = None

    def render(
        self,
        template: bytes,
        context: Mapping[str, Any],
        *,
        name: str = "template.docx",
        roles: Collection[str] | None = None,
        matter: object | None = None,
        value_paths: Mapping[str, MatterPath] | None = None,
    ) -> RenderedDocx:
        """Do what :func:`isa_docs.documents.render.render_docx` does; the branches of the log are not told.

        Raises TemplateError, also when the template takes more than its limits.
        """
        process = self._started()
        order = pickle.dumps((template, dict(context), name, roles, matter, value_paths))
        late = threading.Timer(self._limits.seconds, process.kill)
        late.start()
        try:
            answer = _exchanged(process, order)
        finally:
            in_time = late.is_alive()
            late.cancel()
        if answer is None:
            self._stop()
            raise _over(name, f"{self._limits.seconds:.0f} seconds" if not in_time else "the memory a paper may use")
        if "data" not in answer:
            raise TemplateError(answer["message"], [Finding.from_json(each) for each in answer["findings"]])
        return RenderedDocx(b64decode(answer["data"]), tuple(Slot(*each) for each in answer["slots"]), BranchLog())

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "isa_docs.documents.render_worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=worker_environment(),
            )
            weakref.finalize(self, _end, self._process)
            if self._process.stdin is not None:
                write_frame(self._process.stdin, str(self._limits.memory).encode())
        return self._process

    def _stop(self) -> None:
        if self._process is not None:
            _end(self._process)
            self._process = None


def _exchanged(process: subprocess.Popen[bytes], order: bytes) -> dict[str, Any] | None:
    """Send an order and return the answer; None when the process ended instead of answering."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError, ValueError):
        write_frame(process.stdin, order)
        data = read_frame(process.stdout)
        if data is not None:
            answer: dict[str, Any] = json.loads(data)
            return answer
    return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the process; it holds nothing that must be saved."""
    process.kill()
    for stream in (process.stdin, process.stdout):
        with suppress(OSError):
            if stream is not None:
                stream.close()
    process.wait()


def _over(name: str, what: str) -> TemplateError:
    message = f"Filling the template {name} takes more than {what}."
    remedy = "Look for a loop within a loop, or a value that is printed again and again."
    return TemplateError(message, [Finding("TPL-LIMIT", Severity.ERROR, message, remedy, place=Place(name))])
