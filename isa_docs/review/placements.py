"""The placement list ``signatures.json``: who signs where, for people and for any e-signature service's interface."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from isa_docs.assembly.esign import AGENCY, marking
from isa_docs.assembly.model import Packet, PlacedField
from isa_docs.review.manifest import BuildRecord


def placements_json(record: BuildRecord, name: str, packets: Sequence[Packet] = ()) -> bytes:
    """Return the placement list of the package called ``name`` as UTF-8 JSON (schemas/signatures.schema.json)."""
    return (json.dumps(placements(record, name, packets), indent=2, ensure_ascii=False) + "\n").encode()


def placements(record: BuildRecord, name: str, packets: Sequence[Packet] = ()) -> dict[str, Any]:
    """Return the placement list as data; rectangles are left, bottom, right and top edge in points."""
    package = record.package
    titles = {part.key: part.title for part in record.parts}
    by_role = {packet.role: packet for packet in packets}
    signers: dict[str, list[PlacedField]] = {}
    for item in sorted(package.fields, key=lambda each: (each.slot.order, each.page)):
        signers.setdefault(item.slot.role, []).append(item)
    return {
        "signatures_version": 1,
        "package": {"file": name, "id": record.package_id, "sha256": package.sha256, "pages": package.pages},
        "esign_profile": package.profile,
        "signers": [_signer(role, items, by_role) for role, items in signers.items()],
        "places": [
            {
                "field": item.slot.name,
                "marking": marking(package.profile, item.slot.role),
                "kind": item.slot.kind,
                "role": item.slot.role,
                "order": item.slot.order,
                "document": titles.get(item.part, item.part),
                "page": item.page,
                "page_label": item.page_label,
                "page_size": list(item.page_size),
                "rect": [round(value, 2) for value in item.rect],
                **_in_packet(item, by_role),
            }
            for item in package.fields
        ],
    }


def _signer(role: str, items: Sequence[PlacedField], packets: Mapping[str, Packet]) -> dict[str, Any]:
    slot = items[0].slot
    out: dict[str, Any] = {
        "role": role,
        "name": slot.signer,
        "title": slot.title,
        "order": slot.order,
        "agency": role == AGENCY,
        "pages": sorted({item.page for item in items}),
    }
    if role in packets:
        out["packet"] = {"file": f"packets/{packets[role].pdf.name}", "sha256": packets[role].sha256}
    return out


def _in_packet(item: PlacedField, packets: Mapping[str, Packet]) -> dict[str, Any]:
    packet = packets.get(item.slot.role)
    return {"packet_page": packet.pages.index(item.page) + 1} if packet else {}
