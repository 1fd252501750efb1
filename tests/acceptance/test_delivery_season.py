"""A season: many annual letters wait when an urgent appeal arrives; first with small work, then with real builds.

ISA_DOCS_TEST_LETTERS says how many letters the service with the real converter is to build (default 80; a thousand
take five minutes on two cores). Run with -s to see the figures that docs/deploy.md quotes.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from statistics import median

import pytest

from isa_docs.delivery.building import ANNUAL, APPEAL
from isa_docs.delivery.jobs.durable import DurableJobs
from isa_docs.delivery.jobs.model import Job, JobRequest, JobState, job_key
from tests.acceptance.test_delivery_real import Form, ServiceProcess, northwind

pytestmark = [pytest.mark.slow, pytest.mark.stress]

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import resource, sys, time
from isa_docs.delivery.jobs.durable import DurableJobs
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, JobState
from isa_docs.delivery.jobs.worker import Worker, WorkerSettings

class Work:
    def build(self, job):
        time.sleep(2.0 if job.request.source == "appeal" else 0.1)
        return BuildResult(JobState.BUILT, files=(BuiltFile("anl", "m.pdf", "ab" * 32, 1, "cd" * 16),))
    def must_file(self, job):
        return False
    def file(self, job):
        raise AssertionError

Worker(DurableJobs(sys.argv[1]), Work(), "machine-1", WorkerSettings(slots=2, poll=0.1, beat=1, sweep=10)).start()
print("ready", flush=True)
while True:
    time.sleep(60)
"""


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[tuple[DurableJobs, int]]:
    """Start an engine with a worker process; give it and the worker's process id."""
    url = f"sqlite:///{tmp_path}/jobs.db"
    jobs = DurableJobs(url)
    worker = subprocess.Popen([sys.executable, "-c", WORKER, url], cwd=ROOT, stdout=subprocess.PIPE)
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"ready\n"
    yield jobs, worker.pid
    worker.kill()
    worker.wait()
    jobs.close()


def ask(jobs: DurableJobs, source: str, number: int, priority: int) -> Job:
    key = job_key(source, str(number), "ab")
    return jobs.submit(JobRequest(key, source, str(number), "cd" * 32, date(2015, 1, 12), priority=priority))


def seconds_until_built(jobs: DurableJobs, job: Job) -> float:
    began = time.monotonic()
    while jobs.get(job.key).state is not JobState.BUILT:  # type: ignore[union-attr]
        assert time.monotonic() - began < 60
        time.sleep(0.05)
    return time.monotonic() - began


def memory(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / 1024**2


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_an_appeal_overtakes_a_thousand_letters_and_memory_stays_flat(engine: tuple[DurableJobs, int]) -> None:
    jobs, worker = engine
    alone = seconds_until_built(jobs, ask(jobs, "appeal", 1, APPEAL))
    for number in range(1000):
        ask(jobs, "letter", number, ANNUAL)
    while jobs.count().get(JobState.BUILT, 0) < 50:
        time.sleep(0.2)
    before = memory(worker)
    in_season = seconds_until_built(jobs, ask(jobs, "appeal", 2, APPEAL))
    assert in_season <= 2 * alone, f"{alone:.1f} s alone, {in_season:.1f} s in season"
    end = time.monotonic() + 120
    while jobs.count().get(JobState.BUILT, 0) < 400 and time.monotonic() < end:
        time.sleep(0.5)
    assert jobs.count()[JobState.BUILT] >= 400
    assert memory(worker) - before < 30


def renamed(form: Form, number: int) -> Form:
    """Return the example as another importer's, with exhibits of its own: the cache has nothing of it."""
    old, new = b"Northwind Components", f"Northwind Components {number}".encode()

    def changed(name: str, data: bytes) -> bytes:
        return data.replace(old, new) if name == "matter.yaml" else data + f"\n% {number}\n".encode()

    return [(field, (name, changed(name, data))) for field, (name, data) in form]


def seconds_for_an_appeal(service: ServiceProcess, form: Form, number: int) -> float:
    began = time.monotonic()
    job = service.post(f"appeal-{number}", renamed(form, number), only="appeal-2015").json()["job"]
    done = service.wait(job, "built", "failed", "needs-correction")
    assert done["state"] == "built", done
    return time.monotonic() - began


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_an_appeal_overtakes_real_letters_and_the_service_stays_as_it_was(tmp_path: Path) -> None:
    """Other programs on the machine make times uncertain: three appeals alone before the season and three after it
    are set against three within it, at its beginning, before its middle and after it, by their medians."""
    letters = int(os.environ.get("ISA_DOCS_TEST_LETTERS", "80"))
    service = ServiceProcess(tmp_path)
    service.start()
    form, numbers = northwind(), itertools.count(1)

    def appeals(count: int) -> list[float]:
        return [seconds_for_an_appeal(service, form, next(numbers)) for _ in range(count)]

    try:
        appeals(1)
        alone = appeals(3)
        began = time.monotonic()
        for number in range(letters):
            answer = service.post(f"letter-{number}", renamed(form, 1000 + number), only="anl-2015")
            assert answer.status_code == 202, answer.text
        taken = (time.monotonic() - began) / letters
        already, began, used, others = count_letters(service), time.monotonic(), cpu_of_tree(service), cpu_of_machine()
        in_season: list[float] = []
        seen: list[tuple[float, int, float, float]] = []
        while (built := count_letters(service)) < letters:
            assert service.process.poll() is None, "the service has ended"
            assert count(service, "failed") + count(service, "needs-correction") == 0
            assert time.monotonic() - began < 120 + 30 * letters, f"{built} built"
            seen.append((time.monotonic() - began, built, memory(service.process.pid), memory_of_tree(service)))
            assert service.http.get("/status").status_code == 200
            if len(in_season) < 3 and built >= letters * (0.1, 0.4, 0.7)[len(in_season)]:
                in_season += appeals(1)
                assert count_letters(service) < letters, "the season had ended when the appeal was done"
            time.sleep(1)
        seconds, used, others = time.monotonic() - began, cpu_of_tree(service) - used, cpu_of_machine() - others
        alone += appeals(3)
    finally:
        service.stop()
    packages = [each for each in (tmp_path / "state" / "packages").iterdir() if each.is_dir()]
    disk = sum(file.stat().st_size for each in packages for file in each.rglob("*") if file.is_file()) / 1024**2
    half = next((at for at, each in enumerate(seen) if each[1] >= letters / 2), len(seen) // 2)
    ours, trees = [each[2] for each in seen], [each[3] for each in seen]
    first, second = rate(seen[: half + 1]), rate(seen[half:])
    print(
        f"\n{letters - already} letters and {len(in_season)} appeals in {seconds:.0f} s: "
        f"{60 * (letters - already) / seconds:.0f} letters a minute ({first:.0f} in the first half, {second:.0f} in "
        f"the second), {used / (letters - already + len(in_season)):.2f} CPU-seconds each, "
        f"while other programs used {(others - used) / seconds:.2f} cores\n"
        f"an appeal: {shown(alone)} s alone, {shown(in_season)} s in season\n"
        f"taken in at {taken:.2f} s a letter; {disk / len(packages):.1f} MB of output each\n"
        f"the service {ours[0]:.0f} MB at first, {max(ours):.0f} MB at most, {ours[-1]:.0f} MB at the end; with all it "
        f"starts {max(trees[: half + 1]):.0f} MB at most in the first half, {max(trees[half:]):.0f} MB in the second"
    )
    assert median(in_season) <= 2 * median(alone), f"{shown(alone)} s alone, {shown(in_season)} s in season"
    assert max(ours) - ours[0] < 30, f"{ours[0]:.0f} MB, then {max(ours):.0f} MB"
    assert max(trees[half:]) < 1.3 * max(trees[: half + 1]), "the processes that build grow"


def shown(values: list[float]) -> str:
    return f"{median(values):.1f} ({', '.join(f'{each:.1f}' for each in values)})"


def rate(seen: list[tuple[float, int, float, float]]) -> float:
    """Return the letters built in a minute, over what was seen."""
    (began, before, *_), (ended, after, *_) = seen[0], seen[-1]
    return 60 * (after - before) / max(ended - began, 0.1)


def count(service: ServiceProcess, state: str) -> int:
    """Return how many jobs are in a state, as the service tells monitoring."""
    line = f'isa_docs_jobs{{state="{state}"}} '
    text = service.http.get("/metrics").text
    return next(int(float(each.removeprefix(line))) for each in text.splitlines() if each.startswith(line))


def count_letters(service: ServiceProcess) -> int:
    """Return how many letters are built."""
    with sqlite3.connect(service.home / "state" / "jobs.db") as database:
        query = "SELECT count(*) FROM isa_jobs WHERE state = 'built' AND priority >= ?"
        return int(database.execute(query, (ANNUAL,)).fetchone()[0])


def tree(service: ServiceProcess) -> dict[int, list[str]]:
    """Return the fields of /proc/…/stat after the name, of the service and of all that it started."""
    found: dict[int, list[str]] = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            found[int(entry.name)] = (entry / "stat").read_text().rsplit(")", 1)[1].split()
    inside = {service.process.pid}
    while more := {pid for pid, fields in found.items() if int(fields[1]) in inside} - inside:
        inside |= more
    return {pid: found[pid] for pid in inside if pid in found}


def cpu_of_tree(service: ServiceProcess) -> float:
    """Return the CPU-seconds that the service, its children and those of them that have ended have used."""
    ticks = sum(int(each) for fields in tree(service).values() for each in fields[11:15])
    return ticks / os.sysconf("SC_CLK_TCK")


def cpu_of_machine() -> float:
    """Return the CPU-seconds that all programs on the machine have used."""
    user, nice, system = Path("/proc/stat").read_text().split()[1:4]
    return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")


def memory_of_tree(service: ServiceProcess) -> float:
    """Return the memory of the service and all that it started in MB, what they share counted once."""
    total = 0
    for pid in tree(service):
        with suppress(OSError):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024
