"""Reading a manifest: everything the schema asks for, or a refusal that says what is not so."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cli.running import NORTHWIND, Invoke

from isa_docs.errors import InputError
from isa_docs.review.manifest import read_manifest

from .manifests import field, whole_manifest


def written(folder: Path, manifest: Any) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "manifest.json").write_text(manifest if isinstance(manifest, str) else json.dumps(manifest))
    return folder / "manifest.json"


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in whole_manifest().items() if key != name}


def test_a_whole_one_is_read_as_it_is(tmp_path: Path) -> None:
    manifest = whole_manifest(fields=[field("letter_officer_signature", "M. Ellison", 2)])
    assert read_manifest(written(tmp_path, manifest)) == manifest


@pytest.mark.parametrize(
    ("manifest", "words"),
    [
        ("{", "it is no JSON"),
        ("[" * 100_000, "it is no JSON"),
        ("[]", "it is something else"),
        (without("matter"), "it lacks 'matter'"),
        (without("fields"), "it lacks 'fields'"),
        (whole_manifest(fields=[{}]), "fields/0 lacks 'name', 'kind', 'role'"),
        (whole_manifest(package={"sha256": "short"}), "package/sha256 is not as it must be"),
        ({**whole_manifest(), "more": 1}, "it holds something that is not known here"),
        (whole_manifest(manifest_version=2), "manifest_version is not as it must be"),
        (whole_manifest(matter={"date": "123-45-6789"}), "matter/date is not as it must be"),
    ],
)
def test_what_is_refused(tmp_path: Path, manifest: Any, words: str) -> None:
    with pytest.raises(InputError, match="is not a manifest that this version understands") as caught:
        read_manifest(written(tmp_path, manifest))
    assert words in caught.value.message
    assert "6789" not in caught.value.message
    assert [(each.code, bool(each.remedy)) for each in caught.value.findings] == [("INPUT-MANIFEST", True)]


def test_one_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="it cannot be read"):
        read_manifest(tmp_path / "manifest.json")


@pytest.mark.parametrize("manifest", [without("matter"), whole_manifest(fields=[{}])])
def test_every_command_refuses_it(invoke: Invoke, tmp_path: Path, manifest: dict[str, Any]) -> None:
    package = written(tmp_path, manifest).with_name("package.pdf")
    package.write_bytes(b"%PDF-1.7")
    matter = tmp_path / "matter.yaml"
    matter.write_bytes(NORTHWIND.read_bytes())
    for command in (
        ("verify", package),
        ("compare", tmp_path, tmp_path),
        ("trace", tmp_path, "words", "--page", "1", "--matter", matter),
        ("attach-signed", package),
        ("new", "annual-notification", "--from", tmp_path, "--matter", matter),
    ):
        run = invoke(*command, "--json")
        assert run.code == 4, command
        assert [each["code"] for each in run.report["findings"]] == ["INPUT-MANIFEST"]
