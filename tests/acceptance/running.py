"""Runs isa-docs as a process of its own, and compares what it leaves."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


def environment(**extra: str) -> dict[str, str]:
    """Return this environment without settings of isa-docs, and with ``extra``."""
    kept = ("ISA_DOCS_CACHE_DIR",)
    return {k: v for k, v in os.environ.items() if not k.startswith("ISA_DOCS_") or k in kept} | extra


def command(*arguments: str | Path) -> list[str]:
    """Return the command line of isa-docs in this Python."""
    return [sys.executable, "-m", "isa_docs", *map(str, arguments)]


def isa_docs(*arguments: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run isa-docs to its end; ``extra`` are environment variables."""
    return subprocess.run(
        command(*arguments),
        env=environment(**extra),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=300,
    )


def snapshot(folder: Path) -> dict[str, str]:
    """Return a checksum of every file below ``folder`` by its name; locks and records of builds are left out."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".lock", ".written")
    }


def edit(matter: Path, old: str, new: str) -> None:
    """Replace one text of a matter file; it must be there."""
    text = matter.read_text(encoding="utf-8")
    assert old in text, f"{old!r} is not in {matter}"
    matter.write_text(text.replace(old, new, 1), encoding="utf-8")
