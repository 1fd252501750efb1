"""Tells callers of the end of their job: CloudEvents in Standard Webhooks envelopes, retried, never forgotten silently.

What is told is where to look: the job, its state, the hashes of the packages. Nothing of the intake is sent.
"""

from __future__ import annotations

import ipaddress
import json
import logging
import random
import socket
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
import sqlalchemy as sa
from standardwebhooks import Webhook

from isa_docs.delivery.jobs.model import Job, JobState
from isa_docs.delivery.jobs.table import CALLBACKS, JOBS, JobTable
from isa_docs.delivery.settings import CallbackSettings, read_secret

DELAYS = (5.0, 60.0, 300.0, 1800.0, 3600.0, 7200.0, 18000.0, 36000.0)
"""Seconds before each further try, with up to a quarter more by chance; after the last the callback is *dead*."""
ENDS = (JobState.BUILT, JobState.FILED, JobState.NEEDS_CORRECTION, JobState.FAILED, JobState.CANCELED)
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

    def __init__(self, table: JobTable, settings: CallbackSettings) -> None:
        self._engine = table.engine
        self._table = table
        self._settings = settings

    def send_due(self, now: float) -> int:
        """Note callbacks for jobs that have ended, send those that are due; return how many were delivered."""
        self._note_ended(now)
        query = sa.select(CALLBACKS).where(CALLBACKS.c.state == "waiting", CALLBACKS.c.next_try <= now).limit(50)
        with self._engine.connect() as connection:
            due = list(connection.execute(query))
        return sum(self._send(row, now) for row in due if self._claim(row, now))

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

    def _claim(self, row: Any, now: float) -> bool:
        """Take one try for this worker: the next try is set before this one is made."""
        statement = (
            sa.update(CALLBACKS)
            .where(CALLBACKS.c.id == row.id, CALLBACKS.c.tries == row.tries, CALLBACKS.c.state == "waiting")
            .values(tries=row.tries + 1, next_try=now + _delay(row.tries))
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount == 1

    def _send(self, row: Any, now: float) -> bool:
        error = ""
        try:
            check_url(row.url, self._settings)
            check_addresses(row.url, self._settings)
            stamp = datetime.fromtimestamp(now, tz=UTC)
            headers = {
                "content-type": "application/cloudevents+json",
                "webhook-id": row.id,
                "webhook-timestamp": str(int(now)),
                "webhook-signature": Webhook(read_secret(self._settings.secret_file)).sign(row.id, stamp, row.body),
            }
            answer = httpx.post(row.url, content=row.body, headers=headers, timeout=10.0, follow_redirects=False)
            if not 200 <= answer.status_code < 300:
                error = f"answered {answer.status_code}"
        except NotAllowedError as refused:
            error = str(refused)
        except Exception as failed:  # whatever goes wrong with one receiver must not keep the others waiting
            error = type(failed).__name__
        state = "delivered" if not error else "dead" if row.tries >= len(DELAYS) else "waiting"
        statement = sa.update(CALLBACKS).where(CALLBACKS.c.id == row.id).values(state=state, error=error)
        with self._engine.begin() as connection:
            connection.execute(statement)
        _log.info("callback", extra={"job": row.job, "state": state, "error": error, "count": row.tries + 1})
        return not error


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
