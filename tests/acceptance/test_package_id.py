"""A package's id changes with its bytes, and with nothing else."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.acceptance.running import EXAMPLES, edit, isa_docs

pytestmark = pytest.mark.slow

SENT = "\nevents:\n  - {submission: anl-2014, what: sent, on: 2014-05-20}\n"
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <selectfont><rejectfont><glob>*Bold*</glob></rejectfont></selectfont>
</fontconfig>
"""


@pytest.fixture
def maple(tmp_path: Path) -> Path:
    """A copy of a small matter."""
    shutil.copytree(EXAMPLES / "maple", tmp_path / "maple")
    return tmp_path / "maple" / "matter.yaml"


def built(matter: Path, out: Path, *options: str, **extra: str) -> tuple[str, bytes]:
    """Build the annual letter; return id and bytes of its package."""
    done = isa_docs("build", matter, "--only", "anl-2014", "--out", out, "--as-of", "2014-06-01", *options, **extra)
    assert done.returncode == 0, done.stdout + done.stderr
    folder = out / "maple-isa" / "anl-2014"
    record = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    identity: str = record["package"]["id"]
    return identity, (folder / record["package"]["file"]).read_bytes()


def test_what_no_page_prints_changes_an_archive_that_carries_it_and_no_other(maple: Path, tmp_path: Path) -> None:
    before = {form: built(maple, tmp_path / form, "--archive", form) for form in ("a2", "a3")}
    sent = tmp_path / "sent.pdf"
    sent.write_bytes(before["a3"][1])
    maple.write_text(maple.read_text(encoding="utf-8") + SENT, encoding="utf-8")
    after = {form: built(maple, tmp_path / form, "--archive", form) for form in ("a2", "a3")}
    assert after["a2"] == before["a2"]
    assert after["a3"][0] != before["a3"][0]
    verified = isa_docs("verify", sent, "--manifest", tmp_path / "a3" / "maple-isa" / "anl-2014" / "manifest.json")
    assert f"This is another package: its id is {before['a3'][0]}" in verified.stdout + verified.stderr


def test_other_fonts_make_another_package_and_the_same_ones_elsewhere_the_same(maple: Path, tmp_path: Path) -> None:
    first = built(maple, tmp_path / "one")
    (tmp_path / "fonts.conf").write_text(FONTS, encoding="utf-8")
    cache = {"ISA_DOCS_CACHE_DIR": str(tmp_path / "cache")}
    identity, package = built(maple, tmp_path / "two", FONTCONFIG_FILE=str(tmp_path / "fonts.conf"), **cache)
    assert package != first[1]
    assert identity != first[0]
    (tmp_path / "fonts.conf").write_text(FONTS.replace("*Bold*", "no such font"), encoding="utf-8")
    assert built(maple, tmp_path / "three", FONTCONFIG_FILE=str(tmp_path / "fonts.conf"), **cache) == first


def test_all_data_of_the_program_are_in_the_id(maple: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "program"
    for name in ("isa_docs", "schemas", "templates"):
        shutil.copytree(EXAMPLES.parent / name, root / name, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(root)  # `python -m` takes the program from here
    identities = {built(maple, tmp_path / "out")[0]}
    for name in ("program/data/holidays.json", "documents/data/clauses.toml"):
        file = root / "isa_docs" / name
        edit(file, "\n", "\n\n")
        identities.add(built(maple, tmp_path / "out")[0])
    assert len(identities) == 3
