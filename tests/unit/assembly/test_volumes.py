"""A package too large for its recipient is also split by tab."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.model import AssemblyResult, Part
from isa_docs.assembly.volumes import split, tabs
from tests.acceptance.reading import tool
from tests.acceptance.verapdf import failures

from .papers import info, new_pdf, saved

pytestmark = pytest.mark.slow


@pytest.fixture
def with_exhibit(parts: list[Part], tmp_path: Path) -> list[Part]:
    """Contents, MOU, plan, the sheet of Tab A and its exhibit of two pages."""
    pdf = saved(new_pdf("Report", "Appendix"), tmp_path / "exhibit.pdf")
    return [*parts, Part("report", "Focused Assessment report", "exhibit", pdf, "AX-", parent="tab-a")]


@pytest.fixture
def package(with_exhibit: list[Part], tmp_path: Path) -> AssemblyResult:
    return assemble(with_exhibit, info(), tmp_path / "package.pdf")


def test_an_exhibit_stays_with_its_sheet(with_exhibit: list[Part], package: AssemblyResult) -> None:
    found = tabs(with_exhibit, package)
    assert [tab.title for tab in found][-1] == "Tab A: Focused Assessment report"
    assert found[-1].pages == tuple(range(package.pages - 2, package.pages + 1))
    assert [page for tab in found for page in tab.pages] == list(range(1, package.pages + 1))


def test_a_package_that_fits_is_left_whole(with_exhibit: list[Part], package: AssemblyResult, tmp_path: Path) -> None:
    made = split(with_exhibit, package, info(), package.pdf.stat().st_size, tmp_path / "volumes")
    assert (made.files, made.findings) == ((), ())


def test_volumes_hold_every_page_once_and_fit(
    with_exhibit: list[Part], package: AssemblyResult, tmp_path: Path
) -> None:
    limit = package.pdf.stat().st_size - 1
    made = split(with_exhibit, package, info(), limit, tmp_path / "volumes")
    assert made.findings == ()
    assert len(made.files) > 1
    assert all(each.pdf.stat().st_size <= limit for each in made.files)
    assert [page for each in made.files for page in each.pages] == list(range(1, package.pages + 1))
    assert sum(len(each.fields) for each in made.files) == len(package.fields)
    first, last = made.files[0], made.files[-1]
    assert first.pdf.name == f"package-1-of-{len(made.files)}.pdf"
    assert f"Page {package.pages} of {package.pages}" in tool("pdftotext", last.pdf, "-")
    with pikepdf.open(last.pdf) as pdf:
        assert str(pdf.pages[-1].label) == "AX-2"
    assert {name: rules for name, rules in failures([each.pdf for each in made.files]).items() if rules} == {}


def test_a_tab_too_large_by_itself_is_said(with_exhibit: list[Part], package: AssemblyResult, tmp_path: Path) -> None:
    made = split(with_exhibit, package, info(), 1_000, tmp_path / "volumes")
    assert len(made.files) == len(tabs(with_exhibit, package))
    assert {each.code for each in made.findings} == {"PKG-SIZE"}
    assert "'Self-Testing Plan' alone is" in " ".join(each.message for each in made.findings)
