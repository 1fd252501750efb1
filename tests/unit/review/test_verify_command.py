"""``isa-docs verify`` and ``isa-docs sign`` as a user calls them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from asn1crypto import tsp
from cli.running import Invoke

from isa_docs.review.verify import Expected, Verification

from .authority import PASSPHRASE, pki
from .conftest import Built


@pytest.fixture
def folder(tmp_path: Path, built: Built) -> Path:
    """A build's folder: package and manifest, the officer's key and the root."""
    (tmp_path / "package.pdf").write_bytes(built.data)
    (tmp_path / "manifest.json").write_text(json.dumps(built.manifest))
    (tmp_path / "officer.p12").write_bytes(pki().officer.p12())
    (tmp_path / "root.pem").write_bytes(pki().root.pem)
    (tmp_path / "pass").write_bytes(PASSPHRASE + b"\n")
    return tmp_path


def signed(invoke: Invoke, folder: Path, *more: str) -> int:
    return invoke(
        "sign", folder / "package.pdf", "--field", "mou_officer_signature", "--p12", folder / "officer.p12",
        "--passphrase-file", folder / "pass", "--out", folder / "back.pdf", *more,
    ).code  # fmt: skip


def test_the_package_as_built(invoke: Invoke, folder: Path) -> None:
    run = invoke("verify", folder / "package.pdf")
    assert run.code == 0
    assert "The file is the package as built; none of its 2 signatures is made yet." in run.out
    assert invoke("verify", folder).out == run.out


def test_a_folder_without_a_build_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    run = invoke("verify", tmp_path)
    assert run.code == 4
    assert "There is no manifest at" in run.err


def test_sign_then_verify(invoke: Invoke, folder: Path) -> None:
    assert signed(invoke, folder, "--dated", "2012-11-15") == 0
    run = invoke("verify", folder / "back.pdf", "--trust", folder / "root.pem", "--json")
    assert run.code == 0
    assert run.report["result"]["reliable"]
    officer, official = run.report["result"]["expected"]
    assert (officer["signed"], officer["signature"]["trust"]) == (True, "Test Root, Northwind Test")
    assert not official["signed"]
    kinds = [change["kind"] for each in run.report["result"]["revisions"] for change in each["changes"]]
    assert kinds == ["signed", "filled"]


def test_all_signed_asks_for_every_signature(invoke: Invoke, folder: Path) -> None:
    run = invoke("verify", folder / "package.pdf", "--all-signed", "--json")
    assert run.code == 10
    assert [each["code"] for each in run.report["findings"]] == ["VER-MISSING"]


def test_a_tampered_copy_gives_exit_code_10(invoke: Invoke, folder: Path, built: Built) -> None:
    (folder / "back.pdf").write_bytes(built.data + b"more")
    run = invoke("verify", folder / "back.pdf")
    assert run.code == 10
    assert "Do not rely on this file: 4 bytes were appended after the last revision." in run.out


def test_without_a_manifest(invoke: Invoke, folder: Path) -> None:
    (folder / "manifest.json").unlink()
    run = invoke("verify", folder / "package.pdf", "--json")
    assert run.code == 4
    assert run.report["findings"][0]["code"] == "INPUT-MANIFEST"


def test_an_existing_file_is_never_overwritten(invoke: Invoke, folder: Path) -> None:
    (folder / "back.pdf").write_text("mine")
    assert signed(invoke, folder) == 9
    assert (folder / "back.pdf").read_text() == "mine"


def test_without_pyhanko_verify_says_what_it_could_not_check(
    invoke: Invoke, folder: Path, monkeypatch: pytest.MonkeyPatch, once: bytes
) -> None:
    (folder / "back.pdf").write_bytes(once)
    for name in ("pyhanko", "pyhanko.sign", "pyhanko.sign.validation"):
        monkeypatch.setitem(sys.modules, name, None)
    run = invoke("verify", folder / "back.pdf", "--json")
    assert run.code == 0
    assert run.report["result"]["signatures_checked"] is False
    assert [each["code"] for each in run.report["findings"]] == ["VER-NO-PYHANKO"]
    assert run.report["result"]["verdict"].startswith(
        "The package as built, signed 1 of 2 times (their cryptography was not checked)"
    )
    assert signed(invoke, folder, "--out", str(folder / "other.pdf")) == 3


@pytest.fixture
def time_stamp_url() -> Iterator[str]:
    """A time-stamp authority on this machine (RFC 3161 over HTTP)."""
    authority = pki().time_stamper()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = tsp.TimeStampReq.load(self.rfile.read(int(self.headers["Content-Length"])))
            body = authority.request_tsa_response(request).dump()
            self.send_response(200)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.slow
def test_a_time_stamp_over_http(invoke: Invoke, folder: Path, time_stamp_url: str) -> None:
    assert signed(invoke, folder, "--level", "B-T", "--timestamp-url", time_stamp_url) == 0
    run = invoke("verify", folder / "back.pdf", "--trust", folder / "root.pem", "--json")
    signature = run.report["result"]["expected"][0]["signature"]
    assert (signature["sound"], signature["trusted"]) == (True, True)
    assert signature["stamped_time"]


def test_an_authority_that_does_not_answer(invoke: Invoke, folder: Path) -> None:
    assert signed(invoke, folder, "--level", "B-T", "--timestamp-url", "http://127.0.0.1:9/") == 9
    assert not (folder / "back.pdf").exists()


@pytest.mark.parametrize(
    ("count", "words"), [(1, "its signature is not made yet."), (2, "none of its 2 signatures is made yet.")]
)
def test_what_is_not_signed_yet_is_counted_in_words(count: int, words: str) -> None:
    expected = tuple(Expected(f"field{number}", "officer", "M. Ellison", 1, signed=False) for number in range(count))
    assert Verification((), as_built=True, expected=expected).verdict.endswith(f"; {words}")
