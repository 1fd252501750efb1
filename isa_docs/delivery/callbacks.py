"""Tells callers of the end of their job: CloudEvents in Standard Webhooks envelopes, retried, never forgotten silently.

What is told is where to look: the job, its state, the hashes of the packages. Nothing of the intake is sent.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import logging
import random
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import sqlalchemy as sa
from standardwebhooks import Webhook

from isa_docs.delivery.jobs.model import Clock, Job, JobState
from isa_docs.delivery.jobs.table import CALLBACKS, JOBS, JobTable
from isa_docs.delivery.settings import CallbackSettings, read_secret

DELAYS = (5.0, 60.0, 300.0, 1800.0, 3600.0, 7200.0, 18000.0, 36000.0)
"""Seconds before each further try, with up to a quarter more by chance; after the last the callback is *dead*."""
ENDS = (JobState.BUILT, JobState.FILED, JobState.NEEDS_CORRECTION, JobState.FAILED, JobState.CANCELED)
LONGEST = 15.0
"""Seconds that a receiver has for one try, all in all."""
_HELD = 120.0
"""Seconds that a try belongs to the worker that makes it: far more than it takes, with the look-up of its host."""
_GOOD = (JobState.BUILT, JobState.FILED)
_TYPE = {True: "org.isa_docs.package.built.v1", False: "org.isa_docs.package.failed.v1"}
_log = logging.getLogger("isa_docs.callbacks")


class NotAllowedError(Exception):
    """The service may not call this address; the message says why."""


def check_url(url: str, settings: CallbackSettings) -> None:
    """Raise NotAllowedError unless the settings allow callbacks to this address; nothing is looked up yet."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        raise NotAllowedError("The callback is not a web address.") from None
    if not url.isascii() or any(character <= " " or character == "\x7f" for character in url):
        raise NotAllowedError("The callback is not a web address.")
    if parts.scheme != "https" and not (parts.scheme == "http" and settings.private):
        raise NotAllowedError("The callback must begin with https://.")
    if parts.username or parts.password or len(url) > 2000:
        raise NotAllowedError("The callback must not hold a user, a password, or more than 2,000 characters.")
    if host not in settings.hosts:
        raise NotAllowedError("The callback's host is not among those that this service may call.")


def check_addresses(url: str, settings: CallbackSettings) -> None:
    """Raise NotAllowedError when the host stands for an address inside our own network."""
    parts = urlsplit(url)
    try:
        found = socket.getaddrinfo(parts.hostname, parts.port or 443, type=socket.SOCK_STREAM)
    except OSError:
        raise NotAllowedError("The callback's host is not known.") from None
    for *_, address in found:
        if not settings.private and not ipaddress.ip_address(str(address[0]).partition("%")[0]).is_global:
            raise NotAllowedError("The callback's host stands for a private address.")


class Callbacks:
    """The callbacks of one service, kept in its database; any number of workers may send them."""

    def __init__(self, table: JobTable, settings: CallbackSettings, clock: Clock = time.time) -> None:
        self._engine = table.engine
        self._table = table
        self._settings = settings
        self._clock = clock

    def send_due(self, stopped: Callable[[], bool] = lambda: False) -> int:
        """Note callbacks for jobs that have ended, send those that are due; return how many were delivered.

        Slow receivers make it slow: nothing else should wait for it. ``stopped`` is asked before each is sent.
        """
        now = self._clock()
        self._note_ended(now)
        waiting = sa.select(CALLBACKS).where(CALLBACKS.c.state == "waiting", CALLBACKS.c.next_try <= now)
        with self._engine.connect() as connection:
            due = list(connection.execute(waiting.order_by(CALLBACKS.c.next_try).limit(50)))
        return sum(self._send(row) for row in due if not stopped() and self._claim(row))

    def all(self, state: str = "", limit: int = 100) -> list[dict[str, Any]]:
        """Return callbacks with their state (``waiting``, ``delivered`` or ``dead``), tries and last error."""
        query = sa.select(CALLBACKS).order_by(CALLBACKS.c.next_try.desc()).limit(limit)
        if state:
            query = query.where(CALLBACKS.c.state == state)
        with self._engine.connect() as connection:
            rows = list(connection.execute(query))
        return [
            {"id": row.id, "job": row.job, "state": row.state, "tries": row.tries, "error": row.error} for row in rows
        ]

    def count(self, state: str) -> int:
        """Return how many callbacks there are in a state."""
        query = sa.select(sa.func.count()).select_from(CALLBACKS).where(CALLBACKS.c.state == state)
        with self._engine.connect() as connection:
            return int(connection.execute(query).scalar_one())

    def _note_ended(self, now: float) -> None:
        identity = JOBS.c.key + ":" + sa.cast(JOBS.c.attempt, sa.String) + ":" + JOBS.c.state
        fresh = sa.select(JOBS.c.key, identity.label("identity")).where(
            JOBS.c.callback != "",
            JOBS.c.state.in_([str(state) for state in ENDS]),
            ~sa.exists().where(CALLBACKS.c.id == identity),
        )
        with self._engine.connect() as connection:
            found = list(connection.execute(fresh.limit(1000)))
        for row in found:
            job = self._table.get(row.key)
            if job is not None:
                self._insert(row.identity, job, now)

    def _insert(self, identity: str, job: Job, now: float) -> None:
        values = {
            "id": identity,
            "job": job.key,
            "url": job.request.callback,
            "body": json.dumps(event(job, identity, now)),
            "tries": 0,
            "next_try": now,
            "state": "waiting",
            "error": "",
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(CALLBACKS).values(**values))
        except sa.exc.IntegrityError:  # another worker noted it first
            return

    def _claim(self, row: Any) -> bool:
        """Take one try for this worker: should it die of it, another makes the next one later."""
        return self._write(row, row.tries, tries=row.tries + 1, next_try=self._clock() + _HELD)

    def _write(self, row: Any, known: int, **values: Any) -> bool:
        """Write what became of a callback that stands at ``known`` tries, unless somebody else has sent it since."""
        statement = (
            sa.update(CALLBACKS)
            .where(CALLBACKS.c.id == row.id, CALLBACKS.c.tries == known, CALLBACKS.c.state == "waiting")
            .values(**values)
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def _send(self, row: Any) -> bool:
        error = ""
        try:
            check_url(row.url, self._settings)
            check_addresses(row.url, self._settings)
            now = self._clock()
            stamp = datetime.fromtimestamp(now, tz=UTC)
            headers = {
                "content-type": "application/cloudevents+json",
                "webhook-id": row.id,
                "webhook-timestamp": str(int(now)),
                "webhook-signature": Webhook(read_secret(self._settings.secret_file)).sign(row.id, stamp, row.body),
            }
            status = asyncio.run(_post(row.url, row.body, headers))
            if not 200 <= status < 300:
                error = f"answered {status}"
        except NotAllowedError as refused:
            error = str(refused)
        except Exception as failed:  # whatever goes wrong with one receiver must not keep the others waiting
            error = type(failed).__name__
        state = "delivered" if not error else "dead" if row.tries >= len(DELAYS) else "waiting"
        self._write(row, row.tries + 1, state=state, error=error, next_try=self._clock() + _delay(row.tries))
        _log.info("callback", extra={"job": row.job, "state": state, "error": error, "count": row.tries + 1})
        return not error


async def _post(url: str, body: str, headers: dict[str, str]) -> int:
    """Send and return the status; raises TimeoutError after LONGEST, however little the receiver says at a time."""
    async with (
        asyncio.timeout(LONGEST),
        httpx.AsyncClient(timeout=LONGEST, follow_redirects=False) as client,
        client.stream("POST", url, content=body, headers=headers) as answer,
    ):
        return answer.status_code


def event(job: Job, identity: str, now: float) -> dict[str, Any]:
    """Return the CloudEvents 1.0 body that tells of a job's end."""
    return {
        "specversion": "1.0",
        "id": identity,
        "source": "isa-docs",
        "type": _TYPE[job.state in _GOOD],
        "subject": job.key,
        "time": datetime.fromtimestamp(now, tz=UTC).isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
        "data": {
            "job": job.key,
            "state": str(job.state),
            "exit_code": job.exit_code,
            "packages": [
                {"submission": each.submission, "sha256": each.sha256, "pages": each.pages} for each in job.files
            ],
        },
    }


def _delay(tries: int) -> float:
    return DELAYS[min(tries, len(DELAYS) - 1)] * (1 + random.random() / 4)  # noqa: S311  # chance spreads the load only
