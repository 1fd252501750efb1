#!/usr/bin/env python3
"""Run the tests that need servers: Mayan EDMS, and PostgreSQL under the job engine; ``make test-dms`` calls this.

PostgreSQL is Debian's package (apt-get install postgresql); a throw-away cluster is made, started on a free port of
127.0.0.1, and stopped at the end.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = ("tests/dms", "tests/unit/delivery/test_jobs.py", "tests/acceptance/test_delivery_kills.py")
INSTALL = "PostgreSQL is needed for these tests. Install it: apt-get install postgresql"


def programs() -> Path:
    """Return the folder of PostgreSQL's programs; exit 3 with the install line when there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not found and (on_path := shutil.which("initdb")):
        found = [Path(on_path)]
    if not found:
        sys.exit(INSTALL)
    return found[-1].parent


@contextmanager
def postgres() -> Iterator[str]:
    """Start a throw-away server; give the URL of its database ``postgres``."""
    home = Path(tempfile.mkdtemp(prefix="isa-docs-postgres-"))
    user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres")
        user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bin_folder, data = programs(), f"{home}/data"
    made = [*user, str(bin_folder / "initdb"), "-D", data, "-A", "trust", "-U", "isa"]
    subprocess.run(made, check=True, stdout=subprocess.DEVNULL)
    control = [*user, str(bin_folder / "pg_ctl"), "-D", data, "-w", "-s"]
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home}"
    subprocess.run([*control, "-l", f"{home}/server.log", "-o", options, "start"], check=True)
    try:
        yield f"postgresql://isa@127.0.0.1:{port}/postgres"
    finally:
        subprocess.run([*control, "-m", "fast", "stop"], check=False)
        shutil.rmtree(home, ignore_errors=True)


def main(arguments: list[str]) -> int:
    """Start the servers, run the tests with pytest's ``arguments``, stop the servers; return pytest's status."""
    with postgres() as url:
        environment = os.environ | {"ISA_DOCS_TEST_POSTGRES": url}
        command = [sys.executable, "-m", "pytest", *(arguments or TESTS)]
        return subprocess.run(command, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
