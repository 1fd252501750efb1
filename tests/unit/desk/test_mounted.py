"""The desk beside the HTTP interface of a service: opened with a token, closed when the token is revoked."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from isa_docs.delivery.tokens import Tokens

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Tokens, Path]]:
    """Start a service with a desk; give its address, its tokens and its log."""
    home = tmp_path_factory.mktemp("service")
    (home / "matters").mkdir()
    config = home / "service.toml"
    config.write_text('home = "home"\ndesk = "matters"\ndesk_without_https = true\n')
    log = home / "log"
    command = [sys.executable, "-m", "isa_docs", "serve", "--config", str(config), "--port", "0", "--no-worker"]
    with log.open("w") as err:
        process = subprocess.Popen(command, stderr=err, stdout=subprocess.DEVNULL)
    try:
        for _ in range(300):
            if found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text()):
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        assert found
        yield found[0], Tokens(home / "home" / "tokens.json"), log
    finally:
        process.terminate()
        process.wait(30)


def test_a_token_with_the_scope_opens_the_desk_until_it_is_revoked(service: tuple[str, Tokens, Path]) -> None:
    address, tokens, log = service
    good, other = tokens.create("paralegal", ["desk"]), tokens.create("reader", ["jobs:read"])
    with httpx.Client(base_url=f"{address}/desk/", timeout=30) as client:
        asked = client.get("")
        assert asked.status_code == 401 and 'action="sign-in"' in asked.text
        assert client.get("api/session").status_code == 401
        for wrong in (other, "isa_nothing", ""):
            refused = client.post("sign-in", data={"token": wrong})
            assert refused.status_code == 401 and "does not open the desk" in refused.text
        assert client.post("sign-in", data={"token": good}, headers={"Origin": "https://x.example"}).status_code == 403
        entered = client.post("sign-in", data={"token": good})
        assert entered.status_code == 303 and entered.headers["location"] == "/desk/"
        assert "HttpOnly" in entered.headers["set-cookie"] and good not in entered.headers["set-cookie"]
        client.headers["X-Desk-Token"] = client.get("api/session").json()["token"]
        assert client.post("api/matters", json={"name": "From the desk"}).status_code == 201
        assert len(client.get("api/matters").json()) == 1
        assert httpx.get(f"{address}/healthz").json()["status"] == "ok"
        assert httpx.get(f"{address}/v1/jobs", headers={"Authorization": f"Bearer {other}"}).status_code == 200
        assert httpx.get(f"{address}/v1/jobs", headers={"Authorization": f"Bearer {good}"}).status_code == 403
        tokens.revoke("paralegal")
        assert client.get("api/matters").status_code == 401
        assert client.post("sign-in", data={"token": good}).status_code == 401
    said = log.read_text()
    assert '"route": "/api/matters"' in said and "From the desk" not in said and good not in said
