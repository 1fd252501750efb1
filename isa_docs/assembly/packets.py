"""Signature packets: for each signer a small PDF with the pages he or she signs, as they stand in the package.

Firms circulate and collect signature pages, not whole packages. A packet's pages are those of the package, stamps and
page labels included, so that a signed page can take its place there; it is tagged and in archive form likewise.
"""

from __future__ import annotations

from pathlib import Path

from isa_docs.assembly.esign import AGENCY
from isa_docs.assembly.extracts import Extractor
from isa_docs.assembly.model import AssemblyResult, PackageInfo, Packet, PlacedField


def signature_packets(package: AssemblyResult, info: PackageInfo, folder: Path) -> tuple[Packet, ...]:
    """Write one packet for each signer on the importer's side into ``folder``, in signing order.

    Each holds the signer's fields only. Same package, same bytes. A package nobody signs has no packet.
    """
    signers: dict[str, list[PlacedField]] = {}
    for item in package.fields:
        if item.slot.role != AGENCY:
            signers.setdefault(item.slot.role, []).append(item)
    if not signers:
        return ()
    folder.mkdir(parents=True, exist_ok=True)
    extractor = Extractor(package, info)
    packets = []
    for role, own in signers.items():
        slot = own[0].slot
        title = f"Signature pages of {slot.signer} – {info.title}"
        out = folder / f"{package.pdf.stem}-{role}.pdf"
        made = extractor.extract(sorted({item.page for item in own}), own, title, out)
        packets.append(
            Packet(role, slot.signer, slot.title, slot.order, made.pdf, made.pages, made.fields, made.sha256)
        )
    return tuple(sorted(packets, key=lambda each: (each.order, each.role)))
