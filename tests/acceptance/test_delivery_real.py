"""The service with the real converter: asked over HTTP, killed in the middle, started again; what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pypdf
import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
NORTHWIND = ROOT / "examples" / "northwind"


class ServiceProcess:
    """An ``isa-docs serve`` in a process group of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.config = home / "service.toml"
        self.config.write_text('home = "state"\nslots = 1\n[folders.inbox]\npath = "watched"\nevery = 1\n')
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


def test_importer_numbers_are_in_the_package_and_in_nothing_else_that_the_service_tells(
    service: ServiceProcess,
) -> None:
    ssn, ein = "987-65-4321", "54-9182736CD"
    text = (NORTHWIND / "matter.yaml").read_text(encoding="utf-8")
    wrong = text.replace("legal_name:", "legal_nam:", 1) + f"\n# {ssn}\n"
    bad = [("file", ("matter.yaml", wrong.replace("12-345678900", ein).encode()))]
    told = service.post("wrong", bad)
    job = service.wait(told.json()["job"], "needs-correction", "failed", "built")
    assert job["state"] == "needs-correction"
    seen = json.dumps(job) + service.http.get("/status").text + service.http.get("/metrics").text
    (service.home / "watched" / "inbox" / "m.yaml").write_bytes(bad[0][1][1])
    end = time.monotonic() + 60
    while not list((service.home / "watched" / "failed").glob("*/ERROR.txt")):
        assert time.monotonic() < end
        time.sleep(0.3)
    time.sleep(1)
    service.stop(signal.SIGTERM)
    for path in [*service.home.rglob("*.json"), *service.home.rglob("*.txt"), *service.home.rglob("*.log")]:
        seen += path.read_text(encoding="utf-8", errors="replace")
    database = b"".join(path.read_bytes() for path in service.home.rglob("jobs.db*"))
    for number in (ssn, ein, ssn.replace("-", ""), ein.replace("-", "")):
        assert number not in seen
        assert number.encode() not in database
