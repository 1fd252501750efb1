"""A setting is taken from the option, the variable, the nearest isa-docs.toml, the default; in that order."""

from __future__ import annotations

from pathlib import Path

import click
import pytest

from isa_docs.build.form import PackageForm
from isa_docs.cli.forms import AskedForm
from isa_docs.cli.settings import Settings, cache_dir, settings_for
from isa_docs.cli.settings_file import read_settings_file
from isa_docs.errors import InputError, MissingProgramError
from tests.unit.cli.running import Invoke


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A client's folder of matters, with nothing set in the environment."""
    for name in ("OUT", "TEMPLATES", "STRICT", "SOFFICE"):
        monkeypatch.delenv(f"ISA_DOCS_{name}", raising=False)
    (tmp_path / "client" / "2015").mkdir(parents=True)
    return tmp_path / "client"


def write(folder: Path, text: str) -> None:
    (folder / "isa-docs.toml").write_text(text, encoding="utf-8")


class TestOrder:
    def test_without_any_setting_the_defaults_hold(self, folder: Path) -> None:
        assert settings_for(folder) == Settings(Path("build"), None, False, None)

    def test_the_file_beats_the_default(self, folder: Path) -> None:
        write(folder, 'out = "packages"\nstrict = true\n')
        assert settings_for(folder) == Settings(folder / "packages", None, True, None)

    def test_the_variable_beats_the_file(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        write(folder, 'out = "packages"\nstrict = true\nsoffice = "libreoffice-wasm"\n')
        monkeypatch.setenv("ISA_DOCS_OUT", "elsewhere")
        monkeypatch.setenv("ISA_DOCS_STRICT", "no")
        monkeypatch.setenv("ISA_DOCS_SOFFICE", "/usr/local/bin/soffice")
        assert settings_for(folder) == Settings(Path("elsewhere"), None, False, Path("/usr/local/bin/soffice"))

    def test_the_option_beats_the_variable(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ISA_DOCS_OUT", "elsewhere")
        monkeypatch.setenv("ISA_DOCS_STRICT", "1")
        chosen = settings_for(folder, out=Path("here"), strict=False, templates=None)
        assert chosen == Settings(Path("here"), None, False, None)

    def test_an_empty_variable_counts_as_none(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ISA_DOCS_OUT", "")
        assert settings_for(folder).out == Path("build")


class TestFile:
    def test_the_nearest_file_above_is_read_and_its_paths_are_relative_to_it(self, folder: Path) -> None:
        (folder / "letterhead").mkdir()
        write(folder, 'templates = "letterhead"\n')
        assert settings_for(folder / "2015").templates == folder / "letterhead"

    def test_a_nearer_file_hides_a_farther_one(self, folder: Path) -> None:
        write(folder, 'out = "far"\n')
        write(folder / "2015", "strict = true\n")
        assert settings_for(folder / "2015") == Settings(Path("build"), None, True, None)

    def test_every_fault_is_a_finding_with_its_line(self, folder: Path) -> None:
        write(folder, '# our house\nout = 5\ntemplate = "x"\nstrict = "yes"\n')
        with pytest.raises(InputError) as caught:
            read_settings_file(folder)
        file = folder / "isa-docs.toml"
        assert [(str(each.place), each.code, each.message, each.remedy) for each in caught.value.findings] == [
            (f"{file}:2:1", "SETTINGS-VALUE", "'out' must be text in quotation marks.", ""),
            (f"{file}:3:1", "SETTINGS-UNKNOWN", "'template' is not a setting.", "Did you mean 'templates'?"),
            (f"{file}:4:1", "SETTINGS-VALUE", "'strict' must be true or false.", ""),
        ]

    def test_broken_toml_is_pointed_at(self, folder: Path) -> None:
        write(folder, 'out = "x"\nstrict = maybe\n')
        with pytest.raises(InputError) as caught:
            read_settings_file(folder)
        (finding,) = caught.value.findings
        assert (finding.code, str(finding.place)) == ("SETTINGS-SYNTAX", f"{folder / 'isa-docs.toml'}:2:10")

    @pytest.mark.parametrize(
        "program",
        ["soffice", "./bin/soffice", "{folder}/soffice", "{folder}/../sibling/soffice", "//server/share/soffice.exe"],
    )
    def test_no_program_is_started_because_a_file_among_matters_names_it(self, folder: Path, program: str) -> None:
        write(folder, f"soffice = '{program.format(folder=folder.as_posix())}'\n")
        with pytest.raises(InputError) as caught:
            settings_for(folder / "2015")
        (finding,) = caught.value.findings
        assert (finding.code, finding.place and finding.place.line) == ("SETTINGS-VALUE", 1)
        assert finding.message.startswith("'soffice' can only be 'libreoffice-wasm' here")
        assert "--soffice or ISA_DOCS_SOFFICE" in finding.remedy

    def test_the_webassembly_build_may_be_asked_for(self, folder: Path) -> None:
        write(folder, 'soffice = "libreoffice-wasm"\n')
        assert settings_for(folder).soffice == Path("libreoffice-wasm")

    def test_a_broken_file_ends_a_command_with_4(self, invoke: Invoke, matter: Path) -> None:
        write(matter.parent, "out = [\n")
        assert invoke("check", matter, "--json").report["exit_code"] == 4


class TestRefusals:
    def test_a_templates_folder_that_is_not_there(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ISA_DOCS_TEMPLATES", "nowhere")
        with pytest.raises(click.UsageError, match="The templates folder nowhere does not exist"):
            settings_for(folder)

    def test_a_word_that_is_neither_yes_nor_no(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ISA_DOCS_STRICT", "perhaps")
        with pytest.raises(click.UsageError, match="ISA_DOCS_STRICT is 'perhaps'"):
            settings_for(folder)


def test_the_cache_folder_can_be_moved(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ISA_DOCS_CACHE_DIR", str(tmp_path))
    assert cache_dir() == tmp_path


class TestPackage:
    """The table that says in which form packages are made."""

    def test_options_beat_the_table_and_the_table_beats_the_defaults(self, folder: Path) -> None:
        write(folder, '[package]\nesign-profile = "wet"\nbates = "NWC-"\nmax-mb = 20\n')
        assert AskedForm().over(folder / "2015") == PackageForm("wet", "NWC-", "a2", 20)
        asked = AskedForm(profile="docusign", bates="", max_megabytes=5)
        assert asked.over(folder) == PackageForm("docusign", "", "a2", 5)
        assert settings_for(folder) == Settings()

    def test_a_recipient_may_have_a_limit_of_its_own(self, folder: Path) -> None:
        write(folder, "[package]\nmax-mb = 20\n[package.max-mb-for]\nisa_ppb_2012 = 7.5\n")
        form = AskedForm().over(folder)
        assert (form.limit_for("isa_ppb_2012"), form.limit_for("isa_2016")) == (7_500_000, 20_000_000)
        assert AskedForm(max_megabytes=3).over(folder).limit_for("isa_ppb_2012") == 3_000_000
        assert PackageForm().limit_for("isa_ppb_2012") == 0

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("package = 1", "'package' must be a table: [package]."),
            ('[package]\narchive = "a4"', "'archive' must be a2 or a3."),
            ('[package]\nbates = "€"', "'bates' must be at most 20 plain characters."),
            ("[package]\nmax-mb = true", "'max-mb' must be a number of at least 0.1."),
            ('[package]\nverify-archive = "yes"', "'verify-archive' must be true or false."),
            ("[package]\nmax_mb = 3", "'max_mb' is not a setting of [package]."),
            ("[package]\nmax-mb-for = 3", "'max-mb-for' must be a table: [package.max-mb-for]."),
            ("[package.max-mb-for]\nisa_2012 = 3", "'isa_2012' is no recipient of the directory."),
            ("[package.max-mb-for]\nisa_2016 = -3", "'isa_2016' must be a number of at least 0.1."),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, folder: Path, text: str, said: str) -> None:
        write(folder, f"{text}\n")
        with pytest.raises(InputError) as stopped:
            AskedForm().over(folder)
        [finding] = stopped.value.findings
        assert finding.message == said
        assert finding.place is not None
        assert finding.place.line == len(text.splitlines())

    def test_a_validator_that_is_not_there_is_named(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", str(folder))
        with pytest.raises(MissingProgramError, match=r"there is no program 'verapdf' here: install it from"):
            AskedForm(verify_archive=True).over(folder)
