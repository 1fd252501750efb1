"""The builds of a desk end with it, whatever they are at."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

import pytest

from isa_docs.build import batch
from isa_docs.desk.builds import Asked, Builds, Job
from isa_docs.desk.folder import MatterFile, MatterFolder
from isa_docs.desk.settings import DeskSettings

_HANGING = f"#!{sys.executable} -IS\nimport sys, time\nsys.stdin.readline()\ntime.sleep(600)\n"


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DeskSettings:
    """A desk for three matters, none of which is ever built."""
    program = tmp_path / "worker"
    program.write_text(_HANGING)
    program.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(program))
    for name in ("one", "two", "three"):
        (tmp_path / "matters" / name).mkdir(parents=True)
        (tmp_path / "matters" / name / "matter.yaml").write_text(f"matter: {name}\n")
    return DeskSettings(tmp_path / "matters", tmp_path / "out", tmp_path / "cache")


def ask(builds: Builds, folder: MatterFolder, file: MatterFile) -> Job:
    return builds.ask(file, Asked(folder.open(file).version))


def wait_for(job: Job, state: str) -> None:
    until = time.monotonic() + 30
    while job.state != state:
        assert time.monotonic() < until, job
        time.sleep(0.01)


def threads() -> list[threading.Thread]:
    return [each for each in threading.enumerate() if each.name.startswith("isa-docs-build")]


def test_closing_the_desk_ends_the_builds_that_run_and_begins_no_other(hanging: DeskSettings) -> None:
    folder = MatterFolder(hanging)
    builds = Builds(hanging, folder)
    first, second, third = [ask(builds, folder, file) for file in folder.all()]
    wait_for(first, "running")
    wait_for(second, "running")
    assert third.state == "queued"
    builds.close()
    for job in (first, second):
        wait_for(job, "failed")
        assert job.result["message"] == "Its building was stopped."
    for thread in threads():
        thread.join(20)
    assert threads() == []
    assert third.state == "queued"


def test_a_build_that_waits_for_another_of_its_matter_is_not_begun_after_the_end(hanging: DeskSettings) -> None:
    folder = MatterFolder(hanging)
    builds = Builds(hanging, folder)
    file = folder.all()[0]
    first = ask(builds, folder, file)
    wait_for(first, "running")
    file.path.write_text("matter: changed\n")
    second = ask(builds, folder, file)
    builds.close()
    wait_for(first, "failed")
    wait_for(second, "failed")
    assert second.result["message"] == "Its building was stopped."


def test_a_build_that_takes_too_long_lets_its_matter_go(hanging: DeskSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "LONGEST", 0.5)
    folder = MatterFolder(hanging)
    builds = Builds(hanging, folder)
    file = folder.all()[0]
    for _ in range(2):
        job = ask(builds, folder, file)
        wait_for(job, "failed")
        assert "took longer than" in job.result["message"]
    builds.close()
