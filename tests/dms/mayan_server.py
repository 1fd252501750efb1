"""Starts a real Mayan EDMS from its registry package, in an environment of its own, on SQLite, without a broker."""

from __future__ import annotations

import os
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
    """Return the Python environment with Mayan in ``folder``, made first when it is missing.

    python-ldap comes as source only: it needs a C compiler, libldap2-dev and libsasl2-dev.
    """
    programs = folder / "bin"
    if (programs / "mayan-edms.py").exists():
        return programs
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    command = [str(programs / "python"), "-m", "pip", "install", "-q", f"mayan-edms=={VERSION}", "gunicorn"]
    done = subprocess.run(command, capture_output=True, text=True)
    need = "Mayan cannot be installed. Install first: apt-get install gcc libldap2-dev libsasl2-dev"
    assert done.returncode == 0, f"{need}\n{done.stderr[-2000:]}"
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
    subprocess.run(setup, env=production, check=True, capture_output=True)
    password = (
        "from django.contrib.auth import get_user_model; u = get_user_model().objects.get(username='admin');"
        f"u.set_password({PASSWORD!r}); u.save()"
    )
    subprocess.run([*manage, "shell", "-c", password], env=production, check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    command = [str(programs / "gunicorn"), "-w", "1", "--threads", "4", "-b", f"127.0.0.1:{port}"]
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [*command, "mayan.wsgi:application"],
            env=base | {"DJANGO_SETTINGS_MODULE": "isa_ci_settings"},
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield MayanServer(url, _token(url))
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(server.pid, signal.SIGKILL)
            server.wait()


def _token(url: str) -> str:
    end = time.monotonic() + 90
    while True:
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
        assert time.monotonic() < end, "Mayan did not start within 90 seconds"
        time.sleep(0.5)
