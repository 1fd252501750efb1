"""A headless Chromium, and the desk's own server, started as a user starts it."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
INSTALL = "Chromium is needed for these tests:  sudo apt-get install chromium"


def system_programs() -> ModuleType:
    """Return the list of programs that the set-up of a checkout installs."""
    spec = importlib.util.spec_from_file_location("system_programs", ROOT / "scripts" / "system_programs.py")
    assert spec and spec.loader
    module = sys.modules.setdefault("system_programs", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


def chromium() -> str:
    """Return the path of Chromium; the test fails with the line that installs it when there is none."""
    chosen = os.environ.get("ISA_DOCS_CHROMIUM")
    found = chosen or next(filter(None, map(shutil.which, system_programs().BROWSERS)), None)
    if not found:
        pytest.fail(INSTALL, pytrace=False)
    return found


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser for the tests of one module."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    with sync_playwright() as playwright:
        # Chromium's sandbox refuses to run as root, as it does on some build machines
        made = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"] if root else [])
        yield made
        made.close()


@dataclass
class Desk:
    """A running desk: the folder it serves, and how to sign in."""

    folder: Path
    process: subprocess.Popen[str]
    links: list[str] = field(default_factory=list)

    def link(self) -> str:
        """Return the newest sign-in link; each works once."""
        return self.links.pop()


@dataclass
class Watched:
    """A signed-in page, and what its console said: complaints of the content-security policy come there."""

    page: Page
    console: list[str]


def start_desk(folder: Path, *options: str) -> Desk:
    """Start ``isa-docs desk`` on a free port and wait for its link."""
    command = [sys.executable, "-m", "isa_docs", "desk", str(folder), "--port", "0", "--no-open", *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")
    assert process.stdout
    desk = Desk(folder, process)
    for line in process.stdout:
        if found := re.search(r"http://\S+key=\S+", line):
            desk.links.append(found[0])
            return desk
    assert process.stderr
    raise AssertionError("The desk did not start:\n" + process.stderr.read())


def stop(desk: Desk) -> None:
    """End a desk and wait until it is gone."""
    desk.process.terminate()
    desk.process.communicate(timeout=30)


def sign_in(context: BrowserContext, desk: Desk) -> Watched:
    """Open the desk in a new page of ``context`` and wait until its first view stands."""
    page = context.new_page()
    page.set_default_timeout(20_000)
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(desk.link())
    page.get_by_role("heading", level=1).wait_for()
    return Watched(page, said)
