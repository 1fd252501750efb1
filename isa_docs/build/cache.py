"""Keeps what took time to make, by a hash of all that decided it, so that nothing is done twice.

An entry is one file: the SHA-256 of its content, then the content. It is written under another name and then
renamed, so builders that run side by side never see half of one; an entry that is not what its hash says counts
as absent and is removed, and the build makes it anew. Losing the cache loses time, never output.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

Kind = Literal["converted", "exhibits", "builds", "templates"]
KINDS: tuple[Kind, ...] = ("converted", "exhibits", "builds", "templates")

LIMIT = 1024**3
"""Bytes after which the entries not used for longest are dropped."""

_TENDED_SECONDS = 60.0

_FOLDER = "made"
_SUM = hashlib.sha256().digest_size
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class KindInfo:
    """How many entries of one kind there are, and their bytes."""

    kind: Kind
    entries: int
    size: int


class Cache:
    """The entries in one folder; several processes may use it at once."""

    def __init__(self, folder: Path) -> None:
        """Keep entries below ``folder``, the user's cache folder for this program."""
        self.folder = folder / _FOLDER

    def get(self, kind: Kind, key: str) -> bytes | None:
        """Return what is kept under ``key``, or None; a damaged entry is removed."""
        path = self._path(kind, key)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        if hashlib.sha256(data[_SUM:]).digest() != data[:_SUM]:
            _log.warning("the cache entry %s is damaged; it is made anew", path)
            with suppress(OSError):
                path.unlink()
            return None
        with suppress(OSError):
            os.utime(path)
        return data[_SUM:]

    def put(self, kind: Kind, key: str, data: bytes) -> None:
        """Keep ``data`` under ``key``; where that is impossible (a full disk), go on without."""
        path = self._path(kind, key)
        fresh = None
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            number, fresh = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            with os.fdopen(number, "wb") as file:
                file.write(hashlib.sha256(data).digest() + data)
            Path(fresh).replace(path)
        except OSError as error:
            _log.warning("the cache cannot be written: %s", error)
            if fresh:
                Path(fresh).unlink(missing_ok=True)

    def info(self) -> list[KindInfo]:
        """Count the entries of each kind."""
        sizes = {kind: [state.st_size for _, state in self._entries(kind)] for kind in KINDS}
        return [KindInfo(kind, len(each), sum(each)) for kind, each in sizes.items()]

    def clean(self, unused_since: float | None = None) -> int:
        """Remove all entries, or those not used since a time in seconds of the epoch; return the bytes freed."""
        freed = 0
        for kind in KINDS:
            for path, state in self._entries(kind):
                if unused_since is None or state.st_mtime < unused_since:
                    freed += _removed(path, state.st_size)
        if unused_since is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        return freed

    def trim(self, limit: int = LIMIT) -> int:
        """Remove the entries not used for longest until at most ``limit`` bytes are left; return the bytes freed."""
        entries = sorted(
            ((state.st_mtime, state.st_size, path) for kind in KINDS for path, state in self._entries(kind)),
            reverse=True,
        )
        freed = total = 0
        for _, size, path in entries:
            total += size
            if total > limit:
                freed += _removed(path, size)
        return freed

    def tend(self) -> None:
        """Trim, unless any process did so within the last minute: to look at every entry takes its time."""
        asked, trimmed = self.folder / ".asked", self.folder / ".trimmed"
        with suppress(OSError):
            asked.touch()
            if 0 <= asked.stat().st_mtime - trimmed.stat().st_mtime < _TENDED_SECONDS:
                return
        self.trim()
        with suppress(OSError):
            trimmed.touch()

    def _path(self, kind: Kind, key: str) -> Path:
        return self.folder / kind / key[:2] / key

    def _entries(self, kind: Kind) -> Iterator[tuple[Path, os.stat_result]]:
        for path in (self.folder / kind).glob("*/*"):
            with suppress(OSError):  # another process cleans
                yield path, path.stat()


def key_of(*parts: Any) -> str:
    """Return a key for ``parts``, which must be plain JSON values; the same parts give the same key anywhere."""
    return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


def pack(facts: dict[str, Any], content: bytes) -> bytes:
    """Return facts and content as one entry."""
    return json.dumps(facts, ensure_ascii=True).encode() + b"\n" + content


def unpack(entry: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what :func:`pack` was given."""
    facts, _, content = entry.partition(b"\n")
    return json.loads(facts), content


def _removed(path: Path, size: int) -> int:
    try:
        path.unlink()
    except OSError:
        return 0
    return size
