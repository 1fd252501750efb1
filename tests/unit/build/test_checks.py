"""What is found before anything is rendered, and which error it calls for."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from isa_docs.build.checks import check_matter, concerning, select, stop_for
from isa_docs.build.templates import Templates
from isa_docs.errors import InputError, IsaDocsError, MissingProgramError, RuleError, TemplateError
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
