"""Which files of a folder are matters: one answer for the batch, the desk and the docket."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from isa_docs.intake.source import MAX_BYTES

_SUFFIXES = (".yaml", ".yml", ".json")
_ID = re.compile(rb"""^["']?matter["']?[ \t]*:[ \t]*["']?([A-Za-z0-9][A-Za-z0-9._-]*)""", re.MULTILINE)
_ID_IN_JSON = re.compile(rb"""(?:^|[{,])\s*"matter"\s*:\s*"([A-Za-z0-9][A-Za-z0-9._-]*)\"""", re.MULTILINE)
_MARK = b"\xef\xbb\xbf"


def matter_files(folder: Path, without: Path | None = None) -> list[Path]:
    """Return the matter files below ``folder``, in order of their names; hidden ones and ``without`` are left out.

    A matter file is any called ``matter.yaml`` (or ``.yml``, ``.json``), and any other YAML or JSON file with the key
    ``matter`` and an id at its top. What is damaged is not passed over: one called ``matter`` counts all the same, and
    so does JSON that breaks off after such a key.
    """
    return sorted(path for path in visible_files(folder, without) if _is_matter(path))


def matter_id(path: Path) -> str | None:
    """Return the id a file gives its matter, by its look; None for files that are no matter, or too large for one."""
    with suppress(OSError), path.open("rb") as file:
        data = file.read(MAX_BYTES + 1).removeprefix(_MARK)
        if len(data) > MAX_BYTES:
            return None
        if not data.lstrip().startswith(b"{"):
            match = _ID.search(data)
            return match[1].decode("ascii") if match else None
        with suppress(ValueError, RecursionError):
            top = json.loads(data)
            return top.get("matter") if isinstance(top.get("matter"), str) else None
        match = _ID_IN_JSON.search(data)
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
