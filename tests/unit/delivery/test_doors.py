"""The commands of the doors for machines: one JSON object that matches its schema, and one exit code for one fault."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from isa_docs.cli.watch import _wait_until_done
from isa_docs.delivery.connectors.mayan import Mayan
from isa_docs.delivery.connectors.model import ConnectorError
from isa_docs.delivery.folder.webdav import WebDavFolder
from isa_docs.delivery.jobs.durable import DurableJobs
from isa_docs.delivery.jobs.model import JobRequest, job_key
from isa_docs.errors import TryAgainError
from isa_docs.intake.schema import bundled
from tests.unit.cli.running import Invoke, Run

NO_SERVER = "postgresql://isa@127.0.0.1:1/isa"


@pytest.fixture
def key(tmp_path: Path) -> str:
    """Begin a service in the folder of the test, with one job; return the job's key."""
    jobs = DurableJobs(f"sqlite:///{tmp_path}/isa-docs-service/jobs.db")
    key = job_key("api", "doc-1", "ab")
    jobs.submit(JobRequest(key, "api", "doc-1", "cd" * 32, date(2015, 1, 12), callback="https://dms.example.com/"))
    jobs.close()
    return key


class TestJobs:
    def test_what_is_listed_retried_and_canceled_matches_the_schema(self, invoke: Invoke, key: str) -> None:
        (job,) = invoke("jobs", "list", "--json").report["result"]["jobs"]
        assert (job["job"], job["state"], job["source"]) == (key, "received", "api")
        assert invoke("jobs", "cancel", key, "--json").report["result"]["state"] == "canceled"
        assert invoke("jobs", "list", "--state", "received", "--json").report["result"] == {"jobs": []}
        retried = invoke("jobs", "retry", key, "--json").report["result"]
        assert (retried["state"], retried["attempt"]) == ("received", 2)
        assert invoke("jobs", "callbacks", "--json").report["result"] == {"callbacks": []}

    @pytest.mark.parametrize("command", ["list", "callbacks", "retry", "cancel"])
    def test_without_a_service_none_is_begun(self, invoke: Invoke, tmp_path: Path, command: str) -> None:
        words = ["jobs", command, *(["0" * 32] if command in ("retry", "cancel") else [])]
        run = invoke(*words, "--json")
        assert run.report["exit_code"] == 4
        assert "There is no service in" in run.report["message"]
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("command", ["retry", "cancel"])
    def test_an_unknown_job(self, invoke: Invoke, key: str, command: str) -> None:
        assert invoke("jobs", command, "0" * 32, "--json").report["exit_code"] == 4


class TestOneFaultOneCode:
    """2: the command line is wrong; 4: what it names is not there or wrong; 75: it is not there now."""

    @pytest.mark.parametrize(
        ("code", "words"),
        [
            (2, ["watch", "--once", "typo"]),
            (2, ["jobs", "list", "--state", "nonsense"]),
            (2, ["jobs", "callbacks", "--state", "nonsense"]),
            (2, ["token", "create", "dms", "--scope", "nonsense"]),
            (2, ["serve", "--host", "203.0.113.5"]),
            (4, ["watch", "--once"]),
            (4, ["watch", "--once", "--config", "nothing.toml"]),
            (4, ["serve", "--config", "nothing.toml"]),
            (4, ["worker", "--config", "nothing.toml"]),
            (4, ["dms", "sync"]),
            (4, ["dms", "sync", "nobody"]),
            (4, ["dms", "bootstrap", "mayan", "--url", "http://127.0.0.1:1"]),
            (4, ["dms", "bootstrap", "mayan", "--url", "http://127.0.0.1:1", "--token-file", "nothing"]),
            (4, ["token", "revoke", "nobody"]),
            (4, ["token", "create", "Not_A_Name", "--scope", "jobs:read"]),
        ],
    )
    def test_nothing_is_made(self, invoke: Invoke, tmp_path: Path, code: int, words: list[str]) -> None:
        assert invoke(*words, "--json").report["exit_code"] == code
        assert [each.name for each in tmp_path.iterdir() if each.name != "isa-docs-service"] == []

    def test_a_folder_of_the_settings_that_is_not_there(self, invoke: Invoke, tmp_path: Path) -> None:
        settings(tmp_path, f'[folders.inbox]\npath = "{tmp_path}/unmounted"\n')
        assert "There is no folder" in failed(invoke("watch", "--once", "--json"), 4)
        assert not (tmp_path / "unmounted").exists()

    @pytest.mark.parametrize("words", [["jobs", "list"], ["worker"], ["watch", "--once"], ["dms", "sync"]])
    def test_a_database_that_does_not_answer(self, invoke: Invoke, tmp_path: Path, words: list[str]) -> None:
        (tmp_path / "token").write_text("secret")
        (tmp_path / "isa-docs-service").mkdir()
        (tmp_path / "watched").mkdir()
        dms = '[dms.mayan]\nkind = "mayan"\nurl = "http://127.0.0.1:1"\ntoken_file = "token"\n'
        settings(tmp_path, f'jobs = "{NO_SERVER}"\n[folders.inbox]\npath = "watched"\n{dms}')
        message = failed(invoke(*words, "--json"), 75)
        assert message == "The database that 'jobs' names in the settings does not answer."

    def test_a_dms_or_a_webdav_folder_that_does_not_answer(self, invoke: Invoke, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("secret")
        nowhere = 'url = "http://127.0.0.1:1"\n'
        settings(tmp_path, f'[dms.mayan]\nkind = "mayan"\n{nowhere}token_file = "token"\n[folders.far]\n{nowhere}')
        assert "cannot be reached" in failed(invoke("dms", "sync", "--json"), 75)
        assert "cannot be reached" in failed(invoke("watch", "--once", "--json"), 75)
        bootstrap = ["dms", "bootstrap", "mayan", "--url", "http://127.0.0.1:1", "--token-file", "token", "--json"]
        assert "cannot be reached" in failed(invoke(*bootstrap), 75)

    @pytest.mark.parametrize(
        "body", [b"<!doctype html><title>Sign in</title>", b"[]", b'{"results": 1}', b'{"results": [{"id": 1}]}', b"{}"]
    )
    def test_an_address_that_is_not_that_of_the_dms(self, invoke: Invoke, tmp_path: Path, body: bytes) -> None:
        (tmp_path / "token").write_text("secret")
        with answering(body, 200) as url:
            settings(tmp_path, f'[dms.mayan]\nkind = "mayan"\nurl = "{url}"\ntoken_file = "token"\n')
            assert "is not that of the DMS" in failed(invoke("dms", "sync", "--json"), 75)
            bootstrap = ["dms", "bootstrap", "mayan", "--url", url, "--token-file", "token", "--json"]
            assert "is not that of the DMS" in failed(invoke(*bootstrap), 75)

    def test_a_dms_that_nobody_has_prepared(self, invoke: Invoke, tmp_path: Path) -> None:
        (tmp_path / "token").write_text("secret")
        with answering(b'{"results": [], "next": null}', 200) as url:
            settings(tmp_path, f'[dms.mayan]\nkind = "mayan"\nurl = "{url}"\ntoken_file = "token"\n')
            assert "run: isa-docs dms bootstrap mayan" in failed(invoke("dms", "sync", "--json"), 75)
            with pytest.raises(ConnectorError, match="no 'ISA package'; run: isa-docs dms bootstrap mayan"):
                Mayan(url, "secret").find("label")

    def test_an_address_that_another_program_has(self, invoke: Invoke, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as other:
            run = invoke("serve", "--port", str(other.getsockname()[1]), "--json")
        assert "Address already in use. Choose another --host or --port." in failed(run, 2)
        assert list(tmp_path.iterdir()) == []


def settings(folder: Path, text: str) -> None:
    (folder / "isa-docs-service.toml").write_text(text)


@contextmanager
def answering(body: bytes, *statuses: int) -> Iterator[str]:
    """Start a server that answers every question with this; the statuses in turn, the last of them again and again."""
    left = list(statuses)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(left.pop(0) if len(left) > 1 else left[0])
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_PROPFIND = do_GET  # noqa: N815

        def log_message(self, *arguments: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


NOTHING_THERE = b'<multistatus xmlns="DAV:"/>'


def test_one_lost_answer_of_a_folder_does_not_end_the_watch() -> None:
    with answering(NOTHING_THERE, 500, 207) as url, WebDavFolder(url) as store:
        began = time.monotonic()
        _wait_until_done({"far": store})
        assert time.monotonic() - began >= 1, "it was asked again"


def test_a_folder_that_answers_no_more_is_for_another_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isa_docs.cli.watch._PATIENCE", 1.5)
    with (
        answering(NOTHING_THERE, 500) as url,
        WebDavFolder(url) as store,
        pytest.raises(TryAgainError, match="A watched folder no longer answers: the folder answered 500"),
    ):
        _wait_until_done({"far": store})


def failed(run: Run, code: int) -> str:
    """Return the message of a run that ended with ``code``."""
    assert run.report["exit_code"] == code, run.report["message"]
    return str(run.report["message"])


def test_a_token_is_shown_once_and_listed_without_its_secret(invoke: Invoke) -> None:
    made = invoke("token", "create", "dms", "--scope", "jobs:read", "--json").report["result"]
    listed = invoke("token", "list", "--json")
    assert listed.report["result"] == {"tokens": [{"name": "dms", "scopes": ["jobs:read"]}]}
    assert made["token"] not in listed.out
    assert invoke("token", "revoke", "dms", "--json").report["result"] == {}


def run_apart(folder: Path, *words: str) -> Run:
    """Run isa-docs in a process of its own: an engine of jobs is for the whole process."""
    command = [sys.executable, "-m", "isa_docs", *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120)
    return Run(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow
def test_watch_once_and_sync_report_and_stop(tmp_path: Path, webdav_root: tuple[str, Path]) -> None:
    inbox = tmp_path / "watched" / "inbox"
    inbox.mkdir(parents=True)
    (inbox / "wrong.yaml").write_text("importer: 123-45-6789\n")
    (inbox / "report.pdf").write_bytes(b"%PDF")
    (inbox / "Thumbs.db").write_bytes(b"litter")
    began = time.monotonic()
    run = run_apart(tmp_path, "watch", "watched", "--once", "--json")
    assert time.monotonic() - began < 60, "litter in the inbox is not waited for"
    result = run.report["result"]
    assert result["done"] == []
    assert sorted(name.rsplit(".", 1)[0] for name in result["failed"]) == ["failed/report", "failed/wrong"]
    for name in result["failed"]:
        status = json.loads((tmp_path / "watched" / name / "status.json").read_text())
        Draft202012Validator(bundled("status.schema.json")).validate(status)
        assert status["state"] == "needs-correction"
    assert (inbox / "Thumbs.db").exists()

    url, root = webdav_root
    (root / "share" / "requested").mkdir(parents=True)
    (root / "share" / "requested" / "wrong.yaml").write_text("importer: 123-45-6789\n")
    (tmp_path / "password").write_text("secret")
    store = f'[dms.share]\nkind = "webdav"\nurl = "{url}/share"\nuser = "isa"\npassword_file = "password"\n'
    settings(tmp_path, store)
    run = run_apart(tmp_path, "dms", "sync", "--wait", "60", "--json")
    assert run.report["result"] == {"ready": {"share": 1}}
    assert (root / "share" / "needs-correction" / "wrong.yaml.status.txt").exists()
    for line in run.err.splitlines():
        json.loads(line)
