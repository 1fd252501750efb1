"""Time builds of one matter: the first on a machine (nothing cached), and the same again with nothing changed.

Each build is a process of its own, timed from its start to its end, as a person waits for it. The first-time builds
get an empty output folder and an empty cache folder each. Medians and minima are printed; compare figures of one run
only with figures of the same run.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def build_seconds(matter: Path, out: Path, cache: Path) -> float:
    """Build ``matter`` into ``out`` in a new process and return the seconds it took; exit with its code on failure."""
    environment = dict(os.environ, XDG_CACHE_HOME=str(cache))
    command = [sys.executable, "-m", "isa_docs", "build", str(matter), "--out", str(out)]
    began = time.perf_counter()
    done = subprocess.run(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    took = time.perf_counter() - began
    if done.returncode:
        sys.stderr.buffer.write(done.stderr)
        sys.exit(done.returncode)
    return took


def main() -> int:
    """Parse the command line, time the builds, print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("matter", type=Path)
    parser.add_argument("--rounds", type=int, default=7, help="builds of each kind (default 7)")
    options = parser.parse_args()
    first: list[float] = []
    again: list[float] = []
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory() as folder:
            out, cache = Path(folder) / "out", Path(folder) / "cache"
            cache.mkdir()
            first.append(build_seconds(options.matter, out, cache))
            again.append(build_seconds(options.matter, out, cache))
    cores = os.cpu_count()
    print(f"{options.matter}: {options.rounds} rounds, Python {platform.python_version()}, {cores} cores")
    print(f"{'':24}median s   min s")
    for name, seconds in (("first build", first), ("again, nothing changed", again)):
        print(f"{name:24}{statistics.median(seconds):8.2f}{min(seconds):8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
