"""``isa-docs areas``: the risk-area catalog on the command line."""

from __future__ import annotations

from tests.unit.cli.running import Invoke


def test_the_list_has_every_group(invoke: Invoke) -> None:
    done = invoke("areas")
    assert done.code == 0
    assert "Areas of the Focused Assessment" in done.out
    assert "  assists                  Assists" in done.out


def test_one_area_in_full(invoke: Invoke) -> None:
    assert invoke("areas", "assists", "--json").report["result"]["areas"][0]["id"] == "assists"
    done = invoke("areas", "assists")
    assert done.code == 0
    assert "    - Each tool, mold, material or design sent abroad is in the assist register." in done.out
    assert "  usual root causes" in done.out
    assert "  confidence  " in done.out


def test_a_misspelt_area(invoke: Invoke) -> None:
    done = invoke("areas", "asists")
    assert done.code == 2
    assert "Did you mean 'assists'?" in done.err


def test_the_vocabulary_marks_what_is_history(invoke: Invoke) -> None:
    done = invoke("areas", "--terms", "--json")
    terms = done.report["result"]["terms"]
    assert any(term["historic"] for term in terms)
    assert all(term["meaning"] for term in terms)
