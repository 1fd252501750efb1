"""Output appears all at once, or not at all; what stood there before stays until then."""

from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from isa_docs.build import publish as module
from isa_docs.build.publish import publish
from isa_docs.errors import OutputError


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_files_and_bytes_are_put_in_place_with_their_folders(tmp_path: Path) -> None:
    (tmp_path / "made.pdf").write_text("pages", encoding="utf-8")
    publish({"package.pdf": tmp_path / "made.pdf", "parts/01-letter.docx": b"words"}, tmp_path / "out" / "anl")
    assert contents(tmp_path / "out" / "anl") == {"package.pdf": "pages", "parts/01-letter.docx": "words"}


def test_the_old_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"1", "gone": b"1"}, target)
    publish({"a": b"2"}, target)
    assert contents(target) == {"a": "2"}
    assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(".lock")] == ["anl"]


def test_a_failure_while_writing_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"old"}, target)
    with pytest.raises(OutputError, match="cannot be written"):
        publish({"a": b"new", "b": tmp_path / "is-not-there"}, target)
    assert contents(target) == {"a": "old"}


def test_a_failure_of_the_last_step_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "anl"
    publish({"a": b"old"}, target)
    rename = Path.rename

    def refuse(self: Path, to: Path) -> Path:
        if self.name == ".anl.new":
            raise PermissionError(13, "Permission denied")
        return rename(self, to)

    monkeypatch.setattr(module.Path, "rename", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        publish({"a": b"new"}, target)
    assert contents(target) == {"a": "old"}


def test_a_build_cut_off_between_its_two_renames_is_mended_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"old"}, target)
    target.rename(tmp_path / ".anl.old")
    (tmp_path / ".anl.new").mkdir()
    with pytest.raises(OutputError):
        publish({"a": tmp_path / "is-not-there"}, target)
    assert contents(target) == {"a": "old"}


def test_another_build_that_holds_the_folder_is_waited_for_and_then_named(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"old"}, target)
    with FileLock(tmp_path / ".anl.lock"), pytest.raises(OutputError, match="Another build is writing"):
        publish({"a": b"new"}, target, wait=0.05)
    assert contents(target) == {"a": "old"}


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    (tmp_path / ".anl.new" / "parts").mkdir(parents=True)
    (tmp_path / ".anl.new" / "parts" / "half").write_text("x", encoding="utf-8")
    publish({"a": b"new"}, target)
    assert contents(target) == {"a": "new"}
    assert not (tmp_path / ".anl.new").exists()
