"""Colors only on a terminal, and not even there with NO_COLOR; a reader that goes away is no bug."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

if sys.platform == "win32":
    pytest.skip("Windows has no pseudo-terminals", allow_module_level=True)
import pty


def on_a_terminal(*arguments: str | Path, **extra: str) -> str:
    """Return what isa-docs prints when its output goes to a terminal."""
    master, slave = pty.openpty()
    environment = {key: value for key, value in os.environ.items() if key != "NO_COLOR"} | extra
    run = subprocess.Popen(
        [sys.executable, "-m", "isa_docs", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=slave,
        stderr=slave,
        env=environment,
    )
    os.close(slave)
    text = b""
    while True:
        try:
            piece = os.read(master, 65536)
        except OSError:  # how Linux says that the other end was closed
            break
        if not piece:
            break
        text += piece
    os.close(master)
    run.wait(timeout=60)
    return text.decode("utf-8")


def test_a_terminal_gets_colors(matter: Path) -> None:
    matter.write_text("matter: x\n", encoding="utf-8")
    assert "\x1b[31m" in on_a_terminal("check", matter)


def test_no_color_wins(matter: Path) -> None:
    matter.write_text("matter: x\n", encoding="utf-8")
    said = on_a_terminal("check", matter, NO_COLOR="1")
    assert "error SCHEMA-REQUIRED" in said
    assert "\x1b[" not in said


def test_a_pipe_gets_none(matter: Path) -> None:
    matter.write_text("matter: x\n", encoding="utf-8")
    done = subprocess.run([sys.executable, "-m", "isa_docs", "check", str(matter)], capture_output=True, check=False)
    assert done.returncode == 4
    assert b"\x1b[" not in done.stdout + done.stderr


def test_a_reader_that_goes_away_is_no_bug() -> None:
    run = subprocess.Popen([sys.executable, "-m", "isa_docs", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert run.stdout is not None
    assert run.stderr is not None
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait(timeout=60) == 9
