"""A real desk: the command itself, its server on a free port, and browsers that are signed in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from tests.unit.cli.conftest import invoke

__all__ = ["invoke"]

ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Desk:
    """A desk that runs: its folder, what it said, and every address that was asked for."""

    folder: Path
    address: str
    log: Path
    asked: list[str] = field(default_factory=list)
    _key: str = ""

    def browser(self) -> httpx.Client:
        """Return a browser that has just signed in with the newest link."""
        lines = [line for line in self.log.read_text().splitlines() if "?key=" in line]
        key = lines[-1].rpartition("?key=")[2] if lines else self._key
        client = httpx.Client(base_url=self.address, timeout=120, event_hooks={"request": [self._note]})
        assert client.get("", params={"key": key}).status_code == 303
        client.headers["X-Desk-Token"] = client.get("api/session").json()["token"]
        return client

    def _note(self, request: httpx.Request) -> None:
        self.asked.append(str(request.url))

    def stranger(self) -> httpx.Client:
        """Return a browser that is not signed in."""
        return httpx.Client(base_url=self.address, timeout=30)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """Start ``isa-docs desk`` for a folder with the example of an importer in it."""
    folder = tmp_path_factory.mktemp("matters")
    shutil.copytree(ROOT / "examples" / "northwind", folder / "northwind")
    log = folder.parent / f"{folder.name}.log"
    with log.open("w") as err:
        process = subprocess.Popen(
            [sys.executable, "-m", "isa_docs", "desk", str(folder), "--port", "0", "--no-open", "-vv"],
            stdout=subprocess.PIPE,
            stderr=err,
            text=True,
        )
        assert process.stdout is not None
        address, _, key = process.stdout.readline().strip().partition("?key=")
        try:
            yield Desk(folder, address, log, _key=key)
        finally:
            process.terminate()
            assert process.wait(30) == 0


@pytest.fixture(scope="module")
def browser(desk: Desk) -> Iterator[httpx.Client]:
    """Give a browser that is signed in."""
    client = desk.browser()
    yield client
    client.close()


@pytest.fixture(scope="module")
def northwind(browser: httpx.Client) -> str:
    """Give the address of the example's matter."""
    return next(
        f"api/matters/{each['id']}" for each in browser.get("api/matters").json() if "northwind" in each["file"]
    )
