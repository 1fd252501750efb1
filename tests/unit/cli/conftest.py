"""Runs the command line in this process, as a user would type it."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.cli.main import cli
from isa_docs.cli.run import run
from tests.unit.cli.running import NORTHWIND, Invoke, Run


@pytest.fixture
def invoke(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Invoke:
    """Return a function that runs isa-docs in an empty folder with no settings around."""
    monkeypatch.chdir(tmp_path)
    for name in ("ISA_DOCS_OUT", "ISA_DOCS_TEMPLATES", "ISA_DOCS_STRICT", "NO_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def call(*arguments: str | Path) -> Run:
        code = run(cli, [str(each) for each in arguments])
        printed = capsys.readouterr()
        return Run(code, printed.out, printed.err)

    return call


@pytest.fixture
def matter(tmp_path: Path) -> Path:
    """A copy of the Northwind matter without its exhibits, to be edited."""
    path = tmp_path / "matter.yaml"
    path.write_text(NORTHWIND.read_text(encoding="utf-8"), encoding="utf-8")
    return path
