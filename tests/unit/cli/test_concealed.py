"""A Social Security number in the matter is shown by no command and stands in no record beside the package."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from isa_docs.errors import InputError
from isa_docs.intake.load import load_matter
from isa_docs.program.recipients import recipient_for
from isa_docs.review.manifest import recipient_json
from isa_docs.review.trace import Origin
from tests.unit.cli.running import NORTHWIND, Invoke

SSN, SHOWN = "123-45-6789", "***-**-6789"
MORE = f"""
other_clocks:
  - {{clock: tender, runs_from: 2015-06-01, reference: "Owner {SSN}", to: "Port, re {SSN}"}}
events:
  - {{submission: appeal-2015, what: received, on: 2015-06-11, by: "B. for {SSN}"}}
confirmations:
  - submission: appeal-2015
    by: C. for {SSN}
    on: 2015-06-05
    how: phone
    reason: instructed-by-cbp
    address: ["Office for {SSN}", Washington]
    note: asked about {SSN}
"""


@pytest.fixture
def numbered(matter: Path) -> Path:
    """A matter with the number wherever a person may have written it."""
    text = matter.read_text(encoding="utf-8").replace(
        "title: Focused Assessment", f"title: {SSN} Focused Assessment", 1
    )
    text = text.replace("legal_name: Northwind Components, Inc.", f"legal_name: Northwind {SSN}", 1)
    text = text.replace("\n    by: Robert J. Hale\n", f"\n    by: Robert {SSN} Hale\n", 1)
    assert text.count(SSN) == 3
    matter.write_text(text + MORE, encoding="utf-8")
    load_matter(matter)
    return matter


@pytest.mark.parametrize(
    "command", [("check",), ("plan",), ("docket", "--explain"), ("docket",), ("build", "--only", f"a-{SSN}")]
)
@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_command_shows_it(invoke: Invoke, numbered: Path, command: tuple[str, ...], form: tuple[str, ...]) -> None:
    answer = invoke(command[0], numbered, *command[1:], "--as-of", "2015-06-12", *form)
    assert SHOWN in answer.out + answer.err
    assert SSN not in answer.out + answer.err


def test_no_calendar_file_shows_it(invoke: Invoke, numbered: Path, tmp_path: Path) -> None:
    assert invoke("docket", numbered, "--as-of", "2015-06-12", "--ics", tmp_path / "a.ics").code == 0
    text = (tmp_path / "a.ics").read_text(encoding="utf-8").replace("\n ", "")
    assert SHOWN in text
    assert SSN not in text


def test_no_answer_about_a_package_shows_it(numbered: Path) -> None:
    matter = load_matter(numbered).matter
    record = json.dumps(recipient_json(recipient_for(matter, matter.submissions[2])))
    assert SHOWN in record
    assert SSN not in record
    assert Origin("directory", f"given by C. for {SSN}").text == f"given by C. for {SHOWN}"
    error = InputError(f"There is no {SSN}.")
    assert (error.message, str(error)) == (f"There is no {SHOWN}.", f"There is no {SHOWN}.")


@pytest.mark.slow
def test_no_record_beside_a_package_shows_it(invoke: Invoke, numbered: Path, tmp_path: Path) -> None:
    shutil.copytree(NORTHWIND.parent / "exhibits", tmp_path / "exhibits")
    done = invoke("build", numbered, "--only", "application", "--out", tmp_path / "out", "--as-of", "2015-06-12")
    assert done.code == 0, done.err
    folder = tmp_path / "out" / "northwind-isa" / "application"
    records = {each.name: each.read_text("utf-8") for each in folder.iterdir() if each.suffix in (".json", ".html")}
    assert set(records) == {"manifest.json", "signatures.json", "checklist.html"}
    assert {name for name, text in records.items() if SSN in text} == set()
    assert f"Exhibit A: {SHOWN} Focused Assessment" in records["manifest.json"]
    assert f"Exhibit A: {SHOWN} Focused Assessment" in records["checklist.html"]
