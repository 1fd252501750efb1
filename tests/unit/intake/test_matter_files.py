"""The matters of a folder are found by name or look, and the same ones by whoever looks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from isa_docs.intake.matter_files import matter_files, matter_id, visible_files


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


class TestMatterFiles:
    def test_they_are_found_by_name_or_look_at_any_depth(self, tmp_path: Path) -> None:
        wanted = [
            write(tmp_path / "acme.yaml", "# our client\nmatter: acme-isa\n"),
            write(tmp_path / "b" / "c" / "matter.yml", "broken: ["),
            write(tmp_path / "b" / "client.json", json.dumps({"importer": {}, "matter": "b-isa"}, indent=1)),
            write(tmp_path / "d" / "Matter.JSON", "{"),
        ]
        write(tmp_path / "notes.yaml", "todo: call them\n")
        write(tmp_path / ".git" / "matter.yaml", "matter: hidden\n")
        write(tmp_path / ".matter.yaml", "matter: being-saved\n")
        write(tmp_path / "build" / "acme-isa" / "application" / "matter.json", '{\n"matter": "acme-isa"}')
        assert matter_files(tmp_path, tmp_path / "build") == wanted

    def test_a_manifest_or_a_folder_of_that_name_is_none(self, tmp_path: Path) -> None:
        write(tmp_path / "sent" / "manifest.json", '{\n"manifest_version": 1,\n"matter": {"id": "acme-isa"}}')
        (tmp_path / "matter.yaml").mkdir()
        assert matter_files(tmp_path) == []

    @pytest.mark.parametrize(
        ("text", "name"),
        [
            ("matter: acme-isa\n", "acme-isa"),
            ('{\n  "matter": "acme"\n}', "acme"),
            ('{"matter":"acme","importer":{}}', "acme"),
            ('{"importer": {"name": "A"}, "matter": "acme"}', "acme"),
            ("\ufeffmatter: acme\n", "acme"),
            ('\ufeff{"matter":"acme"}', "acme"),
            ('{"matter": "acme", "submissions": [', "acme"),
            ("matter:\n  id: x\n", None),
            ("clients:\n  acme:\n    matter: acme-isa\n", None),
            ('{"command": "check", "result": {"matter": "acme"}}', None),
            ("note: a file, {matter: so to say}\n", None),
            ('{"note": "of a matter: acme"}', None),
        ],
    )
    def test_the_id_is_read_from_the_look_of_the_file(self, tmp_path: Path, text: str, name: str | None) -> None:
        assert matter_id(write(tmp_path / "m.yaml", text)) == name

    def test_what_cannot_be_opened_has_no_id(self, tmp_path: Path) -> None:
        assert matter_id(tmp_path / "gone.yaml") is None


def test_visible_files_leave_out_the_hidden_and_one_folder(tmp_path: Path) -> None:
    kept = write(tmp_path / "exhibits" / "a.pdf", "")
    for name in (".hidden", ".git/config", "build/package.pdf"):
        write(tmp_path / name, "")
    assert list(visible_files(tmp_path, tmp_path / "build")) == [kept]
