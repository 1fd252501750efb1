"""A key of the caller's makes a repeated call harmless."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from isa_docs.delivery.answers import RememberedAnswer
from isa_docs.errors import ExitCode, InputError, TryAgainError


def remembered(out: Path, key: str = "k", matter: bytes = b"matter: m\n") -> RememberedAnswer:
    return RememberedAnswer(out, key, matter, {"only": ()})


def result(out: Path) -> dict[str, object]:
    file = out / "m.pdf"
    file.write_bytes(b"%PDF")
    return {"packages": [{"file": str(file), "sha256": hashlib.sha256(b"%PDF").hexdigest()}]}


def test_a_known_key_repeats_its_answer(tmp_path: Path) -> None:
    with remembered(tmp_path).held():
        assert remembered(tmp_path).recall() is None
        remembered(tmp_path).keep(result(tmp_path))
    assert remembered(tmp_path).recall() == result(tmp_path)
    assert remembered(tmp_path, "another").recall() is None


def test_a_package_that_is_gone_or_changed_is_built_again(tmp_path: Path) -> None:
    with remembered(tmp_path).held():
        remembered(tmp_path).keep(result(tmp_path))
    (tmp_path / "m.pdf").write_bytes(b"changed")
    assert remembered(tmp_path).recall() is None


def test_a_key_cannot_stand_for_two_matters(tmp_path: Path) -> None:
    with remembered(tmp_path).held():
        remembered(tmp_path).keep(result(tmp_path))
    with pytest.raises(InputError, match="Give each request its own key"):
        remembered(tmp_path, matter=b"matter: other\n").recall()


def test_two_calls_at_once_with_one_key_are_told_to_come_back(tmp_path: Path) -> None:
    with remembered(tmp_path).held(), pytest.raises(TryAgainError) as told, remembered(tmp_path).held():
        pass
    assert told.value.exit_code == ExitCode.TRY_AGAIN == 75


@pytest.mark.slow
def test_the_command_answers_twice_with_one_json_object_and_builds_once(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "isa_docs", "build", "examples/northwind/matter.yaml", "--only", "anl-2015"]
    command += ["--out", str(tmp_path), "--json", "--idempotency-key", "event-7"]
    runs = [subprocess.run(command, capture_output=True, cwd=Path(__file__).parents[3]) for _ in range(2)]
    first, second = (json.loads(run.stdout) for run in runs)
    assert [run.returncode for run in runs] == [0, 0], first
    assert first["result"] == second["result"]
    assert second["message"] == "Built before under this idempotency key; nothing was built anew."
