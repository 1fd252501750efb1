"""The two halves of a job, as every engine runs them: build, then file. Each may be run again at any time.

A job whose ``step`` is ``file`` owes its source a package or a word; it owes it until that is done, whatever dies.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from isa_docs.delivery.jobs.model import BuildResult, Clock, FilingFailedError, Job, JobState, Store, Work

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
        result = _built(work, job)
        for pause in PAUSES:
            if not result.passing:
                break
            sleep(pause)
            result = _built(work, job)
        job = replace(
            job,
            state=result.state,
            step="",
            exit_code=result.exit_code,
            message=result.message,
            files=result.files,
            updated=clock(),
        )
        job = replace(job, step="file" if work.must_file(job) else "")
        if not store.change(job, attempt):
            return "done"
        _log.info(
            "built",
            extra={"job": key, "state": str(job.state), "seconds": clock() - started, "exit_code": job.exit_code},
        )
    return "file" if job.step == "file" else "done"


def _built(work: Work, job: Job) -> BuildResult:
    """Build; an error that nobody foresaw, such as a full disk, is ours and may pass."""
    try:
        return work.build(job)
    except Exception as error:
        _log.error("unexpected error", extra={"job": job.key, "error": type(error).__name__})
        return BuildResult(JobState.FAILED, 1, "isa-docs ended with exit code 1.", passing=True)


def file_half(store: Store, work: Work, key: str, attempt: int, clock: Clock) -> None:
    """File what a job built, or tell its source how else it ended; on failure say when to try again."""
    job = store.get(key)
    if job is None or job.attempt != attempt or job.step != "file":
        return
    if not work.must_file(job):
        store.change(replace(job, step="", next_filing=0.0, updated=clock()), attempt)
        return
    try:
        _filed(work, job)
    except FilingFailedError as error:
        delay = max(min(FIRST_DELAY * 2 ** min(job.filings, 20), LONGEST_DELAY), error.wait)
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


def _filed(work: Work, job: Job) -> None:
    """File; an error that nobody foresaw, such as an answer in another form, is one more reason to try again."""
    try:
        work.file(job)
    except FilingFailedError:
        raise
    except Exception as error:
        _log.error("unexpected error", extra={"job": job.key, "error": type(error).__name__})
        raise FilingFailedError(f"Not filed yet: {type(error).__name__}.") from None


def filing_due(job: Job, now: float) -> bool:
    """Say whether an earlier filing failed and its next try is due."""
    return job.step == "file" and 0.0 < job.next_filing <= now
