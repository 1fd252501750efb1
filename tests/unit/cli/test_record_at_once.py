"""Whoever records at the same time, with the command or at the desk: no line is lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from isa_docs.desk.folder import MatterFolder
from isa_docs.desk.matters import Matters, Save
from isa_docs.desk.settings import DeskSettings
from isa_docs.intake.source import read_source
from tests.unit.cli.running import Invoke


def tracked(file: Path) -> list[str]:
    return sorted(each["tracking"] for each in read_source(file).data["events"])


def test_commands_at_the_same_time_each_add_their_line(matter: Path) -> None:
    command = [sys.executable, "-m", "isa_docs", "record", str(matter), "sent", "--submission", "appeal-2015"]
    running = [
        subprocess.Popen([*command, "--on", "2015-06-11", "--tracking", f"T{number}"], stderr=subprocess.DEVNULL)
        for number in range(5)
    ]
    assert [each.wait(60) for each in running] == [0] * 5
    assert tracked(matter) == [f"T{number}" for number in range(5)]


def test_a_save_at_the_desk_that_a_command_overtakes_is_shown_the_change(
    matter: Path, tmp_path: Path, invoke: Invoke
) -> None:
    """The command comes between the desk's last look at the file and its writing."""
    settings = DeskSettings(tmp_path, tmp_path / "build", tmp_path / "cache")
    folder = MatterFolder(settings)
    (file,) = folder.all()

    class Overtaken(Matters):
        def _text(self, now, order):  # type: ignore[no-untyped-def]
            appeal = ("--submission", "appeal-2015", "--on", "2015-06-11")
            assert invoke("record", matter, "sent", *appeal, "--tracking", "T1").code == 0
            return super()._text(now, order)

    opened = folder.open(file)
    status, told = Overtaken(settings, folder).save(file, Save(opened.version, text=opened.text + "# mine\n"))
    assert status == 409
    assert [each["pointer"] for each in told["changed"]] == ["/events"]
    assert tracked(matter) == ["T1"]
    status, _ = Matters(settings, folder).save(file, Save(told["version"], text=told["text"] + "# mine\n"))
    assert status == 200
    assert tracked(matter) == ["T1"] and matter.read_text(encoding="utf-8").endswith("# mine\n")
