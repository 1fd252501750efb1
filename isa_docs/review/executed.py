"""Executed copies: packages whose signature pages were replaced by their scans, and the record of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def record_path(file: Path) -> Path:
    """Return where the record of the executed copy ``file`` stands."""
    return file.with_suffix(".executed.json")


def replaced_pages(file: Path, manifest: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the pages (1-based) that the record beside ``file`` says were replaced by scans; none without one.

    The record counts only when it names this very file by its hash and this package by its id.
    """
    try:
        record = json.loads(record_path(file).read_bytes())
        same = record["package_id"] == manifest["package"]["id"]
        if same and record["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest():
            return tuple(int(page["page"]) for page in record["pages"])
    except (OSError, ValueError, KeyError, TypeError):
        pass
    return ()
