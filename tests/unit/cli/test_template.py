"""``isa-docs template``: what is there, what can be printed, a start for a firm's own, and the check."""

from __future__ import annotations

from pathlib import Path

import pytest
from docx import Document

from tests.unit.cli.running import Invoke


def edited(path: Path, old: str, new: str) -> None:
    word = Document(str(path))
    paragraph = next(each for each in word.paragraphs if old in each.text)
    text = paragraph.text.replace(old, new)
    for run in paragraph.runs[1:]:
        run._r.getparent().remove(run._r)
    paragraph.runs[0].text = text
    word.save(str(path))


def test_list_says_which_are_the_firms_own(invoke: Invoke, tmp_path: Path) -> None:
    assert invoke("template", "new", str(tmp_path), "mou").code == 0
    done = invoke("template", "list", "--templates", str(tmp_path))
    lines = {line.split()[0]: line.split()[1] for line in done.out.splitlines()}
    assert lines["mou"] == "own"
    assert lines["transmittal"] == "shipped"
    assert len(lines) == 8


def test_fields_tell_what_a_template_can_print(invoke: Invoke) -> None:
    done = invoke("template", "fields", "exhibit-sheet")
    names = {line.split("  ")[0]: line.split("  ")[-1].strip() for line in done.out.splitlines()}
    assert names["exhibit.title"] == "text"
    assert names["exhibit.description"] == "text, may be empty"


def test_fields_of_a_misspelt_kind(invoke: Invoke) -> None:
    done = invoke("template", "fields", "transmital")
    assert done.code == 2
    assert "Did you mean 'transmittal'?" in done.err


def test_new_never_touches_what_is_there(invoke: Invoke, tmp_path: Path) -> None:
    (tmp_path / "mou.docx").write_text("mine")
    done = invoke("template", "new", str(tmp_path))
    assert done.code == 9
    assert (tmp_path / "mou.docx").read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["mou.docx"]


def test_lint_passes_what_new_made(invoke: Invoke, tmp_path: Path) -> None:
    invoke("template", "new", str(tmp_path))
    done = invoke("template", "lint", str(tmp_path))
    assert done.code == 0
    assert "8 templates, no warnings." in done.err


def test_lint_names_a_misspelt_name_and_marks_it(invoke: Invoke, tmp_path: Path) -> None:
    invoke("template", "new", str(tmp_path), "mou")
    edited(tmp_path / "mou.docx", "{{ importer.residency_sentence }}", "{{ importer.residency }}")
    done = invoke("template", "lint", str(tmp_path), "--mark")
    assert done.code == 6
    assert "TPL-LINT-UNKNOWN: There is no ‘residency’ in ‘importer’" in done.out
    (comment,) = Document(str(tmp_path / "mou-marked.docx")).comments
    assert "residency" in comment.text


def test_lint_tells_of_changed_wording_without_stopping(invoke: Invoke, tmp_path: Path) -> None:
    invoke("template", "new", str(tmp_path), "mou")
    edited(tmp_path / "mou.docx", "make appropriate disclosure", "consider disclosure")
    done = invoke("template", "lint", str(tmp_path / "mou.docx"))
    assert done.code == 0
    assert "warning TPL-PIN-CHANGED" in done.out
    assert "authority: 67 FR 41298" in done.out


def test_lint_of_a_file_that_is_no_kind(invoke: Invoke, tmp_path: Path) -> None:
    invoke("template", "new", str(tmp_path), "mou")
    (tmp_path / "mou.docx").rename(tmp_path / "memo.docx")
    refused = invoke("template", "lint", str(tmp_path))
    assert refused.code == 6
    assert "--kind" in refused.err
    assert invoke("template", "lint", str(tmp_path), "--kind", "mou").code == 0


def test_text_prints_the_text_form(invoke: Invoke, tmp_path: Path) -> None:
    invoke("template", "new", str(tmp_path), "contents")
    shipped = Path(__file__).parents[3] / "templates" / "contents.txt"
    done = invoke("template", "text", str(tmp_path / "contents.docx"))
    assert done.out == shipped.read_text(encoding="utf-8")


@pytest.mark.slow
def test_coverage_counts_the_ways_of_each_template(invoke: Invoke) -> None:
    done = invoke("template", "coverage")
    assert done.code == 0
    assert "never" not in done.out


@pytest.mark.parametrize("arguments", [["list"], ["fields", "mou"], ["new", "there"], ["lint", "here"]])
def test_json_answers_match_their_schema(invoke: Invoke, tmp_path: Path, arguments: list[str]) -> None:
    invoke("template", "new", str(tmp_path / "here"), "mou")
    report = invoke("template", *arguments, "--json").report
    assert report["result"]
