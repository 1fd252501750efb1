"""Remembers the answers of builds by the caller's key: a script that calls twice gets one build and one answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from isa_docs.errors import InputError, TryAgainError

FOLDER = ".answers"


class RememberedAnswer:
    """The place of one key's answer; inside :meth:`held` nobody else builds under the same key."""

    def __init__(self, out: Path, key: str, matter: bytes, asked: Mapping[str, Any]) -> None:
        self._file = out / FOLDER / (hashlib.sha256(key.encode("utf-8", "surrogateescape")).hexdigest() + ".json")
        what = json.dumps(dict(asked), sort_keys=True, default=str)
        self._asked = hashlib.sha256(matter + b"\0" + what.encode("utf-8", "surrogateescape")).hexdigest()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the key; raises TryAgainError while another call with the same key is building."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(self._file.with_suffix(".lock"), timeout=0):
                yield
        except Timeout:
            raise TryAgainError("A build with this idempotency key is under way; call again later.") from None

    def recall(self) -> dict[str, Any] | None:
        """Return the result given before under this key, or None.

        Only while its files are still what was answered. Raises InputError when the key was given for another
        matter file or other options.
        """
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        if kept["asked"] != self._asked:
            raise InputError(
                "This idempotency key was used for another matter file or other options. Give each request its own key."
            )
        result: dict[str, Any] = kept["result"]
        return result if all(_unchanged(package) for package in result["packages"]) else None

    def keep(self, result: dict[str, Any]) -> None:
        """Remember the result of a build in which every package was built."""
        fresh = self._file.with_suffix(".new")
        fresh.write_text(json.dumps({"asked": self._asked, "result": result}), encoding="utf-8")
        fresh.replace(self._file)


def _unchanged(package: Mapping[str, Any]) -> bool:
    file = Path(package["file"])
    return file.is_file() and hashlib.sha256(file.read_bytes()).hexdigest() == package["sha256"]
