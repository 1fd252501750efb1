"""`isa-docs explain` and `isa-docs docket`, as a person calls them."""

from __future__ import annotations

import json
import re
import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest
import yaml

from isa_docs.cli.law import _rows
from isa_docs.errors import InputError
from isa_docs.findings import Place
from isa_docs.intake.load import load_matter
from isa_docs.intake.model import Matter, Submission
from isa_docs.intake.quick import PAPER_ONLY, docket_matter, quick_matter
from isa_docs.intake.source import read_source
from tests.unit.cli.running import NORTHWIND, Invoke

EXAMPLES = NORTHWIND.parents[1]
RULES = Path(__file__).resolve().parents[3] / "isa_docs" / "program" / "rules"


def test_explain_list_names_every_rule_in_the_code_and_no_other(invoke: Invoke) -> None:
    written = {
        code
        for file in RULES.glob("*.py")
        for code in re.findall(r"@rule\(\s*\"(ISA-[A-Z]+-\d+)\"", file.read_text(encoding="utf-8"))
    }
    answer = invoke("explain", "--list", "--json")
    assert answer.code == 0
    assert {rule["code"] for rule in answer.report["result"]["rules"]} == written


def test_explain_gives_words_authority_and_remedy(invoke: Invoke) -> None:
    answer = invoke("explain", "isa-app-001")
    assert answer.code == 0
    assert "77 Fed. Reg. 61012 (Oct. 5, 2012)" in answer.out
    for part in ("ISA-APP-001", "severity", "editions", "last verified", "remedy", "example"):
        assert part in answer.out


def test_explain_of_an_unknown_code_suggests_the_nearest(invoke: Invoke) -> None:
    answer = invoke("explain", "ISA-APP-O1")
    assert answer.code == 2
    assert "Did you mean" in answer.err


def test_docket_shows_the_right_next_date_of_each_example(invoke: Invoke) -> None:
    answer = invoke("docket", EXAMPLES, "--as-of", "2014-12-01", "--json")
    assert answer.code == 0
    entries = answer.report["result"]["entries"]
    assert [(entry["matter"], entry["due"], entry["status"]) for entry in entries] == [
        ("maple-isa", "2014-12-05", "open"),
        ("northwind-isa", "2015-01-15", "ahead"),
    ]


def test_docket_explains_the_count(invoke: Invoke) -> None:
    answer = invoke("docket", NORTHWIND, "--as-of", "2014-12-01", "--explain")
    assert "24 months from January 15, 2013" in answer.out
    assert "day 30 is Saturday, February 14, 2015" in answer.out


def test_docket_filters_by_days_and_by_lateness(invoke: Invoke) -> None:
    assert "Nothing is due." in invoke("docket", NORTHWIND, "--as-of", "2014-12-01", "--within", "30d").out
    late = invoke("docket", NORTHWIND, "--as-of", "2013-07-01", "--late")
    assert "Nothing is due." in late.out
    assert invoke("docket", NORTHWIND, "--within", "soon").code == 2


def test_one_bad_matter_is_named_and_the_others_are_shown(invoke: Invoke, tmp_path: Path) -> None:
    folder = tmp_path / "matters"
    folder.mkdir()
    shutil.copy(NORTHWIND, folder / "good.yaml")
    (folder / "bad.yaml").write_text("matter: x\nimporter: [\n", encoding="utf-8")
    answer = invoke("docket", folder, "--as-of", "2014-12-01")
    assert answer.code == 4
    assert "northwind-isa" in answer.out
    assert re.search(r"bad\.yaml:\d+", answer.err)
    assert "1 matter file cannot be read." in answer.err
    shutil.copy(folder / "bad.yaml", folder / "worse.yaml")
    assert "2 matter files cannot be read." in invoke("docket", folder, "--as-of", "2014-12-01").err


def test_the_calendar_file_is_the_same_when_written_again(invoke: Invoke, tmp_path: Path) -> None:
    for name in ("one.ics", "two.ics"):
        assert invoke("docket", EXAMPLES, "--as-of", "2014-12-01", "--ics", tmp_path / name).code == 0
    first = (tmp_path / "one.ics").read_bytes()
    assert first == (tmp_path / "two.ics").read_bytes()
    assert first.startswith(b"BEGIN:VCALENDAR\r\n")
    assert first.count(b"BEGIN:VEVENT") == 2


@pytest.mark.parametrize("name", ["northwind", "maple", "harborlight"])
def test_the_short_way_in_reads_what_the_full_one_reads(tmp_path: Path, name: str) -> None:
    path = EXAMPLES / name / "matter.yaml"
    full = load_matter(path).matter
    light = tuple(_without_papers(submission) for submission in full.submissions)
    quick = quick_matter(path)
    assert quick == msgspec.structs.replace(full, self_testing_plan=None, firm=None, notes=None, submissions=light)
    as_json = tmp_path / "matter.json"
    as_json.write_text(json.dumps(read_source(path).data), encoding="utf-8")
    assert quick_matter(as_json) == quick


def _without_papers(submission: Submission) -> Submission:
    empty = {"grounds": (), "statement_of_facts": ""}
    fields = {each.name: each for each in msgspec.structs.fields(submission)}
    cut = {name: empty.get(name, fields[name].default) for name in PAPER_ONLY if name in fields}
    return msgspec.structs.replace(submission, **cut)


@pytest.mark.parametrize("text", ["matter: &a x\n", "matter: x\n---\nmatter: y\n", "- a\n", "matter: x\nmatter: y\n"])
def test_the_short_way_in_leaves_doubt_to_the_full_one(tmp_path: Path, text: str) -> None:
    path = tmp_path / "matter.yaml"
    path.write_text(text, encoding="utf-8")
    assert quick_matter(path) is None


FLOW = """matter: f-1
importer: {legal_name: X, program_residency: US, address: {lines: [a], city: b, region: WA, postal_code: "98402"},
  ior_numbers: [{number: 12-345678900, name: X}]}
people: {officer: {name: A, title: President, office: president}, isa_contact: {name: B, title: C}}
submissions:
  - { id: appeal, kind: discontinuance-appeal, date: 2022-01-05,
      notice: {type: proposed, dated: 2022-01-03, received_on: 2022-01-03},
      grounds: [{id: g, category: mou-terms, title: T, notice_states: S, response: R}],
      statement_of_facts: Facts., edition: ctpat-tc,
      signer: officer
    }
"""
QUOTED = """matter: f-1
importer: {legal_name: X, program_residency: US, address: {lines: [a], city: b, region: WA, postal_code: "98402"},
  ior_numbers: [{number: 12-345678900, name: X}]}
people: {officer: {name: A, title: President, office: president}, isa_contact: {name: B, title: C}}
submissions:
  - id: appeal
    kind: discontinuance-appeal
    date: 2022-01-05
    notice: {type: proposed, dated: 2022-01-03, received_on: 2022-01-03}
    grounds: [{id: g, category: mou-terms, title: T, notice_states: S, response: R}]
    statement_of_facts: "The notice names an
    edition: ctpat-tc
    # and an end"
"""


FACTS = QUOTED[QUOTED.index("    statement_of_facts: ") :]
ACTIONS = """    corrective_actions: [{action: a, status: planned}, {action: b,
    edition: ctpat-tc
    status: planned}]
"""


@pytest.mark.parametrize(
    "text",
    [
        FLOW,
        QUOTED,
        QUOTED.replace('"The', "'The").replace('end"', "end'"),
        QUOTED.replace('statement_of_facts: "The', 'statement_of_facts:\n      "The'),
        QUOTED.replace(FACTS, "    signer: officer\r    statement_of_facts: x\r    edition: ctpat-tc"),
        QUOTED.replace(FACTS, f"    statement_of_facts: x\n{ACTIONS}"),
    ],
)
def test_what_a_line_may_be_the_middle_of_is_never_read_another_way(tmp_path: Path, text: str) -> None:
    path = tmp_path / "matter.yaml"
    path.write_bytes(text.encode())
    full = _in_full(path)
    assert quick_matter(path) in (None, full)
    assert _docketed(path) == full


def _in_full(path: Path) -> Matter | None:
    """Return what the full reader makes of a file, without what only papers need; None where it refuses it."""
    try:
        full = load_matter(path).matter
    except InputError:
        return None
    light = tuple(_without_papers(submission) for submission in full.submissions)
    return msgspec.structs.replace(full, self_testing_plan=None, firm=None, notes=None, submissions=light)


def _docketed(path: Path) -> Matter | None:
    """Return the same of what the docket reads."""
    try:
        found = docket_matter(path)
    except InputError:
        return None
    light = tuple(_without_papers(submission) for submission in found.submissions)
    return msgspec.structs.replace(found, self_testing_plan=None, firm=None, notes=None, submissions=light)


NAME = "legal_name: Northwind Components, Inc."
EVENT = "events: [{submission: apeal-2015, what: sent, on: 2015-06-11}]"
CONFIRMED = "{submission: x, by: y, on: 2015-01-01, how: phone, reason: historical, address: [a]}"
REFUSED = {
    "an event of an unknown submission": ("\nsubmissions:", f"\n{EVENT}\nsubmissions:"),
    "a confirmation of an unknown submission": ("\nsubmissions:", f"\nconfirmations: [{CONFIRMED}]\nsubmissions:"),
    "a bidirectional override": (NAME, 'legal_name: "Northwind\\u202e Components, Inc."'),
    "a raw bidirectional override": (NAME, "legal_name: Northwind\u202e Components, Inc."),
    "a control character": (NAME, 'legal_name: "Northwind\\x1b[31m Components, Inc."'),
    "notes where there are none": (NAME, f"{NAME}\n  notes: x"),
    "notes twice": (NAME, f"{NAME}\nnotes: x\nnotes: y"),
    "a message where there is none": ("    notice:\n", "    notice:\n      message: x\n"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_the_short_way_in_refuses_what_the_full_one_refuses(tmp_path: Path, why: str) -> None:
    path = tmp_path / "matter.yaml"
    text = NORTHWIND.read_text(encoding="utf-8")
    assert REFUSED[why][0] in text
    path.write_text(text.replace(*REFUSED[why], 1), encoding="utf-8")
    assert quick_matter(path) is None
    with pytest.raises(InputError):
        docket_matter(path)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"matter": ', '"acceptance": {"mou_signed_by_cbp_on": "2016-01-15"}, "matter": '),
        ('"matter": ', '"notes": NaN, "matter": '),
        ('"Northwind Components, Inc."', '"Northwind\\u202e Components, Inc."'),
        ('"Northwind Components, Inc."', '"Northwind\\ud800 Components, Inc."'),
        ('"Northwind Components, Inc."', '"Northwind\\u0007 Components, Inc."'),
    ],
)
def test_the_short_way_in_refuses_json_that_the_full_one_refuses(tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "matter.json"
    text = json.dumps(read_source(NORTHWIND).data)
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(InputError):
        docket_matter(path)


def test_the_short_way_in_minds_no_quotation_in_what_it_does_not_look_at(tmp_path: Path) -> None:
    path = tmp_path / "matter.yaml"
    path.write_text(
        NORTHWIND.read_text(encoding="utf-8") + '\nnotes: |\n  He said "it is\n  done".\n', encoding="utf-8"
    )
    assert quick_matter(path) == _in_full(path) is not None


def test_the_short_way_in_takes_lists_that_stand_as_far_left_as_their_key(tmp_path: Path) -> None:
    path = tmp_path / "matter.yaml"
    text = yaml.safe_dump(read_source(NORTHWIND).data, sort_keys=False, width=4096)
    path.write_text(text.replace("'on':", "on:"), encoding="utf-8")
    assert quick_matter(path) == _in_full(path) is not None


@pytest.mark.parametrize("year", ["0001", "1899", "2100", "9999"])
def test_the_short_way_in_leaves_dates_that_the_schema_refuses_to_the_full_one(tmp_path: Path, year: str) -> None:
    path = tmp_path / "matter.yaml"
    text = NORTHWIND.read_text(encoding="utf-8")
    assert "received_on: 2015-06-04" in text
    path.write_text(text.replace("received_on: 2015-06-04", f"received_on: {year}-06-05"), encoding="utf-8")
    assert quick_matter(path) is None


def test_a_matter_with_an_impossible_date_does_not_hide_the_others(invoke: Invoke, tmp_path: Path) -> None:
    folder = tmp_path / "matters"
    folder.mkdir()
    shutil.copy(NORTHWIND, folder / "good.yaml")
    text = NORTHWIND.read_text(encoding="utf-8").replace("received_on: 2015-06-04", "received_on: 9999-12-31")
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    answer = invoke("docket", folder, "--as-of", "2014-12-01", "--json")
    assert answer.code == 4
    assert {Path(entry["file"]).name for entry in answer.report["result"]["entries"]} == {"good.yaml"}
    assert {Path(each["place"]["file"]).name for each in answer.report["findings"]} == {"bad.yaml"}


def test_dates_that_cannot_be_counted_are_one_finding_for_their_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def beyond(*_: object, **__: object) -> None:
        raise OverflowError("date value out of range")

    monkeypatch.setattr("isa_docs.program.docket.docket_entries", beyond)
    rows, findings = _rows([NORTHWIND], day=date(2014, 12, 1), retention=False, words=True, events=False)
    assert rows == []
    assert [(each.code, each.place) for each in findings] == [("INPUT-DATES", Place(str(NORTHWIND)))]


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01", "1989-12-31", "2201-01-01", "20141201", "2014-W49-1"])
def test_the_day_to_judge_by_is_a_plain_date_of_a_year_that_can_be_counted(invoke: Invoke, day: str) -> None:
    answer = invoke("docket", NORTHWIND, "--as-of", day)
    assert answer.code == 2
    assert day in answer.err
