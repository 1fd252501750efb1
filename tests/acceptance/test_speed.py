"""What is done faster is done with the same bytes: from the cache, at once, or for a whole folder."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isa_docs.conversion.program import find_installation
from tests.acceptance.running import EXAMPLES, edit, environment, isa_docs, snapshot
from tests.acceptance.test_papers_on_forms import FIELDS, WORD
from tests.agency_forms import fillable_form, places, word_form

pytestmark = pytest.mark.slow

DAY = "2015-01-12"


LETTER = ("--only", "anl-2014")


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that holds the annual letter of Maple."""
    folder = tmp_path_factory.mktemp("warm")
    build(EXAMPLES / "maple" / "matter.yaml", folder / "cache", folder / "out", *LETTER)
    return folder / "cache"


@pytest.fixture
def cache(warm: Path, tmp_path: Path) -> Path:
    """A copy of the warm cache, to be used up."""
    shutil.copytree(warm, tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def matter(tmp_path: Path) -> Path:
    """A copy of a small matter."""
    shutil.copytree(EXAMPLES / "maple", tmp_path / "maple")
    return tmp_path / "maple" / "matter.yaml"


def build(matter: Path, cache: Path, out: Path, *options: str) -> dict[str, Any]:
    done = isa_docs("build", matter, "--out", out, "--as-of", DAY, "--json", *options, ISA_DOCS_CACHE_DIR=str(cache))
    assert done.returncode == 0, done.stdout + done.stderr
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def notes(report: dict[str, Any]) -> Iterator[tuple[str, bool, str]]:
    for package in report["result"]["packages"]:
        for note in package["documents"]:
            yield note["key"], note["made"], note["why"]


def test_from_the_cache_and_anew_the_bytes_are_the_same(matter: Path, tmp_path: Path) -> None:
    cache = tmp_path / "empty"
    first = build(matter, cache, tmp_path / "one")
    assert {(made, why) for _, made, why in notes(first)} == {(True, "it was not made before")}
    second = build(matter, cache, tmp_path / "two")
    assert {(made, why) for _, made, why in notes(second)} == {(False, "the cache holds it")}
    anew = build(matter, cache, tmp_path / "three", "--fresh")
    assert {(made, why) for _, made, why in notes(anew)} == {(True, "this build was told to make everything anew")}
    assert snapshot(tmp_path / "one") == snapshot(tmp_path / "two") == snapshot(tmp_path / "three")


def test_a_damaged_cache_is_noticed_and_the_package_is_the_same(matter: Path, cache: Path, tmp_path: Path) -> None:
    build(matter, cache, tmp_path / "out", *LETTER)
    good = snapshot(tmp_path / "out")
    for kind in ("converted", "exhibits", "builds"):
        for entry in (cache / "made" / kind).glob("*/*"):
            data = entry.read_bytes()
            entry.write_bytes(data[:-20] + bytes(20))
    again = build(matter, cache, tmp_path / "out", *LETTER)
    assert all(made for _, made, _ in notes(again))
    assert snapshot(tmp_path / "out") == good


def test_nothing_changed_gives_the_same_answer_and_touches_no_file(matter: Path, cache: Path, tmp_path: Path) -> None:
    first = build(matter, cache, tmp_path / "out", *LETTER)
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")}
    second = build(matter, cache, tmp_path / "out", *LETTER)
    assert second["message"].startswith("Nothing changed: ")
    assert second["findings"] == first["findings"]
    assert {(made, why) for _, made, why in notes(second)} == {(False, "nothing that decides it changed")}
    for report in (first, second):
        del report["result"]["seconds"]
        for package in report["result"]["packages"]:
            del package["documents"]
    assert second["result"] == first["result"]
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").rglob("*")} == times


def test_nothing_changed_imports_none_of_the_rooms(matter: Path, cache: Path, tmp_path: Path) -> None:
    build(matter, cache, tmp_path / "out", *LETTER)
    code = (
        "import sys; from isa_docs.cli.main import cli; from isa_docs.cli.run import run;"
        "code = run(cli, sys.argv[1:]); print(code, *sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, "build", matter, "--out", tmp_path / "out", "--as-of", DAY, "--json", *LETTER],
        env=environment(ISA_DOCS_CACHE_DIR=str(cache)),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    exit_code, *modules = done.stderr.splitlines()[-1].split()
    assert exit_code == "0"
    heavy = {"pypdf", "pikepdf", "docx", "lxml", "jinja2", "yaml", "jsonschema", "msgspec", "fontTools", "holidays"}
    assert {name.partition(".")[0] for name in modules} & heavy == set()


def test_a_published_file_that_is_gone_is_made_again(matter: Path, cache: Path, tmp_path: Path) -> None:
    report = build(matter, cache, tmp_path / "out", *LETTER)
    good = snapshot(tmp_path / "out")
    package = report["result"]["packages"][0]
    folder = Path(package["folder"])
    for lost in (next((folder / "parts").iterdir()), Path(package["file"]), folder / "manifest.json"):
        lost.unlink()
        build(matter, cache, tmp_path / "out", *LETTER)
        assert snapshot(tmp_path / "out") == good, lost.name


def test_handed_over_to_an_open_converter_or_not_the_bytes_are_the_same(
    matter: Path, cache: Path, tmp_path: Path
) -> None:
    program = find_installation(None, cache).program
    called = tmp_path / "office"  # by this name it is not known to stay open, so each round is a call of its own
    called.write_text(f'#!/bin/sh\nexec "{program}" "$@"\n')
    called.chmod(0o755)
    shown = []
    for name, options in (("open", ()), ("called", ("--soffice", str(called)))):
        build(matter, cache, tmp_path / name, "--fresh", *options)
        shown.append({file: data for file, data in snapshot(tmp_path / name).items() if str(file).endswith(".pdf")})
    assert len(shown[0]) > 2
    assert shown[0] == shown[1]


def planned(matter: Path, cache: Path, out: Path, *options: str) -> dict[str, tuple[bool, str]]:
    """Return what `isa-docs plan` says of each document."""
    done = isa_docs("plan", matter, "--out", out, "--as-of", DAY, "--json", *options, ISA_DOCS_CACHE_DIR=str(cache))
    (submission,) = json.loads(done.stdout)["result"]["submissions"]
    return {note["key"]: (note["made"], note["why"]) for note in submission["documents"]}


def told(report: dict[str, Any]) -> dict[str, tuple[bool, str]]:
    """Return what a build says of each document."""
    return {key: (made, why) for key, made, why in notes(report)}


KEPT = (False, "nothing that decides it changed")


def test_what_changed_is_said_before_and_after(matter: Path, cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    build(matter, cache, out, *LETTER)
    assert set(planned(matter, cache, out, *LETTER).values()) == {KEPT}
    phone = next(line for line in matter.read_text(encoding="utf-8").splitlines() if "city: " in line)
    edit(matter, phone, phone.replace("city: ", "city: New "))
    before = planned(matter, cache, out, *LETTER)
    assert before["letter"] == (True, "the matter changed; it is converted again only if what it says changed")
    after = told(build(matter, cache, out, *LETTER))
    assert after["letter"] == (True, "what it says changed")
    assert all(not made for key, (made, _) in after.items() if key.startswith("exhibit"))


def test_another_treatment_of_an_exhibit_is_said_before_and_after(northwind: Path, tmp_path: Path) -> None:
    cache, out, only = tmp_path / "cache", tmp_path / "out", ("--only", "application")
    build(northwind, cache, out, *only)
    edit(northwind, "file: exhibits/fa-report.pdf\n", "file: exhibits/fa-report.pdf\n        treatment: redraw\n")
    before, after = planned(northwind, cache, out, *only), told(build(northwind, cache, out, *only))
    changed = {key: note for key, note in before.items() if key.startswith("exhibit-") and note[0]}
    assert set(changed.values()) == {(True, "its treatment changed")}
    assert {key: note for key, note in after.items() if key.startswith("exhibit-") and note[0]} == changed
    assert len(changed) == 1


@pytest.mark.parametrize("kind", ["docx", "pdf"])
def test_a_form_that_did_not_change_is_said_to_be_what_it_is(northwind: Path, tmp_path: Path, kind: str) -> None:
    make, where = {"docx": (word_form, WORD), "pdf": (fillable_form, FIELDS)}[kind]
    places(make(northwind.parent / f"form.{kind}"), where)
    edit(northwind, "    mou:\n", f"    mou:\n      form: form.{kind}\n")
    cache, out, only = tmp_path / "cache", tmp_path / "out", ("--only", "application")
    build(northwind, cache, out, *only)
    said = {"docx": KEPT, "pdf": (True, "an agency's PDF form is filled in every build")}[kind]
    before = planned(northwind, cache, out, *only)
    assert before.pop("mou") == said
    assert set(before.values()) == {KEPT}
    (out / "northwind-isa" / "application" / "checklist.html").unlink()
    assert told(build(northwind, cache, out, *only))["mou"] == said


def test_a_folder_is_built_like_its_matters_one_by_one(builds: Path, tmp_path: Path) -> None:
    cache = tmp_path / "empty"
    folder = tmp_path / "matters"
    for name in ("maple", "harborlight"):
        shutil.copytree(EXAMPLES / name, folder / name)
    (folder / "broken.yaml").write_text("matter: broken\nimporter: [\n")
    call = ("build", folder, "--jobs", "2", "--out", tmp_path / "out", "--json")
    done = isa_docs(*call, ISA_DOCS_CACHE_DIR=str(cache))
    report = json.loads(done.stdout)
    assert (done.returncode, report["exit_code"]) == (4, 4), done.stderr
    assert [(Path(each["file"]).name, each["exit_code"]) for each in report["result"]["matters"]] == [
        ("broken.yaml", 4), ("matter.yaml", 0), ("matter.yaml", 0),
    ]  # fmt: skip
    for name in ("maple-isa", "harborlight-tc"):
        assert snapshot(tmp_path / "out" / name) == snapshot(builds / name)
    again = json.loads(isa_docs(*call, ISA_DOCS_CACHE_DIR=str(cache)).stdout)
    assert "(2 were up to date)" in again["message"]
