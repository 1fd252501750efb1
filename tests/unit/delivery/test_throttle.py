"""A document store that asks us to come later: waited for, and not asked again before it said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from isa_docs.delivery.connectors.model import ConnectorError
from isa_docs.delivery.connectors.rest import Rest
from isa_docs.delivery.connectors.webdav import WebDavDms
from isa_docs.delivery.folder.webdav import WebDavFolder
from isa_docs.delivery.jobs.inline import InlineJobs
from isa_docs.delivery.jobs.model import BuildResult, FilingFailedError, Job, JobState
from isa_docs.delivery.throttle import seconds_asked

from .test_jobs import BUILT, asked


class Busy:
    """A server that answers as often as it is told with 429 or 503, and then that all is well."""

    def __init__(self) -> None:
        self.refusals = 0
        self.status = 429
        self.well = 200
        self.after = "0"
        self.times: list[float] = []


@pytest.fixture
def busy() -> Iterator[tuple[Busy, str]]:
    state = Busy()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            state.times.append(time.monotonic())
            refused = len(state.times) <= state.refusals
            self.send_response(state.status if refused else state.well)
            if refused and state.after:
                self.send_header("Retry-After", state.after)
            body = b'{"results": [], "next": null}'
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_PROPFIND(self) -> None:
            self.do_GET()

        def do_MKCOL(self) -> None:
            self.do_GET()

        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield state, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_wait_is_waited(busy: tuple[Busy, str], status: int) -> None:
    state, url = busy
    state.refusals, state.status, state.after = 1, status, "1"
    assert Rest(url, {}).all("/x/") == []
    assert len(state.times) == 2
    assert state.times[1] - state.times[0] >= 1


def test_a_store_behind_webdav_is_waited_for_too(busy: tuple[Busy, str]) -> None:
    state, url = busy
    state.refusals, state.after, state.well = 1, "1", 201
    WebDavFolder(url).make_folder("x")
    assert state.times[1] - state.times[0] >= 1


@pytest.mark.parametrize(
    "ask", [lambda url: Rest(url, {}).all("/x/"), lambda url: WebDavDms(WebDavFolder(url)).find("x")]
)
def test_a_long_one_is_left_to_the_next_round(busy: tuple[Busy, str], ask: Callable[[str], object]) -> None:
    state, url = busy
    state.refusals, state.after = 9, "600"
    with pytest.raises(ConnectorError) as refused:
        ask(url)
    assert refused.value.wait == 600
    assert len(state.times) == 1, "it is not asked again before it said"


def test_who_never_says_yes_is_given_up_for_now(busy: tuple[Busy, str]) -> None:
    state, url = busy
    state.refusals = 99
    with pytest.raises(ConnectorError, match="429"):
        Rest(url, {}, sleep=lambda seconds: None).all("/x/")
    assert len(state.times) == 6


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0", 0.1),
        ("-5", 0.1),
        (formatdate(1000 + 30, usegmt=True), 30),
        (formatdate(10, usegmt=True), 0.1),
        ("99999999999", 86_400),
        ("nan", 1),
        ("inf", 1),
        ("soon", 1),
        ("", 1),
    ],
)
def test_what_is_asked_for_is_a_number_or_a_date(text: str, seconds: float) -> None:
    assert seconds_asked(httpx.Response(429, headers={"Retry-After": text}), now=1000) == seconds


def test_a_package_is_not_filed_before_the_store_said() -> None:
    class Refused:
        def build(self, job: Job) -> BuildResult:
            return BUILT

        def must_file(self, job: Job) -> bool:
            return True

        def file(self, job: Job) -> None:
            raise FilingFailedError("Not filed yet: the DMS answered 429 to PUT.", 600)

    jobs = InlineJobs(Refused(), clock=lambda: 1000.0)
    job = jobs.submit(asked())
    assert (job.state, job.next_filing) == (JobState.BUILT_NOT_FILED, 1600)
