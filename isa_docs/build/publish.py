"""Output appears all at once, or not at all; what others put beside it is never lost."""

from __future__ import annotations

import ctypes
import hashlib
import json
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from isa_docs.errors import OutputError, TryAgainError

SUPERSEDED = "superseded"
"""The folder, inside a build's folder, of earlier packages that somebody signed or added files to."""
_Sums = Mapping[str, set[str]]
"""The SHA-256 of each file that a build wrote, by its name; several where it cannot be told which build's stands."""
_State = tuple[int, int, int]
_HERE, _RENAME_EXCHANGE = -100, 2
"""AT_FDCWD and the flag of renameat2(2)."""


def publish(files: Mapping[str, bytes | Path], target: Path, *, wait: float = 10.0) -> Path | None:
    """Write ``files`` (relative name to bytes, or a file to copy) and put them in place as the folder ``target``.

    What an earlier call wrote there is replaced as a whole. Files that none wrote, or that were altered since (signed
    and executed copies, notes), are never lost: they stay where they are when the package is the same one; otherwise
    all that stood there is kept together as ``superseded/<package id>``, a signed copy beside its own manifest, and
    that folder is returned. Where the system can exchange two folders, there is no instant without a package.

    Raises OutputError when the folder cannot be written or is in use by another program, TryAgainError when another
    build holds it longer than ``wait`` seconds; what stood there then still stands, unless the message says that the
    new package is in place.
    """
    from filelock import FileLock, Timeout  # only here: it takes long to import

    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(_beside(target, "lock"), timeout=wait):
            return _replace(files, target)
    except Timeout:
        raise TryAgainError(f"Another build is writing {target}; wait for it to end and build again.") from None
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"{target} cannot be written: {reason}. Close programs that have its files open, or use --out."
        raise OutputError(message) from None


@contextmanager
def undisturbed(folder: Path, *, wait: float = 10.0) -> Iterator[None]:
    """Let no build replace ``folder`` meanwhile, if a build wrote it; any other folder is left alone.

    Raises TryAgainError when a build holds it longer than ``wait`` seconds.
    """
    from filelock import FileLock, Timeout

    folder = folder.resolve()
    with ExitStack() as held:
        if _beside(folder, "written").is_file():
            try:
                held.enter_context(FileLock(_beside(folder, "lock"), timeout=wait))
            except Timeout:
                raise TryAgainError(f"A build is writing {folder}; wait for it to end and try again.") from None
            except OSError:
                pass  # another user's build: what comes in meanwhile is kept all the same
        yield


def own_files(folder: Path) -> set[str]:
    """Return the names of the files that the last build wrote into ``folder``; none when that is not recorded."""
    return set(_sums_in(_beside(folder, "written")))


def _beside(target: Path, what: str) -> Path:
    return target.with_name(f".{target.name}.{what}")


def _replace(files: Mapping[str, bytes | Path], target: Path) -> Path | None:
    fresh, old, written = (_beside(target, what) for what in ("new", "old", "written"))
    if old.exists() and not target.exists():
        old.rename(target)  # an earlier build was cut off between its two renames
    before = _sums_in(written)
    if fresh.exists():
        shutil.rmtree(fresh)
    if old.exists():  # an earlier build was cut off before it had looked what came in meanwhile
        _rescue(old, target, before)
        shutil.rmtree(old)
    sums: dict[str, set[str]] = {}
    try:
        for name, content in files.items():
            path = fresh / name
            path.parent.mkdir(parents=True, exist_ok=True)
            data = content if isinstance(content, bytes) else content.read_bytes()
            path.write_bytes(data)
            sums[name] = {hashlib.sha256(data).hexdigest()}
            _flush(path)
        own = {name: before.get(name, set()) | sums.get(name, set()) for name in before.keys() | sums.keys()}
        kept, seen = _keep(target, fresh, own)
        _record(own, written)  # of both builds, so that neither package counts as somebody's if this is cut off
        if not target.exists():
            fresh.rename(target)
        else:
            fresh.rename(old)  # first, so that whatever a build that is cut off leaves is looked through by the next
            if not _exchanged(old, target):
                old.rename(fresh)
                target.rename(old)
                try:
                    fresh.rename(target)
                except OSError:
                    old.rename(target)
                    raise
            try:
                kept = _rescue(old, target, own, kept, seen)
            except OSError as error:
                message = f"The new package is in place, but what came into {target} meanwhile is still in {old}"
                raise OutputError(f"{message}: {error.strerror}. Move it, and build again.") from None
            shutil.rmtree(old, ignore_errors=True)
        if not old.exists():
            _record(sums, written)
    finally:  # also when a build is interrupted; what is needed to bring the old package back is left
        if target.exists() or not old.exists():
            shutil.rmtree(fresh, ignore_errors=True)
    return target / kept if kept else None


def _exchanged(one: Path, other: Path) -> bool:
    """Swap two folders in one step, by renameat2(2) of Linux; False where that cannot be done."""
    swap = getattr(ctypes.CDLL(None), "renameat2", None) if sys.platform == "linux" else None
    return swap is not None and swap(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _RENAME_EXCHANGE) == 0


def _keep(target: Path, fresh: Path, own: _Sums) -> tuple[Path | None, dict[Path, _State]]:
    """Copy into ``fresh`` what in ``target`` was not written by a build: neither by the last one nor by this.

    Without a record of the last build, whatever differs from this one counts as somebody's. Returns the folder in
    ``fresh``, relative to it, that keeps an earlier package, None when none had to be set aside; and the state in
    which each file was copied, or found to be a build's.
    """
    seen = {name: _state(target / name) for name in _files(target)}
    foreign = [name for name in seen if name.parts[0] != SUPERSEDED and not _is_own(target, name, own)]
    if (target / SUPERSEDED).is_dir():
        shutil.copytree(target / SUPERSEDED, fresh / SUPERSEDED, symlinks=True)
    if not foreign:
        return None, seen
    if _package_id(target) == _package_id(fresh) and not any((fresh / name).exists() for name in foreign):
        for name in foreign:
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(target / name, fresh / name, follow_symlinks=False)
        return None, seen
    return _set_aside(target, fresh), seen


def _set_aside(package: Path, fresh: Path) -> Path:
    """Copy a whole package to where ``fresh`` keeps earlier ones; return that folder, relative to ``fresh``."""
    identity = _package_id(package) or "unknown"
    place = fresh / SUPERSEDED / identity
    number = 1
    while place.exists():
        number += 1
        place = place.with_name(f"{identity}-{number}")
    shutil.copytree(package, place, symlinks=True, ignore=lambda at, _: [SUPERSEDED] if Path(at) == package else [])
    return place.relative_to(fresh)


def _rescue(
    old: Path, target: Path, own: _Sums, kept: Path | None = None, seen: Mapping[Path, _State] | None = None
) -> Path | None:
    """Bring into ``target`` what came into the folder that it replaced, now called ``old``, in the meantime.

    ``kept`` is the folder, relative to ``target``, that keeps the earlier package, ``seen`` what :func:`_keep` saw.
    Returns ``kept``, or the folder that had to be made for it.
    """
    late = [
        name
        for name in _files(old)
        if (seen or {}).get(name) != _state(old / name)
        and (name.parts[0] == SUPERSEDED or not _is_own(old, name, own))
        and not any(_same(old / name, place / name) for place in (target, *(target / SUPERSEDED).glob("*")))
    ]
    newer = [name for name in late if name.parts[0] != SUPERSEDED]
    if newer and kept is None:
        taken = any(os.path.lexists(target / name) and name.as_posix() in own for name in newer)
        if taken or _package_id(old) != _package_id(target):
            kept, late = _set_aside(old, target), [name for name in late if name.parts[0] == SUPERSEDED]
    for name in late:
        place = target / kept / name if kept and name.parts[0] != SUPERSEDED else target / name
        place.parent.mkdir(parents=True, exist_ok=True)
        (old / name).replace(place)  # moved, not copied: it may still be being written
    return kept


def _files(folder: Path) -> list[Path]:
    """Return what is in a folder but folders, relative to it, in a fixed order; nothing when there is no folder."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_symlink() or not path.is_dir())
    return [path.relative_to(folder) for path in found]


def _is_own(folder: Path, name: Path, own: _Sums) -> bool:
    """Tell whether a file has the bytes that a build wrote under its name."""
    sums = own.get(name.as_posix(), set())
    return bool(sums) and not (folder / name).is_symlink() and _sum(folder / name) in sums


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    return other.is_file() and _sum(one) == _sum(other)


def _state(path: Path) -> _State:
    """Return what changes whenever a file is written."""
    state = path.lstat()
    return state.st_ino, state.st_size, state.st_mtime_ns


def _package_id(folder: Path) -> str | None:
    """Return the id of the package a folder holds, None when it has no manifest that says so."""
    try:
        found = json.loads((folder / "manifest.json").read_bytes())["package"]["id"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if isinstance(found, str) and found.isalnum() else None


def _sums_in(record: Path) -> dict[str, set[str]]:
    """Return what builds wrote, as name to SHA-256; nothing when that is not recorded."""
    try:
        found = json.loads(record.read_bytes())
        return {name: {sums} if isinstance(sums, str) else set(sums) for name, sums in found.items()}
    except (OSError, ValueError, AttributeError, TypeError):
        return {}


def _record(own: _Sums, record: Path) -> None:
    fresh = record.with_name(f"{record.name}.new")
    data = {name: sorted(sums) for name, sums in own.items()}
    fresh.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
    fresh.replace(record)


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())
