"""The folders of running converters in the user's cache folder: each is locked by who runs, and removed after."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

if sys.platform != "win32":
    import fcntl


@contextmanager
def run_folder(cache_dir: Path) -> Iterator[Path]:
    """Give a folder for one batch, removed afterwards; first remove what killed runs left behind.

    Each running batch holds a lock in its folder, so a folder whose lock is free belongs to no one.
    """
    runs = cache_dir / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    for left in runs.iterdir():
        with suppress(OSError), (left / "lock").open("rb") as lock:
            if _take(lock):
                shutil.rmtree(left, ignore_errors=True)
    while True:
        run = Path(tempfile.mkdtemp(dir=runs))
        with (run / "lock").open("wb") as lock:
            if _take(lock) and run.is_dir():
                try:
                    yield run
                finally:
                    shutil.rmtree(run, ignore_errors=True)
                return


def _take(lock: BinaryIO) -> bool:
    """Lock the open file if no one else has it; the system lets go of it when the process ends, however it ends."""
    if sys.platform == "win32":
        return "w" in lock.mode
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False
