"""Setting up a checkout: what is asked for, what is missing, and what a person is told."""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from isa_docs.conversion.install import INSTALL_LINES

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def bootstrap(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModuleType]:
    """The bootstrap, working on a checkout of its own that holds only what it reads."""
    monkeypatch.syspath_prepend(str(SCRIPTS))
    import bootstrap

    (tmp_path / "isa_docs").mkdir()
    for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml", "isa_docs/__init__.py"):
        (tmp_path / name).write_text(f"content of {name}")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv" / "isa-docs-setup.json")
    monkeypatch.setattr(bootstrap, "LOG", tmp_path / "build" / "setup.log")
    yield bootstrap
    for name in ("bootstrap", "system_programs"):
        sys.modules.pop(name, None)


@pytest.fixture
def finished(bootstrap: ModuleType, tmp_path: Path) -> dict[str, object]:
    """A set-up that was finished: a virtual environment whose Python runs, and the stamp written last."""
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    bootstrap.in_venv("python").symlink_to(sys.executable)
    stamp: dict[str, object] = bootstrap.wanted_stamp(dev=False)
    bootstrap.STAMP.write_text(json.dumps(stamp))
    return stamp


@pytest.mark.parametrize("name", ["bootstrap.py", "system_programs.py"])
def test_an_old_python_can_read_the_script_that_tells_it_so(name: str) -> None:
    ast.parse((SCRIPTS / name).read_text(encoding="utf-8"), feature_version=(3, 8))


class TestStamp:
    def test_a_finished_setup_is_recognized(self, bootstrap: ModuleType, finished: dict[str, object]) -> None:
        assert bootstrap.read_stamp() == finished == bootstrap.wanted_stamp(dev=False)

    def test_an_unfinished_setup_is_not(self, bootstrap: ModuleType, finished: dict[str, object]) -> None:
        bootstrap.STAMP.unlink()
        assert bootstrap.read_stamp() is None

    def test_neither_is_one_whose_stamp_was_cut_short(self, bootstrap: ModuleType, finished: dict[str, object]) -> None:
        bootstrap.STAMP.write_text(json.dumps(finished)[:-5])
        assert bootstrap.read_stamp() is None

    def test_neither_is_one_whose_python_is_gone(self, bootstrap: ModuleType, finished: dict[str, object]) -> None:
        bootstrap.in_venv("python").unlink()
        assert bootstrap.read_stamp() is None

    @pytest.mark.parametrize("name", ["requirements.lock", "pyproject.toml"])
    def test_a_changed_input_asks_for_more(
        self, bootstrap: ModuleType, finished: dict[str, object], tmp_path: Path, name: str
    ) -> None:
        (tmp_path / name).write_text("something else")
        assert bootstrap.wanted_stamp(dev=False) != bootstrap.read_stamp()

    def test_a_moved_checkout_asks_for_a_new_environment(
        self, bootstrap: ModuleType, finished: dict[str, object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        moved = tmp_path.with_name(tmp_path.name + " moved")
        tmp_path.rename(moved)
        monkeypatch.setattr(bootstrap, "ROOT", moved)
        assert bootstrap.wanted_stamp(dev=False)["checkout"] != finished["checkout"]


class TestWhatAPersonIsTold:
    def test_missing_programs_end_with_3_and_a_line_for_each_system(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        programs = bootstrap.system_programs
        qpdf = next(need for need in programs.DEV_NEEDS if need.name == "qpdf")
        monkeypatch.setattr(programs, "missing", lambda *groups: [qpdf])
        monkeypatch.setenv("ISA_DOCS_NO_SYSTEM_INSTALL", "1")
        with pytest.raises(SystemExit) as stop:
            bootstrap.provide_programs(dev=False)
        assert stop.value.code == 3
        assert capsys.readouterr().err.splitlines() == [
            "Missing on this machine: qpdf. Install with:",
            "  Debian, Ubuntu:  sudo apt-get update && sudo apt-get install --no-install-recommends qpdf",
            "  Fedora:          sudo dnf install qpdf",
            "  macOS:           brew install qpdf",
            "  Windows:         winget install QPDF.QPDF",
            "Then run the same command again.",
        ]

    def test_libreoffice_alone_has_a_stand_in_where_nothing_may_be_installed(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        programs = bootstrap.system_programs
        monkeypatch.setattr(programs, "missing", lambda *groups: [programs.OFFICE])
        monkeypatch.setattr(programs, "apt_command", lambda: None)
        assert bootstrap.provide_programs(dev=False) is True

    def test_with_something_else_missing_too_both_are_named(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        programs = bootstrap.system_programs
        qpdf = next(need for need in programs.DEV_NEEDS if need.name == "qpdf")
        monkeypatch.setattr(programs, "missing", lambda *groups: [programs.OFFICE, qpdf])
        monkeypatch.setattr(programs, "apt_command", lambda: None)
        with pytest.raises(SystemExit) as stop:
            bootstrap.provide_programs(dev=False)
        assert stop.value.code == 3
        assert capsys.readouterr().err.startswith("Missing on this machine: LibreOffice Writer, qpdf. Install with:")

    def test_only_when_the_stand_in_fails_too_it_ends_with_3(
        self, bootstrap: ModuleType, tmp_path: Path, finished: dict[str, object], capsys: pytest.CaptureFixture[str]
    ) -> None:
        (tmp_path / "scripts").mkdir()
        script = tmp_path / "scripts" / "set_up_wasm.py"
        script.write_text("import sys; sys.exit('the registry cannot be reached')")
        with pytest.raises(SystemExit) as stop:
            bootstrap.provide_wasm()
        assert stop.value.code == 3
        said = capsys.readouterr().err
        assert "the WebAssembly build cannot be set up: the registry cannot be reached" in said
        assert "apt-get install --no-install-recommends libreoffice-writer-nogui" in said
        script.write_text("")
        bootstrap.provide_wasm()

    def test_an_old_python_ends_with_3_when_no_newer_one_is_there(
        self, bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(bootstrap, "OLDEST_PYTHON", (99, 0))
        monkeypatch.setenv("PATH", "")
        with pytest.raises(SystemExit) as stop:
            bootstrap.require_python([])
        assert stop.value.code == 3
        assert "Python 3.11 or later is needed" in capsys.readouterr().err

    def test_a_failed_step_shows_the_end_of_its_log_and_where_the_rest_is(
        self, bootstrap: ModuleType, capsys: pytest.CaptureFixture[str]
    ) -> None:
        command = [sys.executable, "-c", "print('no route to the package index'); raise SystemExit(7)"]
        with pytest.raises(SystemExit) as stop:
            bootstrap.run(command, "installing the locked Python packages", {})
        said = capsys.readouterr().err
        assert stop.value.code == 3
        assert "  | no route to the package index" in said
        assert f"installing the locked Python packages failed (status 7); the whole log is in {bootstrap.LOG}." in said


def test_what_the_servers_of_the_tests_need_is_asked_for_by_those_tests_only(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    programs = bootstrap.system_programs
    needs = [replace(need, present=lambda: False) for need in programs.SERVER_NEEDS]
    monkeypatch.setattr(programs, "NEEDS", ())
    monkeypatch.setattr(programs, "DEV_NEEDS", ())
    monkeypatch.setattr(programs, "SERVER_NEEDS", tuple(needs))
    monkeypatch.setenv("ISA_DOCS_NO_SYSTEM_INSTALL", "1")
    assert bootstrap.provide_programs(dev=True) is False
    with pytest.raises(SystemExit) as stop:
        bootstrap.provide_programs(dev=True, servers=True)
    assert stop.value.code == 3
    said = capsys.readouterr().err
    python = "python{}.{}-dev".format(*sys.version_info[:2])
    packages = f"gcc libc6-dev {python} libldap2-dev libsasl2-dev postgresql"
    assert f"apt-get install --no-install-recommends {packages}\n" in said
    assert "Windows:         nothing: these tests run on Linux" in said


def test_the_newest_postgresql_is_taken(bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs = bootstrap.system_programs
    monkeypatch.setattr(programs, "Path", lambda name: tmp_path)
    monkeypatch.setenv("PATH", "")
    assert programs.postgres_programs() is None
    for version in ("9", "15", "17"):
        (tmp_path / version / "bin").mkdir(parents=True)
        (tmp_path / version / "bin" / "initdb").touch()
    assert programs.postgres_programs() == tmp_path / "17" / "bin"


def test_what_would_redirect_an_installation_is_kept_from_pip(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_TARGET", "elsewhere")
    monkeypatch.setenv("PIP_INDEX_URL", "a mirror of the firm's own")
    environment = bootstrap.clean_environment()
    assert "PIP_TARGET" not in environment
    assert environment["PIP_INDEX_URL"] == "a mirror of the firm's own"


def test_a_chosen_converter_counts_as_installed(
    bootstrap: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "soffice"
    program.touch()
    monkeypatch.setenv("ISA_DOCS_SOFFICE", str(program))
    assert bootstrap.system_programs.has_office()
    monkeypatch.setenv("ISA_DOCS_SOFFICE", str(tmp_path / "not there"))
    assert not bootstrap.system_programs.has_office()


@pytest.mark.parametrize(("system", "field"), [("Debian/Ubuntu", "debian"), ("Fedora", "fedora")])
def test_the_setup_installs_what_the_converter_asks_for(bootstrap: ModuleType, system: str, field: str) -> None:
    (line,) = [line for line in INSTALL_LINES if line.system == system]
    asked = {word for word in line.command.split() if not word.startswith("-")} - {"sudo", "apt-get", "dnf", "install"}
    assert asked <= {package for need in bootstrap.system_programs.NEEDS for package in getattr(need, field)}
