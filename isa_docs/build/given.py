"""The exhibits as they were when the build began: copies, which alone are read, hashed and told of."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from isa_docs.build.state import sha256_file
from isa_docs.documents.plan import PlannedItem
from isa_docs.errors import OutputError
from isa_docs.findings import Finding

_LARGEST = 500 * 1024 * 1024
"""Bytes of an exhibit that is copied; larger ones are refused."""


class GivenExhibits:
    """Copies of the exhibits of one package, by the keys of their items: the files may be replaced meanwhile."""

    def __init__(self, items: Iterable[PlannedItem], folder: Path, work: Path) -> None:
        """Copy the exhibits of ``items``, named as from ``folder``, into ``work``."""
        self._files = {item.key: (folder / item.exhibit.file).resolve() for item in items if item.exhibit}
        self._copies = {
            key: _copied(file, work / f"{number}" / file.name) for number, (key, file) in enumerate(self._files.items())
        }

    def file(self, item: PlannedItem) -> Path:
        """Return the copy, or the file itself where there is none to be made: it will be refused by its own name."""
        return self._copies[item.key]

    def sha256(self, item: PlannedItem) -> str:
        """Return the SHA-256 of an exhibit, empty when it cannot be read."""
        return sha256_file(self._copies[item.key]) or ""

    def named(self, finding: Finding, item: PlannedItem) -> Finding:
        """Return a finding about the copy of an exhibit as one about the user's file; others as they are."""
        place = finding.place
        if place is None or item.key not in self._copies or place.file != str(self._copies[item.key]):
            return finding
        return replace(finding, place=replace(place, file=str(self._files[item.key])))


def _copied(file: Path, copy: Path) -> Path:
    """Copy a file; return the copy, or the file itself when it cannot be read or will be refused.

    Raises OutputError when there is no room for the copy.
    """
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return file
        given = file.open("rb")
    except OSError:
        return file
    try:
        copy.parent.mkdir(parents=True)
        with given, copy.open("wb") as target:
            shutil.copyfileobj(given, target, 1 << 20)
    except OSError as error:
        copy.unlink(missing_ok=True)
        why = error.strerror or type(error).__name__
        message = (
            f"The exhibit {file} cannot be copied into the temporary folder: {why}. Make room there, or set TMPDIR."
        )
        raise OutputError(message) from None
    return copy
