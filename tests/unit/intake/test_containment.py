"""A file that a matter names is known to lie in its folder, or not, wherever links lead."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.intake.containment import outside


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with links: into itself, out of it, to itself; and reached by a link of its own."""
    folder = tmp_path / "real"
    (folder / "below").mkdir(parents=True)
    (folder / "a.pdf").touch()
    (tmp_path / "secret.pdf").touch()
    (folder / "in.pdf").symlink_to(folder / "a.pdf")
    (folder / "out.pdf").symlink_to(tmp_path / "secret.pdf")
    (folder / "up").symlink_to(tmp_path)
    (folder / "loop").symlink_to("loop")
    (tmp_path / "link").symlink_to(folder)
    return tmp_path / "link"


@pytest.mark.parametrize("name", ["a.pdf", "./a.pdf", "below/../a.pdf", "in.pdf", "none.pdf", "", "up/real/a.pdf"])
def test_inside(folder: Path, name: str) -> None:
    assert not outside(folder, name)
    assert not outside(folder, folder / name)


@pytest.mark.parametrize("name", ["../secret.pdf", "..", "/etc/passwd", "out.pdf", "up/secret.pdf", "loop", "a\0b"])
def test_outside(folder: Path, name: str) -> None:
    assert outside(folder, name)


def test_a_folder_is_not_taken_for_one_whose_name_begins_alike(tmp_path: Path) -> None:
    assert outside(tmp_path / "acme", tmp_path / "acme-2" / "a.pdf")


def test_a_relative_folder_counts_from_where_the_program_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not outside(Path(), "a.pdf")
    assert not outside(Path(), tmp_path / "a.pdf")
    assert outside(Path(), "../a.pdf")
