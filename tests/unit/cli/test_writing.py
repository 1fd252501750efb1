"""A file a command writes on the side never takes the place of an input or of a file of another kind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from isa_docs.cli.writing import may_write, write_beside
from isa_docs.errors import OutputError, TryAgainError
from tests.unit.cli.running import NORTHWIND, Invoke


@pytest.fixture
def matter(tmp_path: Path) -> Path:
    """A copy of the example's matter."""
    return Path(shutil.copy(NORTHWIND, tmp_path / "matter.yaml"))


@pytest.mark.parametrize(
    ("command", "option"),
    [(("docket", "{m}"), "--ics"), (("docket", "."), "--ics"), (("compare", "{m}", "{m}"), "--html")],
)
def test_an_input_stays_as_it_is(invoke: Invoke, matter: Path, command: tuple[str, ...], option: str) -> None:
    before = matter.read_bytes()
    run = invoke(*(each.format(m=matter) for each in command), option, matter)
    assert run.code == 9
    assert "is read by this command and stays as it is" in run.err
    assert matter.read_bytes() == before


@pytest.mark.parametrize(("command", "option"), [("docket", "--ics"), ("compare", "--html")])
def test_a_file_of_another_kind_stays_as_it_is(
    invoke: Invoke, matter: Path, tmp_path: Path, command: str, option: str
) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("mine", encoding="utf-8")
    run = invoke(command, *[matter] * (2 if command == "compare" else 1), option, notes)
    assert run.code == 9
    assert "exists already, is no" in run.err
    assert notes.read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(("command", "option"), [("docket", "--ics"), ("compare", "--html")])
def test_the_result_of_an_earlier_call_is_replaced(
    invoke: Invoke, matter: Path, tmp_path: Path, command: str, option: str
) -> None:
    for _ in range(2):
        run = invoke(command, *[matter] * (2 if command == "compare" else 1), option, tmp_path / "made" / "result")
        assert run.code == 0, run.err


def test_nothing_in_a_package_s_folder_is_written_over(tmp_path: Path) -> None:
    package = tmp_path / "anl" / "anl-signed.pdf"
    package.parent.mkdir()
    package.write_bytes(b"%PDF-1.7")
    with pytest.raises(OutputError, match="is read by this command"):
        may_write(package, "PDF", [package.parent])
    may_write(package, "PDF", [])
    may_write(package.with_name("new.pdf"), "PDF", [package.parent])


def test_another_name_of_an_input_is_the_input(tmp_path: Path) -> None:
    (tmp_path / "a.ics").write_text("BEGIN:VCALENDAR", encoding="utf-8")
    (tmp_path / "b.ics").hardlink_to(tmp_path / "a.ics")
    with pytest.raises(OutputError, match="is read by this command"):
        may_write(tmp_path / "b.ics", "calendar file", [tmp_path / "a.ics"])


class TestWriteBeside:
    def test_what_was_made_of_a_package_that_was_replaced_is_not_put_beside_the_new_one(self, tmp_path: Path) -> None:
        package, signed = tmp_path / "p.pdf", tmp_path / "p-signed.pdf"
        package.write_bytes(b"%PDF new")
        with pytest.raises(TryAgainError, match="is another file than a moment ago"):
            write_beside({signed: b"%PDF old, signed"}, package, b"%PDF old")
        assert not signed.exists()

    def test_files_are_written_and_an_earlier_one_stays(self, tmp_path: Path) -> None:
        package, signed = tmp_path / "p.pdf", tmp_path / "out" / "p-signed.pdf"
        package.write_bytes(b"%PDF")
        write_beside({signed: b"%PDF signed", signed.with_suffix(".json"): b"{}"}, package, b"%PDF")
        with pytest.raises(OutputError, match="exists already"):
            write_beside({signed: b"%PDF other"}, package, b"%PDF")
        assert {each.name: each.read_bytes() for each in signed.parent.iterdir()} == {
            "p-signed.pdf": b"%PDF signed",
            "p-signed.json": b"{}",
        }
