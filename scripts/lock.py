#!/usr/bin/env python3
"""Write requirements.lock, requirements-service.lock and requirements-dev.lock anew from pyproject.toml.

The first is what building packages needs, the second what the service needs in addition (both with the extras that
belong to them), the third everything for development. Each takes the versions of the one before it.

The resolver is uv, because one file must serve every Python from 3.11 on and Linux, macOS and Windows alike
(``--universal``); pip-tools resolves only for the machine it runs on. It is fetched into a throw-away environment, so
setting up a checkout never needs it. No file names an index: where packages come from is the installer's setting,
what they must be is fixed by the hashes.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RESOLVER = "uv==0.13.9"


def main(arguments: list[str]) -> int:
    """Resolve the three locks, passing ``arguments`` (such as ``--upgrade``) on to the resolver; return its status."""
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder) / ("Scripts" if sys.platform == "win32" else "bin")
        subprocess.run([str(programs / "python"), "-m", "pip", "install", "--quiet", RESOLVER], check=True)
        common = [
            *(str(programs / "uv"), "pip", "compile", "--no-config", "--quiet", "--universal"),
            *("--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"),
            *("--only-binary", ":all:"),  # the set-up installs wheels only: no compiler, no code run while installing
            *("--custom-compile-command", "make lock", *arguments),
        ]
        for inputs, output in (
            (["--group", "build", "--extra", "sign", "--extra", "desk"], "requirements.lock"),
            (["--group", "build", "--all-extras", "--constraint", "requirements.lock"], "requirements-service.lock"),
            (
                [*("--group", "build", "--group", "dev", "--all-extras"), "--constraint", "requirements-service.lock"],
                "requirements-dev.lock",
            ),
        ):
            command = [*common, *inputs, "--output-file", output, "pyproject.toml"]
            status = subprocess.run(command, cwd=ROOT, check=False).returncode
            if status:
                return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
