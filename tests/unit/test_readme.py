"""What the README shows must be so: its commands exist, its links lead somewhere, its exit codes are the program's."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from isa_docs.cli.main import COMMANDS
from isa_docs.errors import ExitCode
from isa_docs.intake.starter import starter

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["README.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_to_one(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text) if "://" not in target]
    folder = (ROOT / page).parent
    assert [target for target in targets if not (folder / target).exists()] == []


@pytest.mark.parametrize("page", ["docs/matter.md"])
def test_every_link_within_a_page_leads_to_a_heading(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    headings = {
        "".join(each for each in line.lower().replace(" ", "-") if each.isalnum() or each in "-_")
        for line in re.findall(r"^#+ (.+)$", text, re.M)
    }
    assert [anchor for anchor in re.findall(r"\]\(#([^)]+)\)", text) if anchor not in headings] == []


def test_every_command_shown_is_one() -> None:
    shown = set(re.findall(r"isa-docs ([a-z]+)", README))
    assert shown - set(COMMANDS) == set()
    assert {"new", "check", "plan", "build", "doctor"} <= shown


def test_every_exit_code_is_in_the_table() -> None:
    section = README.split("## Exit codes\n", 1)[1].split("\n## ", 1)[0]
    assert {int(code) for code in re.findall(r"\| (\d+) \|", section)} == {int(code) for code in ExitCode}


def test_the_number_of_empty_values_shown_is_that_of_a_new_file() -> None:
    assert f"fill in its {starter('application').blanks} empty values" in README


def test_the_picture_is_small_enough_to_load_at_once() -> None:
    assert (ROOT / "docs" / "images" / "package.png").stat().st_size < 250_000
