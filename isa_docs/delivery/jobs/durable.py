"""The engine that loses nothing: DBOS workflows on a SQLite file or on PostgreSQL (extra ``service``).

What DBOS leaves to its user is done here: write-ahead logging on SQLite, JSON instead of pickles, a fixed version,
and taking over the jobs of a machine that never returns.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace

from dbos import DBOS, DBOSClient, DBOSPortableJSONSerializer, WorkflowStatus

from isa_docs.delivery.jobs.model import CONTRACT, KEPT, RETRYABLE, Clock, Job, JobRequest, JobState
from isa_docs.delivery.jobs.table import JobTable, open_database

APPLICATION = "isa-docs"
BUILD, FILE = "isa-docs.build", "isa-docs.file"
"""Names of the two workflows, and of the queues they wait in."""
URGENT = "isa-docs.urgent"
"""The queue of the builds that cannot wait for a slot; each worker has one slot more for them."""
LEASE = 90.0
"""Seconds after its last heartbeat when a worker counts as lost."""
_UNFINISHED = ["ENQUEUED", "PENDING", "DELAYED"]
_DEAD = ["ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_GRACE = 5.0
"""Seconds that whoever changed a job has for queueing what comes next, before the sweep does it."""
_FILING = ":file:"
GAVE_UP = "The build was given up after its worker had died several times. Retry it once the cause is mended."

_log = logging.getLogger("isa_docs.jobs")


class DurableJobs:
    """The side of the engine that takes jobs in and looks after them; :mod:`worker` runs them."""

    def __init__(self, url: str, *, clock: Clock = time.time, lease: float = LEASE) -> None:
        self.url = url
        self.engine = open_database(url)
        self.table = JobTable(self.engine)
        self._clock = clock
        self._lease = lease
        logging.getLogger("dbos").setLevel(logging.ERROR)
        _migrate(url)
        self._client = DBOSClient(
            system_database_url=url, serializer=DBOSPortableJSONSerializer(), application_name=APPLICATION
        )

    def close(self) -> None:
        """Let go of the database."""
        self._client.destroy()
        self.engine.dispose()

    def submit(self, request: JobRequest) -> Job:
        """Take a job in durably, once for each key; return it as it stands."""
        now = self._clock()
        job = Job(request, created=now, updated=now)
        if not self.table.insert(job):
            job = self._known(request.key)
        if job.state is JobState.RECEIVED:
            self._enqueue_build(job)
        return job

    def get(self, key: str) -> Job | None:
        """Return a job, or None."""
        return self.table.get(key)

    def find(self, states: Iterable[JobState] = (), source: str = "", limit: int = 100) -> list[Job]:
        """Return jobs, newest first."""
        return self.table.find(states, source, limit)

    def count(self) -> dict[JobState, int]:
        """Return how many jobs there are in each state that has any."""
        return self.table.count()

    def unfinished_since(self) -> float:
        """Return when the oldest job that is not finished was taken in, or 0 when all are."""
        return self.table.unfinished_since()

    def cancel(self, key: str) -> Job | None:
        """Cancel a job that has not been built; return it as it stands, or None when it is unknown.

        A source that knows the intake is told, as of any other end; until then nobody takes the job up again.
        """
        job = self.table.get(key)
        if job:
            step = "file" if job.request.document else ""
            job = replace(job, state=JobState.CANCELED, step=step, updated=self._clock())
            if self.table.cancel(job):
                self._client.cancel_workflow(build_id(job))
                if step:
                    self._enqueue_filing(job)
        return self.table.get(key)

    def retry(self, key: str) -> Job | None:
        """Run a job again that ended without success; return it as it stands, or None when it is unknown."""
        return self._again(key, RETRYABLE)

    def rebuild(self, key: str) -> Job | None:
        """Run a job again of whose end nothing is kept any more; return it as :meth:`retry` does."""
        return self._again(key, KEPT)

    def _again(self, key: str, states: Sequence[JobState]) -> Job | None:
        job = self.table.restart(key, self._clock(), states)
        if job is None:
            return self.table.get(key)
        if job.state is JobState.RECEIVED:
            self._enqueue_build(job)
        else:
            self._enqueue_filing(job)
        return job

    def sweep(self) -> int:
        """Take up what was left lying: jobs of lost workers, jobs never queued, filings that are due or died."""
        now = self._clock()
        taken = self._resume_lost(now)
        waiting = {each.workflow_id for each in self._workflows(_UNFINISHED)}
        dead = {each.workflow_id for each in self._workflows(_DEAD)}
        for job in self.table.find([JobState.RECEIVED, JobState.BUILDING], limit=100_000):
            if build_id(job) in dead:
                ended = replace(job, state=JobState.FAILED, step="file", exit_code=1, message=GAVE_UP, updated=now)
                taken += self.table.change(ended, job.attempt)  # a worker tells its source, if there is one to tell
            elif job.state is JobState.RECEIVED and build_id(job) not in waiting and job.updated < now - _GRACE:
                self._enqueue_build(job)
                taken += 1
        for job in self.table.owing():
            if filing_id(job) in dead:
                again = replace(job, filings=job.filings + 1, next_filing=now, updated=now)
                taken += self.table.change(again, job.attempt)
                self._enqueue_filing(again)
            elif filing_id(job) not in waiting and max(job.next_filing, job.updated + _GRACE) <= now:
                self._enqueue_filing(job)
                taken += 1
        return taken

    def given(self, worker: str) -> set[str]:
        """Return the ids of the workflows that the engine has given to ``worker`` and that have not ended."""
        return {each.workflow_id for each in self._workflows(["PENDING"]) if each.executor_id == worker}

    def resume(self, workflows: Iterable[str]) -> None:
        """Put workflows back into their queues, to be started by whichever worker comes first."""
        ids = list(workflows)
        for queue in (URGENT, BUILD, FILE):
            if own := [each for each in ids if self._queue(each) == queue]:
                self._client.resume_workflows(own, queue_name=queue)
                _log.warning("taken over", extra={"count": len(own)})

    def _resume_lost(self, now: float) -> int:
        """Put the running jobs of workers without a heartbeat back into their queues."""
        living = self.table.living(now - self._lease)
        lost = [each for each in self._workflows(["PENDING"]) if each.executor_id not in living]
        self.resume(each.workflow_id for each in lost)
        return len(lost)

    def _queue(self, workflow: str) -> str:
        """Return the queue that a workflow belongs into, by its id."""
        if _FILING in workflow:
            return FILE
        job = self.table.get(workflow.partition(":")[0])
        return URGENT if job and job.request.urgent else BUILD

    def _workflows(self, states: list[str]) -> list[WorkflowStatus]:
        return self._client.list_workflows(
            status=states, name=[BUILD, FILE], load_input=False, load_output=False, application_name=APPLICATION
        )

    def _enqueue_build(self, job: Job) -> None:
        self._client.enqueue(
            {
                "workflow_name": BUILD,
                "queue_name": URGENT if job.request.urgent else BUILD,
                "workflow_id": build_id(job),
                "app_version": CONTRACT,
                "priority": job.request.priority,
            },
            job.key,
            job.attempt,
        )

    def _enqueue_filing(self, job: Job) -> None:
        self._client.enqueue(
            {"workflow_name": FILE, "queue_name": FILE, "workflow_id": filing_id(job), "app_version": CONTRACT},
            job.key,
            job.attempt,
        )

    def _known(self, key: str) -> Job:
        job = self.table.get(key)
        assert job is not None
        return job


def build_id(job: Job) -> str:
    """Return the id of the workflow that builds this attempt of the job."""
    return f"{job.key}:{job.attempt}"


def filing_id(job: Job) -> str:
    """Return the id of the workflow that makes the job's next try to file."""
    return f"{job.key}:{job.attempt}{_FILING}{job.filings + 1}"


def _migrate(url: str) -> None:
    """Make or update the engine's tables; processes that start together may get in each other's way once."""
    for left in (2, 1, 0):
        try:
            DBOS.migrate(url)
            return
        except Exception:
            if not left:
                raise
            time.sleep(1)
