"""Which files of a folder are matters: one answer for the batch, the desk and the docket."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_SUFFIXES = (".yaml", ".yml", ".json")
_KEY = rb"""(?:^[ \t]*["']?matter["']?|[{,][ \t]*"matter")"""
_ID = re.compile(_KEY + rb"""[ \t]*:[ \t]*["']?([A-Za-z0-9][A-Za-z0-9._-]*)""", re.MULTILINE)
_HEAD = 65_536


def matter_files(folder: Path, without: Path | None = None) -> list[Path]:
    """Return the matter files below ``folder``, in order of their names; hidden ones and ``without`` are left out.

    A matter file is any called ``matter.yaml`` (or ``.yml``, ``.json``), and any other YAML or JSON file that says
    ``matter:`` with an id near its beginning. One called ``matter`` counts even when it cannot be read: a matter that
    is damaged must not be passed over.
    """
    return sorted(path for path in visible_files(folder, without) if _is_matter(path))


def matter_id(path: Path) -> str | None:
    """Return the id a file gives its matter, by its look; None for files that are no matter."""
    with suppress(OSError), path.open("rb") as file:
        match = _ID.search(file.read(_HEAD))
        return match[1].decode("ascii") if match else None
    return None


def visible_files(folder: Path, without: Path | None = None) -> Iterator[Path]:
    """Yield the files below a folder but hidden ones, those in hidden folders and those in the folder ``without``."""
    left_out = without.resolve() if without else None
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = [name for name in folders if not name.startswith(".") and (here / name).resolve() != left_out]
        yield from (here / name for name in names if not name.startswith("."))


def _is_matter(path: Path) -> bool:
    if path.suffix.lower() not in _SUFFIXES or not path.is_file():
        return False
    return path.stem.lower() == "matter" or matter_id(path) is not None
