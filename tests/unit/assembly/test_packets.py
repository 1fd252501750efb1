"""Signature packets: the pages one person signs, as they stand in the package."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.model import Part, SignatureSlot
from isa_docs.assembly.packets import signature_packets
from tests.acceptance.reading import tool
from tests.acceptance.verapdf import failures

from .papers import info, slots

pytestmark = pytest.mark.slow


def signed_by(role: str, signer: str, order: int, slots_of: str) -> tuple[SignatureSlot, ...]:
    return tuple(
        replace(slot, role=role, signer=signer, order=order, name=slot.name.replace("officer", role))
        for slot in slots(slots_of, 1)
    )


@pytest.fixture
def two_signers(parts: list[Part]) -> list[Part]:
    """The MOU signed by the officer, the plan by counsel."""
    contents, mou, plan, sheet = parts
    return [contents, mou, replace(plan, slots=signed_by("counsel", "Robert Hale", 2, "plan")), sheet]


def test_each_signer_gets_the_pages_he_signs(two_signers: list[Part], tmp_path: Path) -> None:
    package = assemble(two_signers, info(), tmp_path / "package.pdf")
    officer, counsel = signature_packets(package, info(), tmp_path / "packets")
    assert (officer.role, officer.pages, counsel.role, counsel.pages) == ("officer", (3,), "counsel", (4,))
    text = " ".join(tool("pdftotext", "-layout", officer.pdf, "-").split())
    assert "Signatures" in text
    assert f"Page 3 of {package.pages}" in text
    assert "Self-Testing Plan" not in text
    with pikepdf.open(officer.pdf) as pdf:
        assert [str(page.label) for page in pdf.pages] == ["MOU-2"]
        assert [str(field.T) for field in pdf.Root.AcroForm.Fields] == ["mou_officer_signature", "mou_officer_date"]


def test_a_packet_is_archival_and_accessible(two_signers: list[Part], tmp_path: Path) -> None:
    package = assemble(two_signers, info(), tmp_path / "package.pdf")
    packets = signature_packets(package, info(), tmp_path / "packets")
    assert {name: rules for name, rules in failures([packet.pdf for packet in packets]).items() if rules} == {}


def test_a_packet_reads_in_order(two_signers: list[Part], tmp_path: Path) -> None:
    package = assemble(two_signers, info(), tmp_path / "package.pdf")
    officer, _ = signature_packets(package, info(), tmp_path / "packets")
    done = subprocess.run(["pdfinfo", "-struct-text", officer.pdf], capture_output=True, check=True)
    spoken = done.stdout.decode("latin-1")  # titles come as they are written, in PDFDocEncoding
    places = [spoken.index(text) for text in ("Signatures", "By: ", "Form", "Jane Q. Doe, Vice President")]
    assert places == sorted(places)
    assert "Keep records" not in spoken


def test_the_agency_gets_none_and_the_same_package_gives_the_same_packet(parts: list[Part], tmp_path: Path) -> None:
    contents, mou, plan, sheet = parts
    papers = [
        contents,
        replace(mou, slots=signed_by("cbp", "U.S. Customs and Border Protection", 2, "mou")),
        plan,
        sheet,
    ]
    package = assemble(papers, info(), tmp_path / "package.pdf")
    first = signature_packets(package, info(), tmp_path / "one")
    second = signature_packets(package, info(), tmp_path / "two")
    assert [packet.role for packet in first] == ["officer"]
    assert first[0].pdf.read_bytes() == second[0].pdf.read_bytes()


def test_a_package_nobody_signs_has_no_packet(parts: list[Part], tmp_path: Path) -> None:
    package = assemble([parts[3]], info(), tmp_path / "package.pdf")
    assert signature_packets(package, info(), tmp_path / "packets") == ()
