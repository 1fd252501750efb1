"""The HTTP protocol of the service: uvicorn's, which besides waits only so long for the head of a request.

Without it, a few hundred silent connections would use up all that the server accepts, and the others be refused.
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

LONGEST_HEAD = 10.0
"""Seconds from the opening of a connection, or the first byte of a further request, to the end of the head."""


class PatientProtocol(H11Protocol):
    """Answers 408 to a connection whose request line and headers do not come, or come in drops."""

    longest = LONGEST_HEAD
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._wait_for_head()

    def data_received(self, data: bytes) -> None:
        """Take bytes; go on waiting while they are no whole head."""
        super().data_received(data)
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait_for_head(self) -> None:
        if self.conn.their_state is not h11.IDLE:
            self._stop_waiting()
        elif self._clock is None:
            self._clock = self.loop.call_later(self.longest, self._too_slow)

    def _stop_waiting(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _too_slow(self) -> None:
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            problem: dict[str, Any] = {"type": "about:blank", "title": "The request came too slowly.", "status": 408}
            body = json.dumps(problem).encode()
            head = "HTTP/1.1 408 Request Timeout\r\ncontent-type: application/problem+json\r\n" + (
                f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
            )
            self.transport.write(head.encode() + body)
            self.transport.close()
