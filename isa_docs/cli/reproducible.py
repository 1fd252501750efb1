"""``isa-docs build --check-reproducible``: build once more under other circumstances and compare every byte."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from isa_docs.findings import Finding, Place, Severity

_OTHERWISE = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4711", "LC_ALL": "C.UTF-8", "USER": "nobody"}
_SECONDS = 900


def differences(folders: Iterable[Path], arguments: Sequence[str]) -> Iterator[Finding]:
    """Build again into another folder, in another time zone and with another hash seed; yield what came out different.

    ``folders`` are the submissions' folders of the first build (``<out>/<matter>/<submission>``), ``arguments`` what
    follows ``isa-docs`` to build them again, without ``--out``. Nothing is taken from the cache.
    """
    with tempfile.TemporaryDirectory(prefix="isa-docs-again-") as again:
        done = subprocess.run(
            [sys.executable, "-m", "isa_docs", *arguments, "--out", again, "--fresh", "-q"],
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, **_OTHERWISE},
        )
        if done.returncode:
            why = done.stderr.strip().splitlines()
            message = f"The second build, made to compare, failed: {why[-1] if why else done.returncode}"
            yield Finding("PKG-REBUILD", Severity.ERROR, message, "Build again; the packages themselves are in place.")
            return
        for folder in folders:
            yield from _compared(folder, Path(again) / folder.parent.name / folder.name)


def _compared(first: Path, second: Path) -> Iterator[Finding]:
    names = {path.relative_to(root).as_posix() for root in (first, second) for path in root.rglob("*")}
    for name in sorted(names):
        one, other = first / name, second / name
        if one.is_dir() or other.is_dir():
            continue
        if not (one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()):
            yield Finding(
                "PKG-BYTES",
                Severity.ERROR,
                f"A second build of the same matter gave another {name}.",
                "Look for what changes by itself, such as a date field in a template of your own.",
                place=Place(str(one)),
            )
