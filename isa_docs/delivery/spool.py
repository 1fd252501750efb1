"""Where intakes wait for their build: each in a folder named by its content, so the same intake is kept once."""

from __future__ import annotations

import hashlib
import os
import shutil
import unicodedata
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from uuid import uuid4

from isa_docs.errors import InputError

_ENDINGS = (".yaml", ".yml", ".json")
_LONGEST_NAME = 240
_LONGEST_PART = 255
"""Bytes that file systems allow for the name of one file or folder."""


def matter_name(names: Mapping[str, bytes] | list[str]) -> str:
    """Return which of the files is the matter: the only YAML or JSON file that is not in a subfolder.

    Raises InputError when there is none, or more than one and none of them is called ``matter``.
    """
    found = sorted(name for name in names if "/" not in name and name.lower().endswith(_ENDINGS))
    named = [name for name in found if PurePosixPath(name).stem.lower() == "matter"]
    if len(named) == 1:
        return named[0]
    if len(found) == 1:
        return found[0]
    if not found:
        raise InputError("There is no matter file: send one file that ends in .yaml, .yml or .json.")
    raise InputError("Which file is the matter? Call it matter.yaml; there are several that end in .yaml or .json.")


def clean_name(name: str) -> str:
    """Return a relative file name as it is kept; raises InputError for one that leaves its folder or cannot exist."""
    name = unicodedata.normalize("NFC", name.replace("\\", "/"))
    parts = name.split("/")
    if (
        not name
        or len(name) > _LONGEST_NAME
        or any("\ud800" <= character <= "\udfff" for character in name)
        or any(part in ("", ".", "..") or part.endswith((" ", ".")) for part in parts)
        or any(len(part.encode()) > _LONGEST_PART for part in parts)
        or any(ord(character) < 32 or character in ':*?"<>|' for character in name)
    ):
        raise InputError("A file has a name that cannot be used. Use letters, digits, spaces, dots and hyphens.")
    return name


def content_hash(files: Mapping[str, bytes]) -> str:
    """Return the SHA-256 over the names and the contents of an intake's files, whatever their order."""
    digest = hashlib.sha256()
    for name in sorted(files):
        digest.update(f"{len(name.encode())}:{name}:{len(files[name])}:".encode())
        digest.update(files[name])
    return digest.hexdigest()


def intake_hash(files: Mapping[str, bytes]) -> str:
    """Return the hash by which an intake of these files is known; raises InputError as :func:`clean_name` does."""
    return content_hash({clean_name(name): data for name, data in files.items()})


class Spool:
    """A folder of intakes. All workers of a service see the same one."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, files: Mapping[str, bytes]) -> str:
        """Keep an intake; return its hash. It is complete there, or not there at all. Raises InputError."""
        kept = {clean_name(name): data for name, data in files.items()}
        if len({name.casefold() for name in kept}) != len(files):
            raise InputError("Two files have the same name.")
        folders = {str(folder).casefold() for name in kept for folder in PurePosixPath(name).parents}
        if folders & {name.casefold() for name in kept}:
            raise InputError("A file has the name of another file's folder.")
        matter_name(kept)
        digest = content_hash(kept)
        target = self._root / digest
        if target.is_dir():
            return digest
        fresh = self._root / f".{digest}.{uuid4().hex}"
        try:
            for name, data in kept.items():
                path = fresh / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with path.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            fresh.rename(target)
        except OSError:
            shutil.rmtree(fresh, ignore_errors=True)
            if not target.is_dir():
                raise
        return digest

    def matter(self, digest: str) -> Path:
        """Return the matter file of the intake; raises InputError when it is no longer there."""
        folder = self._root / digest
        if not folder.is_dir():
            raise InputError("The intake is no longer kept; send it again.")
        return folder / matter_name([path.name for path in folder.iterdir() if path.is_file()])
