"""A batch builds each matter in a worker, and survives whatever one of them does."""

from __future__ import annotations

import sys
import threading
import time
from datetime import date
from pathlib import Path

import pytest

from isa_docs.build import batch
from isa_docs.build.batch import MatterOutcome, Worker, build_batch, summary
from isa_docs.build.recall import Call

WORKER = """
import json, os, sys, time
for line in sys.stdin:
    matter = json.loads(line)["call"]["matter"]
    if "deadly" in matter:
        os._exit(9)
    if "hanging" in matter:
        time.sleep(600)
    if "babbling" in matter:
        print("this is no answer", flush=True)
        continue
    package = {"exit_code": 0, "documents": [{"key": "letter", "made": True, "why": "it was not made before"}]}
    answer = {"exit_code": 0, "message": "built", "findings": [], "result": {"packages": [package]}}
    print(json.dumps(answer), flush=True)
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def call(matter: Path) -> Call:
    return Call(matter, (), matter.parent / "out", None, False, None, date(2015, 1, 12))


@pytest.fixture
def misbehaving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers that die of a deadly matter, talk nonsense on a babbling one and never answer a hanging one."""
    program = write(tmp_path / "worker", f"#!{sys.executable} -IS\n{WORKER}")
    program.chmod(0o755)
    monkeypatch.setattr(batch.sys, "executable", str(program))


class TestBuildBatch:
    @pytest.mark.usefixtures("misbehaving")
    @pytest.mark.parametrize("jobs", [1, 2, 9])
    def test_one_that_kills_its_worker_does_not_stop_the_others(self, tmp_path: Path, jobs: int) -> None:
        names = ["a", "deadly", "b", "babbling", "c"]
        calls = [call(write(tmp_path / f"{name}.yaml", f"matter: {name}\n")) for name in names]
        told: list[MatterOutcome] = []
        outcomes = build_batch(calls, tmp_path / "cache", jobs=jobs, done=told.append)
        assert [outcome.exit_code for outcome in outcomes] == [0, 1, 0, 1, 0]
        assert [outcome.file.stem for outcome in outcomes] == names
        assert "ended abnormally (exit code 9)" in outcomes[1].message
        assert sorted(told, key=lambda outcome: outcome.file) == sorted(outcomes, key=lambda outcome: outcome.file)

    @pytest.mark.usefixtures("misbehaving")
    def test_the_second_matter_of_the_same_id_is_refused(self, tmp_path: Path) -> None:
        calls = [call(write(tmp_path / name, "matter: acme\n")) for name in ("one.yaml", "two.yaml")]
        first, second = build_batch(calls, tmp_path / "cache", jobs=2)
        assert (first.exit_code, second.exit_code) == (0, 4)
        assert (
            second.message
            == f"The matter acme is also in {tmp_path / 'one.yaml'}; their packages would replace each other."
        )

    @pytest.mark.usefixtures("misbehaving")
    def test_a_worker_is_replaced_after_its_number_of_matters(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(batch, "_RECYCLED_AFTER", 2)
        calls = [call(write(tmp_path / f"{number}.yaml", f"matter: m{number}\n")) for number in range(5)]
        assert [outcome.exit_code for outcome in build_batch(calls, tmp_path / "cache", jobs=1)] == [0] * 5

    @pytest.mark.usefixtures("misbehaving")
    def test_one_that_takes_too_long_is_ended_and_the_others_are_built(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(batch, "LONGEST", 3.0)
        calls = [call(write(tmp_path / f"{name}.yaml", f"matter: {name}\n")) for name in ("a", "hanging", "b")]
        outcomes = build_batch(calls, tmp_path / "cache", jobs=1)
        assert [outcome.exit_code for outcome in outcomes] == [0, 1, 0]
        assert "took longer than 0.05 minutes and was ended" in outcomes[1].message

    @pytest.mark.usefixtures("misbehaving")
    def test_a_worker_can_be_stopped_in_the_middle_and_takes_nothing_more(self, tmp_path: Path) -> None:
        worker, outcomes = Worker(tmp_path / "cache"), []
        hanging = call(write(tmp_path / "hanging.yaml", "matter: hanging\n"))
        thread = threading.Thread(target=lambda: outcomes.append(worker.build(hanging)))
        thread.start()
        while worker._process is None:
            time.sleep(0.01)
        worker.stop()
        thread.join(20)
        assert not thread.is_alive()
        outcomes.append(worker.build(hanging))
        assert [(each.exit_code, each.message) for each in outcomes] == [(130, "Its building was stopped.")] * 2
        assert not worker._process.lives

    def test_the_real_worker_reports_what_is_wrong_with_a_matter(self, tmp_path: Path) -> None:
        (outcome,) = build_batch([call(write(tmp_path / "matter.yaml", "matter: [\n"))], tmp_path / "cache", jobs=1)
        assert outcome.exit_code == 4
        assert outcome.message.startswith("Not well-formed YAML")
        assert [each["code"] for each in outcome.findings] == ["INPUT-SYNTAX"]


def test_the_table_says_what_became_of_each() -> None:
    made = {"exit_code": 0, "documents": [{"made": True}]}
    kept = {"exit_code": 0, "documents": [{"made": False}]}
    rows = summary(
        [
            MatterOutcome(Path("a.yaml"), 0, "", result={"packages": [made, kept]}),
            MatterOutcome(Path("long.yaml"), 0, "", result={"packages": [kept]}),
            MatterOutcome(Path("b.yaml"), 4, "There is no date."),
        ]
    )
    assert list(rows) == [
        "a.yaml       2  built",
        "long.yaml    1  up to date",
        "b.yaml       0  not built (exit code 4): There is no date.",
    ]
