"""The side of the durable engine that runs jobs: slots, heartbeat, and the sweep that takes over from lost machines."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dbos import DBOS, DBOSPortableJSONSerializer, StepOptions
from filelock import FileLock, Timeout

from isa_docs.delivery.jobs.durable import APPLICATION, BUILD, FILE, URGENT, DurableJobs, filing_id
from isa_docs.delivery.jobs.model import CONTRACT, Work
from isa_docs.delivery.jobs.running import build_half, file_half

_log = logging.getLogger("isa_docs.jobs")


@dataclass(frozen=True)
class WorkerSettings:
    """How a worker runs: how many builds at a time, and how often it looks, beats and sweeps (seconds).

    An urgent build has a slot more of its own.
    """

    slots: int = 2
    filers: int = 1
    """Filings at a time over all workers: many DMSs answer parallel uploads with errors."""
    poll: float = 0.5
    beat: float = 5.0
    sweep: float = 30.0


_running: tuple[DurableJobs, Work, threading.Semaphore] | None = None
"""The engine, the work and the slots of this process; DBOS knows its workflows by name, for the whole process."""


_DEATHS = 20
"""Deaths of its worker after which a job is given up: more than bad luck, few enough to let others have their turn."""
_IN_HAND = 1
"""Builds that a worker claims beyond its slots: one that is free would else stand idle until the next look."""
_started: set[str] = set()
"""The workflows that run in this process; sets change atomically."""


def _step(name: str) -> StepOptions:
    """Return the options of a step: what it may raise is a database that is away, for some two minutes."""
    return {"name": name, "retries_allowed": True, "max_attempts": 8, "interval_seconds": 1.0, "backoff_rate": 2.0}


@contextmanager
def _noted() -> Iterator[None]:
    """Note the present workflow as running."""
    workflow = DBOS.workflow_id or ""
    _started.add(workflow)
    try:
        yield
    finally:
        _started.discard(workflow)


@DBOS.workflow(name=BUILD, max_recovery_attempts=_DEATHS)
def _build(key: str, attempt: int) -> str:
    with _noted():
        after: str = DBOS.run_step(_step("build"), _build_step, key, attempt)
        if after == "file":
            DBOS.run_step(_step("enqueue"), _enqueue_step, key, attempt)
        return after


@DBOS.workflow(name=FILE, max_recovery_attempts=_DEATHS)
def _file(key: str, attempt: int) -> str:
    with _noted():
        DBOS.run_step(_step("file"), _file_step, key, attempt)
        return "done"


def _build_step(key: str, attempt: int) -> str:
    jobs, work, slots = _here()
    job = jobs.get(key)
    with nullcontext() if job is None or job.request.urgent else slots:
        return build_half(jobs.table, work, key, attempt, time.time, time.sleep)


def _enqueue_step(key: str, attempt: int) -> str:
    jobs, *_ = _here()
    job = jobs.get(key)
    if job is None or job.attempt != attempt:
        return ""
    jobs._enqueue_filing(job)  # the same engine, in another module
    return filing_id(job)


def _file_step(key: str, attempt: int) -> str:
    jobs, work, _ = _here()
    file_half(jobs.table, work, key, attempt, time.time)
    return "done"


def _here() -> tuple[DurableJobs, Work, threading.Semaphore]:
    assert _running is not None
    return _running


@contextmanager
def worker_name(folder: Path) -> Iterator[str]:
    """Take this machine's first free worker name, and hold it: a restarted worker finds its own jobs again."""
    folder.mkdir(parents=True, exist_ok=True)
    host = socket.gethostname()
    for number in range(1, 1000):
        lock = FileLock(folder / f"{host}-{number}.lock")
        try:
            lock.acquire(timeout=0)
        except Timeout:
            continue
        try:
            yield f"{host}-{number}"
        finally:
            lock.release()
        return
    raise RuntimeError("no free worker name")


class Worker:
    """Runs the jobs of one engine in this process; only one at a time."""

    def __init__(self, jobs: DurableJobs, work: Work, name: str, settings: WorkerSettings) -> None:
        self._jobs = jobs
        self._work = work
        self._name = name
        self._settings = settings
        self._stop = threading.Event()
        self._idle: set[str] = set()
        self._keeper = threading.Thread(target=self._keep, name="isa-docs-keeper", daemon=True)

    def start(self) -> None:
        """Begin to run jobs."""
        global _running
        _running = (self._jobs, self._work, threading.Semaphore(self._settings.slots))
        self._jobs.table.beat(self._name, time.time())
        config: dict[str, Any] = {
            "name": APPLICATION,
            "system_database_url": self._jobs.url,
            "application_version": CONTRACT,
            "executor_id": self._name,
            "serializer": DBOSPortableJSONSerializer(),
            "log_level": "ERROR",
            "run_migrations": False,
        }
        DBOS(config=config)  # type: ignore[arg-type]
        DBOS.launch()
        own = self._settings
        DBOS.register_queue(
            BUILD, worker_concurrency=own.slots + _IN_HAND, polling_interval_sec=own.poll, on_conflict="always_update"
        )
        DBOS.register_queue(URGENT, worker_concurrency=1, polling_interval_sec=own.poll, on_conflict="always_update")
        DBOS.register_queue(
            FILE, global_concurrency=own.filers, polling_interval_sec=own.poll, on_conflict="always_update"
        )
        self._keeper.start()
        _log.info("worker started", extra={"worker": self._name, "count": own.slots})

    def stop(self, patience: int = 0) -> None:
        """Stop taking jobs, waiting up to ``patience`` seconds for those running; the rest is taken up later."""
        global _running
        self._stop.set()
        DBOS.destroy(workflow_completion_timeout_sec=patience)
        self._keeper.join(timeout=5)
        _running = None

    def _keep(self) -> None:
        swept = 0.0
        while not self._stop.is_set():
            try:
                now = time.time()
                self._jobs.table.beat(self._name, now)
                if now - swept >= self._settings.sweep:
                    self._jobs.sweep()
                    self._start_again()
                    swept = now
            except Exception as error:  # the database may be away for a while; the next beat tries again
                _log.error("heartbeat failed", extra={"error": type(error).__name__})
            self._stop.wait(self._settings.beat)

    def _start_again(self) -> None:
        """Queue anew what the engine gave this worker and never started, seen so at two sweeps in a row.

        A claim whose start failed, because the database was away at that moment, is started by nobody else.
        """
        idle = self._jobs.given(self._name) - _started
        self._jobs.resume(idle & self._idle)
        self._idle = idle - self._idle
