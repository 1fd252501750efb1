"""Check and fill templates that are not ours in a process of its own, with limits of time, memory and files.

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
    """What the check or the filling of one template may use: seconds of the clock, and bytes (not on Windows)."""

    seconds: float = 60.0
    memory: int = 1_500_000_000


class ChildRenderer:
    """A process that checks and fills templates, started when first needed and again after it had to be stopped."""

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
        answer = self._answer("Filling", name, ("fill", template, dict(context), name, roles, matter, value_paths))
        if "data" not in answer:
            raise TemplateError(answer["message"], _findings(answer))
        return RenderedDocx(b64decode(answer["data"]), tuple(Slot(*each) for each in answer["slots"]), BranchLog())

    def check(self, template: bytes, kind: str, name: str, fonts: Collection[str]) -> list[Finding]:
        """Return the findings of :func:`isa_docs.documents.template_check.template_flaws`.

        Raises TemplateError when the check takes more than its limits.
        """
        return _findings(self._answer("Checking", name, ("check", template, kind, name, fonts)))

    def _answer(self, what: str, name: str, order: tuple[Any, ...]) -> dict[str, Any]:
        """Return the answer to an order; raises TemplateError when ``what`` is done to ``name`` takes too much."""
        process = self._started()
        late = threading.Timer(self._limits.seconds, process.kill)
        late.start()
        try:
            answer = _exchanged(process, pickle.dumps(order))
        finally:
            in_time = late.is_alive()
            late.cancel()
        if answer is None:
            self._stop()
            limit = "the memory a paper may use" if in_time else f"{self._limits.seconds:.0f} seconds"
            raise _over(f"{what} the template {name}", name, limit)
        return answer

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


def _findings(answer: dict[str, Any]) -> list[Finding]:
    return [Finding.from_json(each) for each in answer["findings"]]


def _over(doing: str, name: str, limit: str) -> TemplateError:
    message = f"{doing} takes more than {limit}."
    remedy = "Look for a loop within a loop, or a value or mark that stands there again and again."
    return TemplateError(message, [Finding("TPL-LIMIT", Severity.ERROR, message, remedy, place=Place(name))])
