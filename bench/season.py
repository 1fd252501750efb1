"""A season of annual letters in one call: ``python -m bench.season --letters 1000 --jobs 2``.

Prints how many letters a second each tenth of the season made, and the memory of all processes together in each: a
season must end as fast as it began, and memory must not grow. The last line has the two ratios. The first start of the
converter and the filling of caches are in the first tenth; the letters differ, so none is taken from the cache.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.words import in_own_words, with_only
from isa_docs.intake.source import read_source

ROOT = Path(__file__).resolve().parents[1]


def write_matters(folder: Path, letters: int) -> None:
    """Write so many matters with one annual letter each, all of different importers."""
    data = read_source(ROOT / "examples" / "maple" / "matter.yaml").data
    data = with_only(data, [each["id"] for each in data["submissions"] if each["kind"] == "annual-notification"])
    for submission in data["submissions"]:
        submission["exhibits"] = []
        submission.pop("confidentiality", None)  # it designates an exhibit
    for number in range(letters):
        place = folder / f"m{number:04}"
        place.mkdir(parents=True)
        data["matter"] = f"season-{number:04}"
        data["importer"]["legal_name"] = f"Importer Number {number:04} Ltd."
        (place / "matter.json").write_text(json.dumps(in_own_words(data, number)), encoding="utf-8")


def memory_below(pid: int) -> float:
    """Return the memory of a process and all it started, in MB; shared pages count in parts (Linux only)."""
    total, waiting = 0, [pid]
    while waiting:
        here = waiting.pop()
        try:
            children = Path(f"/proc/{here}/task/{here}/children").read_text(encoding="ascii").split()
            for thread in Path(f"/proc/{here}/task").iterdir():
                if thread.name != str(here):
                    children += (thread / "children").read_text(encoding="ascii").split()
            waiting += [int(each) for each in children]
            for line in Path(f"/proc/{here}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1])
        except OSError:
            continue
    return total / 1024


def main() -> int:
    """Build the season and print the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.season", description=__doc__)
    parser.add_argument("--letters", type=int, default=1000)
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="isa-docs-season-") as name:
        work = Path(name)
        write_matters(work / "matters", options.letters)
        command = [sys.executable, "-m", "isa_docs", "build", str(work / "matters"), "--out", str(work / "out")]
        command += ["--as-of", "2015-06-11", "--jobs", str(options.jobs), "-q"]
        environment = dict(os.environ, ISA_DOCS_CACHE_DIR=str(work / "cache"), PYTHONPATH=str(ROOT))
        began = time.time()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        samples: list[tuple[float, float]] = []
        while process.poll() is None:
            samples.append((time.time(), memory_below(process.pid)))
            time.sleep(1.0)
        if process.returncode:
            return process.returncode
        ends = sorted(path.stat().st_mtime for path in (work / "out").glob("*/*/manifest.json"))
    report(began, ends, samples, options.jobs)
    return 0


def report(began: float, ends: list[float], samples: list[tuple[float, float]], jobs: int) -> None:
    """Print the rate and the memory of each tenth, and how the end compares with the beginning."""
    tenth = len(ends) // 10
    print(f"{len(ends)} letters, --jobs {jobs}, {ends[-1] - began:.0f} s\n")
    print("| letters | letters/s | memory, MB |\n|---:|---:|---:|")
    rates, since = [], began
    for at in range(10):
        until = ends[(at + 1) * tenth - 1]
        rates.append(tenth / (until - since))
        used = [memory for when, memory in samples if since <= when <= until]
        print(f"| {at * tenth + 1}-{(at + 1) * tenth} | {rates[-1]:.2f} | {max(used, default=0):.0f} |")
        since = until
    middle = ends[len(ends) // 2]
    first = max((memory for when, memory in samples if when <= middle), default=0)
    second = max((memory for when, memory in samples if when > middle), default=0)
    print(
        f"\nlast tenth / first tenth: {rates[-1] / rates[0]:.2f}; memory second half / first half: {second / first:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
