"""With --watch a save starts a build, and what cannot be built waits for its correction."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from isa_docs.build.recall import Call
from isa_docs.cli.rebuild import build_on_save, stamps
from isa_docs.cli.report import Answer
from isa_docs.cli.settings import Settings
from tests.unit.cli.running import Invoke


class EnoughError(Exception):
    """Ends the waiting."""


def test_what_a_build_reads_is_looked_at_and_what_it_writes_is_not(tmp_path: Path) -> None:
    for name in (
        "m/matter.yaml",
        "m/exhibits/a.pdf",
        "m/build/out.pdf",
        "m/.git/x",
        "m/.matter.yaml.swp",
        "ours/mou.docx",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    seen = stamps(tmp_path / "m" / "matter.yaml", tmp_path / "m" / "build", tmp_path / "ours")
    assert {Path(each).relative_to(tmp_path).as_posix() for each in seen} == {
        "m/matter.yaml",
        "m/exhibits/a.pdf",
        "ours/mou.docx",
    }


def test_each_save_is_built_until_interrupted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISA_DOCS_CACHE_DIR", str(tmp_path / "cache"))
    matter = tmp_path / "m" / "matter.yaml"
    matter.parent.mkdir()
    matter.write_text("matter: [\n")
    saves = iter(["matter: [ [\n", "importer: {}\n"])

    def save_something(seconds: float) -> None:
        text = next(saves, None)
        if text is None:
            raise EnoughError
        matter.write_text(text)

    chosen = Settings(out=tmp_path / "out")
    call = Call(matter, (), chosen.out, None, False, None, date(2015, 1, 12))
    with pytest.raises(EnoughError):
        build_on_save(Answer("build", as_json=False), call, chosen, lambda text: None, wait=save_something)
    said = capsys.readouterr().err
    assert said.count("Waiting for a change; Ctrl-C ends.") == 3
    assert said.count("error INPUT-SYNTAX") == 2
    assert "error SCHEMA-REQUIRED" in said


@pytest.mark.parametrize("option", [["--fresh"], ["--json"], ["--idempotency-key", "a"]])
def test_it_goes_with_no_other_mode(invoke: Invoke, matter: Path, option: list[str]) -> None:
    assert invoke("build", matter, "--watch", *option).code == 2
