"""``isa-docs build --check-reproducible``: build once more under other circumstances and compare every byte."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from isa_docs.build.publish import own_files
from isa_docs.findings import Finding, Place, Severity

_OTHERWISE = {"TZ": "Pacific/Kiritimati", "PYTHONHASHSEED": "4711", "LC_ALL": "C.UTF-8", "USER": "nobody"}
_SECONDS = 900


def differences(folders: Iterable[Path], arguments: Sequence[str]) -> Iterator[Finding]:
    """Build again into another folder, in another time zone and with another hash seed; yield what came out different.

    ``folders`` are the submissions' folders of the first build (``<out>/<matter>/<submission>``), ``arguments`` what
    follows ``isa-docs`` to build them again, without ``--out``. Nothing is taken from the cache.
    """
    with tempfile.TemporaryDirectory(prefix="isa-docs-again-") as again:
        try:
            done = subprocess.run(
                [sys.executable, "-m", "isa_docs", *arguments, "--out", again, "--fresh", "-q"],
                capture_output=True,
                text=True,
                timeout=_SECONDS,
                check=False,
                env={**os.environ, **_OTHERWISE},
            )
        except subprocess.TimeoutExpired:
            yield _failed(f"it took longer than {_SECONDS:g} seconds.")
            return
        if done.returncode:
            why = done.stderr.strip().splitlines()
            yield _failed(why[-1] if why else f"exit code {done.returncode}.")
            return
        for folder in folders:
            yield from _compared(folder, Path(again) / folder.parent.name / folder.name)


def _failed(why: str) -> Finding:
    message = f"The second build, made to compare, failed: {why}"
    return Finding("PKG-REBUILD", Severity.ERROR, message, "Build again; the packages themselves are in place.")


def _compared(first: Path, second: Path) -> Iterator[Finding]:
    """Compare what the builds wrote; what others put into the first one's folder is no concern of this."""
    made = {path.relative_to(second).as_posix() for path in second.rglob("*") if not path.is_dir()}
    for name in sorted(made | own_files(first)):
        one, other = first / name, second / name
        if not (one.is_file() and other.is_file() and one.read_bytes() == other.read_bytes()):
            yield Finding(
                "PKG-BYTES",
                Severity.ERROR,
                f"A second build of the same matter gave another {name}.",
                "Look for what changes by itself, such as a date field in a template of your own.",
                place=Place(str(one)),
            )
