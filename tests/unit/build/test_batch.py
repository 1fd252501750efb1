"""A batch finds its matters, builds each in a worker, and survives whatever one of them does."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

import pytest

from isa_docs.build import batch
from isa_docs.build.batch import MatterOutcome, build_batch, find_matters, matter_id, summary
from isa_docs.build.recall import Call

WORKER = """
import json, os, sys
for line in sys.stdin:
    matter = json.loads(line)["call"]["matter"]
    if "deadly" in matter:
        os._exit(9)
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
    """Workers that die of a deadly matter and talk nonsense on a babbling one."""
    program = write(tmp_path / "worker", f"#!{sys.executable} -IS\n{WORKER}")
    program.chmod(0o755)
    monkeypatch.setattr(batch.sys, "executable", str(program))


class TestFindMatters:
    def test_matter_files_are_found_by_name_or_look_at_any_depth(self, tmp_path: Path) -> None:
        wanted = [
            write(tmp_path / "acme.yaml", "# our client\nmatter: acme-isa\n"),
            write(tmp_path / "b" / "c" / "matter.yml", "broken: ["),
            write(tmp_path / "b" / "client.json", '{"importer": {}, "matter": "b-isa"}\n'.replace(", ", ",\n")),
        ]
        write(tmp_path / "notes.yaml", "todo: call them\n")
        write(tmp_path / ".git" / "matter.yaml", "matter: hidden\n")
        write(tmp_path / "build" / "acme-isa" / "application" / "manifest.json", '{\n"matter": "acme-isa"}')
        assert find_matters(tmp_path, tmp_path / "build") == wanted

    @pytest.mark.parametrize(
        ("text", "name"),
        [("matter: acme-isa\n", "acme-isa"), ('{\n  "matter": "acme"\n}', "acme"), ("matter:\n  id: x\n", None)],
    )
    def test_the_id_is_read_from_the_look_of_the_file(self, tmp_path: Path, text: str, name: str | None) -> None:
        assert matter_id(write(tmp_path / "m.yaml", text)) == name


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
