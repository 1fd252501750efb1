"""The desk beside the HTTP interface of a service: opened with a token, closed when the token is revoked."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pikepdf
import pytest

from isa_docs.delivery.tokens import Tokens

pytestmark = pytest.mark.slow
NORTHWIND = Path(__file__).resolve().parents[3] / "examples" / "northwind"


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


def test_a_matter_reads_nothing_of_the_server_outside_the_folder(service: tuple[str, Tokens, Path]) -> None:
    address, tokens, log = service
    home = log.parent
    with pikepdf.new() as pdf:
        for _ in range(3):
            pdf.add_blank_page(page_size=(300, 300))
        pdf.save(home / "secret.pdf")
    shutil.copytree(NORTHWIND, home / "matters" / "northwind")
    token = tokens.create("outsider", ["desk"])
    with httpx.Client(base_url=f"{address}/desk/", timeout=180) as client:
        client.post("sign-in", data={"token": token})
        client.headers["X-Desk-Token"] = client.get("api/session").json()["token"]
        (listed,) = [each for each in client.get("api/matters").json() if "northwind" in each["file"]]
        matter = f"api/matters/{listed['id']}"
        opened = client.get(matter).json()

        def saying(name: str) -> dict[str, Any]:
            text = opened["text"].replace("file: exhibits/notice.pdf", f"file: {name}")
            assert text != opened["text"]
            saved = client.put(matter, json={"base_version": opened["version"], "text": text}).json()
            opened["version"] = saved["version"]
            return client.get(matter).json()

        told = {}
        for name in (str(home / "secret.pdf"), str(home / "none.pdf"), "../../secret.pdf"):
            document = saying(name)["document"]
            findings = client.post(f"{matter}/check", json={"document": document}).json()["findings"]
            told[name] = [
                (each["code"], each["severity"], each["message"].replace(name, "X"))
                for each in findings
                if each["pointer"] and each["pointer"].endswith("/file")
            ]
            files = {each["file"]: each["findings"] for each in client.get(f"{matter}/exhibits").json()}
            assert [each["code"] for each in files[name]] == ["EXH-OUTSIDE"]
        (alike,) = {tuple(each) for each in told.values()}
        assert [(code, severity) for code, severity, _ in alike] == [("EXH-OUTSIDE", "error")]

        shown = client.post(f"{matter}/preview", json={"document": document, "submission": "appeal-2015"})
        assert shown.status_code == 200, shown.text
        exhibits = [each for each in shown.json()["pages"] if each["part"] == "exhibit-notice"]
        assert [(each["width"], each["height"]) for each in exhibits] == [(612.0, 792.0)]

        order = {"base_version": opened["version"], "submissions": ["appeal-2015"]}
        job = client.post(f"{matter}/build", json=order).json()["job"]
        while (state := client.get(f"api/jobs/{job}").json())["state"] in ("queued", "running"):
            time.sleep(0.1)
        assert state["state"] == "failed"
        assert "EXH-OUTSIDE" in {each["code"] for each in state["result"]["findings"]}
        assert client.get(f"{matter}/build").json()["packages"] == []
