"""Next year's annual notification from last year's package."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cli.running import NORTHWIND, Invoke

from isa_docs.intake.load import load_matter

from .manifests import whole_manifest


@pytest.fixture
def matter(tmp_path: Path) -> Path:
    file = tmp_path / "matter.yaml"
    file.write_bytes(NORTHWIND.read_bytes())
    (tmp_path / "exhibits").symlink_to(NORTHWIND.parent / "exhibits")
    return file


def last_year(matter: Path, submission: str = "anl-2015", date: str = "2015-01-12", **changes: Any) -> Path:
    """Write last year's manifest."""
    folder = matter.parent / "last"
    folder.mkdir()
    of = {
        "id": "northwind-isa",
        "submission": submission,
        "date": date,
        "sha256": hashlib.sha256(matter.read_bytes()).hexdigest(),
        **changes,
    }
    (folder / "manifest.json").write_text(json.dumps(whole_manifest(matter=of)))
    return folder


def carried(invoke: Invoke, matter: Path, folder: Path) -> dict[str, str]:
    run = invoke("new", "annual-notification", "--from", folder, "--matter", matter, "--json")
    assert run.code == 0, run.err
    return {each["field"]: each["state"] for each in run.report["result"]["values"]}


def test_every_value_is_marked(invoke: Invoke, matter: Path) -> None:
    assert carried(invoke, matter, last_year(matter)) == {
        "id": "changed",
        "kind": "same",
        "date": "changed",
        "signer": "same",
        "delivery": "to confirm",
        "copies_to": "same",
        "confidentiality": "to confirm",
        "period": "changed",
        "continues_to_meet_requirements": "to confirm",
        "changes": "to confirm",
        "results": "to confirm",
        "post_entry_corrections": "to confirm",
        "exhibits": "to confirm",
        "last_year": "changed",
    }


def test_what_the_matter_then_holds(invoke: Invoke, matter: Path) -> None:
    before = matter.read_text(encoding="utf-8")
    carried(invoke, matter, last_year(matter))
    assert matter.read_text(encoding="utf-8").startswith(before[: before.index("submissions:")])
    letter = load_matter(matter).matter.submissions[-1]
    assert (letter.id, letter.date.isoformat()) == ("anl-2016", "2016-01-15")
    assert (letter.period.start.isoformat(), letter.period.end.isoformat()) == ("2015-01-01", "2015-12-31")
    assert letter.last_year.letter_date.isoformat() == "2015-01-12"
    assert [each.area for each in letter.results] == [
        "classification",
        "valuation",
        "origin",
        "trade-programs",
        "recordkeeping",
    ]


def test_a_build_refuses_what_is_not_confirmed(invoke: Invoke, matter: Path, tmp_path: Path) -> None:
    carried(invoke, matter, last_year(matter))
    run = invoke("build", matter, "--only", "anl-2016", "--as-of", "2016-01-05", "--out", tmp_path / "out", "--json")
    assert run.code == 4
    found = [each["message"] for each in run.report["findings"] if each["code"] == "INPUT-UNCONFIRMED"]
    assert len(found) == 7
    assert not list(tmp_path.glob("out/*/anl-2016"))


def test_once_confirmed_nothing_is_left_to_refuse(invoke: Invoke, matter: Path) -> None:
    carried(invoke, matter, last_year(matter))
    text = matter.read_text(encoding="utf-8")
    matter.write_text(text[: text.index("    to_confirm:")] + "    to_confirm: []\n", encoding="utf-8")
    run = invoke("check", matter, "--only", "anl-2016", "--as-of", "2016-01-05", "--json")
    assert "INPUT-UNCONFIRMED" not in {each["code"] for each in run.report["findings"]}


def test_a_matter_changed_since_is_said(invoke: Invoke, matter: Path) -> None:
    states = carried(invoke, matter, last_year(matter, sha256="0" * 64))
    assert states["last_year"] == "to confirm"


def test_the_first_letter_follows_the_application(invoke: Invoke, matter: Path) -> None:
    text = matter.read_text(encoding="utf-8")
    matter.write_text(text[: text.index("  - id: anl-2015")], encoding="utf-8")
    states = carried(invoke, matter, last_year(matter, "application", "2012-11-15"))
    assert states["period"] == "to confirm"
    letter = load_matter(matter).matter.submissions[-1]
    assert (letter.period.start.isoformat(), letter.period.end.isoformat()) == ("2014-01-15", "2015-01-14")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"id": "other"}, "of the matter 'other'"),
        ({"submission": "appeal-2015"}, "is an appeal"),
        ({"submission": "gone"}, "is no longer in the matter"),
    ],
)
def test_what_has_no_successor(invoke: Invoke, matter: Path, changes: dict[str, str], words: str) -> None:
    folder = last_year(matter, **changes)
    before = matter.read_bytes()
    run = invoke("new", "annual-notification", "--from", folder, "--matter", matter)
    assert run.code == 4
    assert words in run.err
    assert matter.read_bytes() == before


def test_twice_is_refused(invoke: Invoke, matter: Path) -> None:
    folder = last_year(matter)
    carried(invoke, matter, folder)
    assert invoke("new", "annual-notification", "--from", folder, "--matter", matter).code == 4


def test_from_and_matter_go_together(invoke: Invoke, matter: Path) -> None:
    assert invoke("new", "annual-notification", "--from", last_year(matter)).code == 2
