"""Where LibreOffice cannot be installed its WebAssembly build makes the same packages, page for page, word for word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pypdf import PdfReader

from isa_docs.conversion.wasm import set_up_wasm
from tests.acceptance.running import EXAMPLES, isa_docs

pytestmark = [pytest.mark.slow, pytest.mark.stress]


@pytest.fixture(scope="module")
def cache(request: pytest.FixtureRequest) -> Path:
    """The cache folder with the real build, kept between test runs: it is 250 MB."""
    folder: Path = request.config.cache.mkdir("isa-docs-wasm")
    set_up_wasm(folder)
    return folder


def words(pdf: Path) -> list[list[str]]:
    """Return the words of each page, in any order: the two draw header and footer at different moments."""
    return [sorted(page.extract_text().split()) for page in PdfReader(pdf).pages]


def test_the_package_has_the_same_pages_and_words(cache: Path, tmp_path: Path) -> None:
    matter = EXAMPLES / "harborlight" / "matter.yaml"
    reports = {}
    for engine, options in (("installed", ()), ("wasm", ("--soffice", "libreoffice-wasm"))):
        done = isa_docs(
            "build", matter, "--out", tmp_path / engine, "--fresh", "--json", *options, ISA_DOCS_CACHE_DIR=str(cache)
        )
        assert done.returncode == 0, done.stdout + done.stderr
        reports[engine] = json.loads(done.stdout)["result"]["packages"]
    assert len(reports["wasm"]) > 0
    for one, other in zip(reports["installed"], reports["wasm"], strict=True):
        assert one["pages"] == other["pages"]
        shown = [words(Path(package["file"])) for package in (one, other)]
        for page in shown:  # the package id differs, for the engine is part of what decides the bytes
            page[:] = [[word for word in each if one["package_id"] not in word] for each in page]
        assert shown[0] == shown[1]
        manifest = json.loads((Path(other["folder"]) / "manifest.json").read_text(encoding="utf-8"))
        assert manifest["engine"]["name"] == "libreoffice-wasm"
        assert manifest["engine"]["kind"] == "reference-wasm"


def test_the_doctor_names_it(cache: Path) -> None:
    done = isa_docs("doctor", "--soffice", "libreoffice-wasm", "--json", ISA_DOCS_CACHE_DIR=str(cache))
    (converter,) = [each for each in json.loads(done.stdout)["result"]["checks"] if each["name"] == "converter"]
    assert converter["ok"] is True
    assert converter["found"].startswith("libreoffice-wasm 24.8.8+2.7.2 at ")
