"""Runs this tool and the usual ways side by side and prints the ratios: ``python -m bench`` (or ``make bench``).

All ways make the same packages from the same papers and exhibits, one after the other in each round, each in a
process of its own. Only ratios within a round are compared, and their medians printed: a machine that is busy is
busy for all. Wall seconds are the median; CPU seconds, of the process and all it started, are the least; memory is
that of the largest single process.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.words import in_own_words, with_only
from isa_docs.intake.source import read_source

ROOT = Path(__file__).resolve().parents[1]
CHAINS = ROOT / "bench" / "chains.py"
DAY = "2015-06-11"


@dataclass(frozen=True)
class Run:
    """What one run of one way took: wall seconds, CPU seconds, peak memory of its largest process in MB."""

    wall: float
    cpu: float
    memory: float


class Bench:
    """The packages to make, and where."""

    def __init__(
        self,
        matter: Path,
        submission: str,
        packages: int,
        work: Path,
        *,
        uno_python: str | None = None,
        without: Sequence[str] = (),
    ) -> None:
        """Make the matters, and the papers for the other ways; those in ``without`` are left out."""
        self.work = work
        self.letter = packages == 1 and submission.startswith("anl")
        self.cache = work / "cache"
        self.matters = work / "matters"
        self.papers = work / "papers"
        self.uno_python = uno_python
        self.without = without
        self.changes = 0
        self._copy(matter, submission, packages)
        self.build("--fresh")  # not measured: makes the papers for the other ways, and the once-used profiles
        for package in sorted(path.parent for path in (work / "out").glob("*/*/parts")):
            target = self.papers / package.parent.name
            target.mkdir(parents=True)
            for part in (package / "parts").iterdir():
                if part.suffix == ".docx" or not part.with_suffix(".docx").exists():
                    shutil.copy(part, target)
        self.documents = len(list(self.papers.glob("*/*.docx")))

    def ways(self) -> dict[str, list[str]]:
        """Return the commands, by name."""
        chain = [sys.executable, str(CHAINS)]
        ways = {
            "isa-docs, everything made anew": self._isa_docs("--fresh"),
            "isa-docs, nothing changed": self._isa_docs(),
            "bare conversion": [sys.executable, str(ROOT / "bench" / "bare.py"), str(self.papers), "{out}"],
            "naive": [*chain, "naive", str(self.papers), "{out}"],
            "one call": [*chain, "one-call", str(self.papers), "{out}"],
            "lean": [*chain, "lean", str(self.papers), "{out}"],
        }
        if self.letter:
            ways["isa-docs, only the letter changed"] = self._isa_docs()
            bare = [sys.executable, str(ROOT / "bench" / "bare.py"), str(self.papers), "{out}", "01-letter.docx"]
            ways["bare conversion of the letter"] = bare
        if self.uno_python:
            ways["unoserver"] = [*chain, "unoserver", str(self.papers), "{out}", "--uno-python", self.uno_python]
        return {name: command for name, command in ways.items() if name not in self.without}

    def change_letter(self) -> None:
        """Change a sentence of the annual letter, which nothing else of the package prints."""
        (file,) = self.matters.glob("*/matter.json")
        data = json.loads(file.read_text(encoding="utf-8"))
        self.changes += 1
        data["submissions"][0]["results_note"] = f"Review number {self.changes} of these results is on file."
        file.write_text(json.dumps(data), encoding="utf-8")

    def build(self, *options: str) -> None:
        """Run this tool once, unmeasured."""
        self.run(self._isa_docs(*options))

    def run(self, command: list[str]) -> Run:
        """Run one way in an environment of its own; exit with what it said when it fails."""
        with tempfile.TemporaryDirectory(dir=self.work) as out, (self.work / "said").open("w+b") as said:
            environment = dict(
                os.environ, HOME=str(self.work), ISA_DOCS_CACHE_DIR=str(self.cache), PYTHONPATH=str(ROOT)
            )
            words = [word.replace("{out}", out) for word in command]
            began = time.perf_counter()
            process = subprocess.Popen(words, env=environment, stdout=said, stderr=said, stdin=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            took = time.perf_counter() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            if process.returncode:
                said.seek(0)
                sys.exit(f"{' '.join(words)}\nended with {process.returncode}:\n{said.read().decode()[-2000:]}")
        return Run(took, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def _isa_docs(self, *options: str) -> list[str]:
        command = [sys.executable, "-m", "isa_docs", "build", "--out", str(self.work / "out"), "--as-of", DAY, "-q"]
        files = sorted(self.matters.glob("*/matter.json"))
        what = [str(files[0])] if len(files) == 1 else [str(self.matters), "--jobs", str(os.cpu_count() or 1)]
        return [*command, *options, *what]

    def _copy(self, matter: Path, submission: str, packages: int) -> None:
        """Copy the matter once for each package, under another id, with that submission only."""
        data = with_only(read_source(matter).data, [submission])
        for number in range(packages):
            folder = self.matters / f"m{number:04}"
            shutil.copytree(matter.parent / "exhibits", folder / "exhibits")
            data["matter"] = f"bench-{number:04}"
            (folder / "matter.json").write_text(json.dumps(in_own_words(data, number)), encoding="utf-8")


def measure(bench: Bench, rounds: int, done: Callable[[dict[str, list[Run]]], None]) -> dict[str, list[Run]]:
    """Run every way once a round; ``done`` is told of each round's end."""
    ways = bench.ways()
    runs: dict[str, list[Run]] = {name: [] for name in ways}
    bench.run(ways.get("naive") or list(ways.values())[-1])  # not measured: LibreOffice's own first start
    for number in range(rounds):
        bench.build()  # so that nothing is changed for the way that measures it
        for name, command in ways.items():
            print(f"  round {number + 1} of {rounds}: {name}", file=sys.stderr)
            if "only the letter" in name:
                bench.change_letter()
            runs[name].append(bench.run(command))
        done(runs)
    return runs


def table(runs: dict[str, list[Run]], documents: int) -> str:
    """Return the figures as a Markdown table; ratios are to the naive chain (else the last way), paired by round."""
    base = "naive" if "naive" in runs else list(runs)[-1]
    against = runs[base]
    lines = [
        f"| way | wall s | x {base}, wall | CPU s | x {base}, CPU | documents/s | largest process, MB |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for name, each in runs.items():
        wall = statistics.median(run.wall for run in each)
        ratio = statistics.median(run.wall / other.wall for run, other in zip(each, against, strict=True))
        cpu = statistics.median(run.cpu / other.cpu for run, other in zip(each, against, strict=True))
        lines.append(
            f"| {name} | {wall:.2f} | {ratio:.2f} | {min(run.cpu for run in each):.2f} | {cpu:.2f} "
            f"| {documents / wall:.1f} | {max(run.memory for run in each):.0f} |"
        )
    return "\n".join([*lines, "", *targets(runs)])


def targets(runs: dict[str, list[Run]]) -> list[str]:
    """Return the ratios that are aimed at, each the median of the rounds."""

    def ratio(one: str, other: str, spare: float = 0.0) -> tuple[float, float]:
        pairs = list(zip(runs[one], runs[other], strict=True))
        wall = statistics.median((run.wall - spare) / against.wall for run, against in pairs)
        return wall, statistics.median(run.cpu / against.cpu for run, against in pairs)

    own = "isa-docs, everything made anew"
    said = [f"- {own}: {{:.2f}} of {other} (CPU {{:.2f}})".format(*ratio(own, other)) for other in runs if other != own]
    letter, bare = "isa-docs, only the letter changed", "bare conversion of the letter"
    if letter in runs:
        wall, _ = ratio(letter, bare, 0.5)
        said.append(f"- {letter}, less half a second: {wall:.2f} of {bare}")
    return said


def main() -> int:
    """Measure each size and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--matter", type=Path, default=ROOT / "examples" / "northwind" / "matter.yaml")
    parser.add_argument("--submission", default="application")
    parser.add_argument("--packages", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--uno-python", help="a Python that can import uno and unoserver; without it they are left out")
    parser.add_argument(
        "--without", nargs="+", default=[], metavar="WAY", help="ways to leave out, as named in the table"
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write every single figure to FILE, after each round"
    )
    options = parser.parse_args()
    figures: dict[int, dict[str, list[dict[str, float]]]] = {}
    cores = os.cpu_count()
    print(f"{platform.platform()}, {cores} cores, Python {platform.python_version()}, {options.rounds} rounds")
    for packages in options.packages:
        with tempfile.TemporaryDirectory(prefix="isa-docs-bench-") as work:
            bench = Bench(
                options.matter.resolve(),
                options.submission,
                packages,
                Path(work),
                uno_python=options.uno_python,
                without=options.without,
            )
            print(f"\n{packages} x {options.submission} ({bench.documents} Word documents)\n", flush=True)

            def keep(runs: dict[str, list[Run]], packages: int = packages) -> None:
                figures[packages] = {name: [vars(run) for run in each] for name, each in runs.items()}
                if options.json:
                    options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")

            print(table(measure(bench, options.rounds, keep), bench.documents), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
