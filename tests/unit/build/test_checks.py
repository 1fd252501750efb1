"""What is found before anything is rendered, and which error it calls for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from isa_docs.build.checks import check_matter, concerning, select, stop_for
from isa_docs.build.templates import Templates
from isa_docs.errors import AssemblyError, InputError, IsaDocsError, MissingProgramError, RuleError, TemplateError
from isa_docs.findings import Finding, Severity
from isa_docs.intake.load import LoadedMatter, load_matter, load_text

NORTHWIND = Path(__file__).resolve().parents[3] / "examples" / "northwind" / "matter.yaml"


@pytest.fixture(scope="module")
def loaded() -> LoadedMatter:
    return load_matter(NORTHWIND)


def changed(old: str, new: str) -> LoadedMatter:
    text = NORTHWIND.read_text(encoding="utf-8")
    assert old in text
    return load_text(text.replace(old, new, 1), folder=NORTHWIND.parent)


def finding(code: str, severity: Severity = Severity.ERROR, overridden: str | None = None) -> Finding:
    return Finding(code, severity, "Something.", overridden=overridden)


class TestSelect:
    def test_all_are_chosen_without_a_name_and_the_named_in_the_order_of_the_file(self, loaded: LoadedMatter) -> None:
        assert select(loaded) == [0, 1, 2]
        assert select(loaded, ["appeal-2015", "application"]) == [0, 2]

    def test_an_unknown_name_is_refused_with_those_there_are(self, loaded: LoadedMatter) -> None:
        with pytest.raises(InputError, match="There is no submission 'anl'") as caught:
            select(loaded, ["anl"])
        assert caught.value.findings[0].remedy == "There are: application, anl-2015, appeal-2015."


def exhibits_with(file: str, folder: Path, within: Path | None = None) -> list[tuple[str, Severity]]:
    """Return what is said of Northwind's notice when it is ``file``, the matter being in ``folder``."""
    text = NORTHWIND.read_text(encoding="utf-8").replace("file: exhibits/notice.pdf", f"file: {file}")
    loaded = load_text(text, folder=folder)
    position = [each.file for each in loaded.matter.submissions[2].exhibits].index(str(file))
    path = ("submissions", 2, "exhibits", position, "file")
    found = check_matter(loaded, [2], date(2015, 6, 11), within)
    return [(each.code, each.severity) for each in found if each.path == path]


class TestExhibitFiles:
    def test_a_file_beside_the_matter_is_judged_by_its_bytes(self, tmp_path: Path) -> None:
        pdf = b"%PDF-1.7\n"
        for name, data in {"a.pdf": pdf, "b.pdf": b"", "c.pdf": b"hello", "d.pdf": b"\x89PNG\r\n\x1a\n"}.items():
            (tmp_path / name).write_bytes(data)
        assert exhibits_with("a.pdf", tmp_path) == []
        assert exhibits_with("b.pdf", tmp_path) == [("EXH-EMPTY", Severity.ERROR)]
        assert exhibits_with("c.pdf", tmp_path) == [("EXH-TYPE", Severity.ERROR)]
        assert exhibits_with("d.pdf", tmp_path) == [("EXH-NAME", Severity.NOTE)]

    def test_a_file_elsewhere_is_a_warning(self, tmp_path: Path) -> None:
        folder = tmp_path / "matter"
        folder.mkdir()
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
        (folder / "link.pdf").symlink_to(tmp_path / "a.pdf")
        for name in ("../a.pdf", str(tmp_path / "a.pdf"), "link.pdf"):
            assert exhibits_with(name, folder) == [("EXH-OUTSIDE", Severity.WARNING)]

    def test_outside_the_folder_that_may_be_read_it_is_an_error_and_nothing_tells_whether_it_is_there(
        self, tmp_path: Path
    ) -> None:
        desk, folder = tmp_path / "desk", tmp_path / "desk" / "matter"
        folder.mkdir(parents=True)
        (tmp_path / "a.pdf").write_bytes(b"%PDF-1.7\n")
        (tmp_path / "empty.pdf").touch()
        (desk / "shared.pdf").write_bytes(b"%PDF-1.7\n")
        (folder / "link.pdf").symlink_to(tmp_path / "a.pdf")
        for name in ("../../a.pdf", "../../empty.pdf", "../../none.pdf", str(tmp_path / "a.pdf"), "/dev", "link.pdf"):
            assert exhibits_with(name, folder, desk) == [("EXH-OUTSIDE", Severity.ERROR)], name
        assert exhibits_with("../shared.pdf", folder, desk) == [("EXH-OUTSIDE", Severity.WARNING)]
        assert exhibits_with("none.pdf", folder, desk) == [("INPUT-EXHIBIT", Severity.ERROR)]

    def test_a_form_that_lies_elsewhere_is_refused_also_by_a_link(self, tmp_path: Path) -> None:
        folder = tmp_path / "matter"
        folder.mkdir()
        (tmp_path / "form.pdf").write_bytes(b"%PDF-1.7\n")
        (folder / "link.pdf").symlink_to(tmp_path / "form.pdf")
        text = NORTHWIND.read_text(encoding="utf-8")
        for name in ("../form.pdf", str(tmp_path / "form.pdf"), "link.pdf"):
            loaded = load_text(text.replace("    mou:\n", f"    mou:\n      form: {name}\n", 1), folder=folder)
            assert "FORM-OUTSIDE" in {each.code for each in check_matter(loaded, [0], date(2012, 11, 15))}, name

    def test_a_file_that_is_missing_is_asked_for_at_its_absolute_place(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        text = NORTHWIND.read_text(encoding="utf-8")
        found = [each for each in check_matter(load_text(text), [2]) if each.code == "INPUT-EXHIBIT"]
        assert found
        assert all(each.remedy.endswith(f"it is relative to {tmp_path}.") for each in found)

    def test_an_unfit_file_stops_a_build_as_it_would_when_taken_in(self) -> None:
        with pytest.raises(AssemblyError):
            stop_for([finding("EXH-EMPTY"), finding("ISA-APP-001")])


class TestCheckMatter:
    def test_an_exhibit_that_is_not_there_is_found_at_its_line(self) -> None:
        loaded = changed("file: exhibits/notice.pdf", "file: exhibits/notise.pdf")
        found = [each for each in check_matter(loaded, [2], date(2015, 6, 11)) if each.code == "INPUT-EXHIBIT"]
        assert [each.message for each in found] == ["The exhibit file exhibits/notise.pdf does not exist."]
        assert loaded.source.line_text(found[0].place.line).strip() == "file: exhibits/notise.pdf"  # type: ignore[union-attr, arg-type]

    def test_exhibits_of_submissions_not_asked_for_do_not_matter(self) -> None:
        loaded = changed("file: exhibits/notice.pdf", "file: exhibits/notise.pdf")
        assert "INPUT-EXHIBIT" not in {each.code for each in check_matter(loaded, [0, 1], date(2015, 6, 11))}

    def test_a_character_that_no_font_has_is_named(self) -> None:
        loaded = changed("city: Tacoma", "city: Tacoma \U0001f9ffꙮ\U00013000")
        found = [each for each in check_matter(loaded, [1], date(2015, 1, 12)) if each.code == "FONT-CHARACTER"]
        assert len(found) == 1
        assert "U+13000 EGYPTIAN HIEROGLYPH A001" in found[0].message

    def test_notes_for_the_file_may_hold_any_character(self) -> None:
        loaded = changed("matter: northwind-isa\n", "matter: northwind-isa\nnotes: \U00013000\n")
        assert "FONT-CHARACTER" not in {each.code for each in check_matter(loaded, [1], date(2015, 1, 12))}


class TestConcerning:
    def test_a_package_is_stopped_by_its_own_and_the_shared_facts_only(self, loaded: LoadedMatter) -> None:
        shared = Finding("A-1", Severity.ERROR, "shared", path=("importer", "phone"))
        first = Finding("A-2", Severity.ERROR, "first", path=("submissions", 0, "date"))
        second = Finding("A-3", Severity.ERROR, "second", submission="anl-2015")
        assert concerning([shared, first, second], loaded, 0) == [shared, first]
        assert concerning([shared, first, second], loaded, 1) == [shared, second]


class TestStopFor:
    @pytest.mark.parametrize(
        ("codes", "error"),
        [
            (["ISA-GEN-001"], RuleError),
            (["FONT-CHARACTER"], MissingProgramError),
            (["INPUT-EXHIBIT"], InputError),
            (["ISA-GEN-001", "FONT-CHARACTER", "INPUT-EXHIBIT"], InputError),
            (["ISA-GEN-001", "FONT-CHARACTER"], MissingProgramError),
        ],
    )
    def test_input_comes_before_fonts_before_rules(self, codes: list[str], error: type[IsaDocsError]) -> None:
        with pytest.raises(error):
            stop_for([finding(code) for code in codes])

    def test_notes_warnings_and_accepted_errors_stop_nothing(self) -> None:
        stop_for([finding("ISA-GEN-001", Severity.WARNING), finding("ISA-GEN-002", overridden="R. Hale: agreed")])

    def test_strict_stops_at_warnings_too_but_never_at_notes(self) -> None:
        with pytest.raises(RuleError, match=r"^1 finding stops the build\.$"):
            stop_for([finding("ISA-GEN-001", Severity.WARNING)], strict=True)
        stop_for([finding("ISA-GEN-001", Severity.NOTE)], strict=True)


class TestTemplates:
    def test_the_firm_s_own_template_comes_before_the_shipped_one(self, tmp_path: Path) -> None:
        (tmp_path / "mou.docx").write_bytes(b"ours")
        templates = Templates(tmp_path)
        assert templates.read("mou") == b"ours"
        assert templates.path("contents").parent.name == "templates"

    def test_a_template_that_is_nowhere_is_an_error(self) -> None:
        with pytest.raises(TemplateError, match="There is no template 'memo'"):
            Templates().path("memo")
