"""The exhibits as they were when the build began: copies, which alone are read, hashed and told of."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from isa_docs.build.state import sha256_file
from isa_docs.documents.plan import PlannedItem
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
    """Copy a file; return the copy, or the file itself when it is missing or will be refused."""
    try:
        if not file.is_file() or file.stat().st_size > _LARGEST:
            return file
        copy.parent.mkdir(parents=True)
        shutil.copyfile(file, copy)
    except OSError:
        return file
    return copy
