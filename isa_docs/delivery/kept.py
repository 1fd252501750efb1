"""Remembers beside finished packages what they are, so that a second job that asks for them need not build them."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, JobState

NAME = "built.json"


def keep(folder: Path, result: BuildResult) -> None:
    """Write down the finished packages in ``folder``."""
    fresh = folder / f".{NAME}.new"
    fresh.write_text(json.dumps([asdict(each) for each in result.files], indent=1), encoding="utf-8")
    fresh.replace(folder / NAME)


def recall(folder: Path) -> BuildResult | None:
    """Return the result written down, or None when there is none or a package is no longer what it was."""
    try:
        files = tuple(BuiltFile(**each) for each in json.loads((folder / NAME).read_text(encoding="utf-8")))
        good = all(hashlib.sha256((folder / each.file).read_bytes()).hexdigest() == each.sha256 for each in files)
    except (OSError, ValueError, TypeError):
        return None
    return BuildResult(JobState.BUILT, files=files) if files and good else None
