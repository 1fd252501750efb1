"""Puts a new text in place of a matter file, never over a change that the writer has not seen.

All who write matter files do it here: the desk, and the commands that record or carry something.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from isa_docs.errors import OutputError, TryAgainError
from isa_docs.intake.load import LoadedMatter, to_matter
from isa_docs.intake.source import matter_bytes, parse_source

_MARK = b"\xef\xbb\xbf"
_TRIES = 20
_Told = TypeVar("_Told")


class ChangedError(TryAgainError):
    """The matter file is no longer the one that was read; nothing was written."""


def version_of(raw: bytes) -> str:
    """Return the version of a file: the SHA-256 of its bytes."""
    return hashlib.sha256(raw).hexdigest()


def replace_matter(file: Path, raw: bytes, *, over: str, wait: float = 10.0) -> None:
    """Put ``raw`` in place of a matter file at once, or not at all; a link stays a link.

    ``over`` is the version that ``raw`` was made from. Raises ChangedError when the file is another one by now,
    TryAgainError when somebody else holds it longer than ``wait`` seconds, OSError when it cannot be written. It
    stays as it was then.
    """
    from filelock import FileLock, Timeout  # only here: it takes long to import

    target = file.resolve()
    lock = target.with_name(f".{target.name}.lock")
    try:
        with FileLock(lock, timeout=wait, mode=0o666):  # whoever may write here must be able to hold it, too
            if version_of(target.read_bytes()) != over:
                raise ChangedError(f"{file} was changed by somebody else meanwhile; nothing was written. Run it again.")
            _put(raw, target)
    except Timeout:
        raise TryAgainError(f"Somebody else is writing {file}; nothing was written. Try again in a moment.") from None


def change_matter(file: Path, change: Callable[[LoadedMatter], tuple[str, _Told]]) -> _Told:
    """Replace a matter file by the text that ``change`` makes of it, and return what else ``change`` returns.

    When somebody else writes the file meanwhile, it is read and changed anew. A byte-order mark stays. Raises
    InputError when the file cannot be read, what ``change`` raises, OutputError when the file cannot be written, and
    TryAgainError when others do not let go of it; it stays as it was then.
    """
    for _ in range(_TRIES - 1):
        try:
            return _changed(file, change)
        except ChangedError:
            continue
    return _changed(file, change)


def _changed(file: Path, change: Callable[[LoadedMatter], tuple[str, _Told]]) -> _Told:
    raw = matter_bytes(file)
    text, told = change(to_matter(parse_source(raw, str(file)), file.parent))
    mark = _MARK if raw.startswith(_MARK) else b""
    try:
        replace_matter(file, mark + text.encode(), over=version_of(raw))
    except OSError as error:
        why = error.strerror or type(error).__name__
        raise OutputError(f"{file} cannot be written: {why}. It stays as it was.") from None
    return told


def _put(raw: bytes, target: Path) -> None:
    number, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".new", dir=target.parent)
    fresh = Path(name)
    try:
        with os.fdopen(number, "wb") as stream:
            stream.write(raw)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.chmod(target.stat().st_mode & 0o777)
        fresh.replace(target)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
