"""The same matter gives the same packages: in another folder, time zone and hash seed, and side by side."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.acceptance.running import EXAMPLES, command, environment, isa_docs, snapshot

pytestmark = pytest.mark.slow

PACKAGES = ("application", "anl-2015", "appeal-2015")


def test_a_second_build_elsewhere_gives_the_same_bytes(builds: Path, northwind: Path, tmp_path: Path) -> None:
    out = tmp_path / "a folder with spaces – é"
    fresh = {"ISA_DOCS_CACHE_DIR": str(tmp_path / "cache")}  # nothing of the first build may help
    done = isa_docs("build", northwind, "--out", out, TZ="Asia/Tokyo", PYTHONHASHSEED="4711", LC_ALL="C", **fresh)
    assert done.returncode == 0, done.stderr
    for name in PACKAGES:
        file = f"northwind-isa/{name}/northwind-isa-{name}.pdf"
        assert (out / file).read_bytes() == (builds / file).read_bytes(), name
        manifest = f"northwind-isa/{name}/manifest.json"
        assert (out / manifest).read_text(encoding="utf-8") == (builds / manifest).read_text(encoding="utf-8"), name


def test_two_builds_at_once_into_one_folder_both_succeed(builds: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    call = command("build", EXAMPLES / "northwind" / "matter.yaml", "--only", "anl-2015", "--out", out)
    runs = [
        subprocess.Popen(
            call,
            env=environment(ISA_DOCS_CACHE_DIR=str(tmp_path / "cache")),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(2)
    ]
    ends = [(run.communicate(timeout=300), run.returncode) for run in runs]
    assert [code for _, code in ends] == [0, 0], ends
    assert snapshot(out / "northwind-isa" / "anl-2015") == snapshot(builds / "northwind-isa" / "anl-2015")
