"""The folder of matters: finding them, reading and writing one, never outside the folder, never over a change."""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from isa_docs.desk.problems import ProblemError
from isa_docs.desk.settings import DeskSettings
from isa_docs.errors import InputError, TryAgainError
from isa_docs.intake.matter_files import matter_files
from isa_docs.intake.replacing import ChangedError, replace_matter, version_of
from isa_docs.intake.source import MAX_BYTES, Source, bounded_bytes, parse_source
from isa_docs.intake.validate import validate

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._ -]{0,78}[A-Za-z0-9_-])?\Z")
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?\Z")
_REMEMBERED = 200


@dataclass(frozen=True)
class MatterFile:
    """One matter file of the folder: its opaque id, and its place."""

    id: str
    path: Path
    name: str
    """The path relative to the folder, with forward slashes."""

    @property
    def modified(self) -> str:
        """When the file was last written, in UTC."""
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC).isoformat(timespec="seconds")


@dataclass(frozen=True)
class Opened:
    """A matter as it stands in its file: the bytes' version, the text, and the data if the text can be read."""

    file: MatterFile
    raw: bytes
    version: str
    source: Source | None
    fault: InputError | None

    @property
    def text(self) -> str:
        """The file as text, without a byte-order mark; what is not UTF-8 is replaced."""
        return self.raw.decode("utf-8-sig", "replace")

    @property
    def document(self) -> Any:
        """The data of the file, None when it cannot be read."""
        return self.source.data if self.source else None


class MatterFolder:
    """The matters below one folder. Every write is atomic, and only over the version the writer has seen."""

    def __init__(self, settings: DeskSettings) -> None:
        self.root = settings.folder.resolve()
        self.within = settings.within
        self._out = settings.out
        self._ids: dict[str, MatterFile] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()
        self._seen: OrderedDict[str, Any] = OrderedDict()

    def all(self) -> list[MatterFile]:
        """Return the matter files, in order of their names; links that lead out of the folder are left out."""
        found = [self._file(path) for path in matter_files(self.root, self._out) if self._inside(path)]
        with self._guard:
            self._ids = {each.id: each for each in found}
        return found

    def find(self, matter_id: str) -> MatterFile:
        """Return a matter by its id; raises ProblemError (404) when there is none."""
        known = self._ids.get(matter_id)
        if known is None or not known.path.is_file() or not self._inside(known.path):
            known = next((each for each in self.all() if each.id == matter_id), None)
        if known is None:
            raise ProblemError(404, "There is no such matter in the folder; it may have been moved or deleted.")
        return known

    def open(self, file: MatterFile) -> Opened:
        """Read a matter; raises ProblemError when it is gone or too large to be one."""
        try:
            raw = bounded_bytes(file.path)
        except OSError:
            raise ProblemError(404, "The matter file can no longer be read.") from None
        return self.opened(file, raw)

    def opened(self, file: MatterFile, raw: bytes) -> Opened:
        """Return the bytes of a matter as a matter; numbers written for text are taken as they were written."""
        source, fault = None, None
        try:
            source = parse_source(raw, file.name)
            validate(source)
        except InputError as error:
            fault = error
        opened = Opened(file, raw, version_of(raw), source, fault)
        if source:
            with self._guard:
                self._seen[opened.version] = source.data
                self._seen.move_to_end(opened.version)
                while len(self._seen) > _REMEMBERED:
                    self._seen.popitem(last=False)
        return opened

    def seen(self, version: str) -> Any:
        """Return the data of a version that was read lately, None when it is not remembered."""
        return self._seen.get(version)

    @contextmanager
    def held(self, file: MatterFile) -> Iterator[None]:
        """Let one call at a time change a matter."""
        with self._guard:
            lock = self._locks.setdefault(file.id, threading.Lock())
        with lock:
            yield

    def write(self, file: MatterFile, raw: bytes, *, over: str) -> None:
        """Put ``raw`` in place of the version ``over`` of the matter at once, or not at all.

        Raises ChangedError when the file is another one by now, ProblemError when it cannot be written.
        """
        if len(raw) > MAX_BYTES:
            raise ProblemError(413, f"The matter would have more than the {MAX_BYTES:,} bytes that a file may have.")
        try:
            replace_matter(file.path, raw, over=over)
        except ChangedError:
            raise
        except TryAgainError:
            raise ProblemError(
                503, "Somebody else is writing the matter file; nothing was saved. Save again."
            ) from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise ProblemError(503, f"The matter file cannot be written: {why}. It stays as it was.") from None

    def create(self, folder: str, name: str, raw: bytes) -> MatterFile:
        """Write a new matter file into a new folder; raises ProblemError when the name is taken, in any case."""
        taken = {each.name.casefold() for each in self.root.iterdir()}
        place = self.root / folder
        try:
            if folder.casefold() in taken:
                raise FileExistsError
            place.mkdir()
            with (place / name).open("xb") as stream:
                stream.write(raw)
                stream.flush()
                os.fsync(stream.fileno())
        except FileExistsError:
            raise ProblemError(409, "There is a matter or folder of this name already; take another name.") from None
        except OSError as error:
            with suppress(OSError):
                (place / name).unlink(missing_ok=True)
                place.rmdir()
            raise ProblemError(503, f"The file cannot be written: {error.strerror}.") from None
        return self._file(place / name)

    def _file(self, path: Path) -> MatterFile:
        name = path.relative_to(self.root).as_posix()
        return MatterFile(hashlib.sha256(name.encode("utf-8", "surrogateescape")).hexdigest()[:16], path, name)

    def _inside(self, path: Path) -> bool:
        try:
            return path.resolve(strict=True).is_relative_to(self.root)
        except OSError:
            return False


def plain_name(name: str) -> str:
    """Return ``name`` if any system can use it as a file's name; raises ProblemError (422) otherwise."""
    if not _NAME.match(name) or _RESERVED.match(name) or ".." in name:
        raise ProblemError(
            422, "The name must have letters, digits, spaces, hyphens, underscores and single dots only, at most 80."
        )
    return name
