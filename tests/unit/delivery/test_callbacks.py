"""Callbacks: signed, sent again when they fail, visible when given up, and never to an address inside."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from standardwebhooks import Webhook

from isa_docs.delivery.callbacks import DELAYS, Callbacks, NotAllowedError, check_addresses
from isa_docs.delivery.jobs.model import BuiltFile, Job, JobRequest, JobState
from isa_docs.delivery.jobs.table import JobTable, open_database
from isa_docs.delivery.settings import CallbackSettings

pytestmark = pytest.mark.slow

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
NOW = 1_700_000_000.0


@dataclass
class Receiver:
    """A real HTTP server that answers as told and remembers what it was sent."""

    url: str = ""
    status: int = 200
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(told.status)
            self.send_header("location", "http://127.0.0.1:1/")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}/done"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()


@pytest.fixture
def table(tmp_path: Path) -> JobTable:
    return JobTable(open_database(f"sqlite:///{tmp_path}/jobs.db"))


@pytest.fixture
def settings(tmp_path: Path) -> CallbackSettings:
    (tmp_path / "secret").write_text(SECRET + "\n")
    return CallbackSettings(("127.0.0.1",), tmp_path / "secret", private=True)


def ended(table: JobTable, url: str, state: JobState = JobState.FILED) -> Job:
    """Put a job into the table that has ended and wants to be called back."""
    request = JobRequest("ab" * 16, "api:t", "", "cd" * 32, date(2015, 1, 12), callback=url)
    files = (BuiltFile("anl", "m/anl/m-anl.pdf", "ef" * 32, 6, "12" * 16),) if state is JobState.FILED else ()
    job = Job(request, state, files=files, message="2 things are to be corrected.", created=NOW, updated=NOW)
    table.insert(job)
    return job


def test_the_end_of_a_job_is_told_once_and_signed(
    table: JobTable, settings: CallbackSettings, receiver: Receiver
) -> None:
    job = ended(table, receiver.url)
    now = time.time()
    assert [Callbacks(table, settings).send_due(now) for _ in range(3)] == [1, 0, 0]
    ((headers, body),) = receiver.got
    told = Webhook(SECRET).verify(body, headers)
    assert headers["content-type"] == "application/cloudevents+json"
    assert (told["type"], told["subject"], told["specversion"]) == ("org.isa_docs.package.built.v1", job.key, "1.0")
    assert told["data"] == {
        "job": job.key,
        "state": "filed",
        "exit_code": 0,
        "packages": [{"submission": "anl", "sha256": "ef" * 32, "pages": 6}],
    }


def test_what_needs_correcting_is_told_without_its_content(
    table: JobTable, settings: CallbackSettings, receiver: Receiver
) -> None:
    ended(table, receiver.url, JobState.NEEDS_CORRECTION)
    Callbacks(table, settings).send_due(NOW)
    told = json.loads(receiver.got[0][1])
    assert (told["type"], told["data"]["state"]) == ("org.isa_docs.package.failed.v1", "needs-correction")
    assert "message" not in told["data"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_it_is_sent_again_with_growing_pauses_and_in_the_end_given_up_visibly(
    table: JobTable, settings: CallbackSettings, receiver: Receiver, status: int
) -> None:
    ended(table, receiver.url)
    receiver.status = status
    callbacks = Callbacks(table, settings)
    now = NOW
    callbacks.send_due(now)
    assert callbacks.send_due(now + DELAYS[0] - 1) == 0
    assert len(receiver.got) == 1, "not before the pause is over"
    for pause in DELAYS:
        now += pause * 1.3
        callbacks.send_due(now)
    assert len(receiver.got) == len(DELAYS) + 1
    (dead,) = callbacks.all("dead")
    assert (dead["tries"], dead["error"]) == (len(DELAYS) + 1, f"answered {status}")
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1, "a receiver can tell repeats by the id"


def test_two_workers_send_it_once(table: JobTable, settings: CallbackSettings, receiver: Receiver) -> None:
    ended(table, receiver.url)
    workers = [threading.Thread(target=Callbacks(table, settings).send_due, args=(NOW,)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(receiver.got) == 1


def test_a_host_that_stands_for_a_private_address_is_not_called(
    table: JobTable, settings: CallbackSettings, receiver: Receiver
) -> None:
    ended(table, receiver.url.replace("http://127.0.0.1", "https://localhost"))
    careful = replace(settings, hosts=("localhost",), private=False)
    callbacks = Callbacks(table, careful)
    callbacks.send_due(NOW)
    assert receiver.got == []
    assert callbacks.all()[0]["error"] == "The callback's host stands for a private address."


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[fd00::1]", "0.0.0.0", "2130706433"]
)
def test_addresses_inside_are_known_in_every_spelling(host: str) -> None:
    with pytest.raises(NotAllowedError):
        check_addresses(f"https://{host}/", CallbackSettings((host,)))
