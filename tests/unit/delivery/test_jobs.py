"""The contract of a job engine, kept by both adapters: inline without a database, durable on a SQLite file.

With ISA_DOCS_TEST_POSTGRES set to the URL of a PostgreSQL server (its database ``postgres``, as a user who may
create databases), the durable adapter keeps it there as well; tests/dms starts such a server.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from isa_docs.delivery.jobs.durable import BUILD, FILE, GAVE_UP, URGENT, DurableJobs, filing_id
from isa_docs.delivery.jobs.inline import InlineJobs
from isa_docs.delivery.jobs.model import (
    BuildResult,
    BuiltFile,
    FilingFailedError,
    Job,
    JobRequest,
    Jobs,
    JobState,
    job_key,
)
from isa_docs.delivery.jobs.running import file_half
from isa_docs.delivery.jobs.table import open_database
from isa_docs.delivery.jobs.worker import Worker, WorkerSettings

BUILT = BuildResult(JobState.BUILT, files=(BuiltFile("anl", "m/anl/m-anl.pdf", "ab" * 32, 6, "12" * 16),))
WRONG = BuildResult(JobState.NEEDS_CORRECTION, 4, "2 things are to be corrected.")
BROKEN = BuildResult(JobState.FAILED, 7, "isa-docs ended with exit code 7.", passing=True)


class Script:
    """Work that does as told: builds give ``results`` by key, one after the other; filing fails ``down`` times."""

    def __init__(self, results: dict[str, list[BuildResult]] | None = None, down: int = 0) -> None:
        self.results = results or {}
        self.down = down
        self.built: list[str] = []
        self.filed: list[str] = []

    def build(self, job: Job) -> BuildResult:
        self.built.append(job.key)
        left = self.results.get(job.request.document, [BUILT])
        return left.pop(0) if len(left) > 1 else left[0]

    def must_file(self, job: Job) -> bool:
        return job.request.source != "api"

    def file(self, job: Job) -> None:
        if self.down:
            self.down -= 1
            raise FilingFailedError("The document-management system does not answer.")
        self.filed.append(job.key)


class Clock:
    """The time of day, which a test may move forward."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.time() + self.ahead


Start = Callable[[Script], tuple[Jobs, Clock]]
SERVERS = ["postgresql"] if os.environ.get("ISA_DOCS_TEST_POSTGRES") else []
ENGINES = ["inline", *(pytest.param(each, marks=pytest.mark.slow) for each in ["sqlite", *SERVERS])]


@pytest.fixture(params=ENGINES)
def start(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Start]:
    """Start an engine on some work; it is stopped when the test ends."""
    ends: list[Callable[[], None]] = []

    def begin(work: Script) -> tuple[Jobs, Clock]:
        clock = Clock()
        if request.param == "inline":
            return InlineJobs(work, clock=clock, sleep=lambda seconds: None), clock
        url = new_database() if request.param == "postgresql" else f"sqlite:///{tmp_path}/j.db"
        jobs = DurableJobs(url, clock=clock)
        worker = Worker(jobs, work, f"test-{uuid4().hex[:8]}", WorkerSettings(poll=0.05, beat=0.2, sweep=3600))
        worker.start()
        ends.extend([lambda: worker.stop(10), jobs.close])
        return jobs, clock

    yield begin
    for end in ends:
        end()


def new_database() -> str:
    """Make a database of its own for a test; return its URL."""
    import psycopg

    server = os.environ["ISA_DOCS_TEST_POSTGRES"]
    name = f"isa_{uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{server.rsplit('/', 1)[0]}/{name}"


def asked(document: str = "doc-1", source: str = "dms") -> JobRequest:
    """Return a request for a document that no other test asks for."""
    key = job_key(source, document, uuid4().hex)
    return JobRequest(key, source, document, "cd" * 32, date(2015, 1, 12))


def settled(jobs: Jobs, key: str, *states: JobState, within: float = 20) -> Job:
    """Return the job once it is in one of the states."""
    end = time.monotonic() + within
    while (job := jobs.get(key)) is None or job.state not in states:
        assert time.monotonic() < end, f"the job is still {job and job.state}"
        time.sleep(0.05)
    return job


def test_a_job_is_built_and_filed(start: Start) -> None:
    work = Script()
    jobs, _ = start(work)
    request = asked()
    jobs.submit(request)
    job = settled(jobs, request.key, JobState.FILED)
    assert (job.files, job.attempt, work.filed) == (BUILT.files, 1, [request.key])


def test_a_job_with_nowhere_to_go_stays_built(start: Start) -> None:
    work = Script()
    jobs, _ = start(work)
    request = asked(source="api")
    jobs.submit(request)
    assert settled(jobs, request.key, JobState.BUILT).files == BUILT.files
    assert work.filed == []


def test_the_same_request_fifty_times_at_once_is_one_job(start: Start) -> None:
    work = Script()
    jobs, _ = start(work)
    request = asked()
    threads = [threading.Thread(target=jobs.submit, args=(request,)) for _ in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settled(jobs, request.key, JobState.FILED)
    assert (work.built, work.filed) == ([request.key], [request.key])


def test_an_intake_to_correct_is_not_called_failed_and_its_source_is_told(start: Start) -> None:
    work = Script({"doc-1": [WRONG]})
    jobs, _ = start(work)
    request = asked()
    jobs.submit(request)
    job = settled(jobs, request.key, JobState.NEEDS_CORRECTION)
    assert (job.exit_code, job.message) == (4, "2 things are to be corrected.")
    end = time.monotonic() + 10
    while not work.filed and time.monotonic() < end:
        time.sleep(0.05)
    assert work.filed == [request.key]


def test_what_fails_for_a_passing_reason_is_tried_three_times(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isa_docs.delivery.jobs.running.PAUSES", (0.0, 0.0))
    work = Script({"better": [BROKEN, BROKEN, BUILT], "never": [BROKEN]})
    jobs, _ = start(work)
    better, never = asked("better"), asked("never")
    jobs.submit(better)
    jobs.submit(never)
    settled(jobs, better.key, JobState.FILED)
    assert settled(jobs, never.key, JobState.FAILED).exit_code == 7
    assert (work.built.count(better.key), work.built.count(never.key)) == (3, 3)


def test_a_failed_job_is_run_again_when_asked(start: Start) -> None:
    work = Script({"doc-1": [replace(BROKEN, passing=False), BUILT]})
    jobs, _ = start(work)
    request = asked()
    jobs.submit(request)
    settled(jobs, request.key, JobState.FAILED)
    jobs.retry(request.key)
    assert settled(jobs, request.key, JobState.FILED).attempt == 2


def test_a_job_that_went_well_is_not_run_again(start: Start) -> None:
    work = Script()
    jobs, _ = start(work)
    request = asked()
    jobs.submit(request)
    settled(jobs, request.key, JobState.FILED)
    jobs.retry(request.key)
    jobs.cancel(request.key)
    assert jobs.get(request.key).state is JobState.FILED  # type: ignore[union-attr]
    assert work.built == [request.key]


def test_a_job_of_whose_end_nothing_is_kept_runs_again(start: Start) -> None:
    work = Script()
    jobs, _ = start(work)
    request = asked()
    jobs.submit(request)
    settled(jobs, request.key, JobState.FILED)
    jobs.rebuild(request.key)
    end = time.monotonic() + 20
    while len(work.filed) < 2 and time.monotonic() < end:
        time.sleep(0.05)
    job = settled(jobs, request.key, JobState.FILED)
    assert (job.attempt, work.built, work.filed) == (2, [request.key] * 2, [request.key] * 2)


def test_a_package_is_kept_while_the_dms_is_down_and_filed_once_it_is_back(start: Start) -> None:
    work = Script(down=2)
    jobs, clock = start(work)
    request = asked()
    jobs.submit(request)
    job = settled(jobs, request.key, JobState.BUILT_NOT_FILED)
    assert job.message == "The document-management system does not answer."
    assert jobs.sweep() == 0, "it is not due yet"
    clock.ahead = 31
    assert jobs.sweep() == 1
    end = time.monotonic() + 10
    while work.down and time.monotonic() < end:
        time.sleep(0.05)
    settled(jobs, request.key, JobState.BUILT_NOT_FILED)
    time.sleep(0.3)
    clock.ahead = 31 + 100
    jobs.sweep()
    settled(jobs, request.key, JobState.FILED)
    assert (work.built, work.filed) == ([request.key], [request.key])


def test_an_error_that_nobody_foresaw_loses_nothing(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    class Clumsy(Script):
        def build(self, job: Job) -> BuildResult:
            result = super().build(job)
            if len(self.built) == 1:
                raise OSError(28, "No space left on device")
            return result

        def file(self, job: Job) -> None:
            super().file(job)
            if len(self.filed) == 1:
                raise ValueError("an answer that is no JSON, with 123-45-6789 in it")

    monkeypatch.setattr("isa_docs.delivery.jobs.running.PAUSES", (0.0, 0.0))
    work = Clumsy()
    jobs, clock = start(work)
    request = asked()
    jobs.submit(request)
    job = settled(jobs, request.key, JobState.BUILT_NOT_FILED)
    assert (job.message, len(work.built)) == ("Not filed yet: ValueError.", 2)
    clock.ahead = 31
    assert jobs.sweep() == 1
    settled(jobs, request.key, JobState.FILED)


def test_jobs_are_listed_and_counted_by_state(start: Start) -> None:
    work = Script({"wrong": [WRONG]})
    jobs, _ = start(work)
    source = f"dms-{uuid4().hex[:8]}"
    good, wrong = asked("right", source), asked("wrong", source)
    before = jobs.count().get(JobState.FILED, 0)
    for request in (good, wrong):
        jobs.submit(request)
    settled(jobs, good.key, JobState.FILED)
    settled(jobs, wrong.key, JobState.NEEDS_CORRECTION)
    assert {job.key for job in jobs.find(source=source)} == {good.key, wrong.key}
    assert [job.key for job in jobs.find([JobState.NEEDS_CORRECTION], source)] == [wrong.key]
    assert jobs.count()[JobState.FILED] == before + 1


def test_the_oldest_unfinished_job_is_known(start: Start) -> None:
    work = Script(down=1)
    jobs, _ = start(work)
    assert jobs.unfinished_since() == 0
    first, second = asked("first", "api"), asked("second")
    jobs.submit(first)
    settled(jobs, first.key, JobState.BUILT)
    assert jobs.unfinished_since() == 0
    jobs.submit(second)
    waiting = settled(jobs, second.key, JobState.BUILT_NOT_FILED)
    assert jobs.unfinished_since() == waiting.created


def test_an_unknown_job_is_none(start: Start) -> None:
    jobs, _ = start(Script())
    assert (jobs.get("0" * 32), jobs.cancel("0" * 32), jobs.retry("0" * 32), jobs.rebuild("0" * 32)) == (None,) * 4


class TestTheKey:
    def test_the_same_document_with_the_same_content_has_the_same_key(self) -> None:
        assert job_key("dms", "7", "ab", ["b", "a"]) == job_key("dms", "7", "ab", ["a", "b"])

    def test_each_part_of_it_counts(self) -> None:
        keys = {
            job_key("dms", "7", "ab"),
            job_key("api", "7", "ab"),
            job_key("dms", "8", "ab"),
            job_key("dms", "7", "ac"),
            job_key("dms", "7", "ab", ["anl"]),
            job_key("dms", "7", "ab", version="2"),
        }
        assert len(keys) == 6


class TestWithoutAWorker:
    @pytest.fixture
    def jobs(self, tmp_path: Path) -> Iterator[DurableJobs]:
        jobs = DurableJobs(f"sqlite:///{tmp_path}/jobs.db")
        yield jobs
        jobs.close()

    def test_a_waiting_job_can_be_canceled_and_asked_for_again(self, jobs: DurableJobs) -> None:
        request = asked()
        assert jobs.submit(request).state is JobState.RECEIVED
        assert jobs.cancel(request.key).state is JobState.CANCELED  # type: ignore[union-attr]
        job = jobs.retry(request.key)
        assert job is not None
        assert (job.state, job.attempt) == (JobState.RECEIVED, 2)

    def test_the_source_of_a_canceled_job_is_told_and_the_job_stays_canceled(self, jobs: DurableJobs) -> None:
        request, work = asked(), Script()
        jobs.submit(request)
        jobs.cancel(request.key)
        job = jobs.get(request.key)
        assert job is not None
        assert filing_id(job) in {each.workflow_id for each in jobs._workflows(["ENQUEUED"])}
        assert jobs.table.change(replace(job, state=JobState.BUILT), 1) is False, "a build that ends now is too late"
        file_half(jobs.table, work, request.key, 1, time.time)
        assert work.filed == [request.key]
        told = jobs.get(request.key)
        assert told is not None
        assert (told.state, told.step) == (JobState.CANCELED, "")

    def test_who_cannot_be_told_is_not_waited_for(self, jobs: DurableJobs) -> None:
        request = asked("", "api")
        jobs.submit(request)
        job = jobs.cancel(request.key)
        assert job is not None
        assert (job.state, job.step) == (JobState.CANCELED, "")

    def test_what_is_built_by_now_is_not_canceled(self, jobs: DurableJobs) -> None:
        request = asked()
        job = jobs.submit(request)
        jobs.table.change(replace(job, state=JobState.BUILT, step="file"), 1)
        assert jobs.table.cancel(replace(job, state=JobState.CANCELED)) is False

    def test_the_database_is_in_write_ahead_mode_and_holds_no_pickles(self, jobs: DurableJobs) -> None:
        request = asked()
        jobs.submit(request)
        with jobs.engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            rows = connection.exec_driver_sql(
                "SELECT serialization, i.inputs FROM workflow_status JOIN workflow_input i USING (workflow_uuid)"
            ).all()
        assert [row[0] for row in rows] == ["portable_json"]
        assert request.key in rows[0][1]

    def test_the_table_of_an_earlier_version_gets_the_columns_it_lacks(self, jobs: DurableJobs) -> None:
        request = asked()
        jobs.submit(request)
        with jobs.engine.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE isa_jobs DROP COLUMN build")
        for _ in range(2):
            open_database(jobs.url).dispose()
        assert jobs.get(request.key) is not None

    def test_a_job_written_but_never_queued_is_queued_by_the_sweep(self, jobs: DurableJobs) -> None:
        request = asked()
        jobs.table.insert(Job(request, created=time.time() - 60, updated=time.time() - 60))
        assert jobs.sweep() == 1
        assert jobs.sweep() == 0

    @pytest.fixture
    def built(self, jobs: DurableJobs) -> Job:
        """A job that is built, and whose package is to be filed."""
        job = replace(Job(asked(), JobState.BUILT, step="file", files=BUILT.files), updated=time.time() - 60)
        jobs.table.insert(job)
        return job

    def ended(self, jobs: DurableJobs, status: str) -> None:
        """Let every workflow end as the engine does when it gives one up."""
        with jobs.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE workflow_status SET status = ?", (status,))

    def test_a_filing_that_was_never_queued_is_queued_by_the_sweep(self, jobs: DurableJobs, built: Job) -> None:
        assert (jobs.sweep(), jobs.sweep()) == (1, 0)
        assert [each.workflow_id for each in jobs._workflows(["ENQUEUED"])] == [filing_id(built)]

    @pytest.mark.parametrize("status", ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"])
    def test_a_filing_that_the_engine_gave_up_is_queued_anew(self, jobs: DurableJobs, built: Job, status: str) -> None:
        jobs.sweep()
        self.ended(jobs, status)
        assert (jobs.sweep(), jobs.sweep()) == (1, 0)
        job = jobs.get(built.key)
        assert job is not None
        assert (job.state, job.filings) == (JobState.BUILT, 1)
        assert [each.workflow_id for each in jobs._workflows(["ENQUEUED"])] == [filing_id(job)]

    def test_of_a_build_that_the_engine_gave_up_its_source_is_told(self, jobs: DurableJobs) -> None:
        request = asked()
        jobs.submit(request)
        self.ended(jobs, "MAX_RECOVERY_ATTEMPTS_EXCEEDED")
        jobs.sweep()
        job = jobs.get(request.key)
        assert job is not None
        assert (job.state, job.step, job.message) == (JobState.FAILED, "file", GAVE_UP)

    def test_what_a_living_worker_was_given_and_never_began_can_be_taken_back(
        self, jobs: DurableJobs, built: Job
    ) -> None:
        request, urgent = asked(), replace(asked(), priority=1)
        jobs.submit(request)
        jobs.submit(urgent)
        jobs.sweep()
        with jobs.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE workflow_status SET status = 'PENDING', executor_id = 'machine-1'")
        jobs.table.beat("machine-1", time.time())
        assert jobs.sweep() == 0, "the worker lives"
        given = jobs.given("machine-1")
        assert given == {f"{request.key}:1", f"{urgent.key}:1", filing_id(built)}
        jobs.resume(given)
        queued = {(each.workflow_id, each.queue_name) for each in jobs._workflows(["ENQUEUED"])}
        assert queued == {(f"{request.key}:1", BUILD), (f"{urgent.key}:1", URGENT), (filing_id(built), FILE)}


def test_a_worker_starts_what_it_was_given_and_did_not_begin(tmp_path: Path) -> None:
    jobs = DurableJobs(f"sqlite:///{tmp_path}/jobs.db")
    work = Script()
    worker = Worker(jobs, work, "machine-1", WorkerSettings(poll=0.05, beat=0.1, sweep=0.2))
    request = asked()
    jobs.submit(request)
    with jobs.engine.begin() as connection:  # as left by a start that failed; the owner is not the one who starts now
        connection.exec_driver_sql("UPDATE workflow_status SET status = 'PENDING', executor_id = 'another'")
    jobs.table.beat("another", time.time() + 3600)
    worker.start()
    try:
        with jobs.engine.begin() as connection:
            connection.exec_driver_sql("UPDATE workflow_status SET executor_id = 'machine-1'")
        settled(jobs, request.key, JobState.FILED)
    finally:
        worker.stop(10)
        jobs.close()


class Held(Script):
    """Work whose letters are built only when the gate opens; remembers when each build ended and the next began."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.began: list[float] = []
        self.ended: list[float] = []
        self.running: set[str] = set()
        self.most = 0

    def build(self, job: Job) -> BuildResult:
        self.began.append(time.monotonic())
        self.running.add(job.key)
        self.most = max(self.most, len(self.running))
        if not job.request.urgent:
            self.gate.wait(60)
        self.running.remove(job.key)
        self.ended.append(time.monotonic())
        return BUILT


@pytest.mark.slow
class TestSlots:
    @pytest.fixture
    def jobs(self, tmp_path: Path) -> Iterator[DurableJobs]:
        jobs = DurableJobs(f"sqlite:///{tmp_path}/jobs.db")
        yield jobs
        jobs.close()

    def test_a_free_slot_does_not_wait_for_the_next_look(self, jobs: DurableJobs) -> None:
        work = Held()
        work.gate.set()
        requests = [asked(f"doc-{number}", "api") for number in range(2)]
        for request in requests:
            jobs.submit(request)
        worker = Worker(jobs, work, "machine-1", WorkerSettings(slots=1, poll=6))
        worker.start()
        try:
            for request in requests:
                settled(jobs, request.key, JobState.BUILT)
        finally:
            worker.stop(10)
        assert work.began[1] - work.ended[0] < 4, "the second was at hand"
        assert work.most == 1

    def test_what_is_urgent_needs_no_slot_and_the_others_never_have_more(self, jobs: DurableJobs) -> None:
        work = Held()
        letters = [asked(f"doc-{number}", "api") for number in range(5)]
        for request in letters:
            jobs.submit(request)
        worker = Worker(jobs, work, "machine-1", WorkerSettings(slots=2, poll=0.05))
        worker.start()
        try:
            while len(work.running) < 2:
                time.sleep(0.01)
            appeal = replace(asked("appeal", "api"), priority=1)
            jobs.submit(appeal)
            settled(jobs, appeal.key, JobState.BUILT)
            assert jobs.count()[JobState.RECEIVED] == 3, "the letter at hand is not being built"
            work.gate.set()
            for request in letters:
                settled(jobs, request.key, JobState.BUILT)
        finally:
            worker.stop(10)
        assert work.most == 3
