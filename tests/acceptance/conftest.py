"""Builds each example once for the whole test run, as a user would, with the real converter."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.acceptance.running import EXAMPLES, isa_docs
from tests.unit.delivery.conftest import webdav_root

__all__ = ["webdav_root"]
"""A real WebDAV server, for the doors of the service."""


@pytest.fixture(scope="session")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with the packages of all examples; test processes that run side by side share one build."""
    base = tmp_path_factory.getbasetemp()
    shared = (base.parent if base.name.startswith("popen-") else base) / "example-builds"
    with FileLock(f"{shared}.lock"):
        if not (shared / "done").exists():
            for name in ("northwind", "maple", "harborlight"):
                done = isa_docs("build", EXAMPLES / name / "matter.yaml", "--out", shared, "-q")
                assert done.returncode == 0, done.stderr
            (shared / "done").touch()
    return shared


@pytest.fixture
def northwind(tmp_path: Path) -> Path:
    """A copy of the Northwind matter with its exhibits, to be changed; returns the matter file."""
    shutil.copytree(EXAMPLES / "northwind", tmp_path / "northwind")
    return tmp_path / "northwind" / "matter.yaml"
