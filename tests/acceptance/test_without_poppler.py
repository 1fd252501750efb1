"""A package needs none of poppler's programs: without them it comes out the same, with nothing left unchecked."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.acceptance.running import EXAMPLES, isa_docs

WANTED = ("soffice", "fc-match", "fc-list", "setpriv")
"""What a build may find; of poppler there is nothing."""


@pytest.fixture
def bare_path(tmp_path: Path) -> str:
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in WANTED:
        program = shutil.which(name)
        assert program, f"{name} is missing: sudo apt-get install libreoffice-writer-nogui fontconfig util-linux"
        (folder / name).symlink_to(os.path.realpath(program))
    return str(folder)


def build(out: Path, **extra: str) -> tuple[dict[str, object], bytes, str]:
    matter = EXAMPLES / "maple" / "matter.yaml"
    run = isa_docs("build", matter, "--only", "anl-2014", "--out", out, "--as-of", "2014-06-01", "--json", **extra)
    assert run.returncode == 0, run.stdout + run.stderr
    report = json.loads(run.stdout)
    (package,) = report["result"]["packages"]
    checklist = (Path(package["folder"]) / "checklist.html").read_text(encoding="utf-8")
    return report, Path(package["file"]).read_bytes(), checklist


def test_the_package_is_the_same_and_checked_without_poppler(tmp_path: Path, bare_path: str) -> None:
    report, package, checklist = build(tmp_path / "with")
    own, same, pictured = build(tmp_path / "without", PATH=bare_path, ISA_DOCS_CACHE_DIR=str(tmp_path / "cache"))
    assert same == package
    assert own["findings"] == report["findings"]
    assert pictured.count("data:image/jpeg") == checklist.count("data:image/jpeg") == _pages(tmp_path)


def test_a_scan_is_read_without_poppler(tmp_path: Path, bare_path: str) -> None:
    blank = tmp_path / "scan.pdf"
    shutil.copy(EXAMPLES / "northwind" / "exhibits" / "fa-report.pdf", blank)
    build(tmp_path / "out")
    manifest = tmp_path / "out" / "maple-isa" / "anl-2014" / "manifest.json"
    run = isa_docs("attach-signed", blank, "--manifest", manifest, PATH=bare_path)
    assert "SCAN-NO-CODE" in run.stdout + run.stderr


def _pages(folder: Path) -> int:
    (file,) = (folder / "with").glob("*/*/*-anl-2014.pdf")
    return len(PdfReader(file).pages)
