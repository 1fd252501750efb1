"""The engine without a database: a job runs where and when it is submitted. For the command line and for tests."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from isa_docs.delivery.jobs.model import KEPT, RETRYABLE, UNFINISHED, Clock, Job, JobRequest, JobState, Store, Work
from isa_docs.delivery.jobs.running import build_half, file_half, filing_due


class MemoryStore(Store):
    """Jobs in memory, gone with the process."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    def insert(self, job: Job) -> bool:
        """Add a job unless its key is known; say whether it was added."""
        with self._lock:
            return self._jobs.setdefault(job.key, job) is job

    def get(self, key: str) -> Job | None:
        """Return a job, or None."""
        return self._jobs.get(key)

    def find(self, states: Iterable[JobState] = (), source: str = "", limit: int = 100) -> list[Job]:
        """Return jobs, newest first; in any state when none is named."""
        wanted = set(states) or set(JobState)
        jobs = [job for job in self._jobs.values() if job.state in wanted and source in ("", job.request.source)]
        return sorted(jobs, key=lambda job: job.created, reverse=True)[:limit]

    def count(self) -> dict[JobState, int]:
        """Return how many jobs there are in each state that has any."""
        return dict(Counter(job.state for job in self._jobs.values()))

    def unfinished_since(self) -> float:
        """Return when the oldest job that is not finished was taken in, or 0 when all are."""
        return min((job.created for job in self._jobs.values() if job.state in UNFINISHED), default=0.0)

    def change(self, job: Job, attempt: int) -> bool:
        """Write a job unless it has moved on to another attempt or was canceled; say whether it was written."""
        with self._lock:
            old = self._jobs[job.key]
            if old.attempt != attempt or (old.state is JobState.CANCELED and job.state is not JobState.CANCELED):
                return False
            self._jobs[job.key] = job
            return True

    def restart(self, key: str, now: float, states: Sequence[JobState] = RETRYABLE) -> Job | None:
        """Begin the next attempt of a job that stands at one of ``states``; None when it does not."""
        with self._lock:
            old = self._jobs.get(key)
            if old is None or old.state not in states:
                return None
            self._jobs[key] = fresh = again(old, now)
            return fresh


def again(old: Job, now: float) -> Job:
    """Return a job as its next attempt begins: what was built stays when only the filing is to be done again."""
    filing = old.state is JobState.BUILT_NOT_FILED
    state = JobState.BUILT_NOT_FILED if filing else JobState.RECEIVED
    files = old.files if filing else ()
    fresh = Job(old.request, state, attempt=old.attempt + 1, files=files, created=old.created, updated=now)
    return replace(fresh, step="file", next_filing=now) if filing else fresh


class InlineJobs:
    """Runs every job at once, in the caller's thread."""

    def __init__(self, work: Work, *, clock: Clock = time.time, sleep: Callable[[float], None] = time.sleep) -> None:
        self._work = work
        self._clock = clock
        self._sleep = sleep
        self._store = MemoryStore()

    def submit(self, request: JobRequest) -> Job:
        """Take a job in, once for each key, and run it; return it as it stands then."""
        now = self._clock()
        if self._store.insert(Job(request, created=now, updated=now)):
            self._run(request.key, 1)
        return self._known(request.key)

    def get(self, key: str) -> Job | None:
        """Return a job, or None."""
        return self._store.get(key)

    def find(self, states: Iterable[JobState] = (), source: str = "", limit: int = 100) -> list[Job]:
        """Return jobs, newest first."""
        return self._store.find(states, source, limit)

    def count(self) -> dict[JobState, int]:
        """Return how many jobs there are in each state that has any."""
        return self._store.count()

    def unfinished_since(self) -> float:
        """Return when the oldest job that is not finished was taken in, or 0 when all are."""
        return self._store.unfinished_since()

    def cancel(self, key: str) -> Job | None:
        """Return the job as it stands: here every job has been run before it could be canceled."""
        return self._store.get(key)

    def retry(self, key: str) -> Job | None:
        """Run a job again that ended without success; return it as it stands, or None when it is unknown."""
        return self._again(key, RETRYABLE)

    def rebuild(self, key: str) -> Job | None:
        """Run a job again of whose end nothing is kept any more; return it as :meth:`retry` does."""
        return self._again(key, KEPT)

    def _again(self, key: str, states: Sequence[JobState]) -> Job | None:
        job = self._store.restart(key, self._clock(), states)
        if job is not None:
            self._run(key, job.attempt)
        return self._store.get(key)

    def sweep(self) -> int:
        """File what is due for another try; return how many were tried."""
        due = [job for job in self._store.find(limit=10_000) if filing_due(job, self._clock())]
        for job in due:
            file_half(self._store, self._work, job.key, job.attempt, self._clock)
        return len(due)

    def _run(self, key: str, attempt: int) -> None:
        if build_half(self._store, self._work, key, attempt, self._clock, self._sleep) == "file":
            file_half(self._store, self._work, key, attempt, self._clock)

    def _known(self, key: str) -> Job:
        job = self._store.get(key)
        assert job is not None
        return job
