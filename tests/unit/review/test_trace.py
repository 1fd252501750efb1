"""From words on a page to the line of the matter, the template or the directory that put them there."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from cli.running import NORTHWIND, Invoke

from .manifests import part, whole_manifest

MOU = 4
"""A page of the MOU in the small manifest below."""


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The manifest of Northwind's application, as far as tracing reads it."""
    parts = [
        part("letter", "Transmittal Letter", 1, 2, kind="letter"),
        part("contents", "Contents", 3, 1, kind="contents"),
        part("mou", "Memorandum of Understanding", 4, 3),
        part("plan", "Self-Testing Plan", 7, 7),
        part("sheet-fa-report", "Exhibit A", 14, 1, kind="exhibit-sheet"),
        part("exhibit-fa-report", "FA report", 15, 3, kind="exhibit"),
    ]
    manifest = whole_manifest(
        parts=parts,
        matter={"submission": "application", "sha256": hashlib.sha256(NORTHWIND.read_bytes()).hexdigest()},
        recipient={"lines": ["Chief, Partnership Programs Branch", "1400 L Street, N.W."]},
    )
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    return tmp_path


def first(invoke: Invoke, package: Path, page: int, text: str) -> dict[str, Any]:
    run = invoke("trace", package, text, "--page", str(page), "--matter", NORTHWIND, "--json")
    assert run.code == 0, run.err
    origin: dict[str, Any] = run.report["result"]["origins"][0]
    return origin


def line_of(text: str) -> int:
    lines = NORTHWIND.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, 1) if text in line)


def test_a_value_of_the_matter(invoke: Invoke, package: Path) -> None:
    origin = first(invoke, package, MOU, "Margaret Ellison")
    assert (origin["source"], origin["text"]) == ("matter", "People › Officer › Name")
    assert origin["line"] == line_of("name: Margaret Ellison")
    assert origin["template"] == "mou.docx"


def test_words_of_a_narrative(invoke: Invoke, package: Path) -> None:
    origin = first(invoke, package, 8, "kept in one numbered log")
    assert origin["text"] == "Self-testing plan › Tracking"
    assert origin["line"] == line_of("tracking:")


def test_the_address_comes_from_the_directory_with_its_authority(invoke: Invoke, package: Path) -> None:
    origin = first(invoke, package, 1, "1400 L Street")
    assert (origin["source"], origin["authority"]) == ("directory", ["fr-77-61012"])


def test_words_of_the_template(invoke: Invoke, package: Path) -> None:
    origin = first(invoke, package, MOU, "Signature page of the")
    assert (origin["source"], origin["template"]) == ("template", "mou.docx")


def test_a_page_of_an_exhibit(invoke: Invoke, package: Path) -> None:
    origin = first(invoke, package, 16, "anything")
    assert (origin["source"], origin["text"]) == ("exhibit", "The page is page 2 of the exhibit 'FA report'.")


def test_words_that_are_nowhere(invoke: Invoke, package: Path) -> None:
    run = invoke("trace", package, "kumquat", "--page", "4", "--matter", NORTHWIND, "--json")
    assert (run.code, run.report["result"]["origins"]) == (10, [])


def test_a_page_beyond_the_last(invoke: Invoke, package: Path) -> None:
    assert invoke("trace", package, "x", "--page", "99", "--matter", NORTHWIND).code == 4


def test_a_matter_changed_since_is_said(invoke: Invoke, package: Path, tmp_path: Path) -> None:
    other = tmp_path / "matter.yaml"
    other.write_text("# changed\n" + NORTHWIND.read_text(encoding="utf-8"), encoding="utf-8")
    run = invoke("trace", package, "Margaret Ellison", "--page", "4", "--matter", other, "--json")
    assert [each["code"] for each in run.report["findings"]] == ["TRACE-CHANGED"]
