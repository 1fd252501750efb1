"""The port of the job engines: what is asked for, what became of it, and what an engine must do.

A job holds references and hashes only, never what an intake says: importer numbers can be Social Security numbers.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

CONTRACT = "1"
"""The version of what jobs mean; jobs of another version wait for a worker that knows theirs."""


class JobState(StrEnum):
    """The states that people see; *failed* is never said of an intake that needs correcting."""

    RECEIVED = "received"
    BUILDING = "building"
    BUILT = "built"
    FILED = "filed"
    NEEDS_CORRECTION = "needs-correction"
    FAILED = "failed"
    BUILT_NOT_FILED = "built-not-filed"
    CANCELED = "canceled"

    @property
    def final(self) -> bool:
        """Whether nothing more happens by itself; a package that has nowhere to go is final when built."""
        return self in (JobState.FILED, JobState.NEEDS_CORRECTION, JobState.FAILED, JobState.CANCELED)


UNFINISHED = (JobState.RECEIVED, JobState.BUILDING, JobState.BUILT_NOT_FILED)
RETRYABLE = (JobState.NEEDS_CORRECTION, JobState.FAILED, JobState.CANCELED, JobState.BUILT_NOT_FILED)
KEPT = (JobState.BUILT, JobState.FILED, JobState.NEEDS_CORRECTION)
"""Ends of which something is kept: the packages, or what is to be corrected."""


@dataclass(frozen=True)
class JobRequest:
    """What is asked for. ``key`` makes it one job, however often it is asked."""

    key: str
    source: str
    """Who asked: ``api``, ``folder``, ``cli``, or the name of a DMS connection."""
    document: str
    """The reference by which the source knows the intake, or an empty string."""
    intake: str
    """SHA-256 of the intake in the spool."""
    as_of: date
    """The day the package is built as of, fixed when the job was received so that a repeat gives the same bytes."""
    only: tuple[str, ...] = ()
    priority: int = 100
    """1 is most urgent; appeals go before annual letters."""
    callback: str = ""
    """The URL that is told of the end, or an empty string."""
    build: str = ""
    """The key of what is built: jobs from several doors with the same content share one build."""

    @property
    def urgent(self) -> bool:
        """Whether it begins at once, beside what is being built, rather than when a slot is free."""
        return self.priority < 10


@dataclass(frozen=True)
class BuiltFile:
    """One finished package: its submission, its file relative to the job's folder, hash, pages, package id."""

    submission: str
    file: str
    sha256: str
    pages: int
    package_id: str


@dataclass(frozen=True)
class Job:
    """A request and what became of it so far; times are Unix seconds."""

    request: JobRequest
    state: JobState = JobState.RECEIVED
    step: str = ""
    attempt: int = 1
    filings: int = 0
    exit_code: int = 0
    message: str = ""
    files: tuple[BuiltFile, ...] = ()
    created: float = 0.0
    updated: float = 0.0
    next_filing: float = 0.0

    @property
    def key(self) -> str:
        """The key of the request, which is the job's id."""
        return self.request.key


@dataclass(frozen=True)
class BuildResult:
    """What building gave: BUILT, NEEDS_CORRECTION or FAILED; ``passing`` when another try may well succeed."""

    state: JobState
    exit_code: int = 0
    message: str = ""
    files: tuple[BuiltFile, ...] = ()
    passing: bool = False


class FilingFailedError(Exception):
    """The package could not be filed now; the message is for people and holds no intake content.

    ``wait``: the seconds after which the DMS wants to be asked again, if it said so.
    """

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class Work(Protocol):
    """What a job does. Both halves may run more than once for a job and must come to the same end."""

    def build(self, job: Job) -> BuildResult:
        """Build the packages; touch nothing outside the job's own folder."""
        ...

    def must_file(self, job: Job) -> bool:
        """Say whether what was built (or what needs correcting) is to be told to the source."""
        ...

    def file(self, job: Job) -> None:
        """File the packages, or the findings, with the source; raises FilingFailedError when it is not done."""
        ...


class Store(Protocol):
    """Where jobs are remembered."""

    def insert(self, job: Job) -> bool:
        """Add a job unless its key is known; say whether it was added."""
        ...

    def get(self, key: str) -> Job | None:
        """Return a job, or None."""
        ...

    def find(self, states: Iterable[JobState] = (), source: str = "", limit: int = 100) -> list[Job]:
        """Return jobs, newest first; in any state when none is named."""
        ...

    def count(self) -> dict[JobState, int]:
        """Return how many jobs there are in each state that has any."""
        ...

    def unfinished_since(self) -> float:
        """Return when the oldest job that is not finished was taken in, or 0 when all are."""
        ...

    def change(self, job: Job, attempt: int) -> bool:
        """Write a job unless it has moved on to another attempt; say whether it was written.

        A canceled job stays canceled: of it only what its source was told is written.
        """
        ...

    def restart(self, key: str, now: float, states: Sequence[JobState] = RETRYABLE) -> Job | None:
        """Begin the next attempt of a job that stands at one of ``states``; None when it does not."""
        ...


class Jobs(Protocol):
    """A job engine."""

    def submit(self, request: JobRequest) -> Job:
        """Take a job in durably, once for each key; return it as it stands."""
        ...

    def get(self, key: str) -> Job | None:
        """Return a job, or None."""
        ...

    def find(self, states: Iterable[JobState] = (), source: str = "", limit: int = 100) -> list[Job]:
        """Return jobs, newest first."""
        ...

    def count(self) -> dict[JobState, int]:
        """Return how many jobs there are in each state that has any."""
        ...

    def unfinished_since(self) -> float:
        """Return when the oldest job that is not finished was taken in, or 0 when all are."""
        ...

    def cancel(self, key: str) -> Job | None:
        """Cancel a job that has not been built; return it as it stands, or None when it is unknown."""
        ...

    def retry(self, key: str) -> Job | None:
        """Run a job again that ended without success; return it as it stands, or None when it is unknown."""
        ...

    def rebuild(self, key: str) -> Job | None:
        """Run a job again of whose end nothing is kept any more; return it as :meth:`retry` does."""
        ...

    def sweep(self) -> int:
        """Take up what was left lying: jobs of lost machines, filings that are due; return how many."""
        ...


Clock = Callable[[], float]


def build_key(intake: str, as_of: date, only: Iterable[str], version: str) -> str:
    """Return the key of a build, 32 hexadecimal digits: who asked, and by which door, makes no difference to it."""
    text = "\0".join([intake, as_of.isoformat(), *sorted(only), version])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def job_key(source: str, document: str, content: str, only: Iterable[str] = (), version: str = CONTRACT) -> str:
    """Return the key of a job, 32 hexadecimal digits: the same document with the same content is the same job.

    ``version`` is that of the program and its templates: after an upgrade the same document may be built anew.
    """
    text = "\0".join([source, document, content, *sorted(only), version])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
