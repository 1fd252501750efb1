"""What the matter allows to be done to an exhibit, and what is said of it afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.assembly.exhibits import ExhibitFile, ExhibitResult, Treatment, take_exhibits
from isa_docs.errors import AssemblyError

from .hostile import MAKERS

pytestmark = pytest.mark.slow


def taken(name: str, treatment: Treatment, folder: Path) -> ExhibitResult:
    file = ExhibitFile(MAKERS[name](folder), name, treatment=treatment)
    return take_exhibits([file], work=folder / "work")[0]


@pytest.mark.parametrize(
    ("name", "treatment", "outcome", "codes", "proved"),
    [
        ("clean", "auto", "as-is", set(), True),
        ("clean", "redraw", "normalized", set(), True),
        ("clean", "keep", "as-is", set(), True),
        ("clean", "exact", "as-is", set(), True),
        ("font_not_embedded", "auto", "normalized", set(), True),
        ("font_not_embedded", "keep", "as-is", {"EXH-KEPT"}, False),
        ("font_not_embedded", "exact", "normalized", set(), True),
        ("cmyk", "keep", "as-is", {"EXH-KEPT"}, False),
    ],
)
def test_treatment(
    name: str, treatment: Treatment, outcome: str, codes: set[str], proved: bool, tmp_path: Path
) -> None:
    result = taken(name, treatment, tmp_path)
    assert (result.outcome, {each.code for each in result.warnings}, result.proved) == (outcome, codes, proved)


@pytest.mark.parametrize(("name", "code"), [("sticky_note", "EXH-COMMENTS"), ("signed", "EXH-SIGNED")])
def test_exact_refuses_what_would_be_lost(name: str, code: str, tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="the matter asks for it exactly as it is") as stopped:
        taken(name, "exact", tmp_path)
    assert [each.code for each in stopped.value.findings] == [code]


def test_keeping_never_shows_a_hidden_layer(tmp_path: Path) -> None:
    with pytest.raises(AssemblyError) as stopped:
        taken("hidden_layer", "keep", tmp_path)
    assert "EXH-LAYERS" in [each.code for each in stopped.value.findings]
