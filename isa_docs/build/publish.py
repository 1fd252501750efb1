"""Output appears all at once, or not at all; what others put beside it is never lost."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

from isa_docs.errors import OutputError, TryAgainError

SUPERSEDED = "superseded"
"""The folder, inside a build's folder, of earlier packages that somebody signed or added files to."""
_HERE, _RENAME_EXCHANGE = -100, 2
"""AT_FDCWD and the flag of renameat2(2)."""


def publish(files: Mapping[str, bytes | Path], target: Path, *, wait: float = 10.0) -> Path | None:
    """Write ``files`` (relative name to bytes, or a file to copy) and put them in place as the folder ``target``.

    What an earlier call wrote there is replaced as a whole. Files that none wrote, or that were altered since (signed
    and executed copies, notes), are never lost: they stay where they are when the package is the same one; otherwise
    all that stood there is kept together as ``superseded/<package id>``, a signed copy beside its own manifest, and
    that folder is returned. Where the system can exchange two folders, there is no instant without a package.

    Raises OutputError when the folder cannot be written or is in use by another program, TryAgainError when another
    build holds it longer than ``wait`` seconds; what stood there then still stands.
    """
    from filelock import FileLock, Timeout  # only here: it takes long to import

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(target.parent / f".{target.name}.lock", timeout=wait):
            return _replace(files, target)
    except Timeout:
        raise TryAgainError(f"Another build is writing {target}; wait for it to end and build again.") from None
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{target} cannot be written: {reason}. Close programs that have its files open, or use --out."
        raise OutputError(message) from None


def _replace(files: Mapping[str, bytes | Path], target: Path) -> Path | None:
    fresh = target.parent / f".{target.name}.new"
    old = target.parent / f".{target.name}.old"
    written = target.parent / f".{target.name}.written"
    if old.exists() and not target.exists():
        old.rename(target)  # an earlier build was cut off between its two renames
    for rest in (fresh, old):
        if rest.exists():
            shutil.rmtree(rest)
    sums = {}
    try:
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.read_bytes()
            path.write_bytes(data)
            sums[name] = hashlib.sha256(data).hexdigest()
            _flush(path)
        kept = _keep(target, fresh, sums, _sums_in(written))
        if not target.exists():
            fresh.rename(target)
        elif not _exchanged(fresh, target):
            target.rename(old)
            try:
                fresh.rename(target)
            except OSError:
                old.rename(target)
                raise
        written.write_text(json.dumps(sums, indent=1) + "\n", encoding="utf-8")
    finally:  # also when a build is interrupted; what is needed to bring the old package back is left
        if target.exists() or not old.exists():
            for rest in (fresh, old):
                shutil.rmtree(rest, ignore_errors=True)
    return target / kept if kept else None


def _exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one step, by renameat2(2) of Linux; False where that cannot be done."""
    swap = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    return swap is not None and swap(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _RENAME_EXCHANGE) == 0


def _keep(target: Path, fresh: Path, sums: Mapping[str, str], before: Mapping[str, str]) -> Path | None:
    """Copy into ``fresh`` what in ``target`` was not written by a build: ``sums`` of this one, ``before`` of the last.

    Without a record of the last build, whatever differs from this one counts as somebody's. Returns the folder in
    ``fresh``, relative to it, that keeps an earlier package; None when none had to be set aside.
    """
    foreign = []
    for path in sorted(target.rglob("*")):
        name = path.relative_to(target)
        if name.parts[0] == SUPERSEDED or (path.is_dir() and not path.is_symlink()):
            continue
        own = {before.get(name.as_posix()), sums.get(name.as_posix())}
        if path.is_symlink() or _sum(path) not in own:
            foreign.append(name)
    if (target / SUPERSEDED).is_dir():
        shutil.copytree(target / SUPERSEDED, fresh / SUPERSEDED, symlinks=True)
    if not foreign:
        return None
    identity = _package_id(target)
    if identity == _package_id(fresh) and not any((fresh / name).exists() for name in foreign):
        for name in foreign:
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(target / name, fresh / name, follow_symlinks=False)
        return None
    place = fresh / SUPERSEDED / (identity or "unknown")
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f"{identity or 'unknown'}-{number}")
    shutil.copytree(target, place, symlinks=True, ignore=lambda at, _: [SUPERSEDED] if Path(at) == target else [])
    return place.relative_to(fresh)


def _package_id(folder: Path) -> str | None:
    """Return the id of the package a folder holds, None when it has no manifest that says so."""
    try:
        found = json.loads((folder / "manifest.json").read_bytes())["package"]["id"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and found.isalnum() else None


def _sums_in(record: Path) -> dict[str, str]:
    """Return what the last build wrote, as name to SHA-256; nothing when that is not recorded."""
    try:
        found = json.loads(record.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
