"""The two halves of a job, as every engine runs them: build, then file. Each may be run again at any time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from isa_docs.delivery.jobs.model import Clock, FilingFailedError, Job, JobState, Store, Work

PAUSES = (1.0, 5.0)
"""Seconds before the second and the third try of a build that failed for a passing reason."""
FIRST_DELAY, LONGEST_DELAY = 30.0, 3600.0
"""Seconds between tries to file with a DMS that is down: doubling from the first to the longest."""

_log = logging.getLogger("isa_docs.jobs")


def build_half(
    store: Store, work: Work, key: str, attempt: int, clock: Clock, sleep: Callable[[float], None]
) -> Literal["file", "done"]:
    """Build, unless that was done; say what comes next. A job canceled or restarted meanwhile is left alone."""
    job = store.get(key)
    if job is None or job.attempt != attempt or job.state is JobState.CANCELED:
        return "done"
    if job.state in (JobState.RECEIVED, JobState.BUILDING):
        job = replace(job, state=JobState.BUILDING, step="build", updated=clock())
        if not store.change(job, attempt):
            return "done"
        started = clock()
        result = work.build(job)
        for pause in PAUSES:
            if not result.passing:
                break
            sleep(pause)
            result = work.build(job)
        job = replace(
            job,
            state=result.state,
            step="",
            exit_code=result.exit_code,
            message=result.message,
            files=result.files,
            updated=clock(),
        )
        if not store.change(job, attempt):
            return "done"
        _log.info(
            "built",
            extra={"job": key, "state": str(job.state), "seconds": clock() - started, "exit_code": job.exit_code},
        )
    return "file" if work.must_file(job) and job.state is not JobState.FILED else "done"


def file_half(store: Store, work: Work, key: str, attempt: int, clock: Clock) -> None:
    """File what a job built, or tell its source what needs correcting; on failure say when to try again."""
    job = store.get(key)
    if job is None or job.attempt != attempt or job.state in (JobState.FILED, JobState.CANCELED):
        return
    try:
        work.file(job)
    except FilingFailedError as error:
        delay = min(FIRST_DELAY * 2 ** min(job.filings, 20), LONGEST_DELAY)
        state: JobState = JobState.BUILT_NOT_FILED if job.files else job.state
        failed = replace(
            job,
            state=state,
            step="file",
            message=str(error) if job.files else job.message,
            filings=job.filings + 1,
            next_filing=clock() + delay,
            updated=clock(),
        )
        store.change(failed, attempt)
        _log.warning("not filed", extra={"job": key, "state": str(state), "seconds": delay})
        return
    end: JobState = JobState.FILED if job.files else job.state
    message = "" if job.files else job.message
    store.change(replace(job, state=end, step="", message=message, next_filing=0.0, updated=clock()), attempt)
    _log.info("filed", extra={"job": key, "state": str(end)})


def filing_due(job: Job, now: float) -> bool:
    """Say whether an earlier filing failed and its next try is due."""
    return job.step == "file" and 0.0 < job.next_filing <= now
