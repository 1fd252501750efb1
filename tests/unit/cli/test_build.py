"""The command ``build``: what it says of a matter that is not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.running import Invoke


@pytest.mark.parametrize("more", [[], ["--idempotency-key", "k"]])
def test_a_matter_that_is_not_there_is_an_input_error(invoke: Invoke, tmp_path: Path, more: list[str]) -> None:
    report = invoke("build", tmp_path / "missing.yaml", *more, "--as-of", "2015-01-12", "--json").report
    assert report["exit_code"] == 4
    assert [each["code"] for each in report["findings"]] == ["INPUT-FILE"]
