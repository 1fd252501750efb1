#!/usr/bin/env python3
"""Set this checkout up on a machine that has nothing but Python: .venv, locked dependencies, converter, fonts.

Python rather than shell because the same file then serves Linux, macOS and Windows, quotes every path safely and is
type-checked and tested like the rest. It uses the standard library only, and only syntax that Python 3.8 reads, so
that an old interpreter can say what is wrong with it (or hand over to a newer one on the same machine).

Exit codes are those of isa-docs: 0 ready, 3 something is missing and could not be installed, 130 interrupted.
Set ISA_DOCS_NO_SYSTEM_INSTALL=1 to be told what is missing instead of having it installed.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import system_programs

try:
    import fcntl
except ImportError:  # Windows: two set-ups at once are not kept apart there
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "isa-docs-setup.json"
LOG = ROOT / "build" / "setup.log"
OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")
MISSING = 3
INTERRUPTED = 130


def say(text: str) -> None:
    """Print one line of progress on standard error."""
    print("setup: " + text, file=sys.stderr, flush=True)


def fail(text: str) -> NoReturn:
    """Print what is missing and how to get it, then exit 3."""
    print(text, file=sys.stderr, flush=True)
    sys.exit(MISSING)


def require_python(arguments: Sequence[str]) -> None:
    """Hand over to a Python that is new enough when this one is not, or exit 3."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for name in NEWER_PYTHONS:
        newer = shutil.which(name)
        if newer and subprocess.run([newer, "-c", ""], stderr=subprocess.DEVNULL).returncode == 0:
            sys.exit(subprocess.call([newer, __file__, *arguments]))
    fail(
        "Python 3.11 or later is needed; this is {}.{}.\n".format(*sys.version_info[:2])
        + system_programs.install_lines([system_programs.PYTHON])
    )


def in_venv(name: str) -> Path:
    """Return the path of program ``name`` inside .venv."""
    return VENV / ("Scripts/" + name + ".exe" if os.name == "nt" else "bin/" + name)


def wanted_stamp(dev: bool) -> dict[str, Any]:
    """Describe the set-up asked for; .venv is ready when its stamp says the same.

    The checkout's own path is part of it because scripts in a virtual environment hold absolute paths.
    """
    digest = hashlib.sha256()
    for name in (lock_name(dev), "pyproject.toml", "isa_docs/__init__.py"):
        digest.update((ROOT / name).read_bytes())
    return {
        "python": "{}.{}".format(*sys.version_info[:2]),
        "checkout": str(ROOT),
        "dev": dev,
        "inputs": digest.hexdigest(),
    }


def lock_name(dev: bool) -> str:
    """Name the lock file; the one for development holds everything of the other, at the same versions."""
    return "requirements-dev.lock" if dev else "requirements.lock"


def read_stamp() -> dict[str, Any] | None:
    """Return what the last finished set-up wrote, or None when there was none or its Python no longer runs."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        probe = subprocess.run(
            [str(in_venv("python")), "-c", "import sys; print('{}.{}'.format(*sys.version_info[:2]))"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
        )
    except (OSError, ValueError):
        return None
    if probe.returncode != 0 or not isinstance(stamp, dict) or stamp.get("python") != probe.stdout.strip():
        return None
    return stamp


def clean_environment() -> dict[str, str]:
    """Return the environment for pip: the user's mirrors and certificates stay, what redirects an install goes."""
    unwanted = ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV")
    environment = {key: value for key, value in os.environ.items() if key not in unwanted}
    environment.update(PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    return environment


def run(command: Sequence[str], why: str, environment: dict[str, str]) -> None:
    """Run a command with its output in build/setup.log; exit 3 with the log's end when it fails."""
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("a", encoding="utf-8") as log:
        log.write("\n$ " + " ".join(command) + "\n")
        log.flush()
        status = subprocess.call(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    if status != 0:
        tail = LOG.read_text(encoding="utf-8", errors="replace").splitlines()[-15:]
        print("\n".join("  | " + line for line in tail), file=sys.stderr)
        fail(
            f"setup: {why} failed (status {status}); the whole log is in {LOG}.\n"
            "Most often the network or the package mirror cannot be reached. Then run the same command again."
        )


def make_venv() -> None:
    """Make .venv from scratch, whatever half-made thing stands there."""
    say(f"making the virtual environment .venv with Python {sys.version.split()[0]}")
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    run([sys.executable, "-m", "venv", str(VENV)], "making the virtual environment", clean_environment())


def install_packages(dev: bool) -> None:
    """Install the locked packages, every file checked against its hash, and this project on top of them."""
    pip = [str(in_venv("python")), "-m", "pip", "install", "--quiet", "--no-compile"]
    say(f"installing the Python packages of {lock_name(dev)} into .venv")
    run(
        [*pip, "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", str(ROOT / lock_name(dev))],
        "installing the locked Python packages",
        clean_environment(),
    )
    run(
        [*pip, "--no-deps", "--no-build-isolation", "--no-index", "--editable", str(ROOT)],
        "installing isa-docs itself",
        clean_environment(),
    )


def provide_programs(dev: bool, servers: bool = False) -> bool:
    """Install missing programs and fonts with apt-get where that is possible, or exit 3 with the lines to run.

    Return whether LibreOffice is still missing and its WebAssembly build must stand in: that needs no
    administrator.
    """
    missing = system_programs.missing(dev, servers)
    if not missing:
        return False
    names = ", ".join(need.name for need in missing)
    apt = None if os.environ.get("ISA_DOCS_NO_SYSTEM_INSTALL") == "1" else system_programs.apt_command()
    if apt is None:
        if missing == [system_programs.OFFICE]:
            return True
        fail(f"Missing on this machine: {names}. Install with:\n" + system_programs.install_lines(missing))
    packages = [package for need in missing for package in need.debian]
    say(f"missing: {names}")
    say("installing with the system's package manager: " + " ".join([*apt, "install", *packages]))
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run([*apt, "update"], "updating the list of system packages", environment)
    run([*apt, "install", *packages], "installing system packages", environment)
    still = system_programs.missing(dev, servers)
    if still:
        names = ", ".join(need.name for need in still)
        fail(f"Still missing after installing: {names}. Install with:\n" + system_programs.install_lines(still))
    return False


def provide_wasm() -> None:
    """Set up LibreOffice's WebAssembly build in the user's cache folder, or exit 3 with the lines for LibreOffice."""
    say("LibreOffice is missing and cannot be installed here; its WebAssembly build serves instead (80 MB, once)")
    command = [str(in_venv("python")), str(ROOT / "scripts" / "set_up_wasm.py")]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, encoding="utf-8")
    if done.returncode != 0:
        fail(
            f"setup: the WebAssembly build cannot be set up: {done.stderr.strip()}\n"
            "Install LibreOffice with:\n" + system_programs.install_lines([system_programs.OFFICE])
        )


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Hold build/.setup.lock so that two commands started at once do not set up on top of each other."""
    lock_file = ROOT / "build" / ".setup.lock"
    lock_file.parent.mkdir(exist_ok=True)
    with lock_file.open("w") as handle:
        if fcntl is not None:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                say("another set-up of this checkout is running; waiting for it")
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def set_up(dev: bool, servers: bool = False) -> None:
    """Bring .venv and the system's programs to what the lock file asks for; do nothing when they are there."""
    needs_wasm = provide_programs(dev, servers)
    provide_packages(dev)
    if needs_wasm:
        provide_wasm()


def provide_packages(dev: bool) -> None:
    """Bring .venv to what the lock file asks for; do nothing when it is there."""
    stamp = read_stamp()
    if stamp is not None and all(stamp.get(key) == wanted_stamp(dev)[key] for key in ("python", "checkout")):
        if wanted_stamp(dev) == stamp or wanted_stamp(dev=True) == stamp:
            return
        dev = dev or stamp.get("dev") is True
    else:
        make_venv()
    wanted = wanted_stamp(dev)
    STAMP.unlink(missing_ok=True)
    install_packages(dev)
    STAMP.write_text(json.dumps(wanted, indent=2) + "\n", encoding="utf-8")


def main(arguments: list[str]) -> int:
    """Parse the command line and set up; return the exit code."""
    require_python(arguments)
    parser = argparse.ArgumentParser(description="Set this checkout up: .venv, locked dependencies, converter, fonts.")
    parser.add_argument("--dev", action="store_true", help="with what tests and checks need")
    parser.add_argument("--servers", action="store_true", help="with what the tests with real servers need")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with alone():
        set_up(options.dev, options.servers)
    took = time.monotonic() - began
    if took > 2:
        say(f"ready after {took:.0f} s")
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
