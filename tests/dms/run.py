#!/usr/bin/env python3
"""Run the tests that need servers: Mayan EDMS, and PostgreSQL under the job engine; ``make test-dms`` calls this.

PostgreSQL is that of the system; a throw-away cluster is made, started on a free port of 127.0.0.1, and stopped at
the end. What must be installed, `scripts/bootstrap.py --servers` installs.
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
sys.path.append(str(ROOT / "scripts"))
from system_programs import postgres_programs  # noqa: E402

TESTS = ("tests/dms", "tests/unit/delivery/test_jobs.py", "tests/acceptance/test_delivery_kills.py")
SIDE_BY_SIDE = ("-n", "3", "--dist", "loadscope")
"""Three modules at a time, also on two cores: most of the time they wait, for servers and for lost workers."""


@contextmanager
def postgres() -> Iterator[str]:
    """Start a throw-away server; give the URL of its database ``postgres``."""
    bin_folder = postgres_programs()
    if bin_folder is None:
        sys.exit("There is no PostgreSQL. `make test-dms` installs it, or says how to.")
    home = Path(tempfile.mkdtemp(prefix="isa-docs-postgres-"))
    user: list[str] = []
    if os.geteuid() == 0:  # PostgreSQL refuses to run as root
        shutil.chown(home, "postgres")
        user = ["runuser", "-u", "postgres", "--"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data = f"{home}/data"
    # UTF-8 whatever the locale of whoever runs this: with another encoding the driver gives bytes for texts.
    made = [*user, str(bin_folder / "initdb"), "-D", data, "-A", "trust", "-U", "isa", "-E", "UTF8", "--locale", "C"]
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
        environment.setdefault("ISA_DOCS_TEST_MAYAN", str(ROOT / ".venv-mayan"))
        command = [sys.executable, "-m", "pytest", *(arguments or (*TESTS, *SIDE_BY_SIDE))]
        return subprocess.run(command, cwd=ROOT, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
