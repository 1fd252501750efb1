"""A legal name with every awkward character is printed whole in every paper, or refused with the characters named."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.conversion.fonts import unshowable_characters
from tests.acceptance.reading import Package, flat
from tests.acceptance.running import edit, isa_docs

pytestmark = pytest.mark.slow

NAME = 'Smith & Sons <Intl> "Q" – é ñ'
PAPERS = {"application": ("letter", "mou", "plan"), "anl-2015": ("letter",), "appeal-2015": ("letter",)}


def rename(matter: Path, name: str) -> None:
    edit(matter, "legal_name: Northwind Components, Inc.", f"legal_name: '{name}'")


def assert_whole(out: Path, name: str) -> None:
    for submission, papers in PAPERS.items():
        package = Package(out / "northwind-isa" / submission)
        parts = {part["key"]: part for part in package.manifest["parts"]}
        for key in papers:
            first = parts[key]["first_page"] - 1
            text = flat(" ".join(package.pages[first : first + parts[key]["pages"]]))
            assert name in text, f"{submission}: {key}"
        assert name in str(package.reader.metadata.author)  # type: ignore[union-attr]


def test_markup_quotes_dash_and_accents_are_printed_whole_in_every_paper(northwind: Path, tmp_path: Path) -> None:
    rename(northwind, NAME)
    done = isa_docs("build", northwind, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    assert_whole(tmp_path / "out", NAME)


def test_characters_that_no_font_can_show_are_named_and_others_are_printed(northwind: Path, tmp_path: Path) -> None:
    rename(northwind, f"{NAME} 東京")
    done = isa_docs("build", northwind, "--out", tmp_path / "out")
    if unshowable_characters("東京"):
        assert done.returncode == 3, done.stderr
        assert "matter.yaml:8:15: error FONT-CHARACTER: No installed font can show" in done.stderr
        assert "“東” (U+6771" in done.stderr
        assert "“京” (U+4EAC" in done.stderr
        assert not (tmp_path / "out").exists()
    else:
        assert done.returncode == 0, done.stderr
        assert_whole(tmp_path / "out", f"{NAME} 東京")
