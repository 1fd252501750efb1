"""An exhibit that is replaced while its package is built: what the manifest says is what is in the package."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from isa_docs.build.pipeline import BuildSettings, build_matter
from isa_docs.conversion.find import find_engine
from isa_docs.intake.load import load_matter

ROOT = Path(__file__).resolve().parents[3]
REPLACED = {"fa-report.pdf": "request.pdf", "secretary-certificate.docx": "notice.pdf"}


def sha256(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.slow
def test_an_exhibit_that_is_replaced_during_the_build(tmp_path: Path) -> None:
    folder = tmp_path / "northwind"
    shutil.copytree(ROOT / "examples" / "northwind", folder)
    exhibits = folder / "exhibits"
    given = {f"exhibits/{name}": sha256(exhibits / name) for name in REPLACED}

    def replace(what: str) -> None:
        if what.startswith(("taking in", "converting")):
            for name, other in REPLACED.items():
                shutil.copyfile(exhibits / other, exhibits / name)

    loaded = load_matter(folder / "matter.yaml")
    index = next(at for at, each in enumerate(loaded.matter.submissions) if each.id == "application")
    settings = BuildSettings(tmp_path / "out", lambda: find_engine(None, tmp_path / "cache"))
    (outcome,) = build_matter(loaded, [index], settings, replace)
    assert outcome.error is None
    assert sha256(exhibits / "fa-report.pdf") != given["exhibits/fa-report.pdf"]
    manifest = json.loads((outcome.folder / "manifest.json").read_text(encoding="utf-8"))
    told = {name: digest for name, digest in manifest["inputs"].items() if name in given}
    recorded = {each["file"]: each["sha256"] for each in manifest["exhibits"] if each["file"] in given}
    assert told == recorded == given
