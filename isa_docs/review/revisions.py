"""The revisions of a PDF: what was built, and what each later save appended to it."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

_END = re.compile(rb"startxref\s+\d+\s+%%EOF(?:\r\n|\r|\n)?")


@dataclass(frozen=True)
class Revisions:
    """Where the revisions of a file end (byte offsets), counted from the package as built, which is revision 0."""

    ends: tuple[int, ...]
    trailing: int
    """Bytes after the last revision."""

    @property
    def built(self) -> int:
        """Length in bytes of the package as built."""
        return self.ends[0]


def revision_ends(data: bytes) -> list[int]:
    """Return the offset after each end-of-file mark that closes a cross-reference section."""
    return [match.end() for match in _END.finditer(data)]


def split_revisions(data: bytes, sha256: str) -> Revisions | None:
    """Find the package with the hash ``sha256`` at the beginning of ``data`` and the revisions after it.

    Returns None when the file does not begin with that package, byte for byte.
    """
    ends = revision_ends(data)
    digest, done = hashlib.sha256(), 0
    for number, end in enumerate(ends):
        for stop in _stops(data, end):
            before = digest.copy()
            before.update(data[done:stop])
            if before.hexdigest() == sha256:
                later = ends[number + 1 :]
                last = later[-1] if later else stop
                return Revisions((stop, *later), len(data[last:].strip(b"\r\n\t \0")))
        digest.update(data[done:end])
        done = end
    return None


def _stops(data: bytes, end: int) -> list[int]:
    """Return the ends a revision may have here: with its line break and without."""
    mark = data.rindex(b"%%EOF", 0, end) + len(b"%%EOF")
    return sorted({end, mark}, reverse=True) if mark != end else [end]
