"""What the watcher asks of a folder, and the folder on a disk or a mounted share."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import uuid4

LARGEST = 300 * 1024 * 1024
"""Bytes that one intake with its exhibits may have."""


class FolderError(Exception):
    """The folder cannot be read or written now; the message holds no content of a file.

    ``wait``: the seconds after which it wants to be asked again, if it said so.
    """

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class TooLargeError(Exception):
    """An intake is larger than :data:`LARGEST`."""


@dataclass(frozen=True)
class Entry:
    """A file or folder in the watched folder; ``mark`` changes when it does."""

    name: str
    mark: str


class FolderStore(Protocol):
    """A folder with subfolders. Paths are relative and use ``/``. Every method may raise FolderError."""

    def prepare(self) -> None:
        """Make ``inbox``, ``processing``, ``done`` and ``failed`` where they are missing."""
        ...

    def entries(self, folder: str) -> list[Entry]:
        """Return what lies in a subfolder, by name; hidden files and links are left out."""
        ...

    def read(self, path: str) -> dict[str, bytes]:
        """Return a file by its own name, or all files below a folder; raises TooLargeError, FileNotFoundError."""
        ...

    def move(self, source: str, target: str) -> bool:
        """Move at once; False when the source is gone or the target exists: somebody else was first."""
        ...

    def publish(self, files: Mapping[str, bytes | Path], target: str) -> bool:
        """Make the folder ``target`` with these files, all at once; False when it exists."""
        ...


class LocalFolder:
    """A folder on a disk or a mounted share."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def prepare(self) -> None:
        """Make the four subfolders; raises FolderError when the folder itself is not there, as a share may be."""
        try:
            for name in ("inbox", "processing", "done", "failed"):
                (self.root / name).mkdir(exist_ok=True)
        except OSError as error:
            raise FolderError(f"{self.root}: {error.strerror}") from None

    def entries(self, folder: str) -> list[Entry]:
        """Return what lies in a subfolder, by name; hidden files and links are left out."""
        found = []
        try:
            for each in sorted(os.scandir(self.root / folder), key=lambda each: each.name):
                if not each.name.startswith(".") and not each.is_symlink():
                    found.append(Entry(each.name, self._mark(Path(each.path))))
        except FileNotFoundError:  # something was taken away while we looked; the next look sees the rest
            pass
        except OSError as error:
            raise FolderError(f"{self.root}: {error.strerror}") from None
        return found

    def _mark(self, path: Path) -> str:
        digest = hashlib.sha256()
        for each in sorted([path, *path.rglob("*")]) if path.is_dir() else [path]:
            facts = each.lstat()
            digest.update(f"{each.relative_to(path)}\0{facts.st_size}\0{facts.st_mtime_ns}\0".encode(errors="replace"))
        return digest.hexdigest()

    def read(self, path: str) -> dict[str, bytes]:
        """Return a file by its own name, or all files below a folder; links are never followed."""
        top = self.root / path
        if top.is_dir():
            paths = [each for each in sorted(top.rglob("*")) if each.is_file() and not _linked(each, top)]
            paths = [each for each in paths if not each.name.startswith(".")]
        else:
            paths = [top]
        try:
            if sum(each.lstat().st_size for each in paths) > LARGEST:
                raise TooLargeError
            return {
                each.relative_to(top).as_posix() if top.is_dir() else each.name: each.read_bytes() for each in paths
            }
        except FileNotFoundError:
            raise
        except OSError as error:
            raise FolderError(f"{path}: {error.strerror}") from None

    def move(self, source: str, target: str) -> bool:
        """Move at once; False when the source is gone or the target exists: somebody else was first."""
        end = self.root / target
        try:
            end.parent.mkdir(parents=True, exist_ok=True)
            if end.exists():
                return False
            (self.root / source).rename(end)
        except FileNotFoundError:
            return False
        except OSError as error:
            raise FolderError(f"{source}: {error.strerror}") from None
        return True

    def publish(self, files: Mapping[str, bytes | Path], target: str) -> bool:
        """Make the folder ``target`` with these files, all at once; False when it exists."""
        end = self.root / target
        if end.exists():
            return False
        fresh = end.parent / f".{end.name}.{uuid4().hex[:8]}"
        try:
            for name, content in files.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content if isinstance(content, bytes) else content.read_bytes())
            try:
                fresh.rename(end)
            except OSError:
                if not end.exists():
                    raise
                shutil.rmtree(fresh, ignore_errors=True)
                return False
        except OSError as error:
            shutil.rmtree(fresh, ignore_errors=True)
            raise FolderError(f"{target}: {error.strerror}") from None
        return True


def _linked(path: Path, top: Path) -> bool:
    return any(each.is_symlink() for each in (path, *path.parents) if each.is_relative_to(top))
