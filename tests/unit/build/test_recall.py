"""A finished build is recalled only while everything that went in and came out is what it was."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from isa_docs.build import recall
from isa_docs.build.cache import Cache
from isa_docs.build.recall import Call, Memory
from isa_docs.build.state import sha256_file

ANSWER = {"lines": ["out/m/a/m-a.pdf  3 pages"]}


@pytest.fixture
def call(tmp_path: Path) -> Call:
    (tmp_path / "matter.yaml").write_text("matter: m\n")
    (tmp_path / "exhibit.pdf").write_bytes(b"%PDF-1")
    (tmp_path / "ours").mkdir()
    (tmp_path / "ours" / "mou.docx").write_bytes(b"ours")
    (tmp_path / "out" / "parts").mkdir(parents=True)
    (tmp_path / "out" / "m-a.pdf").write_bytes(b"%PDF-2")
    (tmp_path / "out" / "parts" / "01.docx").write_bytes(b"PK")
    return Call(tmp_path / "matter.yaml", (), tmp_path / "out", tmp_path / "ours", False, None, date(2012, 11, 15))


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


@pytest.fixture(autouse=True)
def kept(call: Call, cache: Cache, tmp_path: Path) -> None:
    exhibit = tmp_path / "exhibit.pdf"
    Memory(call, cache, tmp_path / "cache").keep(ANSWER, {exhibit: sha256_file(exhibit)}, [call.out])


def test_nothing_changed_gives_the_same_answer(call: Call, cache: Cache, tmp_path: Path) -> None:
    assert Memory(call, cache, tmp_path / "cache").recall() == ANSWER


@pytest.mark.parametrize("name", ["matter.yaml", "exhibit.pdf", "ours/mou.docx", "out/m-a.pdf", "out/parts/01.docx"])
@pytest.mark.parametrize("how", ["changed", "removed"])
def test_any_changed_file_asks_for_a_build(call: Call, cache: Cache, tmp_path: Path, name: str, how: str) -> None:
    if how == "changed":
        (tmp_path / name).write_bytes((tmp_path / name).read_bytes() + b" ")
    else:
        (tmp_path / name).unlink()
    assert Memory(call, cache, tmp_path / "cache").recall() is None


def test_a_template_saved_while_the_build_was_running_asks_for_a_build(
    call: Call, cache: Cache, tmp_path: Path
) -> None:
    memory = Memory(call, cache, tmp_path / "cache")
    (tmp_path / "ours" / "mou.docx").write_bytes(b"saved after it was filled")
    memory.keep(ANSWER, {}, [call.out])
    assert Memory(call, cache, tmp_path / "cache").recall() is None


def test_what_never_ends_is_not_read() -> None:
    assert sha256_file(Path("/dev/zero")) is None


def test_a_new_template_of_the_firm_asks_for_a_build(call: Call, cache: Cache, tmp_path: Path) -> None:
    (tmp_path / "ours" / "contents.docx").write_bytes(b"ours too")
    assert Memory(call, cache, tmp_path / "cache").recall() is None


@pytest.mark.parametrize("what", ["font_state", "program_state"])
def test_other_fonts_or_another_program_ask_for_a_build(
    call: Call, cache: Cache, tmp_path: Path, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, what, lambda: "another")
    assert Memory(call, cache, tmp_path / "cache").recall() is None


def test_poppler_that_was_installed_since_asks_for_a_build(
    call: Call, cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setattr(recall, "converter_state", lambda setting, folder: "libreoffice 24")
    Memory(call, cache, tmp_path / "cache").keep(ANSWER, {}, [call.out])
    assert Memory(call, cache, tmp_path / "cache").recall() == ANSWER
    (tmp_path / "bin" / "pdftocairo").symlink_to(sys.executable)
    assert Memory(call, cache, tmp_path / "cache").recall() is None


@pytest.mark.parametrize("state", ["libreoffice 99", ""])
def test_another_converter_or_an_unknown_one_asks_for_a_build(
    call: Call, cache: Cache, tmp_path: Path, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recall, "converter_state", lambda setting, folder: state)
    assert Memory(call, cache, tmp_path / "cache").recall() is None


@pytest.mark.parametrize(
    "other",
    [{"only": ("a",)}, {"strict": True}, {"as_of": date(2012, 11, 16)}, {"templates": None}, {"within": Path("/srv")}],
)
def test_another_call_is_another_build(call: Call, cache: Cache, tmp_path: Path, other: dict[str, object]) -> None:
    assert Memory(replace(call, **other), cache, tmp_path / "cache").recall() is None  # type: ignore[arg-type]
