"""A firm's own templates are checked in a process with limits, the shipped ones not at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from isa_docs.build.templates import Templates, check_template
from isa_docs.errors import TemplateError
from isa_docs.resources import folder
from tests.unit.documents.word import document, saved


def test_an_own_template_is_checked_and_a_shipped_one_is_not(tmp_path: Path) -> None:
    own = tmp_path / "transmittal.docx"
    own.write_bytes(saved(document("Dear Sir", "[[sign:officer]]")))
    found = Templates(tmp_path).check(["transmittal", "mou"])
    assert found == check_template(own.read_bytes(), "transmittal", str(own))
    assert {finding.place.file for finding in found if finding.place} == {str(own)}


def test_a_copy_of_a_shipped_template_has_no_fault(tmp_path: Path) -> None:
    shutil.copy(folder("templates") / "contents.docx", tmp_path)
    assert Templates(tmp_path).check(["contents"]) == []


def test_a_template_of_marks_without_end_is_refused_in_time(tmp_path: Path) -> None:
    (tmp_path / "transmittal.docx").write_bytes(saved(document("{{" * 60_000)))
    with pytest.raises(TemplateError) as error:
        Templates(tmp_path).check(["transmittal"])
    assert "TPL-TAG" in {finding.code for finding in error.value.findings}
