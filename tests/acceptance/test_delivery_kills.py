"""Workers killed without warning, many jobs, two workers: every package is built, filed, and filed once.

The work is small here (a file of a hundred bytes), so that it is the engine that is tried, a hundred jobs a minute;
test_delivery_real.py builds real packages. Set ISA_DOCS_TEST_POSTGRES to try PostgreSQL as well.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from isa_docs.delivery.jobs.durable import DurableJobs
from isa_docs.delivery.jobs.model import JobRequest, JobState, job_key
from tests.unit.delivery.test_jobs import new_database

pytestmark = [pytest.mark.slow, pytest.mark.stress]

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import os, sys, time
from pathlib import Path
from isa_docs.delivery.jobs.durable import DurableJobs
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, JobState
from isa_docs.delivery.jobs.worker import Worker, WorkerSettings

url, folder, name = sys.argv[1], Path(sys.argv[2]), sys.argv[3]

def note(what, job):
    with (folder / "deeds.log").open("ab") as log:
        log.write(f"{what} {job.key} {name}\\n".encode())
        log.flush()
        os.fsync(log.fileno())

def lingers(half):
    if (folder / f"long-{half}").exists():
        (folder / "begun").touch()
        time.sleep(60)

class Work:
    def build(self, job):
        lingers("build")
        time.sleep(0.05)
        (folder / f"{job.key}.pdf").write_bytes(job.key.encode() * 4)
        note("built", job)
        time.sleep(0.05)
        return BuildResult(JobState.BUILT, files=(BuiltFile("anl", f"{job.key}.pdf", "ab" * 32, 1, "cd" * 16),))
    def must_file(self, job):
        return True
    def file(self, job):
        lingers("file")
        try:
            with (folder / "filed" / job.key).open("xb") as filed:  # a DMS that knows a package by its key
                filed.write(job.key.encode())
            note("filed", job)
        except FileExistsError:
            note("found", job)
        time.sleep(0.05)

jobs = DurableJobs(url, lease=6)
Worker(jobs, Work(), name, WorkerSettings(slots=2, filers=2, poll=0.1, beat=1, sweep=2)).start()
print("ready", flush=True)
while True:
    time.sleep(60)
"""


class Workers:
    """Worker processes of one test, each in a process group of its own, so that it dies as a whole."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.folder = folder
        self.alive: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        command = [sys.executable, "-c", WORKER, self.url, str(self.folder), name]
        process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, start_new_session=True)
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        self.alive[name] = process

    def kill(self, name: str) -> None:
        process = self.alive.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for name in list(self.alive):
            self.kill(name)


@pytest.fixture(params=["sqlite", *(["postgresql"] if os.environ.get("ISA_DOCS_TEST_POSTGRES") else [])])
def workers(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Workers]:
    (tmp_path / "filed").mkdir()
    url = f"sqlite:///{tmp_path}/jobs.db" if request.param == "sqlite" else new_database()
    workers = Workers(url, tmp_path)
    yield workers
    workers.end()


def submit(jobs: DurableJobs, count: int) -> list[str]:
    keys = [job_key("dms", str(number), "ab") for number in range(count)]
    for number, key in enumerate(keys):
        request = JobRequest(key, "dms", str(number), "cd" * 32, date(2015, 1, 12))
        jobs.submit(request)
        if number % 10 == 0:
            jobs.submit(request)
    return keys


def wait_until_filed(jobs: DurableJobs, count: int, within: float) -> None:
    end = time.monotonic() + within
    while (found := jobs.count()).get(JobState.FILED, 0) < count:
        assert time.monotonic() < end, f"after {within} s: {found}"
        time.sleep(0.5)


def deeds(folder: Path) -> dict[str, Counter[str]]:
    found: dict[str, Counter[str]] = {"built": Counter(), "filed": Counter(), "found": Counter()}
    for line in (folder / "deeds.log").read_text().splitlines():
        what, key, _ = line.split()
        found[what][key] += 1
    return found


def test_a_hundred_jobs_outlive_ten_kills_and_a_machine_that_never_returns(workers: Workers) -> None:
    jobs = DurableJobs(workers.url, lease=6)
    keys = submit(jobs, 100)
    chance = random.Random(8)
    machines = ["machine-1", "machine-2"]
    for name in machines:
        workers.start(name)
    for number in range(10):
        time.sleep(chance.uniform(0.3, 1.5))
        name = machines[number % 2]
        workers.kill(name)
        if number < 9:
            workers.start(name)
    wait_until_filed(jobs, 100, within=240)
    done = deeds(workers.folder)
    jobs.close()
    assert sorted(path.stem for path in workers.folder.glob("*.pdf")) == sorted(keys)
    assert done["filed"] == Counter(keys), "every package is filed, and none twice"
    assert sum(done["built"].values()) <= 100 + 10 * 2, "a kill costs no more than the builds under way"


@pytest.mark.parametrize("half", ["build", "file"])
def test_ten_kills_in_the_middle_of_the_same_job_do_not_lose_it(workers: Workers, half: str) -> None:
    jobs = DurableJobs(workers.url, lease=6)
    (workers.folder / f"long-{half}").touch()
    keys = submit(jobs, 3)
    for _ in range(10):
        workers.start("machine-1")
        begun = time.monotonic() + 30
        while (workers.folder / "begun").exists() is False:
            assert time.monotonic() < begun
            time.sleep(0.05)
        workers.kill("machine-1")
        (workers.folder / "begun").unlink()
    (workers.folder / f"long-{half}").unlink()
    workers.start("machine-1")
    wait_until_filed(jobs, 3, within=60)
    jobs.close()
    assert deeds(workers.folder)["filed"] == Counter(keys)
