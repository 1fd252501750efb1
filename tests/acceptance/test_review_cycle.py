"""A participant's years acted out over the command line: apply, accepted, two annual letters, notice, appeal, decision.

After each step the docket and the findings are looked at, as the firm would.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .running import edit, isa_docs

pytestmark = pytest.mark.slow

ACCEPTANCE = "acceptance:\n  mou_signed_by_cbp_on: 2013-01-15\n  certificate_date: 2013-01-15\n"


class Office:
    """One matter file and the folder its packages go to."""

    def __init__(self, matter: Path, out: Path) -> None:
        self.matter, self.out = matter, out

    def call(self, *arguments: str | Path) -> dict[str, Any]:
        done = isa_docs(*arguments, "--json")
        assert done.stdout, done.stderr
        report: dict[str, Any] = json.loads(done.stdout)
        assert report["exit_code"] == done.returncode
        return report

    def build(self, submission: str, day: str) -> dict[str, Any]:
        return self.call("build", self.matter, "--only", submission, "--as-of", day, "--out", self.out)

    def record(self, what: str, submission: str, day: str, *more: str) -> dict[str, Any]:
        report = self.call("record", self.matter, what, "--submission", submission, "--on", day, *more)
        assert report["exit_code"] == 0, report["message"]
        return report

    def docket(self, day: str) -> list[tuple[str, str]]:
        """Return what is due: the day and the status."""
        entries = self.call("docket", self.matter, "--as-of", day)["result"]["entries"]
        return [(each["due"], each["status"]) for each in entries]

    def package(self, submission: str) -> Path:
        return self.out / "northwind-isa" / submission


def errors(report: dict[str, Any]) -> set[str]:
    return {each["code"] for each in report["findings"] if each["severity"] == "error"}


def test_a_cycle_of_years(northwind: Path, tmp_path: Path) -> None:
    text = northwind.read_text(encoding="utf-8")
    letter_starts, appeal_starts = text.index("  - id: anl-2015"), text.index("  - id: appeal-2015")
    appeal_ends = text.index("\n# A warning that somebody has weighed")
    letter, appeal = text[letter_starts:appeal_starts], text[appeal_starts:appeal_ends]
    northwind.write_text(text[:letter_starts].replace(ACCEPTANCE, ""), encoding="utf-8")
    office = Office(northwind, tmp_path / "build")

    # The application is planned, built, verified as built, and sent.
    assert [status for _, status in office.docket("2012-10-15")] == ["ahead"]
    assert office.build("application", "2012-11-15")["exit_code"] == 0
    assert office.call("verify", next(office.package("application").glob("*.pdf")))["exit_code"] == 0
    office.record("sent", "application", "2012-11-15", "--carrier", "FedEx", "--tracking", "7712 0000 4521")
    office.record("received", "application", "2012-11-16", "--by", "Mail room, Partnership Programs Branch")
    assert office.docket("2012-12-01") == []

    # CBP signs the MOU: the clock of the annual letters starts.
    office.record("decided", "application", "2013-01-15", "--outcome", "accepted")
    assert office.docket("2013-02-01") == [("2015-01-15", "ahead")]
    assert office.docket("2015-02-20")[0] == ("2015-02-14", "late")

    # The first annual letter, written by hand.
    northwind.write_text(
        northwind.read_text(encoding="utf-8").replace("\nevents:", f"\n{letter.rstrip()}\n\nevents:"), encoding="utf-8"
    )
    assert office.build("anl-2015", "2015-01-12")["exit_code"] == 0
    office.record("sent", "anl-2015", "2015-01-12")
    assert office.docket("2015-02-20") == [("2016-01-15", "ahead")]

    # The second, carried over from the first: refused until everything is confirmed.
    carried = office.call("new", "annual-notification", "--from", office.package("anl-2015"), "--matter", northwind)
    assert (carried["exit_code"], carried["result"]["submission"]) == (0, "anl-2016")
    refused = office.build("anl-2016", "2016-01-08")
    assert (refused["exit_code"], errors(refused)) == (4, {"INPUT-UNCONFIRMED", "ISA-ANL-023"})
    settle(northwind)
    built = office.build("anl-2016", "2016-01-08")
    assert (built["exit_code"], errors(built)) == (0, set())
    compared = office.call("compare", office.package("anl-2015"), office.package("anl-2016"))
    assert compared["exit_code"] == 10
    assert compared["result"]["redlines"][0]["title"] == "Annual Notification Letter"
    office.record("sent", "anl-2016", "2016-01-15")
    assert office.docket("2016-01-18") == [("2017-01-13", "ahead")]

    # A notice of discontinuance: the appeal is on the docket from its receipt, and one sent too late is refused.
    late = (
        appeal.replace("id: appeal-2015", "id: appeal-2016")
        .replace("date: 2015-06-11", "date: 2016-03-10")
        .replace("dated: 2015-06-01", "dated: 2016-01-20")
        .replace("received_on: 2015-06-04", "received_on: 2016-01-22")
    )
    northwind.write_text(
        northwind.read_text(encoding="utf-8").replace("\nevents:", f"\n{late.rstrip()}\n\nevents:"), encoding="utf-8"
    )
    (due, status), *_ = office.docket("2016-01-25")
    assert "2016-02" in due
    assert status in ("open", "last-days")
    refused = office.build("appeal-2016", "2016-01-25")
    assert refused["exit_code"] == 5
    assert errors(refused) == {"ISA-APP-001"}
    edit(northwind, "date: 2016-03-10", "date: 2016-01-29")
    assert office.build("appeal-2016", "2016-01-29")["exit_code"] == 0
    office.record("sent", "appeal-2016", "2016-01-29")

    # The decision is counted from receipt, and leaves the docket when it comes.
    office.record("received", "appeal-2016", "2016-02-03")
    awaited = [each for each in office.docket("2016-02-10") if each[1] == "expected"]
    assert awaited == [("2016-03-17", "expected")]
    office.record("decided", "appeal-2016", "2016-03-10", "--outcome", "granted", "--by", "Assistant Commissioner")
    assert [each for each in office.docket("2016-03-20") if each[1] != "ahead"] == []


def settle(matter: Path) -> None:
    """Do what a paralegal does with the carried letter: fill in the numbers, state the rest, empty the list."""
    text = matter.read_text(encoding="utf-8")
    start = text.index("  - id: anl-2016")
    head, letter = text[:start], text[start:]
    for area, tested in (
        ("classification", 236),
        ("valuation", 236),
        ("origin", 100),
        ("trade-programs", 240),
        ("recordkeeping", 25),
    ):
        letter = letter.replace(f"area: {area}\n      items_tested: 0", f"area: {area}\n      items_tested: {tested}")
    before, _, after = letter.partition("    to_confirm:\n")
    rest = "".join(line for line in after.splitlines(keepends=True) if not line.startswith("    - "))
    matter.write_text(head + before + "    no_changes: true\n    to_confirm: []\n" + rest, encoding="utf-8")
