"""Output appears all at once, or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from filelock import FileLock, Timeout

from isa_docs.errors import OutputError, TryAgainError


def publish(files: Mapping[str, bytes | Path], target: Path, *, wait: float = 10.0) -> None:
    """Write ``files`` (relative name to bytes, or a file to copy) and put them in place as the folder ``target``.

    What stood there is replaced as a whole. Raises OutputError when the folder cannot be written or is in use by
    another program, TryAgainError when another build holds it longer than ``wait`` seconds; what stood there then
    still stands.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / f".{target.name}.lock", timeout=wait):
            _replace(files, target)
    except Timeout:
        raise TryAgainError(f"Another build is writing {target}; wait for it to end and build again.") from None
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{target} cannot be written: {reason}. Close programs that have its files open, or use --out."
        raise OutputError(message) from None


def _replace(files: Mapping[str, bytes | Path], target: Path) -> None:
    fresh = target.parent / f".{target.name}.new"
    old = target.parent / f".{target.name}.old"
    if old.exists() and not target.exists():
        old.rename(target)  # an earlier build was cut off between its two renames
    for rest in (fresh, old):
        if rest.exists():
            shutil.rmtree(rest)
    for name, content in files.items():
        path = fresh / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
        _flush(path)
    if target.exists():
        target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
