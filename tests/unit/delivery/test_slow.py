"""Clients that are slow on purpose, against a real server: told so with 408, and nobody else is kept waiting."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import uvicorn

from isa_docs.delivery.http.app import Site, make_app
from isa_docs.delivery.http.hooks import Hooks
from isa_docs.delivery.http.limits import BodyLimits
from isa_docs.delivery.http.patience import PatientProtocol
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.settings import CallbackSettings
from isa_docs.delivery.tokens import Tokens

pytestmark = pytest.mark.slow

PATIENCE = 0.6
"""Seconds that the server of these tests waits; the real one waits 10 for a head and 30 for a body."""
MOST = 12
"""Connections that the server of these tests takes at a time."""


class Hurried(PatientProtocol):
    longest = PATIENCE


@pytest.fixture
def port(reception: Reception, tmp_path: Path) -> Iterator[int]:
    ready = {"database": True}
    app = make_app(Site(reception, Tokens(tmp_path / "tokens.json"), lambda: ready, Hooks({}), CallbackSettings()))
    for each in app.user_middleware:
        if each.cls is BodyLimits:
            each.kwargs["slowest"] = PATIENCE
    config = uvicorn.Config(app, port=0, http=Hurried, log_config=None, limit_concurrency=MOST)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    thread.join()


HEAD = b"POST /v1/hooks/mayan HTTP/1.1\r\nhost: x\r\ncontent-length: 200\r\n\r\n"


@pytest.mark.parametrize(
    ("at_once", "slowly"),
    [(b"", b""), (b"", HEAD), (HEAD, b'{"document": "' + b"4" * 100), (HEAD, b"")],
    ids=["silent", "head in drops", "body in drops", "no body"],
)
def test_who_is_too_slow_is_told_so(port: int, at_once: bytes, slowly: bytes) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(at_once)
        began = time.monotonic()
        try:
            for at in range(len(slowly)):
                connection.sendall(slowly[at : at + 1])
                time.sleep(0.05)
                if time.monotonic() - began > 3 * PATIENCE:
                    break
        except OSError:
            pass
        answer = connection.recv(10_000)
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert time.monotonic() - began < 5 * PATIENCE


def test_silent_connections_do_not_shut_others_out_for_long(port: int) -> None:
    silent = [socket.create_connection(("127.0.0.1", port)) for _ in range(MOST)]
    try:
        time.sleep(2 * PATIENCE)
        assert httpx.get(f"http://127.0.0.1:{port}/healthz").status_code == 200
    finally:
        for each in silent:
            each.close()


def test_one_who_asks_in_time_is_served_again_and_again_over_one_connection(port: int) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(3):
            assert client.get("/healthz").status_code == 200
            time.sleep(PATIENCE / 2)
