"""Own an outside process from start to end: nothing of it is left when it is stopped.

The process leads its own session, dies with this one where the system can arrange that, writes to files (a
pipe could be held open by a stray child), and is stopped with everything it started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

_KEPT = (
    "HOME",
    "USER",
    "LOGNAME",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_DATA_DIRS",
    "FONTCONFIG_FILE",
    "FONTCONFIG_PATH",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "USERPROFILE",
    "APPDATA",
    "LOCALAPPDATA",
    "PROGRAMDATA",
)
"""Variables a converter needs to find the user's fonts (and Windows to start anything); all others are withheld."""


def clean_environment(folder: Path, extra: Mapping[str, str] = {}) -> dict[str, str]:
    """Return the environment for a process that works in ``folder``, an absolute path made for it alone.

    PATH is an empty folder, so that nothing else is started; temporary files stay in ``folder``; language,
    time zone and proxy settings of the user have no effect.
    """
    (folder / "path").mkdir(exist_ok=True)
    (folder / "tmp").mkdir(exist_ok=True)
    kept = {name: value for name in _KEPT if (value := os.environ.get(name))}
    temporary = str(folder / "tmp")
    return kept | {
        "PATH": str(folder / "path"),
        "TMPDIR": temporary,
        "TMP": temporary,
        "TEMP": temporary,
        "LC_ALL": "C.UTF-8",
        "TZ": "UTC",
        **extra,
    }


class OwnedProcess:
    """A running outside program and all that it starts."""

    def __init__(self, arguments: Sequence[str | Path], folder: Path, environment: Mapping[str, str]) -> None:
        """Start the program in ``folder``. ``environment`` must hold a TMPDIR that no other process uses.

        Raises OSError when the program cannot be started.
        """
        self._mark = f"TMPDIR={environment['TMPDIR']}".encode()
        self._output = folder / "output.txt"
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [*_death_with_parent(), *map(str, arguments)],
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._code: int | None = None

    @property
    def pid(self) -> int:
        """The process id of the program."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """The exit code of a process that was stopped or has ended and been stopped; None before."""
        return self._code

    def ended(self) -> bool:
        """Tell whether the program itself has ended. Its process id stays reserved until :meth:`stop`."""
        if self._code is not None:
            return True
        if sys.platform == "win32":
            return self._process.poll() is not None
        # WNOWAIT leaves the ended process in place, so its number, and that of its group, cannot be given to another
        state = os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        return state is not None

    def processor_seconds(self) -> float | None:
        """Return the processor time the program itself has used, all its threads together; None where unknown."""
        if sys.platform != "linux":
            return None
        with suppress(OSError, IndexError, ValueError):
            state = Path(f"/proc/{self.pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
            return (int(state[11]) + int(state[12])) / os.sysconf("SC_CLK_TCK")
        return None

    def stop(self) -> int:
        """End the program and everything it started, wait for it, and return its exit code."""
        if self._code is None:
            self._end_group()
            self._code = self._process.wait()
            self._end_strays()
        return self._code

    def said(self, limit: int = 400) -> str:
        """Return the end of what the program printed, at most ``limit`` characters, on one line."""
        text = self._output.read_bytes()[-4 * limit :].decode("utf-8", "replace")
        return " ".join(text.split())[-limit:]

    def _end_group(self) -> None:
        if sys.platform == "win32":
            if self._process.poll() is None:
                subprocess.run(
                    ["taskkill", "/PID", str(self._process.pid), "/T", "/F"], capture_output=True, check=False
                )
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)

    def _end_strays(self) -> None:
        """End descendants that left the process group: they still carry the run's own TMPDIR in their environment."""
        for entry in Path("/proc").glob("[0-9]*") if sys.platform == "linux" else ():
            with suppress(OSError):
                if self._mark in (entry / "environ").read_bytes().split(b"\0"):
                    os.kill(int(entry.name), signal.SIGKILL)


@cache
def _death_with_parent() -> tuple[str, ...]:
    """Return the command prefix that has the kernel end the process when this one dies; empty where there is none."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    if setpriv is None:
        return ()
    prefix = (setpriv, "--pdeathsig", "KILL", "--")
    try:
        works = subprocess.run([*prefix, setpriv, "--version"], capture_output=True, timeout=10, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return prefix if works.returncode == 0 else ()
