"""The command: what it says when it cannot open the desk."""

from __future__ import annotations

import importlib.util
import socket
from pathlib import Path

import pytest

from tests.unit.cli.running import Invoke


def test_without_the_extra_the_line_to_run_is_told(invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    run = invoke("desk", ".")
    assert run.code == 3 and "pip install 'isa-docs[desk]'" in run.err


def test_a_port_that_is_taken_is_told(invoke: Invoke, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        run = invoke("desk", tmp_path, "--port", str(taken.getsockname()[1]), "--json")
    assert run.code == 9 and "--port" in run.report["message"]


def test_a_folder_that_is_not_there_is_a_usage_error(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("desk", tmp_path / "none").code == 2
