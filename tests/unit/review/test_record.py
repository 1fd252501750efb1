"""Recording what became of a submission: one line more in the file, and the docket follows."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.running import NORTHWIND, Invoke

from isa_docs.errors import InputError
from isa_docs.intake.source import parse_source
from isa_docs.review.record import with_acceptance, with_event

EVENT = {"submission": "a", "what": "sent", "on": "2015-06-11"}
LINE = "{submission: a, what: sent, on: 2015-06-11}"


def added(text: str, event: dict[str, str] = EVENT, name: str = "matter.yaml") -> str:
    return with_event(parse_source(text.encode(), name), event)


class TestTheText:
    def test_the_first_event_goes_to_the_end(self) -> None:
        assert added("matter: x  # ours\n") == f"matter: x  # ours\n\nevents:\n  - {LINE}\n"

    def test_the_next_follows_the_last_as_it_is_indented(self) -> None:
        text = "events:\n- submission: a  # courier\n  what: sent\n  on: 2015-01-01  # Thursday\n# done\nmatter: x\n"
        assert added(text) == text.replace("# Thursday\n", f"# Thursday\n- {LINE}\n")

    def test_a_list_in_brackets(self) -> None:
        assert added("events: []  # none\nmatter: x\n") == f"events: [{LINE}]  # none\nmatter: x\n"

    def test_an_empty_value(self) -> None:
        assert added("events:\nmatter: x\n") == f"events:\n  - {LINE}\nmatter: x\n"

    def test_a_file_without_a_last_line_end(self) -> None:
        assert added("events:\n  - {what: sent}") == f"events:\n  - {{what: sent}}\n  - {LINE}\n"

    def test_windows_line_ends_stay(self) -> None:
        text = added("matter: x\r\n")
        assert text == f"matter: x\r\n\r\nevents:\r\n  - {LINE}\r\n"

    def test_json(self) -> None:
        assert '"what": "sent"' in added('{"matter": "x"}', name="matter.json")

    @pytest.mark.parametrize("value", ["yes", "7725 0000", "0012", "a: b", "# 12", 'O\'Neil "Jr"', "2015-06-11", "1e3"])
    def test_every_text_comes_back_as_it_was(self, value: str) -> None:
        text = added("matter: x\n", {**EVENT, "note": value})
        assert parse_source(text.encode(), "matter.yaml").data["events"][0]["note"] == value

    def test_what_cannot_be_added_safely_is_refused(self) -> None:
        with pytest.raises(InputError, match="cannot be added to safely"):
            added("{matter: x}\n")

    def test_acceptance(self) -> None:
        text = with_acceptance(parse_source(b"matter: x\n", "matter.yaml"), "2013-01-15")
        assert text == "matter: x\n\nacceptance:\n  mou_signed_by_cbp_on: 2013-01-15\n"


@pytest.fixture
def matter(tmp_path: Path) -> Path:
    """Northwind before it was accepted."""
    file = tmp_path / "matter.yaml"
    text = NORTHWIND.read_text(encoding="utf-8")
    file.write_text(
        text.replace("acceptance:\n  mou_signed_by_cbp_on: 2013-01-15\n  certificate_date: 2013-01-15\n", "")
    )
    (tmp_path / "exhibits").symlink_to(NORTHWIND.parent / "exhibits")
    return file


class TestTheCommand:
    def test_acceptance_starts_the_clock_of_the_annual_letters(self, invoke: Invoke, matter: Path) -> None:
        before = matter.read_text(encoding="utf-8")
        application = ("--submission", "application")
        run = invoke("record", matter, "decided", *application, "--on", "2013-01-15", "--outcome", "accepted", "--json")
        assert run.code == 0, run.err
        assert [each["due"] for each in run.report["result"]["docket"]] != []
        after = matter.read_text(encoding="utf-8")
        assert after.startswith(before.rstrip())
        assert "acceptance:\n  mou_signed_by_cbp_on: 2013-01-15\n" in after
        assert invoke("check", matter, "--only", "application", "--as-of", "2013-02-01").code == 0

    def test_the_decision_is_counted_from_receipt_and_leaves_the_docket_when_it_comes(
        self, invoke: Invoke, tmp_path: Path
    ) -> None:
        file = tmp_path / "matter.yaml"
        file.write_text(NORTHWIND.read_text(encoding="utf-8"))

        def awaited() -> list[str]:
            report = invoke("docket", file, "--as-of", "2015-07-01", "--json").report
            return [each["due"] for each in report["result"]["entries"] if each["submission"] == "appeal-2015"]

        assert awaited() == ["2015-07-24"]
        appeal = ("--submission", "appeal-2015")
        assert invoke("record", file, "sent", *appeal, "--on", "2015-06-11", "--carrier", "FedEx").code == 0
        assert invoke("record", file, "received", *appeal, "--on", "2015-06-15").code == 0
        assert awaited() == ["2015-07-28"]
        assert invoke("record", file, "decided", *appeal, "--on", "2015-06-30", "--outcome", "granted").code == 0
        assert awaited() == []

    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (("sent", "--submission", "nothing"), "There is no submission 'nothing'"),
            (("received", "--submission", "appeal-2015", "--on", "2015-06-10"), "before it was sent on 2015-06-11"),
            (("decided", "--submission", "appeal-2015", "--on", "2015-07-01", "--outcome", "accepted"), "no outcome"),
            (("sent", "--submission", "application", "--on", "2012-11-01"), "before its own date, 2012-11-15"),
            (
                ("sent", "--submission", "application", "--on", "2012-11-20", "--as-of", "2012-11-19"),
                "cannot be sent on 2012-11-20 already: it is 2012-11-19",
            ),
            (("sent", "--submission", "application", "--on", "2999-01-01"), "cannot be sent on 2999-01-01 already"),
        ],
    )
    def test_what_is_refused(self, invoke: Invoke, matter: Path, arguments: tuple[str, ...], words: str) -> None:
        before = matter.read_bytes()
        run = invoke("record", matter, *arguments)
        assert run.code == 4
        assert words in run.err
        assert matter.read_bytes() == before

    def test_an_acceptance_that_contradicts_the_matter_is_refused(self, invoke: Invoke, tmp_path: Path) -> None:
        file = tmp_path / "matter.yaml"
        file.write_bytes(NORTHWIND.read_bytes())
        call = ("record", file, "decided", "--submission", "application", "--outcome", "accepted", "--on")
        run = invoke(*call, "2013-03-01")
        assert run.code == 4
        assert "RECORD-REFUSED" in run.err
        assert "CBP signed the MOU on 2013-01-15" in run.err
        assert "--on 2013-01-15" in run.err
        denied = invoke("record", file, "decided", "--submission", "application", "--outcome", "not-accepted")
        assert denied.code == 4
        assert "cannot be 'not-accepted': the matter says that CBP signed the MOU on 2013-01-15" in denied.err
        assert file.read_bytes() == NORTHWIND.read_bytes()
        assert invoke(*call, "2013-01-15").code == 0

    def test_what_was_received_was_not_sent_later(self, invoke: Invoke, matter: Path) -> None:
        application = ("--submission", "application", "--on")
        assert invoke("record", matter, "received", *application, "2012-11-19").code == 0
        run = invoke("record", matter, "sent", *application, "2012-11-20")
        assert run.code == 4
        assert "after it was received on 2012-11-19" in run.err
        assert invoke("record", matter, "sent", *application, "2012-11-16", "--tracking", "1").code == 0
        assert invoke("record", matter, "sent", *application, "2012-11-20", "--tracking", "2").code == 0

    def test_a_link_stays_a_link(self, invoke: Invoke, matter: Path) -> None:
        link = matter.with_name("link.yaml")
        link.symlink_to(matter)
        assert invoke("record", link, "sent", "--submission", "application", "--on", "2012-11-15").code == 0
        assert link.is_symlink()
        assert "what: sent" in matter.read_text(encoding="utf-8")

    def test_the_same_twice_is_refused(self, invoke: Invoke, matter: Path) -> None:
        call = ("record", matter, "sent", "--submission", "application", "--on", "2012-11-15")
        assert invoke(*call).code == 0
        assert invoke(*call).code == 4

    def test_an_outcome_belongs_to_a_decision(self, invoke: Invoke, matter: Path) -> None:
        assert invoke("record", matter, "sent", "--submission", "application", "--outcome", "granted").code == 2
        assert invoke("record", matter, "decided", "--submission", "application").code == 2
