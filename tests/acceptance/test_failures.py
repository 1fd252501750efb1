"""Each way a build can fail has its exit code, and leaves the last good output as it was, to the byte."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import docx
import pytest

from tests.acceptance.running import command, edit, environment, isa_docs, snapshot

pytestmark = pytest.mark.slow

CONVERTERS = Path(__file__).resolve().parents[1] / "fixtures" / "converters"
LETTER = "annual-notification.docx"


@pytest.fixture
def out(builds: Path, tmp_path: Path) -> Path:
    """An output folder in which the annual letter was built before."""
    folder = tmp_path / "out"
    shutil.copytree(builds / "northwind-isa" / "anl-2015", folder / "northwind-isa" / "anl-2015")
    return folder


@pytest.fixture
def converter(tmp_path: Path) -> Path:
    """A program that says it is LibreOffice and makes one blank page of any document."""
    program = tmp_path / "converter"
    program.write_text(f"#!{sys.executable} -IS\n" + (CONVERTERS / "obedient.py").read_text(encoding="utf-8"))
    program.chmod(0o755)
    return program


def build(matter: Path, out: Path, *more: str | Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """Build the annual letter of Northwind."""
    return isa_docs("build", matter, "--only", "anl-2015", "--out", out, *more, **extra)


class TestExitCodes:
    def fails(self, done: subprocess.CompletedProcess[str], code: int, says: str) -> None:
        assert done.returncode == code, done.stderr
        assert says in done.stderr
        assert "Traceback" not in done.stderr
        assert done.stdout == "", "nothing was built, so there is no product"

    @pytest.fixture(autouse=True)
    def untouched(self, out: Path) -> Any:
        """Whatever a test does, what was built before must still be there, and nothing beside it."""
        before = snapshot(out)
        yield
        assert snapshot(out) == before

    def test_2_a_wrong_call(self, northwind: Path, out: Path) -> None:
        self.fails(build(northwind, out, "--colour"), 2, "No such option '--colour'")

    def test_3_no_converter(self, northwind: Path, out: Path, tmp_path: Path) -> None:
        done = build(northwind, out, ISA_DOCS_SOFFICE=str(tmp_path / "nowhere"))
        self.fails(done, 3, "To install it:")

    def test_4_a_required_field_is_missing(self, northwind: Path, out: Path) -> None:
        edit(northwind, "  legal_name: Northwind Components, Inc.\n", "")
        self.fails(build(northwind, out), 4, "matter.yaml:7:1: error SCHEMA-REQUIRED: Importer › Legal name")

    def test_4_a_key_is_misspelt(self, northwind: Path, out: Path) -> None:
        edit(northwind, "received_on:", "recieved_on:")
        self.fails(build(northwind, out), 4, "Did you mean 'received_on'?")

    def test_4_the_yaml_is_broken(self, northwind: Path, out: Path) -> None:
        edit(northwind, "people:\n", "people: [\n")
        self.fails(build(northwind, out), 4, "matter.yaml:")

    def test_4_an_exhibit_file_is_not_there(self, northwind: Path, out: Path) -> None:
        (northwind.parent / "exhibits" / "test-results-2014.pdf").unlink()
        self.fails(build(northwind, out), 4, "The exhibit file exhibits/test-results-2014.pdf does not exist.")

    def test_5_a_rule_of_the_program_is_violated(self, northwind: Path, out: Path) -> None:
        edit(northwind, "date: 2015-01-12", "date: 2017-01-12")
        self.fails(build(northwind, out), 5, "error ISA-")

    def test_5_a_letter_that_does_not_state_continued_compliance(self, northwind: Path, out: Path) -> None:
        edit(northwind, "continues_to_meet_requirements: true", "continues_to_meet_requirements: false")
        self.fails(build(northwind, out), 5, "error ISA-")

    def test_6_a_template_that_is_no_word_file(self, northwind: Path, out: Path, tmp_path: Path) -> None:
        (tmp_path / "own").mkdir()
        (tmp_path / "own" / LETTER).write_text("Dear Chief:", encoding="utf-8")
        self.fails(build(northwind, out, "--templates", tmp_path / "own"), 6, LETTER)

    def test_6_a_template_that_asks_for_what_is_not_there(self, northwind: Path, out: Path, tmp_path: Path) -> None:
        (tmp_path / "own").mkdir()
        document = docx.Document()
        document.add_paragraph("Dear {{ importer.nickname }}:")
        document.save(str(tmp_path / "own" / LETTER))
        self.fails(build(northwind, out, "--templates", tmp_path / "own"), 6, "importer.nickname")

    def test_7_a_converter_that_makes_blank_pages(self, northwind: Path, out: Path, converter: Path) -> None:
        self.fails(build(northwind, out, "--soffice", converter), 7, "could not be converted")

    def test_7_a_converter_that_makes_nothing(self, northwind: Path, out: Path, converter: Path) -> None:
        text = converter.read_text(encoding="utf-8").replace('"blank" if', '"nothing" if')
        converter.write_text(text, encoding="utf-8")
        self.fails(build(northwind, out, "--soffice", converter), 7, "made no PDF")

    def test_8_an_exhibit_that_cannot_be_taken_in(self, northwind: Path, out: Path) -> None:
        (northwind.parent / "exhibits" / "test-results-2014.pdf").write_text("%PDF-1.7 nothing", encoding="utf-8")
        self.fails(build(northwind, out), 8, "test-results-2014.pdf")

    def test_9_a_file_stands_where_the_folder_should_be(self, northwind: Path, tmp_path: Path, out: Path) -> None:
        other = tmp_path / "other"
        other.mkdir()
        (other / "northwind-isa").write_text("in the way", encoding="utf-8")
        self.fails(build(northwind, other), 9, "cannot be written")
        assert (other / "northwind-isa").read_text(encoding="utf-8") == "in the way"


def test_one_package_that_fails_does_not_stop_the_others(northwind: Path, tmp_path: Path) -> None:
    (northwind.parent / "exhibits" / "fa-report.pdf").unlink()
    done = isa_docs("build", northwind, "--only", "application", "--only", "anl-2015", "--out", tmp_path / "out")
    assert done.returncode == 4
    assert "application: not built." in done.stderr
    assert "1 of 2 packages built" in done.stderr
    assert (tmp_path / "out" / "northwind-isa" / "anl-2015" / "northwind-isa-anl-2015.pdf").is_file()
    assert not (tmp_path / "out" / "northwind-isa" / "application").exists()


class TestInterruption:
    """A build that is stopped in the middle, with an older output in place."""

    def start(self, matter: Path, out: Path, temporary: Path) -> subprocess.Popen[str]:
        """Start a build and wait until the converter is at work."""
        temporary.mkdir()
        run = subprocess.Popen(
            command("build", matter, "--only", "anl-2015", "--out", out, "-v"),
            env=environment(TMPDIR=str(temporary), ISA_DOCS_CACHE_DIR=str(out.parent / "cache")),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        assert run.stderr is not None
        for line in run.stderr:
            if line.startswith("converting"):
                time.sleep(0.05)  # a whole build takes well below a second
                return run
        raise AssertionError("the build ended before it converted anything")

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_asked_to_stop_it_ends_with_130_and_leaves_no_litter(
        self, northwind: Path, out: Path, tmp_path: Path, number: signal.Signals
    ) -> None:
        before = snapshot(out)
        run = self.start(northwind, out, tmp_path / "temporary")
        os.kill(run.pid, number)
        said, complained = run.communicate(timeout=60)
        assert run.returncode == 130, complained
        assert said == ""
        assert "Interrupted" in complained
        assert snapshot(out) == before
        assert list((tmp_path / "temporary").iterdir()) == []

    def test_killed_it_leaves_the_old_output_and_the_next_build_succeeds(
        self, northwind: Path, out: Path, tmp_path: Path
    ) -> None:
        before = snapshot(out)
        run = self.start(northwind, out, tmp_path / "temporary")
        run.kill()
        run.communicate(timeout=60)
        assert run.returncode == -signal.SIGKILL
        assert snapshot(out) == before
        done = build(northwind, out)
        assert done.returncode == 0, done.stderr
        assert snapshot(out) == before
