"""The HTTP service: who may do what, what is refused and how, and that nothing sent to it makes it fail."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import logging
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from sqlalchemy.exc import OperationalError
from standardwebhooks import Webhook

from isa_docs.delivery.http.app import Site, make_app
from isa_docs.delivery.http.hooks import Hook, Hooks
from isa_docs.delivery.http.limits import LARGEST_JSON, LARGEST_TRIGGER
from isa_docs.delivery.http.verifiers import VERIFIERS, NotVerifiedError
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.logs import log_to
from isa_docs.delivery.settings import CallbackSettings
from isa_docs.delivery.tokens import SCOPES, Tokens

from .conftest import SmallWork

MATTER = b"matter: m\n"
YAML = {"content-type": "application/yaml"}
STANDARD = "whsec_" + base64.b64encode(b"s" * 32).decode()
OLD = "whsec_" + base64.b64encode(b"o" * 32).decode()


class Asked:
    """Remembers which documents a DMS was asked about; it knows those with numbers below 100."""

    def __init__(self) -> None:
        self.documents: list[str] = []

    def about(self, document: str) -> str | None:
        self.documents.append(document)
        return document if document.isdigit() and int(document) < 100 else None


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def site(reception: Reception, tmp_path: Path, asked: Asked) -> Site:
    def hook(kind: str, *secrets: str) -> Hook:
        return Hook(kind, lambda: list(secrets), asked.about, lambda: asked.documents.append("all"))

    hooks = Hooks(
        {
            "signed": hook("standard-webhooks", STANDARD, OLD),
            "mayan": hook("bearer", "hook-secret"),
            "box": hook("box", "new-key", "old-key"),
            "graph": hook("graph", "our-state"),
            "clio": hook("clio", "shared-secret"),
            "dropbox": hook("dropbox", "the_secret"),
            "hub": hook("hub-signature", "It's a Secret to Everybody"),
        }
    )
    return Site(
        reception,
        Tokens(tmp_path / "tokens.json"),
        lambda: {"database": True, "converter": True},
        hooks,
        CallbackSettings(hosts=("dms.example.com",)),
    )


@pytest.fixture
def client(site: Site) -> Iterator[TestClient]:
    secret = site.tokens.create("tester", SCOPES)
    with TestClient(make_app(site), raise_server_exceptions=False) as client:
        client.headers["authorization"] = f"Bearer {secret}"
        yield client


def send(client: TestClient, key: str = "k1", body: bytes = MATTER, **parameters: str):  # type: ignore[no-untyped-def]
    return client.post("/v1/packages", content=body, headers=YAML | {"idempotency-key": key}, params=parameters)


def _raising(error: Exception) -> Callable[..., object]:
    def fail(*ignored: object) -> object:
        raise error

    return fail


class TestPackages:
    def test_a_matter_becomes_a_job_and_a_package_to_download(self, client: TestClient) -> None:
        answer = send(client)
        assert (answer.status_code, answer.headers["location"]) == (202, f"/v1/jobs/{answer.json()['job']}")
        job = client.get(answer.headers["location"]).json()
        assert (job["state"], job["packages"][0]["submission"]) == ("built", "anl")
        file = client.get(job["links"]["anl"])
        assert file.content == b"%PDF-1.7\nmatter: m\n"
        assert file.headers["x-content-sha256"] == hashlib.sha256(file.content).hexdigest()

    def test_a_form_brings_exhibits_along(self, client: TestClient, work: SmallWork) -> None:
        files = [("file", ("matter.yaml", MATTER)), ("file", ("exhibits/a.pdf", b"%PDF"))]
        answer = client.post("/v1/packages", files=files, headers={"idempotency-key": "k"})
        assert answer.status_code == 202
        assert work.spool.matter(answer.json()["intake_sha256"]).with_name("exhibits").joinpath("a.pdf").exists()

    def test_the_same_request_fifty_times_at_once_is_one_package(self, client: TestClient, work: SmallWork) -> None:
        answers: list[str] = []
        threads = [threading.Thread(target=lambda: answers.append(send(client).json()["job"])) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert (len(answers), len(set(answers)), len(work.built)) == (50, 1, 1)

    @pytest.mark.parametrize(
        "other",
        [
            {"body": b"matter: other\n"},
            {"only": "appeal"},
            {"as_of": "2015-06-12"},
            {"callback": "https://dms.example.com/2"},
        ],
    )
    def test_a_key_stands_for_one_request(self, client: TestClient, work: SmallWork, other: dict[str, Any]) -> None:
        asked: dict[str, Any] = {"only": "anl", "as_of": "2015-06-11", "callback": "https://dms.example.com/1"}
        first = send(client, **asked)
        again = send(client, **asked)
        assert (again.status_code, again.json()["job"]) == (202, first.json()["job"])
        answer = send(client, **{**asked, **other})
        assert (answer.status_code, answer.json()["title"]) == (
            422,
            "This Idempotency-Key was used for another request. Give each request a key of its own.",
        )
        assert len(work.built) == 1

    def test_the_same_request_on_a_later_day_is_the_same(self, client: TestClient, site: Site) -> None:
        first = send(client).json()["job"]
        later = replace(site.reception, today=lambda: date(2031, 1, 2))
        job = later.submit({"matter.yaml": MATTER}, "api:tester", key="key:k1")
        assert job.key == first

    def test_another_intake_under_the_key_of_a_failed_job_does_not_run_that_job_again(
        self, client: TestClient, work: SmallWork
    ) -> None:
        assert send(client, "k", b"broken: yes\n").json()["state"] == "failed"
        assert send(client, "k", b"matter: m\n").status_code == 422
        assert len(work.built) == 1

    def test_a_package_that_was_deleted_is_built_anew_for_the_same_key(
        self, client: TestClient, work: SmallWork
    ) -> None:
        job = send(client).json()
        shutil.rmtree(work.packages)
        assert client.get(job["links"]["anl"]).status_code == 404
        again = send(client).json()
        assert (again["job"], again["attempt"]) == (job["job"], 2)
        assert client.get(job["links"]["anl"]).content == b"%PDF-1.7\nmatter: m\n"

    def test_what_needs_correcting_is_listed(self, client: TestClient) -> None:
        job = send(client, body=b"wrong: yes\n").json()
        assert (job["state"], job["findings"][0]["code"]) == ("needs-correction", "SCHEMA-REQUIRED")

    def test_without_a_key_it_is_refused(self, client: TestClient) -> None:
        answer = client.post("/v1/packages", content=MATTER, headers=YAML)
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")

    def test_an_unknown_content_type_is_refused(self, client: TestClient) -> None:
        headers = {"content-type": "application/pdf", "idempotency-key": "k"}
        assert client.post("/v1/packages", content=b"%PDF", headers=headers).status_code == 415

    @pytest.mark.parametrize("name", ["../matter.yaml", "a/../../m.yaml", "/etc/m.yaml", "a\\..\\..\\m.yaml"])
    def test_a_file_name_cannot_leave_its_folder(self, client: TestClient, name: str) -> None:
        files = [("file", ("matter.yaml", MATTER)), ("file", (name, b"x"))]
        answer = client.post("/v1/packages", files=files, headers={"idempotency-key": "k"})
        assert answer.status_code == 422

    @pytest.mark.parametrize(
        ("name", "charset"),
        [
            ("é" * 200 + ".pdf", "utf-8"),  # 404 bytes: more than a file system takes
            ("matter.yaml/a.pdf", "utf-8"),
            ("MATTER.yaml/a.pdf", "utf-8"),
            ("+2AA-.pdf", "utf-7"),  # half of a character that takes two
            ("\\ud800.pdf", "unicode_escape"),
        ],
    )
    def test_a_file_name_that_no_disk_can_hold_is_theirs_to_mend(
        self, client: TestClient, site: Site, name: str, charset: str
    ) -> None:
        part = '--x\r\nContent-Disposition: form-data; name="file"; filename="{}"\r\n\r\nmatter: m\r\n'
        body = part.format("matter.yaml") + part.format(name) + "--x--\r\n"
        headers = {"content-type": f"multipart/form-data; charset={charset}; boundary=x", "idempotency-key": "k"}
        answer = client.post("/v1/packages", content=body.encode(), headers=headers)
        assert answer.status_code == 422, answer.text
        assert site.reception.jobs.find() == []

    def test_a_full_disk_or_a_database_that_is_away_asks_to_come_back(
        self, client: TestClient, work: SmallWork, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        away = OperationalError("INSERT", None, Exception("the server closed the connection"))
        for error in (OSError(28, "No space left on device"), away):
            monkeypatch.setattr(work.spool, "put", _raising(error))
            answer = send(client)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")

    def test_too_much_is_refused_while_it_streams(self, client: TestClient) -> None:
        def pieces() -> Iterator[bytes]:
            for _ in range(LARGEST_JSON // 65536 + 2):
                yield b" " * 65536

        headers = YAML | {"idempotency-key": "k"}
        assert client.post("/v1/packages", content=pieces(), headers=headers).status_code == 413
        assert client.post("/v1/packages", content=b" " * (LARGEST_JSON + 1), headers=headers).status_code == 413

    def test_when_too_much_waits_the_caller_is_asked_to_come_back(self, client: TestClient, site: Site) -> None:
        full = replace(site, most_waiting=0)
        with TestClient(make_app(full)) as other:
            other.headers["authorization"] = client.headers["authorization"]
            answer = send(other)
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "30")

    @pytest.mark.parametrize(
        "url",
        [
            "https://evil.example.com/",
            "http://dms.example.com/",
            "https://user:pw@dms.example.com/",
            "https://dms.example.com.evil.example/",
            "file:///etc/passwd",
            "https://[::1",
            "https://dms.example.com/\0",  # PostgreSQL cannot keep it
            "https://dms.example.com/a b",
        ],
    )
    def test_a_callback_goes_to_named_hosts_only(self, client: TestClient, url: str) -> None:
        assert send(client, callback=url).status_code == 422

    def test_a_callback_to_a_named_host_is_taken(self, client: TestClient) -> None:
        assert send(client, callback="https://dms.example.com/done").status_code == 202


class TestWhoMayDoWhat:
    @pytest.mark.parametrize(
        ("method", "path"),
        [
            ("POST", "/v1/packages"),
            ("GET", "/v1/packages/x/y/file"),
            ("GET", "/v1/jobs"),
            ("GET", "/v1/jobs/x"),
            ("POST", "/v1/jobs/x/retry"),
            ("POST", "/v1/jobs/x/cancel"),
            ("GET", "/status"),
        ],
    )
    def test_nothing_without_a_token(self, client: TestClient, method: str, path: str) -> None:
        for given in ({"authorization": ""}, {"authorization": "Bearer wrong"}, {"authorization": "Basic ä".encode()}):
            answer = client.request(method, path, headers=given | {"idempotency-key": "k"})
            assert answer.status_code == 401

    def test_a_token_does_what_its_scopes_say(self, client: TestClient, site: Site) -> None:
        reader = {"authorization": f"Bearer {site.tokens.create('reader', ['jobs:read'])}"}
        job = send(client).json()
        assert client.get("/v1/jobs", headers=reader).status_code == 200
        assert client.get(job["links"]["anl"], headers=reader).status_code == 403
        assert client.post("/v1/packages", headers=reader | {"idempotency-key": "k"}).status_code == 403
        assert client.post(f"/v1/jobs/{job['job']}/cancel", headers=reader).status_code == 403

    def test_a_revoked_token_is_refused_at_once(self, client: TestClient, site: Site) -> None:
        assert client.get("/v1/jobs").status_code == 200
        site.tokens.revoke("tester")
        assert client.get("/v1/jobs").status_code == 401

    def test_the_secrets_of_tokens_are_not_kept(self, site: Site, tmp_path: Path) -> None:
        secret = site.tokens.create("kept", ["jobs:read"])
        kept = (tmp_path / "tokens.json").read_text()
        assert secret not in kept
        assert (tmp_path / "tokens.json").stat().st_mode & 0o077 == 0

    def test_a_browser_logs_in_with_the_token_as_password(self, client: TestClient, site: Site) -> None:
        send(client)
        secret = site.tokens.create("person", ["jobs:read"])
        page = client.get("/status", auth=("anyone", secret), headers={"authorization": ""})
        basic = base64.b64encode(f"anyone:{secret}".encode()).decode()
        page = client.get("/status", headers={"authorization": f"Basic {basic}"})
        assert page.status_code == 200
        assert "The package is built." in page.text


class TestTriggers:
    def signed(self, body: bytes, *, secret: str = STANDARD, age: float = 0, event: str = "e1") -> dict[str, str]:
        stamp = datetime.fromtimestamp(time.time() - age, tz=UTC)
        return {
            "webhook-id": event,
            "webhook-timestamp": str(int(stamp.timestamp())),
            "webhook-signature": Webhook(secret).sign(event, stamp, body.decode()),
        }

    BODY = b'{"id": "e1", "data": {"document": "42"}}'

    def test_a_signed_trigger_makes_the_service_ask_the_dms(self, client: TestClient, site: Site, asked: Asked) -> None:
        answer = client.post("/v1/hooks/signed", content=self.BODY, headers=self.signed(self.BODY))
        site.hooks.wait()
        assert (answer.status_code, asked.documents) == (202, ["42"])

    def test_the_secret_before_the_present_one_still_works(self, client: TestClient) -> None:
        headers = self.signed(self.BODY, secret=OLD)
        assert client.post("/v1/hooks/signed", content=self.BODY, headers=headers).status_code == 202

    def test_an_event_told_fifty_times_at_once_is_asked_about_once(
        self, client: TestClient, site: Site, asked: Asked
    ) -> None:
        headers = self.signed(self.BODY)

        def tell() -> None:
            assert client.post("/v1/hooks/signed", content=self.BODY, headers=headers).status_code == 202

        threads = [threading.Thread(target=tell) for _ in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        site.hooks.wait()
        assert asked.documents == ["42"]

    @pytest.mark.parametrize("age", [301, -301])
    def test_a_stale_or_future_trigger_is_refused(self, client: TestClient, age: float) -> None:
        headers = self.signed(self.BODY, age=age)
        assert client.post("/v1/hooks/signed", content=self.BODY, headers=headers).status_code == 401

    def test_a_forged_one_is_refused(self, client: TestClient) -> None:
        forged = self.signed(self.BODY, secret="whsec_" + base64.b64encode(b"x" * 32).decode())
        assert client.post("/v1/hooks/signed", content=self.BODY, headers=forged).status_code == 401
        changed = self.BODY.replace(b"42", b"43")
        assert client.post("/v1/hooks/signed", content=changed, headers=self.signed(self.BODY)).status_code == 401

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"webhook-id": "e", "webhook-timestamp": "x", "webhook-signature": "v1,x"},
            {"webhook-id": "e", "webhook-timestamp": "nan", "webhook-signature": "v1"},
            {"webhook-id": "e", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1"},
            {"webhook-id": "e", "webhook-timestamp": str(int(time.time())), "webhook-signature": "v1,a"},
        ],
    )
    def test_malformed_headers_are_no_error_of_ours(self, client: TestClient, headers: dict[str, str]) -> None:
        for source in ("signed", "mayan", "box", "graph", "clio", "dropbox", "hub"):
            assert client.post(f"/v1/hooks/{source}", content=self.BODY, headers=headers).status_code == 401

    @pytest.mark.parametrize("body", [b"\xff\xfe", b"[]", b"{}", b"x", b"[" * 50_000, b'{"data": {"document": {}}}'])
    def test_a_genuine_trigger_that_names_no_document_is_told_so(self, client: TestClient, body: bytes) -> None:
        headers = {"authorization": "Bearer hook-secret"}
        assert client.post("/v1/hooks/mayan", content=body, headers=headers).status_code == 400

    def test_mayan_and_its_like_send_a_fixed_token(self, client: TestClient, site: Site, asked: Asked) -> None:
        good = {"authorization": "Bearer hook-secret"}
        assert client.post("/v1/hooks/mayan", content=b'{"document": 7}', headers=good).status_code == 202
        bad = {"authorization": "Bearer hook-secreT"}
        assert client.post("/v1/hooks/mayan", content=b'{"document": 7}', headers=bad).status_code == 401
        site.hooks.wait()
        assert asked.documents == ["7"]

    @pytest.mark.parametrize("key", ["new-key", "old-key"])
    def test_box_signs_body_and_time_with_two_keys(self, client: TestClient, key: str) -> None:
        body = b'{"id": "e9", "source": {"id": "file-9", "type": "file"}}'
        stamp = datetime.now(tz=UTC).isoformat()
        signature = base64.b64encode(hmac.new(key.encode(), body + stamp.encode(), hashlib.sha256).digest()).decode()
        headers = {"box-delivery-timestamp": stamp, "box-signature-secondary": signature}
        assert client.post("/v1/hooks/box", content=body, headers=headers).status_code == 202
        headers["box-delivery-timestamp"] = "2015-01-12T00:00:00-05:00"
        assert client.post("/v1/hooks/box", content=body, headers=headers).status_code == 401

    def test_graph_is_greeted_and_verified_by_its_state(self, client: TestClient, site: Site, asked: Asked) -> None:
        hello = client.post("/v1/hooks/graph", params={"validationToken": "a <b> c"})
        assert (hello.status_code, hello.text) == (200, "a <b> c")
        assert hello.headers["content-type"].startswith("text/plain")
        body = {"value": [{"clientState": "our-state", "resource": "drives/1/items/2"}]}
        assert client.post("/v1/hooks/graph", json=body).status_code == 202
        body["value"][0]["clientState"] = "guessed"
        assert client.post("/v1/hooks/graph", json=body).status_code == 401
        site.hooks.wait()
        assert asked.documents == ["drives/1/items/2", "all"], "our DMS does not know it by this name"

    def test_sharepoint_spells_its_greeting_otherwise(self, client: TestClient) -> None:
        hello = client.post("/v1/hooks/graph", params={"validationtoken": "abc"})
        assert (hello.status_code, hello.text) == (200, "abc")

    def test_clio_is_greeted_with_its_secret_and_verified_by_its_signature(
        self, client: TestClient, site: Site, asked: Asked
    ) -> None:
        hello = client.post("/v1/hooks/clio", content=b"", headers={"x-hook-secret": "fresh"})
        assert (hello.status_code, hello.headers["x-hook-secret"]) == (200, "fresh")
        body = b'{"data": {"id": 424242, "etag": "x"}, "meta": {"event": "updated", "webhook_id": 1}}'
        forged = {"x-hook-secret": "fresh", "x-hook-signature": hmac.new(b"fresh", body, hashlib.sha256).hexdigest()}
        assert client.post("/v1/hooks/clio", content=body, headers=forged).status_code == 401
        good = {"x-hook-signature": hmac.new(b"shared-secret", body, hashlib.sha256).hexdigest()}
        assert client.post("/v1/hooks/clio", content=body, headers=good).status_code == 202
        site.hooks.wait()
        assert asked.documents == ["424242", "all"]

    def test_dropbox_names_no_document_and_makes_the_service_ask_for_all(
        self, client: TestClient, site: Site, asked: Asked
    ) -> None:
        hello = client.get("/v1/hooks/dropbox", params={"challenge": "abc"})
        assert (hello.text, hello.headers["content-type"]) == ("abc", "text/plain; charset=utf-8")
        assert hello.headers["x-content-type-options"] == "nosniff"
        body = b'{"list_folder": {"accounts": ["dbid:1"]}}'
        signature = {"x-dropbox-signature": hmac.new(b"the_secret", body, hashlib.sha256).hexdigest()}
        for _ in range(2):
            assert client.post("/v1/hooks/dropbox", content=body, headers=signature).status_code == 202
            site.hooks.wait()
        assert asked.documents == ["all", "all"], "the same words may tell of another change"

    def test_a_sender_that_is_not_greeted_is_told_how_to_speak(self, client: TestClient) -> None:
        assert client.get("/v1/hooks/mayan", params={"challenge": "abc"}).status_code == 400
        assert client.get("/v1/hooks/nobody").status_code == 404
        assert client.post("/v1/hooks/graph", params={"validationToken": "x" * 1001}).status_code == 422

    @pytest.mark.parametrize(
        ("kind", "secret", "body", "headers"),
        [
            (  # the test of Box's own SDK for Python
                "box",
                "SamplePrimaryKey",
                b'{"type":"webhook_event","webhook":{"id":"1234567890"},"trigger":"FILE.UPLOADED",'
                b'"source":{"id":"1234567890","type":"file","name":"Test.txt"}}',
                {
                    "box-delivery-timestamp": "2020-01-01T00:00:00-07:00",
                    "box-signature-primary": "6TfeAW3A1PASkgboxxA5yqHNKOwFyMWuEXny/FPD5hI=",
                },
            ),
            (  # the test of a published receiver of Dropbox's notifications
                "dropbox",
                "the_secret",
                b'{"delta": {"users": [12345]}}',
                {"x-dropbox-signature": "0a8c16b085420b960dc78664279fe09e936a2a01b1f91064869d9e77dfd64529"},
            ),
            (  # GitHub's documentation, for all who sign as it does
                "hub-signature",
                "It's a Secret to Everybody",
                b"Hello, World!",
                {"x-hub-signature-256": "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"},
            ),
            (  # RFC 4231, test case 2: the function that Clio names
                "clio",
                "Jefe",
                b"what do ya want for nothing?",
                {"x-hook-signature": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
            ),
            (  # the specification of Standard Webhooks
                "standard-webhooks",
                "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                b'{"test": 2432232314}',
                {
                    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
                    "webhook-timestamp": "1614265330",
                    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                },
            ),
        ],
    )
    def test_published_answers_are_found_right_and_altered_ones_wrong(
        self, kind: str, secret: str, body: bytes, headers: dict[str, str]
    ) -> None:
        now = {"box": 1577862000.0, "standard-webhooks": 1614265330.0}.get(kind, 0.0)
        VERIFIERS[kind](body, headers, [secret, "another"], now)
        for forged in ((body + b" ", [secret]), (body, ["another"])):
            with pytest.raises(NotVerifiedError):
                VERIFIERS[kind](forged[0], headers, forged[1], now)

    def test_a_large_one_is_refused(self, client: TestClient) -> None:
        assert client.post("/v1/hooks/mayan", content=b" " * (LARGEST_TRIGGER + 1)).status_code == 413

    def test_an_unknown_source_is_refused(self, client: TestClient) -> None:
        assert client.post("/v1/hooks/nobody", content=b"{}").status_code == 404


class TestOperation:
    def test_health_readiness_and_metrics_need_no_token(self, client: TestClient) -> None:
        send(client)
        del client.headers["authorization"]
        assert client.get("/healthz").json()["status"] == "ok"
        assert client.get("/readyz").json() == {"ready": True, "checks": {"database": True, "converter": True}}
        assert 'isa_docs_jobs{state="built"} 1.0' in client.get("/metrics").text

    def test_a_missing_converter_makes_it_not_ready(self, site: Site) -> None:
        with TestClient(make_app(replace(site, ready=lambda: {"converter": False}))) as other:
            assert other.get("/readyz").status_code == 503

    def test_a_retry_is_for_what_went_wrong(self, client: TestClient, work: SmallWork) -> None:
        job = send(client, body=b"broken: yes\n").json()
        assert client.post(f"/v1/jobs/{job['job']}/retry").json()["attempt"] == 2
        good = send(client, "k2").json()
        assert client.post(f"/v1/jobs/{good['job']}/retry").json()["attempt"] == 1
        assert client.post("/v1/jobs/unknown/retry").status_code == 404


SSN, EIN = "123-45-6789", "98-7654321AB"


def test_importer_numbers_appear_in_no_log_page_or_metric(client: TestClient) -> None:
    stream = StringIO()
    log_to(stream)
    try:
        send(client, "k1", f"matter: m\nior: {SSN}\nother: {EIN}\n".encode())
        send(client, "k2", f"wrong: {SSN} {EIN}\n".encode())
        send(client, "k3", f"broken: {SSN} {EIN}\n".encode(), only=SSN)
        client.post("/v1/hooks/mayan", content=f'{{"document": "{SSN}"}}'.encode())
        seen = client.get("/status").text + client.get("/metrics").text + client.get("/v1/jobs").text
        seen += "".join(client.get(f"/v1/jobs/{job['job']}").text for job in client.get("/v1/jobs").json()["jobs"])
    finally:
        logging.getLogger("isa_docs").handlers.clear()
        logging.getLogger("isa_docs").propagate = True
    assert "request" in stream.getvalue()
    for number in (SSN, SSN.replace("-", ""), EIN, "7654321"):
        assert number not in stream.getvalue() + seen


@pytest.mark.slow
def test_nothing_that_the_description_allows_or_forbids_makes_the_service_fail(site: Site) -> None:
    secret = site.tokens.create("fuzzer", SCOPES)
    schema = schemathesis.openapi.from_asgi("/openapi.json", make_app(site))
    tried: list[int] = []

    for operation in schema.get_all_operations():
        api = operation.ok()

        def run(api: schemathesis.APIOperation = api) -> None:  # type: ignore[type-arg]
            for mode in (schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE):
                strategy = _strategy(api, mode)
                strategy(lambda case: tried.append(_ask(case, secret)))

        run()
    assert len(tried) > 200
    assert [status for status in tried if status >= 500 and status != 503] == []


def _strategy(api: schemathesis.APIOperation, mode: schemathesis.GenerationMode) -> Callable[..., None]:  # type: ignore[type-arg]
    from hypothesis import given
    from hypothesis.errors import Unsatisfiable

    def decorate(test: Callable[[schemathesis.Case], None]) -> None:
        @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(api.as_strategy(generation_mode=mode))
        def each(case: schemathesis.Case) -> None:
            test(case)

        try:
            each()
        except Unsatisfiable:  # nothing can be wrong with an operation that takes nothing
            return

    return decorate


def _ask(case: schemathesis.Case, secret: str) -> int:
    return case.call(headers={"authorization": f"Bearer {secret}"}).status_code


def test_the_description_is_json_and_names_every_route(client: TestClient) -> None:
    paths = json.loads(client.get("/openapi.json").text)["paths"]
    assert sorted(paths) == [
        "/healthz",
        "/metrics",
        "/readyz",
        "/status",
        "/v1/hooks/{source}",
        "/v1/jobs",
        "/v1/jobs/{job_id}",
        "/v1/jobs/{job_id}/cancel",
        "/v1/jobs/{job_id}/retry",
        "/v1/packages",
        "/v1/packages/{job_id}/{submission}/file",
    ]
