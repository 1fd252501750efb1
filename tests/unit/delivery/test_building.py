"""What a build of a service may read, what it tells, and that its process may die without taking the service along."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from isa_docs.delivery import building_worker
from isa_docs.delivery.building import (
    ANNUAL,
    APPEAL,
    BuildOrder,
    PackageWork,
    _failure,
    build_here,
    priority_of_file,
)
from isa_docs.delivery.building_process import ProcessBuilder, _asked, _Child
from isa_docs.delivery.intake import Reception, version_with
from isa_docs.delivery.jobs.inline import InlineJobs
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, Job, JobRequest, JobState
from isa_docs.delivery.results import finding_lines, mask, plain_text, read_result
from isa_docs.delivery.spool import Spool, clean_name, matter_name
from isa_docs.errors import ExitCode, InputError
from isa_docs.findings import Finding, Severity

from .conftest import DAY

NORTHWIND = Path(__file__).parents[3] / "examples" / "northwind"
AS_OF = date(2015, 6, 12)
"""A day when nothing in the example lies in the future."""


def order(matter: Path, folder: Path, *only: str) -> BuildOrder:
    return BuildOrder(matter, folder, AS_OF, only)


@pytest.mark.slow
def test_an_exhibit_outside_the_intake_is_refused(tmp_path: Path) -> None:
    text = (NORTHWIND / "matter.yaml").read_text(encoding="utf-8")
    (tmp_path / "secret.pdf").write_bytes(b"%PDF")
    inside = tmp_path / "intake"
    inside.mkdir()
    (inside / "matter.yaml").write_text(text.replace("exhibits/fa-report.pdf", "../secret.pdf"), encoding="utf-8")
    result = ProcessBuilder(tmp_path / "cache")(order(inside / "matter.yaml", tmp_path / "out"))
    assert (result.state, result.exit_code) == (JobState.NEEDS_CORRECTION, 4)
    codes = {each["code"] for each in read_result(tmp_path / "out")["findings"]}
    assert codes == {"JOB-EXHIBIT"}


@pytest.mark.slow
def test_a_fault_is_told_by_the_title_of_its_field(tmp_path: Path) -> None:
    matter = tmp_path / "matter.yaml"
    shutil.copy(NORTHWIND / "matter.yaml", matter)
    text = matter.read_text(encoding="utf-8")
    matter.write_text(text.replace("legal_name:", "legal_nam:", 1), encoding="utf-8")
    result = ProcessBuilder(tmp_path / "cache")(order(matter, tmp_path / "out"))
    assert result.message == "1 thing is to be corrected."
    request = JobRequest("ab" * 16, "api", "", "cd" * 32, DAY)
    told = plain_text(Job(request, result.state, message=result.message), read_result(tmp_path / "out"))
    assert "1. Importer › legal_nam – line" in told
    assert "Did you mean 'legal_name'?" in told


class TestTheAgencysForm:
    """What is wrong with it is for whoever brought it: the intake, or the firm's templates folder."""

    def build(self, folder: Path, change: Callable[[str], str], templates: Path | None = None) -> BuildResult:
        """Build the application of the example, with its matter changed, as far as no converter is needed."""
        shutil.copytree(NORTHWIND, folder / "intake")
        matter = folder / "intake" / "matter.yaml"
        matter.write_text(change(matter.read_text(encoding="utf-8")), encoding="utf-8")
        asked = replace(order(matter, folder / "out", "application"), templates=templates)
        return build_here(asked, lambda: pytest.fail("nothing is to be converted"))

    def codes(self, folder: Path) -> set[str]:
        return {each["code"] for each in read_result(folder / "out")["findings"] if each["severity"] == "error"}

    @pytest.mark.parametrize(
        ("form", "code"),
        [
            ("form.pdf", "FORM-MISSING"),
            ("form.txt", "FORM-KIND"),
            ("form.docx", "FORM-PLACES"),
            ("../form.pdf", "FORM-OUTSIDE"),
        ],
    )
    def test_of_the_intake_is_to_be_corrected_there(self, tmp_path: Path, form: str, code: str) -> None:
        def named(text: str) -> str:
            for name in ("form.txt", "form.docx", "form.yaml"):
                (tmp_path / "intake" / name).write_text("places: []\n")
            return text.replace("    mou:\n", f"    mou:\n      form: {form}\n", 1)

        result = self.build(tmp_path, named)
        assert self.codes(tmp_path) == {code}
        assert (result.state, result.exit_code) == (JobState.NEEDS_CORRECTION, 6)

    def test_of_the_firm_is_ours(self, tmp_path: Path) -> None:
        (tmp_path / "templates").mkdir()
        (tmp_path / "templates" / "mou-form.docx").touch()
        result = self.build(tmp_path, lambda text: text, tmp_path / "templates")
        assert self.codes(tmp_path) == {"FORM-MISSING"}
        assert (result.state, result.exit_code) == (JobState.FAILED, 6)

    def test_and_a_broken_rule_are_both_the_intakes(self, tmp_path: Path) -> None:
        def changed(text: str) -> str:
            text = text.replace("    mou:\n", "    mou:\n      form: form.pdf\n", 1)
            return text.replace("ior_numbers: [12-345678900, 12-345678901]", "ior_numbers: [12-345678902]", 1)

        result = self.build(tmp_path, changed)
        codes = self.codes(tmp_path)
        assert "FORM-MISSING" in codes
        assert any(code.startswith("ISA-") for code in codes)
        assert result.state is JobState.NEEDS_CORRECTION


def test_a_warning_that_stops_a_strict_build_is_the_intakes_and_is_told() -> None:
    fault = Finding("EXH-BLANK", Severity.WARNING, "A page of the exhibit is blank.", "Look at it.")
    assert _failure(ExitCode.ASSEMBLY, [fault], strict=True).state is JobState.NEEDS_CORRECTION
    assert finding_lines([fault], strict=True) == ["A page of the exhibit is blank. Look at it."]
    assert finding_lines([fault]) == []


def test_a_font_that_is_missing_is_ours_even_on_a_form_of_the_intake() -> None:
    fault = Finding("FORM-CHARACTER", Severity.ERROR, "No installed font can show 漢 on the form.", "Install one.")
    assert _failure(ExitCode.TEMPLATE, [fault], form=True).state is JobState.FAILED


def test_every_file_of_the_firms_templates_counts(tmp_path: Path) -> None:
    versions = {version_with(None), version_with(tmp_path)}
    for name in ("mou.docx", "mou-form.pdf", "mou-form.yaml"):
        (tmp_path / name).write_text("one")
        versions.add(version_with(tmp_path))
        (tmp_path / name).write_text("two")
        versions.add(version_with(tmp_path))
    assert len(versions) == 2 + 6
    assert version_with(tmp_path) == version_with(tmp_path)


def test_a_build_whose_process_dies_is_ours_and_worth_another_try(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dies = tmp_path / "dies"
    dies.write_text("#!/bin/sh\nkill -SEGV $$\n")
    dies.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(dies))
    result = ProcessBuilder(tmp_path / "cache")(order(NORTHWIND / "matter.yaml", tmp_path / "out"))
    assert (result.state, result.passing) == (JobState.FAILED, True)


def test_a_build_that_takes_too_long_is_ended(tmp_path: Path) -> None:
    result = ProcessBuilder(tmp_path / "cache", longest=0.01)(order(NORTHWIND / "matter.yaml", tmp_path / "out"))
    assert (result.state, result.passing) == (JobState.FAILED, True)


def wait_until(what: Callable[[], object], within: float = 60) -> None:
    end = time.monotonic() + within
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


def letter(folder: Path, name: str = "Northwind Components") -> BuildOrder:
    """Return the order for the annual letter of an importer of this name, in folders below ``folder``."""
    shutil.copytree(NORTHWIND, folder / "intake")
    matter = folder / "intake" / "matter.yaml"
    text = matter.read_text(encoding="utf-8").replace("Northwind Components", name)
    matter.write_text(text, encoding="utf-8")
    return order(matter, folder / "out", "anl-2015")


@pytest.mark.slow
class TestTheProcessThatBuilds:
    @pytest.fixture
    def builder(self, tmp_path: Path) -> Iterator[ProcessBuilder]:
        builder = ProcessBuilder(tmp_path / "cache")
        yield builder
        builder.close()

    def test_it_is_kept_and_its_second_letter_is_that_of_a_new_process(
        self, builder: ProcessBuilder, tmp_path: Path
    ) -> None:
        assert builder(letter(tmp_path / "other", "Other Components")).state is JobState.BUILT
        (first,) = builder._idle[False]
        second = builder(letter(tmp_path / "kept"))
        assert builder._idle[False] == [first]
        builder.close()
        assert first._process.poll() == 0
        assert list((tmp_path / "cache" / "runs").iterdir()) == []
        fresh = ProcessBuilder(tmp_path / "another cache")
        assert fresh(letter(tmp_path / "new")) == second
        fresh.close()

    def test_what_gives_way_has_processes_of_its_own(self, builder: ProcessBuilder, tmp_path: Path) -> None:
        builder(replace(letter(tmp_path / "a"), patient=True))
        builder(letter(tmp_path / "b", "Other Components"))
        (patient,), (urgent,) = builder._idle[True], builder._idle[False]
        niceness = [os.getpriority(os.PRIO_PROCESS, each._process.pid) for each in (patient, urgent)]
        assert niceness[0] == min(niceness[1] + 10, 19)

    def test_one_that_died_while_idle_is_replaced(self, builder: ProcessBuilder, tmp_path: Path) -> None:
        builder(letter(tmp_path / "a"))
        builder._idle[False][0]._process.kill()
        builder._idle[False][0]._process.wait()
        assert builder(letter(tmp_path / "b", "Other Components")).state is JobState.BUILT

    def test_one_killed_in_the_middle_leaves_no_part_of_an_intake(
        self, builder: ProcessBuilder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
        (tmp_path / "tmp").mkdir()
        results: list[BuildResult] = []
        thread = threading.Thread(target=lambda: results.append(builder(letter(tmp_path / "a"))))
        children: list[_Child] = []
        monkeypatch.setattr(_Child, "ask", _remembering(children, _Child.ask))
        thread.start()
        runs = tmp_path / "cache" / "runs"
        wait_until(lambda: list(runs.rglob("anl-2015")))
        children[0]._process.kill()
        thread.join()
        assert (results[0].state, results[0].passing) == (JobState.FAILED, True)
        assert builder(letter(tmp_path / "b")).state is JobState.BUILT
        builder.close()
        assert list(runs.iterdir()) == []
        assert list((tmp_path / "tmp").iterdir()) == []

    def test_one_whose_service_is_gone_ends_in_the_middle(self, tmp_path: Path) -> None:
        child = _Child(tmp_path / "cache", None, patient=False)
        assert child._process.stdin is not None
        child._process.stdin.write(json.dumps(_asked(letter(tmp_path / "a"))) + "\n")
        child._process.stdin.flush()
        runs = tmp_path / "cache" / "runs"
        wait_until(lambda: list(runs.rglob("anl-2015")))
        child._process.stdin.close()
        assert child._process.wait(timeout=20) in (0, 1), "told to, or because the converter is gone"
        assert [each for each in runs.rglob("*") if each.name == "anl-2015"] == []
        child.kill()

    def test_one_that_is_idle_for_long_ends(self, tmp_path: Path) -> None:
        builder = ProcessBuilder(tmp_path / "cache", idle=0.2)
        builder(letter(tmp_path / "a"))
        wait_until(lambda: builder._idle[False] == [])
        wait_until(lambda: list((tmp_path / "cache" / "runs").iterdir()) == [])

    def test_it_is_replaced_after_many_builds(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(building_worker, "MOST", 2)
        worker = building_worker.Worker(tmp_path / "cache", None, patient=False)
        line = json.dumps(_asked(order(tmp_path / "not there.yaml", tmp_path / "out")))
        assert [json.loads(worker.build(line))["last"] for _ in range(3)] == [False, True, True]


def _remembering(children: list[_Child], ask: Callable[..., dict[str, object]]) -> Callable[..., dict[str, object]]:
    def remember(child: _Child, *arguments: object) -> dict[str, object]:
        children.append(child)
        return ask(child, *arguments)

    return remember


def test_an_intake_that_is_no_longer_kept_is_asked_for_again(tmp_path: Path) -> None:
    work = PackageWork(Spool(tmp_path / "spool"), tmp_path / "packages", lambda order: pytest.fail("nothing to build"))
    job = Job(JobRequest("ab" * 16, "api", "", "cd" * 32, DAY))
    result = work.build(job)
    assert (result.state, result.message) == (JobState.FAILED, "The intake is no longer kept; send it again.")
    assert read_result(work.folder(job))["lines"] == [result.message]


def test_what_two_doors_ask_for_is_built_once_as_long_as_it_is_what_it_was(tmp_path: Path) -> None:
    orders: list[BuildOrder] = []

    def builder(order: BuildOrder) -> BuildResult:
        orders.append(order)
        time.sleep(0.05)
        order.folder.mkdir(parents=True, exist_ok=True)
        (order.folder / "m.pdf").write_bytes(b"%PDF")
        return BuildResult(
            JobState.BUILT, files=(BuiltFile("anl", "m.pdf", hashlib.sha256(b"%PDF").hexdigest(), 1, ""),)
        )

    spool = Spool(tmp_path / "spool")
    work = PackageWork(spool, tmp_path / "packages", builder)
    reception = Reception(InlineJobs(work), spool, tmp_path / "packages", lambda: DAY)
    doors = ["api:dms", "folder:inbox", "dms"]
    threads = [
        threading.Thread(target=reception.submit, args=({"m.yaml": b"matter: m\n"}, door, "doc-1")) for door in doors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    jobs = reception.jobs.find()
    assert [job.state for job in jobs] == [JobState.BUILT] * 3
    assert (len(orders), len({reception.folder(job) for job in jobs})) == (1, 1)
    assert orders[0].patient, "what is not urgent gives way to what is"
    (reception.folder(jobs[0]) / "m.pdf").write_bytes(b"%PDF, meddled with")
    assert work.build(jobs[1]).state is JobState.BUILT
    assert len(orders) == 2
    reception.submit({"m.yaml": b"matter: m\n"}, "dms", "doc-1", only=["anl"])
    assert len(orders) == 3, "another choice of submissions is another build"
    shutil.rmtree(reception.folder(jobs[0]))
    again = [reception.submit({"m.yaml": b"matter: m\n"}, door, "doc-1") for door in doors]
    assert [(job.state, job.attempt) for job in again] == [(JobState.BUILT, each) for each in (2, 1, 1)]
    assert len(orders) == 4, "what was deleted is built anew, once for all of them"


def test_an_appeal_goes_before_an_annual_letter() -> None:
    matter = NORTHWIND / "matter.yaml"
    assert priority_of_file(matter) == APPEAL
    assert priority_of_file(matter, ["anl-2015"]) == ANNUAL


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("123-45-6789", "6789"),
        ("12-345678900", "*****8900"),
        ("98-7654321AB", "*****21AB"),
        ("120412-12345", "*****2345"),
    ],
)
def test_importer_numbers_are_concealed(number: str, shown: str) -> None:
    told = mask(f"the number {number} is not in the report")
    assert number not in told
    assert shown in told


@pytest.mark.parametrize("text", ["2015-01-12", "line 12", "202-863-6000", "FA-2012-00123", "77 FR 61012"])
def test_dates_and_citations_stay(text: str) -> None:
    assert mask(text) == text


class TestTheSpool:
    def test_the_same_intake_is_kept_once_whatever_the_order(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path)
        first = spool.put({"matter.yaml": b"m", "a.pdf": b"a"})
        assert spool.put({"a.pdf": b"a", "matter.yaml": b"m"}) == first
        assert [each.name for each in tmp_path.iterdir()] == [first]

    def test_a_renamed_exhibit_is_another_intake(self, tmp_path: Path) -> None:
        spool = Spool(tmp_path)
        assert spool.put({"m.yaml": b"m", "a": b"bc"}) != spool.put({"m.yaml": b"m", "ab": b"c"})

    @pytest.mark.parametrize("name", ["../a", "/a", "a/../b", "a\\..\\b", "", "a//b", "a\0b", "CON:", "x" * 300, "a/."])
    def test_a_name_that_leaves_its_folder_is_refused(self, name: str) -> None:
        with pytest.raises(InputError):
            clean_name(name)

    def test_an_intake_that_cannot_be_written_leaves_nothing_behind(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def full(number: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            Spool(tmp_path).put({"matter.yaml": b"importer: 12-345678900"})
        assert list(tmp_path.iterdir()) == []

    def test_the_matter_is_the_only_yaml_or_the_one_called_so(self) -> None:
        assert matter_name(["m.yml", "a.pdf", "sub/other.yaml"]) == "m.yml"
        assert matter_name(["matter.yaml", "data.json"]) == "matter.yaml"
        for names in (["a.pdf"], ["a.yaml", "b.yaml"]):
            with pytest.raises(InputError):
                matter_name(names)


@pytest.mark.slow
def test_results_hold_no_importer_number(tmp_path: Path) -> None:
    matter = tmp_path / "matter.yaml"
    text = (NORTHWIND / "matter.yaml").read_text(encoding="utf-8").replace("12-345678900", "98-7654321AB", 1)
    matter.write_text(text, encoding="utf-8")
    ProcessBuilder(tmp_path / "cache")(order(matter, tmp_path / "out", "anl-2015"))
    assert "98-7654321AB" not in json.dumps(read_result(tmp_path / "out"))
