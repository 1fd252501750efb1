"""What was made before is used again only while the programs and libraries that made it are what they were."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from isa_docs.assembly.child import AssemblyProcess
from isa_docs.assembly.exhibits import ExhibitFile
from isa_docs.build import reuse
from isa_docs.build.cache import Cache
from isa_docs.build.state import POPPLER, font_state, program_state, tools_state
from tests.unit.assembly.hostile import MAKERS


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that alone is searched for programs, and holds none."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def anew() -> Iterator[None]:
    """Fingerprints that are taken once in a process are taken anew, before and after."""
    for each in (font_state, program_state):
        each.cache_clear()
    yield
    for each in (font_state, program_state):
        each.cache_clear()


def test_an_exhibit_taken_without_poppler_is_taken_again_when_it_is_there(tmp_path: Path, bare: Path) -> None:
    found = {name: shutil.which(name, path=os.defpath) for name in POPPLER}
    file = ExhibitFile(MAKERS["clean"](tmp_path), "clean", treatment="redraw")
    cache = Cache(tmp_path / "cache")
    with AssemblyProcess() as assembly:

        def taken(work: str) -> tuple[str, list[str], frozenset[int]]:
            (result,), reused = reuse.take([file], tmp_path / work, cache, assembly)
            return result.outcome, [each.code for each in result.warnings], reused

        assert taken("one") == ("as-is", ["EXH-NOT-REDRAWN"], frozenset())
        assert taken("two") == ("as-is", ["EXH-NOT-REDRAWN"], frozenset({0}))
        for name, program in found.items():
            assert program, f"{name} is missing: sudo apt-get install poppler-utils"
            (bare / name).symlink_to(program)
        assert taken("three") == ("normalized", [], frozenset())
        assert taken("four") == ("normalized", [], frozenset({0}))


def test_another_program_of_the_same_name_is_told_apart(bare: Path) -> None:
    program = bare / "pdftocairo"
    states = {tools_state(POPPLER)}
    for text in ("#!/bin/sh\n", "#!/bin/sh\n# newer\n"):
        program.write_text(text)
        program.chmod(0o755)
        states.add(tools_state(POPPLER))
    assert len(states) == 3


@pytest.mark.usefixtures("anew")
def test_a_library_of_another_version_makes_another_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    states = set()
    for version in ("9.0.0", "9.0.1"):
        installed = tmp_path / f"pikepdf-{version}.dist-info"
        installed.mkdir()
        program_state.cache_clear()
        states.add(program_state())
        installed.rmdir()
    assert len(states) == 2
    assert str(tmp_path) in sys.path


@pytest.mark.usefixtures("anew")
def test_fontconfig_that_is_gone_makes_other_fonts(bare: Path) -> None:
    (bare / "fc-match").symlink_to(sys.executable)
    before = font_state()
    (bare / "fc-match").unlink()
    font_state.cache_clear()
    assert font_state() != before
