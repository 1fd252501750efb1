"""A process that builds for this one: an order a line, an answer a line; ended when it dies, hangs or is to stop."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

LONGEST = 1800.0
"""Seconds that one order may take; the converter has limits of its own far below."""
_GRACE = 10.0
"""Seconds in which a process that is stopped may clear its folders and converters away."""


class BuildingProcess:
    """One process; it takes one order at a time, as data, and answers with data. Any thread may stop it."""

    def __init__(self, command: Sequence[str], *, silent: bool = False) -> None:
        """Start it. ``silent`` when what it prints must not be seen, for it may quote an intake."""
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL if silent else None,
            encoding="utf-8",
        )
        self._stopped = False

    @property
    def lives(self) -> bool:
        """Whether it takes another order."""
        return not self._stopped and self._process.poll() is None

    def ask(self, order: Mapping[str, Any], longest: float = LONGEST) -> dict[str, Any]:
        """Give an order and return the answer.

        Raises TimeoutError when it took longer than ``longest`` seconds, for which the process is stopped; OSError or
        ValueError when the process died of it or answered nonsense.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        late = threading.Event()

        def end() -> None:
            late.set()
            self.stop()

        alarm = threading.Timer(longest, end)
        alarm.daemon = True
        alarm.start()
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            answer: dict[str, Any] = json.loads(self._process.stdout.readline())
            return answer
        except (OSError, ValueError):
            if late.is_set():
                raise TimeoutError(f"no answer within {longest:g} seconds") from None
            raise
        finally:
            alarm.cancel()

    def end(self) -> int:
        """Let it end by itself, as it does when nothing more comes, or kill it; return its exit code."""
        with suppress(OSError):
            self._process.stdin.close()  # type: ignore[union-attr]  # it has one
        return self._ended(10.0)

    def stop(self) -> int:
        """End it, also in the middle of an order, kindly first; return its exit code."""
        self._stopped = True
        self._process.terminate()
        return self._ended(_GRACE)

    def kill(self) -> int:
        """End it at once; its converter ends with it. Return its exit code."""
        self._stopped = True
        self._process.kill()
        return self._ended(_GRACE)

    def _ended(self, seconds: float) -> int:
        try:
            code = self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError, ValueError):
                pipe.close()  # type: ignore[union-attr]  # it has both
        return code
