"""What a build of a service may read, what it tells, and that its process may die without taking the service along."""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import threading
import time
from pathlib import Path

import pytest

from isa_docs.delivery.building import ANNUAL, APPEAL, BuildOrder, PackageWork, priority_of_file
from isa_docs.delivery.building_process import ProcessBuilder
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.jobs.inline import InlineJobs
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, Job, JobRequest, JobState
from isa_docs.delivery.results import mask, plain_text, read_result
from isa_docs.delivery.spool import Spool, clean_name, matter_name
from isa_docs.errors import InputError

from .conftest import DAY

NORTHWIND = Path(__file__).parents[3] / "examples" / "northwind"


def order(matter: Path, folder: Path, *only: str) -> BuildOrder:
    return BuildOrder(matter, folder, DAY, only)


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


def test_an_intake_that_is_no_longer_kept_is_asked_for_again(tmp_path: Path) -> None:
    work = PackageWork(Spool(tmp_path / "spool"), tmp_path / "packages", lambda order: pytest.fail("nothing to build"))
    job = Job(JobRequest("ab" * 16, "api", "", "cd" * 32, DAY))
    assert work.build(job).state is JobState.NEEDS_CORRECTION
    assert read_result(work.folder(job))["lines"] == ["The intake is no longer kept; send it again."]


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
