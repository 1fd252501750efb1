"""One JSON object on standard output, whatever happens; each way to fail has its exit code."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest

from isa_docs.build import checks
from isa_docs.errors import ExitCode, OutputError
from tests.unit.cli.running import NORTHWIND, Invoke


class TestJson:
    def test_a_check_without_faults(self, invoke: Invoke) -> None:
        report = invoke("check", NORTHWIND, "--json", "--as-of", "2015-06-11").report
        assert report["exit_code"] == 0
        assert report["command"] == "check"
        assert report["result"] == {
            "matter": "northwind-isa",
            "as_of": "2015-06-11",
            "submissions": ["application", "anl-2015", "appeal-2015"],
        }

    def test_a_matter_that_is_not_there(self, invoke: Invoke) -> None:
        report = invoke("check", "nowhere.yaml", "--json").report
        assert report["exit_code"] == 4
        assert [finding["code"] for finding in report["findings"]] == ["INPUT-FILE"]

    def test_an_unknown_option(self, invoke: Invoke) -> None:
        report = invoke("build", "--nope", "--json").report
        assert (report["exit_code"], report["command"]) == (2, "build")
        assert "--nope" in report["message"]

    def test_an_unknown_command(self, invoke: Invoke) -> None:
        report = invoke("biuld", "m.yaml", "--json").report
        assert (report["exit_code"], report["command"]) == (2, "")
        assert report["message"] == "No such command 'biuld'. Did you mean 'build'?"

    def test_a_missing_argument(self, invoke: Invoke) -> None:
        assert "MATTER" in invoke("plan", "--json").report["message"]

    def test_a_date_that_is_none(self, invoke: Invoke) -> None:
        report = invoke("check", NORTHWIND, "--as-of", "tomorrow", "--json").report
        assert report["exit_code"] == 2
        assert "write year-month-day" in report["message"]

    def test_after_two_hyphens_json_is_a_file_name(self, invoke: Invoke) -> None:
        done = invoke("check", "--", "--json")
        assert (done.code, done.out.startswith("{")) == (4, False)

    def test_notes_stay_off_standard_output(self, invoke: Invoke) -> None:
        done = invoke("check", NORTHWIND, "--json")
        assert done.report["command"] == "check"  # parsed: nothing but the object is there
        assert "Judged as of" in done.err

    def test_text_is_printed_whole_in_utf_8(self, invoke: Invoke, matter: Path) -> None:
        text = matter.read_text(encoding="utf-8").replace("program_residency: US", "program_residency: Québec 東京")
        matter.write_text(text, encoding="utf-8")
        (finding,) = invoke("check", matter, "--json").report["findings"]
        assert finding["message"].startswith("Importer › Program residency is 'Québec 東京'; it must be one of: US,")

    def test_a_file_name_with_half_a_character(self, invoke: Invoke) -> None:
        report = invoke("check", "m\udce9.yaml", "--json").report
        assert report["findings"][0]["code"] == "INPUT-FILE"


class TestFailures:
    """What a command raises becomes an exit code and a sentence."""

    def raising(self, error: BaseException, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(*arguments: object, **more: object) -> None:
            raise error

        monkeypatch.setattr(checks, "check_matter", fail)

    def test_a_bug_is_1_and_asks_for_a_report(self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raising(ZeroDivisionError("division by zero"), monkeypatch)
        report = invoke("check", NORTHWIND, "--json").report
        assert report["exit_code"] == 1
        assert report["message"] == (
            "Unexpected error (ZeroDivisionError: division by zero). Run again with -vv and report what it prints."
        )

    def test_only_vv_shows_the_traceback(self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raising(ZeroDivisionError(), monkeypatch)
        assert "Traceback" not in invoke("check", NORTHWIND, "-v").err
        loud = invoke("check", NORTHWIND, "-vv", "--json")
        assert "Traceback" in loud.err
        assert loud.report["exit_code"] == 1

    def test_ctrl_c_is_130(self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raising(KeyboardInterrupt(), monkeypatch)
        assert invoke("check", NORTHWIND, "--json").report["exit_code"] == 130

    def test_a_full_disk_is_9(self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raising(OSError(errno.ENOSPC, "No space left on device", "package.pdf"), monkeypatch)
        done = invoke("check", NORTHWIND)
        assert done.code == ExitCode.OUTPUT
        assert "package.pdf: the disk is full." in done.err

    def test_our_own_errors_keep_their_code_and_words(self, invoke: Invoke, monkeypatch: pytest.MonkeyPatch) -> None:
        self.raising(OutputError("The shelf is full."), monkeypatch)
        done = invoke("check", NORTHWIND)
        assert (done.code, done.err.splitlines()[-1]) == (9, "The shelf is full.")


class TestText:
    def test_the_findings_of_a_check_are_its_product(self, invoke: Invoke, matter: Path) -> None:
        matter.write_text(matter.read_text(encoding="utf-8").replace("legal_name:", "legalname:"), encoding="utf-8")
        done = invoke("check", matter)
        assert done.code == 4
        assert done.out == (
            f"{matter}:8:3: error SCHEMA-UNKNOWN: 'legalname' is not known in Importer."
            " The required 'legal_name' is missing.\n    remedy: Did you mean 'legal_name'?\n"
        )

    def test_quiet_says_nothing_when_nothing_is_wrong(self, invoke: Invoke) -> None:
        done = invoke("check", NORTHWIND, "-q")
        assert (done.code, done.out, done.err) == (0, "", "")

    def test_the_day_taken_by_default_is_said(self, invoke: Invoke) -> None:
        assert "(today; --as-of changes it)" in invoke("check", NORTHWIND).err
        assert "Judged as of" not in invoke("check", NORTHWIND, "--as-of", "2015-06-11").err

    def test_an_unknown_submission_names_those_that_are_there(self, invoke: Invoke) -> None:
        done = invoke("check", NORTHWIND, "--only", "anl-2016")
        assert done.code == 4
        assert "remedy: There are: application, anl-2015, appeal-2015." in done.out

    def test_the_program_s_rules_give_5_with_authority_and_remedy(self, invoke: Invoke, matter: Path) -> None:
        text = NORTHWIND.read_text(encoding="utf-8").replace("acceptable_risk", "unacceptable_risk")
        folder = NORTHWIND.parent.as_posix()
        matter.write_text(text.replace("file: exhibits", f"file: {folder}/exhibits"), encoding="utf-8")
        done = invoke("check", matter, "--only", "application")
        assert done.code == 5
        assert ":95:15: error ISA-APL-" in done.out
        assert (
            "    authority: 77 FR 61012\n"
            "    remedy: Wait for the report that finds an acceptable risk, or apply on the standard route.\n"
        ) in done.out


def test_a_file_name_cannot_write_lines_or_colors_into_the_report(invoke: Invoke, tmp_path: Path) -> None:
    file = tmp_path / "m\nerror ISA-X: \x1b[31mforged.yaml"
    file.write_text("matter: [\n", encoding="utf-8")
    answer = invoke("check", file)
    assert answer.code == 4
    lines = (answer.out + answer.err).splitlines()
    assert not [line for line in lines if line.startswith("error") or "\x1b[31mforged" in line]
    assert "m\\nerror ISA-X: \\x1b[31mforged.yaml:" in answer.out
