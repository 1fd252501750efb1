"""How LibreOffice is found, and what a person is told when it is not."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from isa_docs.conversion.convert import find_engine
from isa_docs.conversion.install import INSTALL_LINES, install_help
from isa_docs.conversion.program import find_installation
from isa_docs.errors import ExitCode, MissingProgramError


def program(path: Path, says: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable} -IS\nprint({says!r})\n")
    path.chmod(0o755)
    return path


def test_a_setting_may_name_the_program_its_folder_or_a_link_to_it(tmp_path: Path) -> None:
    binary = program(tmp_path / "office" / "program" / "soffice.bin", "LibreOffice 25.2.3.2 abc")
    script = program(tmp_path / "office" / "program" / "soffice", "a script")
    link = tmp_path / "bin" / "soffice"
    link.parent.mkdir()
    link.symlink_to(script)
    for setting in (binary, binary.parent, script, link):
        found = find_installation(setting, tmp_path / "cache")
        assert (found.program.resolve(), found.version, found.release) == (binary, "25.2.3.2", "25.2")


def test_the_shell_script_is_used_where_there_is_no_binary(tmp_path: Path) -> None:
    script = program(tmp_path / "soffice", "LibreOffice 24.8.1.2")
    assert find_installation(script, tmp_path / "cache").program == script


def test_the_version_is_asked_once_and_again_after_an_upgrade(tmp_path: Path) -> None:
    script = program(tmp_path / "soffice", "LibreOffice 24.8.1.2")
    assert find_installation(script, tmp_path / "cache").version == "24.8.1.2"
    script.chmod(0o755)
    assert len(list((tmp_path / "cache").glob("*.version"))) == 1
    program(script, "LibreOffice 25.2.0.1 and more")
    assert find_installation(script, tmp_path / "cache").version == "25.2.0.1"


def test_a_program_on_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    binary = program(tmp_path / "soffice.bin", "LibreOffice 24.8.1.2")
    program(tmp_path / "soffice", "a script")
    assert find_installation(None, tmp_path / "cache").program == binary


@pytest.mark.parametrize(
    ("says", "message"),
    [
        ("LibreOffice 7.3.7.2 30", "LibreOffice 7.3.7.2 at .* is too old: 7.4 or newer is needed"),
        ("hello", "does not say that it is LibreOffice"),
    ],
)
def test_an_old_or_foreign_program_is_refused(tmp_path: Path, says: str, message: str) -> None:
    with pytest.raises(MissingProgramError, match=message):
        find_engine(program(tmp_path / "soffice", says), tmp_path / "cache")


def test_a_setting_that_names_nothing_is_refused_with_the_install_lines(tmp_path: Path) -> None:
    with pytest.raises(MissingProgramError) as raised:
        find_engine(tmp_path / "nowhere", tmp_path / "cache")
    assert raised.value.exit_code is ExitCode.MISSING_PROGRAM
    assert raised.value.message.startswith(f"No LibreOffice at {tmp_path / 'nowhere'}. Correct the setting")
    for line in INSTALL_LINES:
        assert line.command in raised.value.message


def test_the_install_lines_name_each_system() -> None:
    assert [line.system for line in INSTALL_LINES] == ["Debian/Ubuntu", "Fedora", "macOS", "Windows"]
    assert "fonts-crosextra-carlito" in INSTALL_LINES[0].command
    assert install_help().splitlines()[0].startswith("  Debian/Ubuntu: sudo apt-get install")
