"""With --check-reproducible the second build is compared with what the first one wrote, and nothing else."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from isa_docs.build.form import PLAIN
from isa_docs.build.publish import publish
from isa_docs.cli import reproducible
from isa_docs.cli.build import _check_reproducible
from isa_docs.cli.report import Answer
from isa_docs.cli.reproducible import differences
from isa_docs.cli.settings import Settings

SECOND = """
import json, pathlib, sys, time
out = pathlib.Path(sys.argv[sys.argv.index("--out") + 1], "m", "a")
if "hang" in sys.argv:
    time.sleep(600)
if "fail" in sys.argv:
    sys.exit("The disk is full.")
(out / "parts").mkdir(parents=True)
(out / "m-a.pdf").write_text("other" if "differ" in sys.argv else "pages")
if "lose" not in sys.argv:
    (out / "parts" / "01.docx").write_text("words")
(pathlib.Path(__file__).parent / "asked.json").write_text(json.dumps(sys.argv[3:]))
"""


@pytest.fixture
def first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The first build of a package, and a program in place of this one that makes the second."""
    program = tmp_path / "second"
    program.write_text(f"#!{sys.executable} -IS\n{SECOND}")
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    folder = tmp_path / "out" / "m" / "a"
    publish({"m-a.pdf": b"pages", "parts/01.docx": b"words"}, folder)
    return folder


def found(first: Path, *arguments: str) -> list[tuple[str, str]]:
    return [(each.code, each.message) for each in differences([first], arguments)]


def test_what_others_put_beside_a_package_is_no_difference(first: Path) -> None:
    (first / "m-a-signed.pdf").write_text("signed")
    (first / "superseded" / "aa11").mkdir(parents=True)
    (first / "superseded" / "aa11" / "m-a.pdf").write_text("last year's")
    assert found(first) == []


@pytest.mark.parametrize(("how", "name"), [("differ", "m-a.pdf"), ("lose", "parts/01.docx")])
def test_what_a_build_wrote_must_be_the_same(first: Path, how: str, name: str) -> None:
    assert found(first, how) == [("PKG-BYTES", f"A second build of the same matter gave another {name}.")]


def test_without_a_record_what_the_second_build_made_is_compared(first: Path) -> None:
    (first.parent / ".a.written").unlink()
    (first / "m-a-signed.pdf").write_text("signed")
    assert found(first) == []
    assert [code for code, _ in found(first, "differ")] == ["PKG-BYTES"]


def test_a_second_build_that_fails_or_takes_too_long_is_a_finding(first: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    failed = "The second build, made to compare, failed: "
    assert found(first, "fail") == [("PKG-REBUILD", f"{failed}The disk is full.")]
    monkeypatch.setattr(reproducible, "_SECONDS", 0.5)
    assert found(first, "hang") == [("PKG-REBUILD", f"{failed}it took longer than 0.5 seconds.")]


@pytest.mark.parametrize(("strict", "option"), [(True, "--strict"), (False, "--no-strict")])
def test_the_second_build_is_as_strict_as_the_first(first: Path, tmp_path: Path, strict: bool, option: str) -> None:
    answer = Answer("build", as_json=True)
    answer.result = {"as_of": "2015-01-12", "packages": [{"folder": str(first)}]}
    _check_reproducible(answer, tmp_path / "matter.yaml", (), Settings(strict=strict), PLAIN)
    assert answer.findings == []
    asked = json.loads((tmp_path / "asked.json").read_text())
    assert [each for each in asked if each.endswith("strict")] == [option]
