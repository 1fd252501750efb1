"""The table of jobs that people and machines ask about, beside the engine's own tables, and the workers' heartbeats."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from isa_docs.delivery.jobs.inline import again
from isa_docs.delivery.jobs.model import RETRYABLE, UNFINISHED, BuiltFile, Job, JobRequest, JobState, Store

_META = sa.MetaData()
JOBS = sa.Table(
    "isa_jobs",
    _META,
    sa.Column("key", sa.String(64), primary_key=True),
    sa.Column("source", sa.String(64), nullable=False, index=True),
    sa.Column("document", sa.Text, nullable=False),
    sa.Column("intake", sa.String(64), nullable=False),
    sa.Column("as_of", sa.String(10), nullable=False),
    sa.Column("only", sa.Text, nullable=False),
    sa.Column("priority", sa.Integer, nullable=False),
    sa.Column("callback", sa.Text, nullable=False),
    sa.Column("build", sa.String(64), nullable=False, server_default=""),
    sa.Column("state", sa.String(24), nullable=False, index=True),
    sa.Column("step", sa.String(16), nullable=False),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("filings", sa.Integer, nullable=False),
    sa.Column("exit_code", sa.Integer, nullable=False),
    sa.Column("message", sa.Text, nullable=False),
    sa.Column("files", sa.Text, nullable=False),
    sa.Column("created", sa.Float, nullable=False, index=True),
    sa.Column("updated", sa.Float, nullable=False),
    sa.Column("next_filing", sa.Float, nullable=False),
)
WORKERS = sa.Table(
    "isa_workers",
    _META,
    sa.Column("name", sa.String(200), primary_key=True),
    sa.Column("seen", sa.Float, nullable=False),
)
CALLBACKS = sa.Table(
    "isa_callbacks",
    _META,
    sa.Column("id", sa.String(80), primary_key=True),
    sa.Column("job", sa.String(64), nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("next_try", sa.Float, nullable=False),
    sa.Column("state", sa.String(16), nullable=False, index=True),
    sa.Column("error", sa.Text, nullable=False),
)


def open_database(url: str) -> sa.Engine:
    """Connect to the database at ``url`` (``sqlite:///file`` or ``postgresql://…``) and make our tables if missing.

    A SQLite file is switched to write-ahead logging, so that readers and writers do not shut each other out.
    """
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    engine = sa.create_engine(url, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)

        @sa.event.listens_for(engine, "connect")
        def patient(connection: Any, record: Any) -> None:
            connection.execute("PRAGMA busy_timeout=30000")
            connection.execute("PRAGMA synchronous=FULL")

        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
    try:
        _make_tables(engine)
    except sa.exc.DBAPIError:  # another process made them at the same moment
        _make_tables(engine)
    return engine


def _make_tables(engine: sa.Engine) -> None:
    """Make what is missing of the tables and, in those of an earlier version, of the columns."""
    _META.create_all(engine)
    there = {each["name"] for each in sa.inspect(engine).get_columns(JOBS.name)}
    with engine.begin() as connection:
        for column in JOBS.columns:
            if column.name not in there:
                kind = column.type.compile(engine.dialect)
                text = f"ALTER TABLE {JOBS.name} ADD COLUMN {column.name} {kind} NOT NULL DEFAULT ''"
                connection.exec_driver_sql(text)


class JobTable(Store):
    """Jobs in a database."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine

    def insert(self, job: Job) -> bool:
        """Add a job unless its key is known; say whether it was added."""
        try:
            with self.engine.begin() as connection:
                connection.execute(sa.insert(JOBS).values(**_row(job)))
        except sa.exc.IntegrityError:
            return False
        return True

    def get(self, key: str) -> Job | None:
        """Return a job, or None."""
        with self.engine.connect() as connection:
            row = connection.execute(sa.select(JOBS).where(JOBS.c.key == key)).one_or_none()
        return _job(row) if row else None

    def find(self, states: Iterable[JobState] = (), source: str = "", limit: int = 100) -> list[Job]:
        """Return jobs, newest first; in any state when none is named."""
        query = sa.select(JOBS).order_by(JOBS.c.created.desc()).limit(limit)
        if wanted := [str(state) for state in states]:
            query = query.where(JOBS.c.state.in_(wanted))
        if source:
            query = query.where(JOBS.c.source == source)
        with self.engine.connect() as connection:
            return [_job(row) for row in connection.execute(query)]

    def owing(self) -> list[Job]:
        """Return the jobs that still owe their source a package or a word."""
        with self.engine.connect() as connection:
            return [_job(row) for row in connection.execute(sa.select(JOBS).where(JOBS.c.step == "file"))]

    def count(self) -> dict[JobState, int]:
        """Return how many jobs there are in each state that has any."""
        query = sa.select(JOBS.c.state, sa.func.count()).group_by(JOBS.c.state)
        with self.engine.connect() as connection:
            return {JobState(state): int(number) for state, number in connection.execute(query)}

    def unfinished_since(self) -> float:
        """Return when the oldest job that is not finished was taken in, or 0 when all are."""
        query = sa.select(sa.func.min(JOBS.c.created)).where(JOBS.c.state.in_([str(state) for state in UNFINISHED]))
        with self.engine.connect() as connection:
            return float(connection.execute(query).scalar() or 0.0)

    def change(self, job: Job, attempt: int) -> bool:
        """Write a job unless it has moved on to another attempt or was canceled; say whether it was written."""
        canceled = job.state is JobState.CANCELED
        return self._write(job, attempt, sa.true() if canceled else JOBS.c.state != str(JobState.CANCELED))

    def cancel(self, job: Job) -> bool:
        """Write a job that is canceled, unless it is built by now; say whether it was written."""
        unbuilt = JOBS.c.state.in_([str(JobState.RECEIVED), str(JobState.BUILDING)])
        return self._write(job, job.attempt, unbuilt)

    def restart(self, key: str, now: float, states: Sequence[JobState] = RETRYABLE) -> Job | None:
        """Begin the next attempt of a job that stands at one of ``states``; None when it does not."""
        old = self.get(key)
        if old is None or old.state not in states:
            return None
        fresh = again(old, now)
        return fresh if self._write(fresh, old.attempt, sa.true()) else None

    def _write(self, job: Job, attempt: int, only: sa.ColumnElement[bool]) -> bool:
        """Write a job where ``attempt`` is its present one and ``only`` holds; say whether it was written."""
        statement = sa.update(JOBS).where(JOBS.c.key == job.key, JOBS.c.attempt == attempt, only).values(**_row(job))
        with self.engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def beat(self, worker: str, now: float) -> None:
        """Note that a worker lives."""
        with self.engine.begin() as connection:
            if not connection.execute(sa.update(WORKERS).where(WORKERS.c.name == worker).values(seen=now)).rowcount:
                connection.execute(sa.insert(WORKERS).values(name=worker, seen=now))

    def living(self, since: float) -> dict[str, float]:
        """Return the workers seen at or after ``since``, with when."""
        query = sa.select(WORKERS.c.name, WORKERS.c.seen).where(WORKERS.c.seen >= since)
        with self.engine.connect() as connection:
            return {row.name: row.seen for row in connection.execute(query)}


def _row(job: Job) -> dict[str, Any]:
    row = asdict(job)
    request = row.pop("request")
    row |= request
    row["as_of"] = job.request.as_of.isoformat()
    row["only"] = json.dumps(list(job.request.only))
    row["state"] = str(job.state)
    row["files"] = json.dumps([asdict(each) for each in job.files])
    return row


def _job(row: Any) -> Job:
    request = JobRequest(
        key=row.key,
        source=row.source,
        document=row.document,
        intake=row.intake,
        as_of=date.fromisoformat(row.as_of),
        only=tuple(json.loads(row.only)),
        priority=row.priority,
        callback=row.callback,
        build=row.build,
    )
    return Job(
        request=request,
        state=JobState(row.state),
        step=row.step,
        attempt=row.attempt,
        filings=row.filings,
        exit_code=row.exit_code,
        message=row.message,
        files=tuple(BuiltFile(**each) for each in json.loads(row.files)),
        created=row.created,
        updated=row.updated,
        next_filing=row.next_filing,
    )
