"""What a request may cost, checked while it streams in: its size, the time it takes, and unknown content types."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LARGEST_TRIGGER = 256 * 1024
LARGEST_JSON = 1024 * 1024
LARGEST_FORM = 200 * 1024 * 1024
"""Bytes of a trigger, of a matter alone, of a matter with its exhibits."""
SLOWEST = 30.0
"""Seconds between two pieces of a body, and for the whole of a small one."""


class _RefusedError(Exception):
    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status, self.title = status, title


class BodyLimits:
    """ASGI middleware: refuses bodies that are too large (413) or too slow (408), whatever their headers say."""

    def __init__(self, app: App, *, slowest: float = SLOWEST) -> None:
        self._app = app
        self._slowest = slowest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, with its body counted."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        most = _most(scope["path"], headers.get(b"content-type", b""))
        end = asyncio.get_running_loop().time() + self._slowest * (1 if most <= LARGEST_JSON else 20)
        seen = 0
        started = False

        async def counted() -> Message:
            nonlocal seen
            left = end - asyncio.get_running_loop().time()
            try:
                message = await asyncio.wait_for(receive(), max(0.01, min(self._slowest, left)))
            except TimeoutError:
                raise _RefusedError(408, "The body came too slowly.") from None
            seen += len(message.get("body", b""))
            if seen > most:
                raise _RefusedError(413, f"The body is larger than {most:,} bytes.")
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        length = headers.get(b"content-length", b"0")
        try:
            if length.isdigit() and int(length[:12]) > most:
                raise _RefusedError(413, f"The body is larger than {most:,} bytes.")
            if scope["method"] in ("POST", "PUT", "PATCH"):
                body = await _whole(counted) if most <= LARGEST_JSON else None
                await self._app(scope, _again(body, receive) if body is not None else counted, noted)
            else:
                await self._app(scope, receive, noted)
        except _RefusedError as refused:
            if not started:
                await _answer(send, refused)


async def _whole(receive: Receive) -> bytes:
    data = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return bytes(data)
        data += message.get("body", b"")
        if not message.get("more_body"):
            return bytes(data)


def _again(body: bytes, receive: Receive) -> Receive:
    given = False

    async def once() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return once


def _most(path: str, content_type: bytes) -> int:
    if path.startswith("/v1/hooks/"):
        return LARGEST_TRIGGER
    if path == "/v1/packages" and content_type.lower().startswith(b"multipart/form-data"):
        return LARGEST_FORM
    return LARGEST_JSON


async def _answer(send: Send, refused: _RefusedError) -> None:
    problem = {"type": "about:blank", "title": refused.title, "status": refused.status}
    body = json.dumps(problem).encode()
    headers = [
        (b"content-type", b"application/problem+json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": refused.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
