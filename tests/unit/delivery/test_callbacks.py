"""Callbacks: signed, sent again when they fail, visible when given up, and never to an address inside."""

from __future__ import annotations

import base64
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import sqlalchemy as sa
from standardwebhooks import Webhook

from isa_docs.delivery.callbacks import DELAYS, LONGEST, Callbacks, NotAllowedError, check_addresses
from isa_docs.delivery.jobs.model import BuiltFile, Job, JobRequest, JobState
from isa_docs.delivery.jobs.table import CALLBACKS, JobTable, open_database
from isa_docs.delivery.jobs.worker import WorkerSettings
from isa_docs.delivery.metrics import metrics_text
from isa_docs.delivery.service import Service
from isa_docs.delivery.settings import CallbackSettings, ServiceSettings

from .test_building import wait_until

pytestmark = pytest.mark.slow

SECRET = "whsec_" + base64.b64encode(b"s" * 32).decode()
NOW = 1_700_000_000.0


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


@dataclass
class Receiver:
    """A real HTTP server that answers as told and remembers what it was sent."""

    url: str = ""
    status: int = 200
    first: Callable[[], object] = lambda: None
    """What happens before the first call is answered."""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    told = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            told.got.append(({name.lower(): value for name, value in self.headers.items()}, body))
            status = told.status
            if len(told.got) == 1:
                told.first()
            self.send_response(status)
            self.send_header("location", "http://127.0.0.1:1/")
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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


def ended(table: JobTable, url: str, state: JobState = JobState.FILED, key: str = "ab" * 16) -> Job:
    """Put a job into the table that has ended and wants to be called back."""
    request = JobRequest(key, "api:t", "", "cd" * 32, date(2015, 1, 12), callback=url)
    files = (BuiltFile("anl", "m/anl/m-anl.pdf", "ef" * 32, 6, "12" * 16),) if state is JobState.FILED else ()
    job = Job(request, state, files=files, message="2 things are to be corrected.", created=NOW, updated=NOW)
    table.insert(job)
    return job


def test_the_end_of_a_job_is_told_once_and_signed(
    table: JobTable, settings: CallbackSettings, receiver: Receiver
) -> None:
    job = ended(table, receiver.url)
    assert [Callbacks(table, settings).send_due() for _ in range(3)] == [1, 0, 0]
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
    Callbacks(table, settings).send_due()
    told = json.loads(receiver.got[0][1])
    assert (told["type"], told["data"]["state"]) == ("org.isa_docs.package.failed.v1", "needs-correction")
    assert "message" not in told["data"]


@pytest.mark.parametrize("status", [500, 404, 302])
def test_it_is_sent_again_with_growing_pauses_and_in_the_end_given_up_visibly(
    table: JobTable, settings: CallbackSettings, receiver: Receiver, status: int
) -> None:
    ended(table, receiver.url)
    receiver.status = status
    clock = Clock()
    callbacks = Callbacks(table, settings, clock)
    callbacks.send_due()
    clock.now += DELAYS[0] - 1
    assert callbacks.send_due() == 0
    assert len(receiver.got) == 1, "not before the pause is over"
    for pause in DELAYS:
        clock.now += pause * 1.3
        callbacks.send_due()
    assert len(receiver.got) == len(DELAYS) + 1
    (dead,) = callbacks.all("dead")
    assert (callbacks.count("dead"), callbacks.count("waiting")) == (1, 0)
    assert (dead["tries"], dead["error"]) == (len(DELAYS) + 1, f"answered {status}")
    assert len({headers["webhook-id"] for headers, _ in receiver.got}) == 1, "a receiver can tell repeats by the id"


def test_two_workers_send_it_once(table: JobTable, settings: CallbackSettings, receiver: Receiver) -> None:
    ended(table, receiver.url)
    workers = [threading.Thread(target=Callbacks(table, settings).send_due) for _ in range(4)]
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
    callbacks.send_due()
    assert receiver.got == []
    assert callbacks.all()[0]["error"] == "The callback's host stands for a private address."


def test_each_try_says_when_it_was_made(table: JobTable, settings: CallbackSettings, receiver: Receiver) -> None:
    def slow() -> None:
        clock.now += 400

    clock, receiver.first = Clock(), slow
    for number in range(2):
        ended(table, receiver.url, key=f"{number}" * 32)
    assert Callbacks(table, settings, clock).send_due() == 2
    assert [int(headers["webhook-timestamp"]) - NOW for headers, _ in receiver.got] == [0, 400]


def test_a_slow_answer_to_an_earlier_try_undoes_no_later_one(
    table: JobTable, settings: CallbackSettings, receiver: Receiver
) -> None:
    def meanwhile() -> None:
        receiver.status = 200
        clock.now += 3600
        assert Callbacks(table, settings, clock).send_due() == 1

    clock, receiver.first, receiver.status = Clock(), meanwhile, 500
    ended(table, receiver.url)
    callbacks = Callbacks(table, settings, clock)
    assert callbacks.send_due() == 0
    (told,) = callbacks.all()
    assert (told["state"], told["tries"], told["error"], len(receiver.got)) == ("delivered", 2, "", 2)


def test_a_try_that_is_being_made_is_not_made_by_another(
    table: JobTable, settings: CallbackSettings, receiver: Receiver
) -> None:
    def meanwhile() -> None:
        clock.now += LONGEST
        Callbacks(table, settings, clock).send_due()

    clock, receiver.first = Clock(), meanwhile
    ended(table, receiver.url)
    assert (Callbacks(table, settings, clock).send_due(), len(receiver.got)) == (1, 1)


def test_a_receiver_that_answers_in_drops_is_not_waited_for(
    table: JobTable, settings: CallbackSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("isa_docs.delivery.callbacks.LONGEST", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as door:

        def drip() -> None:
            connection, _ = door.accept()
            with connection, suppress(OSError):
                for each in b"HTTP/1.1 200 OK\r\nx-long: " + b"x" * 200:
                    connection.sendall(bytes([each]))
                    time.sleep(0.05)

        threading.Thread(target=drip, daemon=True).start()
        ended(table, f"http://127.0.0.1:{door.getsockname()[1]}/done")
        began = time.monotonic()
        assert Callbacks(table, settings).send_due() == 0
    assert time.monotonic() - began < 4
    assert Callbacks(table, settings).all()[0]["error"] == "TimeoutError"


def test_a_worker_lives_on_while_a_receiver_keeps_it_waiting(
    settings: CallbackSettings, receiver: Receiver, tmp_path: Path
) -> None:
    answer = threading.Event()

    def seen() -> float:
        return service.jobs.table.living(0).get(name, 0.0)

    receiver.first = lambda: answer.wait(10)
    service = Service(ServiceSettings(home=tmp_path / "home", callbacks=settings), tmp_path / "cache")
    try:
        ended(service.jobs.table, receiver.url)
        with service.working(WorkerSettings(beat=0.1)) as name:
            wait_until(lambda: receiver.got)
            first = seen()
            wait_until(lambda: seen() > first + 0.5, within=5)
            answer.set()
            wait_until(lambda: service.callbacks.count("delivered") == 1)
    finally:
        service.close()


def test_more_than_a_page_of_dead_ones_are_counted(table: JobTable, settings: CallbackSettings) -> None:
    with table.engine.begin() as connection:
        values = {"url": "", "job": "", "body": "", "tries": 9, "next_try": NOW, "state": "dead", "error": ""}
        connection.execute(sa.insert(CALLBACKS), [values | {"id": str(number)} for number in range(101)])
    count = Callbacks(table, settings).count("dead")
    assert "isa_docs_dead_callbacks 101.0" in metrics_text(table, count, NOW)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]", "[fd00::1]", "0.0.0.0", "2130706433"]
)
def test_addresses_inside_are_known_in_every_spelling(host: str) -> None:
    with pytest.raises(NotAllowedError):
        check_addresses(f"https://{host}/", CallbackSettings((host,)))
