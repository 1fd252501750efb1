"""Access tokens: random, shown once, kept as hashes with what they may do."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from filelock import FileLock

from isa_docs.errors import InputError

SCOPES = ("jobs:read", "jobs:write", "packages:write", "packages:read", "desk")
"""What a token may do: see jobs; retry and cancel them; ask for packages; download packages; work at the desk."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")


@dataclass(frozen=True)
class Token:
    """A token as it is kept: its name, the SHA-256 of its secret, and its scopes."""

    name: str
    sha256: str
    scopes: tuple[str, ...]


class Tokens:
    """The tokens in one file; a change is seen by running services at their next request."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._stamp: tuple[int, int] | None = None
        self._kept: list[Token] = []

    def create(self, name: str, scopes: Iterable[str]) -> str:
        """Make a token and return it; it cannot be shown again. Raises InputError for a bad name or scope."""
        wanted = tuple(dict.fromkeys(scopes))
        if not _NAME.match(name):
            raise InputError("A token's name has small letters, digits and hyphens.")
        if not wanted or any(scope not in SCOPES for scope in wanted):
            raise InputError(f"A token needs one or more of the scopes {', '.join(SCOPES)}.")
        self._file.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(self._file.with_suffix(".lock")):
            kept = self.all()
            if any(token.name == name for token in kept):
                raise InputError(f"There is a token '{name}' already. Revoke it first, or give this one another name.")
            secret = f"isa_{secrets.token_urlsafe(32)}"
            self._write([*kept, Token(name, _hash(secret), wanted)])
        return secret

    def revoke(self, name: str) -> None:
        """Take a token away; raises InputError when there is none of that name."""
        with FileLock(self._file.with_suffix(".lock")):
            kept = self.all()
            left = [token for token in kept if token.name != name]
            if len(left) == len(kept):
                raise InputError(f"There is no token '{name}'.")
            self._write(left)

    def all(self) -> list[Token]:
        """Return the tokens, without their secrets, which nobody has."""
        try:
            facts = self._file.stat()
        except FileNotFoundError:
            return []
        stamp = (facts.st_mtime_ns, facts.st_ino)
        if stamp != self._stamp:
            data = json.loads(self._file.read_text(encoding="utf-8"))
            self._kept = [Token(each["name"], each["sha256"], tuple(each["scopes"])) for each in data]
            self._stamp = stamp
        return self._kept

    def find(self, secret: str) -> Token | None:
        """Return the token of a secret, or None; takes the same time whichever it is."""
        digest = _hash(secret)
        found = None
        for token in self.all():
            if hmac.compare_digest(token.sha256, digest):
                found = token
        return found

    def _write(self, tokens: list[Token]) -> None:
        fresh = self._file.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps([asdict(token) for token in tokens], indent=1), encoding="utf-8")
        fresh.replace(self._file)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
