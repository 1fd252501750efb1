"""Run veraPDF, the reference validator for PDF/A and PDF/UA; set up on first use by tools/verapdf/get_verapdf.sh."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
INSTALL = "apt-get install default-jdk-headless"


@lru_cache(maxsize=1)
def verapdf() -> Path:
    """Return the program; fails with the install line when no JDK is there to run it."""
    for program in ("java", "javac"):
        assert shutil.which(program), f"veraPDF needs a JDK, and {program} is missing: {INSTALL}"
    folder = ROOT / ".cache" / "verapdf"
    done = subprocess.run(
        ["sh", str(ROOT / "tools" / "verapdf" / "get_verapdf.sh"), str(folder)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHON": sys.executable},
    )
    assert done.returncode == 0, f"veraPDF cannot be set up: {done.stderr}"
    return folder / "verapdf"


def failures(files: list[Path], profiles: tuple[str, ...] = ("PDFUA_1", "PDFA_2_B")) -> dict[str, list[str]]:
    """Judge files; return what fails per file and profile, an empty list where it complies."""
    done = subprocess.run(
        [str(verapdf()), ",".join(profiles), *map(str, files)], capture_output=True, text=True, check=False
    )
    found: dict[str, list[str]] = {}
    for line in done.stdout.splitlines():
        answer = json.loads(line)
        rules = [
            f"{rule['clause']}-{rule['test']} ({rule['times']} times): {rule['message']} at {rule['place']}"
            for rule in answer.get("failed", [])
        ]
        key = f"{Path(answer['file']).name} {answer['profile']}"
        found[key] = [answer["error"]] if "error" in answer else rules or ([] if answer["compliant"] else ["?"])
    assert len(found) == len(files) * len(profiles), done.stderr
    return found
