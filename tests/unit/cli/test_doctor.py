"""The doctor looks at the real machine; what it lacks is hidden from it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from isa_docs.cli import machine
from isa_docs.cli.machine import Check
from isa_docs.cli.settings import Settings
from tests.unit.cli.running import Invoke


def checks(report: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in report["result"]["checks"]}


def test_a_machine_that_is_set_up_has_everything(invoke: Invoke) -> None:
    done = invoke("doctor")
    assert done.code == 0, done.out
    assert "MISSING" not in done.out
    assert done.err == "This machine has everything that a build needs.\n"


def test_a_missing_converter_is_3_with_the_install_line(invoke: Invoke, tmp_path: Path) -> None:
    report = invoke("doctor", "--soffice", tmp_path / "nothing", "--json").report
    assert report["exit_code"] == 3
    assert report["message"] == "A build would fail here: converter."
    assert not checks(report)["converter"]["ok"]
    assert "libreoffice" in checks(report)["converter"]["remedy"].lower()


def test_missing_programs_are_told_with_their_packages(
    invoke: Invoke, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(machine, "_family", lambda: "debian")
    monkeypatch.setenv("PATH", str(tmp_path))
    report = invoke("doctor", "--json").report
    found = checks(report)
    assert report["exit_code"] == 3
    assert found["pdftocairo"]["remedy"] == "sudo apt-get install poppler-utils"


def test_an_old_package_is_named_with_the_version_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine.metadata, "requires", lambda name: ["pypdf>=99.1", "no-such-thing", 'x; extra == "y"'])
    (check,) = machine._packages()
    assert not check.ok
    assert check.found.endswith("99.1 is needed; no-such-thing is missing")
    assert check.found.startswith("pypdf is ")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    check = machine._folder("output folder", tmp_path / "file" / "below", "Name another.")
    assert (check.ok, check.remedy) == (False, "Name another.")


def test_looking_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert all(isinstance(check, Check) for check in machine.look(Settings()))
    assert list(tmp_path.iterdir()) == []
