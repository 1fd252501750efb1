"""Is a trigger from whom it says? One verifier for each kind of sender; each holds one or two live secrets.

A verified trigger still carries no authority: it names a document, and the DMS itself is asked about it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from standardwebhooks import Webhook

OLDEST = 300.0
"""Seconds that a signed trigger may be old, or ahead of our clock."""
_OLDEST_BOX = 600.0  # Box's own limit


class NotVerifiedError(Exception):
    """The trigger cannot be verified; why is not told to its sender."""


class NotUnderstoodError(Exception):
    """The trigger is genuine but does not name a document."""


@dataclass(frozen=True)
class Trigger:
    """What a trigger comes down to: an id that stays the same when it is sent again, and the documents it names.

    Without an id it is asked about each time; without documents it says only that something has changed.
    """

    event: str
    documents: tuple[str, ...]


Verify = Callable[[bytes, Mapping[str, str], list[str], float], None]


def verify_and_read(kind: str, body: bytes, headers: Mapping[str, str], secrets: list[str], now: float) -> Trigger:
    """Verify a trigger and read it. ``headers`` have lower-case names; ``now`` is Unix seconds.

    Raises NotVerifiedError whatever is wrong with the signature, also when it is malformed, and NotUnderstoodError.
    """
    try:
        VERIFIERS[kind](body, headers, secrets, now)
    except Exception:  # the libraries raise their own errors for malformed headers
        raise NotVerifiedError from None
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise NotUnderstoodError from None
    return _read(data, headers)


def _standard(body: bytes, headers: Mapping[str, str], secrets: list[str], now: float) -> None:
    """Verify as Standard Webhooks asks: HMAC-SHA256 over id, timestamp and body (standardwebhooks.com)."""
    seconds = int(headers["webhook-timestamp"])
    if abs(now - seconds) > OLDEST:
        raise NotVerifiedError
    stamp, text = datetime.fromtimestamp(seconds, tz=UTC), body.decode()
    wanted = [Webhook(secret).sign(headers["webhook-id"], stamp, text) for secret in secrets]
    if not any(_same_as_one(each, wanted) for each in headers["webhook-signature"].split()):
        raise NotVerifiedError


def _bearer(body: bytes, headers: Mapping[str, str], secrets: list[str], now: float) -> None:
    """Verify a fixed token in the Authorization header: all that Mayan, paperless-ngx and M-Files can send."""
    scheme, _, given = headers["authorization"].partition(" ")
    if scheme.lower() != "bearer" or not _same_as_one(given.strip(), secrets):
        raise NotVerifiedError


def _box(body: bytes, headers: Mapping[str, str], secrets: list[str], now: float) -> None:
    """Verify as Box documents for its webhooks V2: HMAC-SHA256 over body and timestamp, two keys while rotating."""
    stamp = headers["box-delivery-timestamp"]
    if abs(now - datetime.fromisoformat(stamp).astimezone(UTC).timestamp()) > _OLDEST_BOX:
        raise NotVerifiedError
    given = [headers.get("box-signature-primary", ""), headers.get("box-signature-secondary", "")]
    wanted = [
        base64.b64encode(hmac.new(secret.encode(), body + stamp.encode(), hashlib.sha256).digest()).decode()
        for secret in secrets
    ]
    if not any(_same_as_one(each, wanted) for each in given if each):
        raise NotVerifiedError


def _graph(body: bytes, headers: Mapping[str, str], secrets: list[str], now: float) -> None:
    """Verify the shared ``clientState`` of every notification, as Microsoft Graph documents it."""
    notes = json.loads(body)["value"]
    if not notes or not all(_same_as_one(str(note["clientState"]), secrets) for note in notes):
        raise NotVerifiedError


def _signed_in_hex(header: str, prefix: str = "") -> Verify:
    """Return a verifier of the HMAC-SHA256 over the body, in hexadecimal digits, that senders put into ``header``.

    There is no time in what is signed: an old trigger may be sent again by whoever has seen it, and costs a question.
    """

    def verify(body: bytes, headers: Mapping[str, str], secrets: list[str], now: float) -> None:
        wanted = [prefix + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest() for secret in secrets]
        if not _same_as_one(headers[header].strip().lower(), wanted):
            raise NotVerifiedError

    return verify


VERIFIERS: dict[str, Verify] = {
    "standard-webhooks": _standard,
    "bearer": _bearer,
    "box": _box,
    "graph": _graph,
    "clio": _signed_in_hex("x-hook-signature"),
    "dropbox": _signed_in_hex("x-dropbox-signature"),
    "hub-signature": _signed_in_hex("x-hub-signature-256", "sha256="),
}
FOREIGN = ("box", "graph", "clio", "dropbox")
"""Senders that know our DMS's documents by names of their own, if at all: their triggers make us ask for all."""


def greeting(kind: str, headers: Mapping[str, str], query: Mapping[str, str]) -> tuple[str, dict[str, str]] | None:
    """Return the text and headers with which a sender wants to be greeted when it is set up; None for anything else.

    Graph and SharePoint send a validation token, Dropbox a challenge, Clio the secret that it is going to sign with.
    What is sent back came with the request: it opens nothing here.
    """
    if kind == "graph":
        given = next((value for name, value in query.items() if name.lower() == "validationtoken"), None)
        return None if given is None else (given, {})
    if kind == "dropbox" and "challenge" in query:
        return query["challenge"], {}
    if kind == "clio" and "x-hook-secret" in headers and "x-hook-signature" not in headers:
        return "", {"X-Hook-Secret": headers["x-hook-secret"]}
    return None


def _same_as_one(given: str, secrets: list[str]) -> bool:
    found = [hmac.compare_digest(given.encode(), secret.encode()) for secret in secrets]
    return any(found)


def _read(data: Any, headers: Mapping[str, str]) -> Trigger:
    """Find the document's reference in the shapes that senders use: ours, CloudEvents, Graph, Box, Clio, Dropbox."""
    if not isinstance(data, dict):
        raise NotUnderstoodError
    inner: dict[str, Any] = data["data"] if isinstance(data.get("data"), dict) else data
    source: dict[str, Any] = data["source"] if isinstance(data.get("source"), dict) else {}
    of_clio = inner.get("id") if isinstance(data.get("meta"), dict) else None
    found: list[str] = []
    if isinstance(notes := data.get("value"), list):
        found = [str(note["resource"]) for note in notes if isinstance(note, dict) and note.get("resource")]
    elif value := inner.get("document") or source.get("id") or data.get("subject") or of_clio:
        found = [str(value)] if isinstance(value, str | int) else []
    if any(len(each) > 500 for each in found) or not (found or isinstance(data.get("list_folder"), dict)):
        raise NotUnderstoodError
    event = data.get("id") or headers.get("webhook-id") or ""
    return Trigger(str(event)[:200], tuple(found))
