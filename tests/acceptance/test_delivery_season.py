"""A season: a thousand annual letters wait when an urgent appeal arrives. The engine is real, the work is small."""

from __future__ import annotations

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
