"""Operating-system errors that are no bug of ours: a full disk, a folder that may not be written."""

from __future__ import annotations

import errno

from isa_docs.errors import OutputError

_REFUSALS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the file system is read-only",
    errno.EACCES: "access is denied",
    errno.EPERM: "it is not permitted",
}


def refusal(error: Exception) -> OutputError | None:
    """Return the error for a person when the system refused to write or read a file; None for anything else.

    Also for the lack of any usable temporary folder, which Python reports as a file that was not found.
    """
    if not isinstance(error, OSError):
        return None
    if isinstance(error, FileNotFoundError) and "temporary directory" in str(error):
        return OutputError(f"{error.strerror or error}. Make room, or name a folder with TMPDIR.")
    if error.errno in _REFUSALS:
        what = f"{error.filename}: " if error.filename else ""
        return OutputError(f"{what}{_REFUSALS[error.errno]}. Make room, or correct its rights, and run again.")
    return None
