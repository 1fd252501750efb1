"""A season: many annual letters wait when an urgent appeal arrives; first with small work, then with real builds.

ISA_DOCS_TEST_LETTERS says how many letters the service with the real converter is to build (default 24; a thousand
take an hour or more on two cores). Run with -s to see the figures that docs/deploy.md quotes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

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
    """Return the example as another importer's: no two letters are the same to the cache."""
    old, new = b"Northwind Components", f"Northwind Components {number}".encode()
    return [(field, (name, data.replace(old, new) if name == "matter.yaml" else data)) for field, (name, data) in form]


def seconds_for_an_appeal(service: ServiceProcess, form: Form, key: str) -> float:
    began = time.monotonic()
    job = service.post(key, form, only="appeal-2015").json()["job"]
    done = service.wait(job, "built", "failed", "needs-correction")
    assert done["state"] == "built", done
    return time.monotonic() - began


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_an_appeal_overtakes_real_letters_and_the_service_stays_as_it_was(tmp_path: Path) -> None:
    """Other programs on the machine make times uncertain: of two appeals in season the quicker counts, and the mean
    of one before and one after the season."""
    letters = int(os.environ.get("ISA_DOCS_TEST_LETTERS", "24"))
    service = ServiceProcess(tmp_path)
    service.start()
    form = northwind()
    try:
        seconds_for_an_appeal(service, form, "warm")
        first = seconds_for_an_appeal(service, renamed(form, 1), "alone-1")
        idle, began = memory(service.process.pid), time.monotonic()
        keys = [
            service.post(f"letter-{number}", renamed(form, 1000 + number), only="anl-2015").json()["job"]
            for number in range(letters)
        ]
        taken = (time.monotonic() - began) / letters
        began, used = time.monotonic(), cpu_of_children(service.process.pid)
        service.wait(keys[2], "built")
        before = memory(service.process.pid)
        in_season = min(seconds_for_an_appeal(service, renamed(form, n), f"season-{n}") for n in (2, 3))
        seen = [before]
        while (built := count(service, "built")) < letters + 4:
            assert service.process.poll() is None, "the service has ended"
            assert count(service, "failed") + count(service, "needs-correction") == 0
            assert time.monotonic() - began < 60 + 60 * letters, f"{built} built"
            seen.append(memory(service.process.pid))
            assert service.http.get("/status").status_code == 200
            time.sleep(1)
        seconds, used = time.monotonic() - began, cpu_of_children(service.process.pid) - used
        alone = (first + seconds_for_an_appeal(service, renamed(form, 4), "alone-2")) / 2
    finally:
        service.stop()
    packages = [each for each in (tmp_path / "state" / "packages").iterdir() if each.is_dir()]
    disk = sum(file.stat().st_size for each in packages for file in each.rglob("*") if file.is_file()) / 1024**2
    print(
        f"\n{letters} letters and two appeals in {seconds:.0f} s, {used / (letters + 2):.1f} CPU-seconds each; "
        f"the appeal {alone:.1f} s alone, {in_season:.1f} s in season; "
        f"taken in at {taken:.2f} s a letter; {disk / len(packages):.1f} MB of output each; "
        f"the service {idle:.0f} MB before, {before:.0f} MB after 3 letters, "
        f"{seen[-1]:.0f} MB at the end, {max(seen):.0f} MB at most"
    )
    assert in_season <= 2 * alone, f"{alone:.1f} s alone, {in_season:.1f} s in season"
    assert max(seen) - before < 30, f"{before:.0f} MB, then {max(seen):.0f} MB"


def count(service: ServiceProcess, state: str) -> int:
    """Return how many jobs are in a state, as the service tells monitoring."""
    line = f'isa_docs_jobs{{state="{state}"}} '
    text = service.http.get("/metrics").text
    return next(int(float(each.removeprefix(line))) for each in text.splitlines() if each.startswith(line))


def cpu_of_children(pid: int) -> float:
    """Return the CPU-seconds that the ended children of a process have used, and theirs."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[13]) + int(fields[14])) / os.sysconf("SC_CLK_TCK")
