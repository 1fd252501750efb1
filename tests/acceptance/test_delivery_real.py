"""The service with the real converter: asked by every door at once, killed in the middle; what it leaves behind."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pypdf
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NORTHWIND = ROOT / "examples" / "northwind"


class ServiceProcess:
    """An ``isa-docs serve`` in a process group of its own."""

    def __init__(self, home: Path, more: str = "") -> None:
        self.home = home
        (home / "watched").mkdir()
        self.config = home / "service.toml"
        settings = 'home = "state"\nslots = 2\n[folders.inbox]\npath = "watched"\nevery = 1\nsettle = 0.5\n'
        self.config.write_text(settings + more)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        made = self.run("token", "create", "tester", *(f"--scope={each}" for each in SCOPES), "--json")
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}",
            headers={"authorization": f"Bearer {json.loads(made)['result']['token']}"},
            timeout=30,
        )

    def run(self, *arguments: str) -> str:
        command = [sys.executable, "-m", "isa_docs", *arguments, "--config", str(self.config)]
        return subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout

    def start(self) -> None:
        command = [sys.executable, "-m", "isa_docs", "serve", "--config", str(self.config), "--port", str(self.port)]
        with (self.home / "service.log").open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log, start_new_session=True)
        end = time.monotonic() + 60
        while True:
            try:
                self.http.get("/healthz")
                return
            except httpx.HTTPError:
                assert time.monotonic() < end, (self.home / "service.log").read_text()
                time.sleep(0.2)

    def stop(self, number: int = signal.SIGKILL) -> None:
        os.killpg(self.process.pid, number)
        self.process.wait(timeout=60)

    def post(self, key: str, files: Form, **parameters: str) -> httpx.Response:
        """Ask for packages as a client should: with a key, so that it may ask again when the connection breaks."""
        for _ in range(3):
            try:
                headers = {"idempotency-key": key}
                return self.http.post("/v1/packages", params=parameters, files=files, headers=headers)
            except httpx.TransportError:
                assert self.process.poll() is None, (self.process.poll(), (self.home / "service.log").read_text())
                time.sleep(1)
        raise AssertionError("no answer")

    def job(self, key: str) -> dict[str, object]:
        data: dict[str, object] = self.http.get(f"/v1/jobs/{key}").json()
        return data

    def wait(self, key: str, *states: str) -> dict[str, object]:
        end = time.monotonic() + 240
        while (job := self.job(key))["state"] not in states:
            assert time.monotonic() < end, job
            time.sleep(0.3)
        return job


Form = list[tuple[str, tuple[str, bytes]]]
SCOPES = ("jobs:read", "jobs:write", "packages:read", "packages:write")


@pytest.fixture
def service(tmp_path: Path) -> Iterator[ServiceProcess]:
    service = ServiceProcess(tmp_path)
    service.start()
    yield service
    if service.process.poll() is None:
        service.stop()


def northwind() -> Form:
    """Return the example with its exhibits as a form."""
    exhibits = sorted((NORTHWIND / "exhibits").iterdir())
    matter = ("file", ("matter.yaml", (NORTHWIND / "matter.yaml").read_bytes()))
    return [matter, *(("file", (f"exhibits/{path.name}", path.read_bytes())) for path in exhibits)]


def test_a_service_killed_in_the_middle_of_a_build_finishes_it(service: ServiceProcess) -> None:
    answer = service.post("season-2015", northwind(), only="anl-2015")
    assert answer.status_code == 202, answer.text
    key = answer.json()["job"]
    service.wait(key, "building")
    service.stop(signal.SIGKILL)
    service.start()
    again = service.post("season-2015", northwind(), only="anl-2015")
    assert again.json()["job"] == key
    job = service.wait(key, "built", "failed", "needs-correction")
    assert job["state"] == "built", job
    file = service.http.get(f"/v1/packages/{key}/anl-2015/file")
    (service.home / "package.pdf").write_bytes(file.content)
    package = pypdf.PdfReader(service.home / "package.pdf")
    assert "Annual Notification" in package.pages[0].extract_text() or len(package.pages) > 3
    assert len(service.http.get("/v1/jobs").json()["jobs"]) == 1
    service.stop(signal.SIGTERM)
    assert service.process.returncode in (0, 130)


EIN, SSN = "54-9182736CD", "987-65-4321"
"""Importer of record numbers in two of the formats of 19 CFR 24.5(b); the second is a person's."""


def matter_with_numbers(folder: Path) -> Path:
    """Write a matter of one annual letter and its exhibit, with numbers that are found nowhere else; return it."""
    text = (NORTHWIND / "matter.yaml").read_text(encoding="utf-8")
    facts, _, submissions = text.replace("12-345678900", EIN).replace("12-345678901", SSN).partition("submissions:\n")
    letter = next(each for each in re.split(r"(?m)^(?=  - id: )", submissions) if each.startswith("  - id: anl-2015"))
    file = folder / "m" / "matter.yaml"
    (file.parent / "exhibits").mkdir(parents=True)
    file.write_text(f"{facts}submissions:\n{letter}", encoding="utf-8")
    shutil.copy(NORTHWIND / "exhibits" / "test-results-2014.pdf", file.parent / "exhibits")
    return file


@pytest.fixture
def told() -> Iterator[tuple[str, list[bytes]]]:
    """Receive callbacks: give the address, and everything that was sent to it."""
    seen: list[bytes] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(str(self.headers).encode() + self.rfile.read(int(self.headers["content-length"])))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/done", seen
    server.shutdown()


def wait_for(what: Callable[[], object], within: float = 300) -> None:
    end = time.monotonic() + within
    while not what():
        assert time.monotonic() < end
        time.sleep(0.3)


def at_once(deeds: list[Callable[[], object]]) -> None:
    """Do all of them at the same time."""
    threads = [threading.Thread(target=deed) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_one_event_by_every_door_at_once_is_one_package_and_its_numbers_are_told_nowhere_else(
    tmp_path: Path,
    webdav_root: tuple[str, Path],
    told: tuple[str, list[bytes]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url, root = webdav_root
    dms = root / "one-event"
    (dms / "requested").mkdir(parents=True)
    home = tmp_path / "service"
    home.mkdir()
    (home / "password").write_text("secret")
    (home / "hook").write_text("hook-secret")
    (home / "callback").write_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    monkeypatch.setenv("ISA_DOCS_CACHE_DIR", str(home / "cache"))
    service = ServiceProcess(
        home,
        f'[dms.share]\nkind = "webdav"\nurl = "{url}/one-event"\nuser = "isa"\npassword_file = "password"\nevery = 1\n'
        '[hooks.share]\nverifier = "bearer"\nsecret_files = ["hook"]\ndms = "share"\n'
        '[callbacks]\nhosts = ["127.0.0.1"]\nprivate = true\nsecret_file = "callback"\n',
    )
    intake = matter_with_numbers(tmp_path)
    form = [("file", (str(each.relative_to(intake.parent)), each.read_bytes())) for each in intake.parent.rglob("*.*")]
    service.start()
    try:
        answers: list[int] = []

        def hook(number: int) -> None:
            body = {"document": "m", "id": "event-1" if number % 2 else f"event-{number}"}
            sent = httpx.post(f"http://127.0.0.1:{service.port}/v1/hooks/share", json=body, headers=bearer, timeout=60)
            answers.append(sent.status_code)

        def ask(number: int) -> None:
            answers.append(service.post("one-event", form, callback=told[0]).status_code)

        bearer = {"authorization": "Bearer hook-secret"}
        shutil.copytree(intake.parent, dms / "requested" / "m")  # the sweep, every second
        at_once(
            [lambda: shutil.copytree(intake.parent, home / "watched" / "inbox" / "m")]
            + [lambda number=number: hook(number) for number in range(50)]  # type: ignore[misc]
            + [lambda number=number: ask(number) for number in range(5)]  # type: ignore[misc]
        )
        assert answers == [202] * 55
        wait_for((dms / "filed" / "m").exists)
        wait_for(lambda: list((home / "watched" / "done").glob("m.*/intake/m")))
        wait_for(lambda: told[1])
        jobs = service.http.get("/v1/jobs").json()["jobs"]
        assert sorted(job["source"] for job in jobs) == ["api:tester", "folder:inbox", "share"]
        (built,) = (home / "state" / "packages").glob("*/*/*/*.pdf")
        (filed,) = (dms / "packages").glob("*.pdf")
        (put,) = (home / "watched" / "done").glob("m.*/anl-2015/*.pdf")
        key = next(job["job"] for job in jobs if job["source"] == "api:tester")
        got = service.http.get(f"/v1/packages/{key}/anl-2015/file").content
        package = {hashlib.sha256(each).digest() for each in (*(p.read_bytes() for p in (built, filed, put)), got)}
        assert len(package) == 1
        words = "".join(page.extract_text() for page in pypdf.PdfReader(filed).pages)
        assert EIN in words, "the package itself names the importer"

        wrong = intake.read_text().replace("legal_name:", "legal_nam:", 1).encode()
        broken = intake.read_bytes() + b"\n- [" + SSN.encode()
        bad = {"wrong": wrong, "broken": broken}
        for name, data in bad.items():
            (dms / "requested" / f"{name}.yaml").write_bytes(data)
            (home / "watched" / "inbox" / f"{name}.yaml").write_bytes(data)
            service.post(name, [("file", ("matter.yaml", data))], callback=told[0])
        wait_for(lambda: len(list((dms / "needs-correction").glob("*.status.txt"))) == 2)
        wait_for(lambda: len(list((home / "watched" / "failed").glob("*/ERROR.txt"))) == 2)
        wait_for(lambda: len(told[1]) == 3)
        (tmp_path / "wrong.yaml").write_bytes(wrong)
        script = ["build", str(tmp_path / "wrong.yaml"), "--out", str(home / "out"), "--json", "--idempotency-key", "k"]
        ended = subprocess.run([sys.executable, "-m", "isa_docs", *script], cwd=ROOT, capture_output=True)
        assert ended.returncode == 4

        seen = {"what a script is told": ended.stdout + ended.stderr, "callbacks": b"".join(told[1])}
        jobs = service.http.get("/v1/jobs").json()["jobs"]
        for path in ("/v1/jobs", "/status", "/metrics", "/readyz", *(f"/v1/jobs/{job['job']}" for job in jobs)):
            seen[path] = service.http.get(path).content
    finally:
        service.stop(signal.SIGTERM)
    ours = {*(home / "state" / "packages").glob("*/*/*/**/*"), *(home / "watched" / "done").glob("*/anl-2015/**/*")}
    theirs = {*(home / "state" / "intakes").rglob("*"), *dms.rglob("m/**/*"), *(home / "watched").rglob("m/**/*")}
    theirs |= {path for name in bad for top in (dms, home) for path in top.rglob(f"{name}.yaml")}
    for file in sorted({*home.rglob("*"), *dms.rglob("*")} - ours - theirs - {filed}):
        if file.is_file():
            seen[str(file)] = file.read_bytes()
    assert len(seen) > 40
    assert [
        (where, number)
        for where, data in seen.items()
        for number in (EIN, SSN, EIN.replace("-", ""), SSN.replace("-", ""))
        if number.encode() in data
    ] == []
    for line in (home / "service.log").read_text().splitlines():
        assert line.startswith(("{", "Serving on ", "Stopped.", "Interrupted.")), "libraries write nothing into the log"
