"""Read the packaged data files; the only input this room has besides its arguments."""

from __future__ import annotations

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).resolve().parent / "data"


@cache
def table(name: str) -> dict[str, Any]:
    """Return the parsed ``data/<name>.toml``; callers must not change it."""
    with (_FOLDER / f"{name}.toml").open("rb") as file:
        return tomllib.load(file)


@cache
def json_table(name: str) -> dict[str, Any]:
    """Return the parsed ``data/<name>.json``: a table made by a script; callers must not change it."""
    table: dict[str, Any] = json.loads((_FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return table
