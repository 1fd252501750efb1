"""A LibreOffice that stays open and converts on request, through its own door for a second start of the program.

LibreOffice started twice on one profile hands the second start's files to the first one, over a local socket: three
short texts. Files handed over take the very way through the program that files on the command line take, so the
PDFs are the same; only the start is saved. It would end after each such conversion, but for an empty document
that is kept open.
"""

from __future__ import annotations

import os
import socket
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from threading import Lock

from isa_docs.conversion.call import RESTART, RESTARTS
from isa_docs.conversion.process import OwnedProcess, clean_environment
from isa_docs.conversion.profile import ENVIRONMENT, Profiles, pipe_of, remove_pipe, start_arguments
from isa_docs.conversion.program import Installation

RECYCLED_AFTER = 200
"""Documents that one process converts before another takes its place."""

LARGEST = 700 * 1024 * 1024
"""Bytes of memory after which a process is replaced; it begins with 130 MB."""

_KEEPS_OPEN = "private:factory/swriter"
_READY, _DONE = b"InternalIPC::SendArguments\0", b"InternalIPC::ProcessingDone\0"
_POLL = 0.005


class OfficeGoneError(Exception):
    """The process ended, hung or did not answer as it should; it is of no more use."""


def can_stay_open(installation: Installation) -> bool:
    """Tell whether this LibreOffice is known to have the local socket that is used here: on Linux, not wrapped."""
    return sys.platform == "linux" and installation.program.name == "soffice.bin"


class Office:
    """One open LibreOffice in ``folder``, which is its own; another thread than its user's may stop it."""

    def __init__(self, installation: Installation, profiles: Profiles, folder: Path) -> None:
        """Begin to start it. Raises OSError when the program cannot be started."""
        self._installation, self._folder, self._profile = installation, folder, folder / "profile"
        self._stopping = Lock()
        self.stopped = False
        """Whether somebody stopped it."""
        self.converted = 0
        """Documents it has converted, as far as it said."""
        self._asked = self._starts = 0
        profiles.put_used(self._profile)
        self._process = self._started()

    def wait(self, seconds: float) -> None:
        """Wait until it takes requests. Raises OfficeGoneError when it does not within so many seconds."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with suppress(OSError), self._connected(1.0):
                return
            if self._process.ended():
                if self.stopped or self._process.stop() != RESTART or self._starts >= RESTARTS:
                    break
                self._process = self._started()
            time.sleep(_POLL)
        raise OfficeGoneError("it does not take requests")

    def convert(self, arguments: Sequence[str | Path], seconds: float) -> None:
        """Have it do what ``arguments`` of its command line say, within so many seconds.

        What came of it must be seen from the files. Raises OfficeGoneError.
        """
        words = [
            "InternalIPC::Arguments1" + _escaped(self._folder.as_uri()),
            *(_escaped(str(each)) for each in arguments),
        ]
        self._asked += 1
        deadline = time.monotonic() + seconds
        try:
            with self._connected(seconds) as door:
                _expect(door, _READY, deadline)
                door.sendall(",".join(words).encode() + b"\0")
                _expect(door, _DONE, deadline)
        except OSError as error:
            raise OfficeGoneError(f"it does not answer: {error}") from error
        self.converted += 1

    def fit(self) -> bool:
        """Tell whether it may convert another document."""
        return self._asked < RECYCLED_AFTER and not self._process.ended() and self._memory() < LARGEST

    def stop(self) -> None:
        """End it and all it started."""
        with self._stopping:
            self.stopped = True
            self._process.stop()
            remove_pipe(self._profile)

    def _started(self) -> OwnedProcess:
        self._starts += 1
        with self._stopping:
            if self.stopped:
                return self._process
            return OwnedProcess(
                [*start_arguments(self._installation.program, self._profile), _KEEPS_OPEN],
                self._folder,
                clean_environment(self._folder, ENVIRONMENT),
            )

    def _connected(self, seconds: float) -> socket.socket:
        door = socket.socket(socket.AF_UNIX)
        try:
            door.settimeout(seconds)
            door.connect(str(pipe_of(self._profile)))
        except OSError:
            door.close()
            raise
        return door

    def _memory(self) -> int:
        """Return the bytes of memory it holds, 0 where that cannot be told."""
        with suppress(OSError, ValueError, IndexError):
            status = Path(f"/proc/{self._process.pid}/statm").read_text(encoding="ascii")
            return int(status.split()[1]) * os.sysconf("SC_PAGE_SIZE")
        return 0


def _expect(door: socket.socket, wanted: bytes, deadline: float) -> None:
    """Read exactly ``wanted``. Raises OSError when something else comes, or nothing in time."""
    read = b""
    while len(read) < len(wanted):
        door.settimeout(max(0.01, deadline - time.monotonic()))
        more = door.recv(len(wanted) - len(read))
        if not more:
            raise OSError("it closed the connection")
        read += more
        if not wanted.startswith(read):
            raise OSError(f"it said {read[:40]!r}")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\0", "\\0").replace(",", "\\,")
