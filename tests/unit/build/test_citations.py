"""An exhibit that nothing refers to is noted, at its line."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from isa_docs.build.citations import uncited_exhibits
from isa_docs.intake.load import load_matter
from tests.acceptance.running import EXAMPLES, edit

APPEAL = 2


@pytest.fixture
def matter(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLES / "northwind", tmp_path / "northwind")
    return tmp_path / "northwind" / "matter.yaml"


def noted(matter: Path) -> list[str]:
    loaded = load_matter(matter)
    indexes = range(len(loaded.matter.submissions))
    return [each.message for each in loaded.locate(list(uncited_exhibits(loaded, indexes)))]


def test_the_examples_cite_what_they_enclose() -> None:
    for example in EXAMPLES.glob("*/matter.yaml"):
        assert noted(example) == []


def test_an_exhibit_nobody_refers_to_is_noted(matter: Path) -> None:
    added = "    exhibits:\n      - {id: stray, title: Stray Memorandum, file: exhibits/stray.pdf}\n"
    edit(matter, "    exhibits:\n", added)
    assert noted(matter) == ["The exhibit 'stray' (Stray Memorandum) is enclosed, but nothing refers to it."]
