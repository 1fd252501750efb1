"""Layers of exhibits: what a viewer hides never comes into a package, and what it shows is not refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pikepdf import Array, Dictionary, Name, Object, String

from isa_docs.assembly.exhibits import ExhibitFile, ExhibitResult, Treatment, take_exhibits
from isa_docs.conversion.pdfium import page_texts
from isa_docs.errors import AssemblyError

from .papers import new_pdf, saved

pytestmark = pytest.mark.slow


def layered(file: Path, state: str, *, rule: str = "", use: str = "") -> Path:
    """Write a page with a layer in a state; shown by a rule about it, or with a use of its own."""
    pdf = new_pdf("Base")
    layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Layer")))
    shown: Object = layer
    if rule:
        shown = pdf.make_indirect(Dictionary(Type=Name.OCMD, OCGs=Array([layer]), P=Name(rule)))
    states = {
        "on": Dictionary(ON=Array([layer])),
        "off": Dictionary(OFF=Array([layer])),
        "on though all are off": Dictionary(BaseState=Name.OFF, ON=Array([layer])),
        "off with all": Dictionary(BaseState=Name.OFF),
    }
    default = states[state]
    if use:
        layer.Usage = Dictionary(View=Dictionary(ViewState=Name(use)))
        default.AS = Array([Dictionary(Event=Name.View, Category=Array([Name.View]), OCGs=Array([layer]))])
    pdf.pages[0].Resources.Properties = Dictionary(M=shown)
    pdf.pages[0].contents_add(b"/OC /M BDC BT /F1 18 Tf 72 400 Td (Layer) Tj ET EMC")
    pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=default)
    return saved(pdf, file)


def taken(file: Path, folder: Path, treatment: Treatment) -> ExhibitResult:
    return take_exhibits([ExhibitFile(file, "x", treatment=treatment)], work=folder / "work")[0]


@pytest.mark.parametrize(
    ("state", "rule", "use", "shown", "told"),
    [
        ("on", "", "", True, False),
        ("off", "", "", False, True),
        ("off with all", "", "", False, True),
        ("on though all are off", "", "", True, False),
        ("on", "/AllOff", "", False, True),
        ("off", "/AllOff", "", True, True),
        ("on", "", "/ON", True, False),
    ],
)
def test_what_is_hidden_is_left_out_and_told(
    state: str, rule: str, use: str, shown: bool, told: bool, tmp_path: Path
) -> None:
    file = layered(tmp_path / "a.pdf", state, rule=rule, use=use)
    result = taken(file, tmp_path, "auto")
    assert page_texts(result.pdf) == ["Base\nLayer" if shown else "Base"]
    assert [each.code for each in result.warnings] == (["EXH-LAYERS"] if told else [])
    if told:
        with pytest.raises(AssemblyError, match="is not to be redrawn"):
            taken(file, tmp_path, "keep")
    else:
        assert [each.code for each in taken(file, tmp_path, "keep").warnings] == ["EXH-KEPT"]


@pytest.mark.parametrize("treatment", ["auto", "keep", "redraw"])
def test_a_layer_that_viewers_hide_is_refused(treatment: Treatment, tmp_path: Path) -> None:
    with pytest.raises(AssemblyError, match="on the screen only, in print only") as stopped:
        taken(layered(tmp_path / "a.pdf", "on", use="/OFF"), tmp_path, treatment)
    assert [each.code for each in stopped.value.findings] == ["EXH-LAYERS"]
