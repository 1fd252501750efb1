"""Starts a real Mayan EDMS from its registry package, in an environment of its own, on SQLite, without a broker."""

from __future__ import annotations

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

VERSION = "4.12.2"
CONSTRAINTS = Path(__file__).with_name("mayan.constraints")
STARTING = 300
"""Seconds that it may take to answer: four on an idle machine."""
PASSWORD = "correct horse battery"
_SETTINGS = """from mayan.settings.production import *
CELERY_TASK_ALWAYS_EAGER = True
CELERY_TASK_EAGER_PROPAGATES = False
"""


@dataclass(frozen=True)
class MayanServer:
    """A running Mayan: its address, and an administrator's token."""

    url: str
    token: str


def environment_of(folder: Path) -> Path:
    """Return the programs of the Python environment with Mayan in ``folder``, made anew unless it is the one wanted.

    python-ldap comes as source only: `scripts/bootstrap.py --servers` installs what it is built with.
    """
    programs, stamp = folder / "bin", folder / "isa-docs-ready"
    wanted = hashlib.sha256(f"{VERSION} {sys.version} {folder}".encode() + CONSTRAINTS.read_bytes()).hexdigest()
    if stamp.is_file() and stamp.read_text() == wanted:
        return programs
    shutil.rmtree(folder, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    install = [str(programs / "python"), "-m", "pip", "install", "-q", "--no-compile", "-c", str(CONSTRAINTS)]
    done = subprocess.run([*install, f"mayan-edms=={VERSION}", "gunicorn"], capture_output=True, text=True)
    assert done.returncode == 0, f"Mayan cannot be installed.\n{done.stderr[-2000:]}"
    stamp.write_text(wanted)
    return programs


@contextmanager
def running_mayan(programs: Path, home: Path) -> Iterator[MayanServer]:
    """Set Mayan up in the empty folder ``home``, start it on a free port, and stop it by its process id."""
    media = home / "media"
    media.mkdir(parents=True)
    (home / "isa_ci_settings.py").write_text(_SETTINGS)
    base = os.environ | {"MAYAN_MEDIA_ROOT": str(media), "PYTHONPATH": str(home)}
    production = base | {"DJANGO_SETTINGS_MODULE": "mayan.settings.production"}
    manage = [str(programs / "python"), str(programs / "mayan-edms.py")]
    setup = [*manage, "common_initial_setup", "--no-dependencies", "--force"]
    _done(setup, production)
    password = (
        "from django.contrib.auth import get_user_model; u = get_user_model().objects.get(username='admin');"
        f"u.set_password({PASSWORD!r}); u.save()"
    )
    _done([*manage, "shell", "-c", password], production)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [
        str(programs / "gunicorn"),
        "-w",
        "1",
        "--threads",
        "4",
        "--graceful-timeout",
        "2",
        "-b",
        f"127.0.0.1:{port}",
    ]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "mayan.wsgi:application"],
            env=base | {"DJANGO_SETTINGS_MODULE": "isa_ci_settings"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield MayanServer(url, _token(url, server, home / "server.log"))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _done(command: list[str], environment: dict[str, str]) -> None:
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[1:]}\n{done.stdout[-1000:]}\n{done.stderr[-2000:]}"


def _token(url: str, server: subprocess.Popen[bytes], log: Path) -> str:
    end = time.monotonic() + STARTING
    while True:
        assert server.poll() is None, f"Mayan has ended:\n{log.read_text(errors='replace')[-2000:]}"
        try:
            answer = httpx.post(
                f"{url}/api/v4/auth/token/obtain/",
                data={"username": "admin", "password": PASSWORD},
                headers={"Accept": "application/json"},
                timeout=20,
            )
            if answer.status_code == 200:
                return str(answer.json()["token"])
        except httpx.HTTPError:
            pass
        assert time.monotonic() < end, f"Mayan did not start:\n{log.read_text(errors='replace')[-2000:]}"
        time.sleep(0.5)
