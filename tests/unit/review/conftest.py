"""A small package with two signature lines on its second page, signed twice by the tests' own authority."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from assembly.papers import info, new_pdf, saved
from cli import conftest as cli_conftest
from pikepdf import Array, Dictionary, Name, String

from isa_docs.assembly.assemble import assemble
from isa_docs.assembly.model import Part, SignatureSlot
from isa_docs.review.signing import Signing, sign_package

from .authority import PASSPHRASE, pki
from .manifests import whole_manifest

PACKAGE_ID = "0123456789abcdef0123456789abcdef"
ROLES = {"officer": "Margaret Ellison", "cbp": "U.S. Customs and Border Protection"}
NOW = datetime(2013, 1, 15, 15, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Built:
    """A package as built and its manifest."""

    data: bytes
    manifest: dict[str, Any]


def _slots() -> tuple[SignatureSlot, ...]:
    return tuple(
        SignatureSlot(
            name=f"mou_{role}_{kind}",
            kind=kind,  # type: ignore[arg-type]
            role=role,
            signer=signer,
            title="Officer",
            order=order,
            start=f"{role}{kind}A",
            end=f"{role}{kind}B",
            tooltip=f"{kind} of {signer}",
        )
        for order, (role, signer) in enumerate(ROLES.items(), start=1)
        for kind in ("signature", "date")
    )


def _mou(file: Path) -> Path:
    """Three pages; the lines stand on the second, as LibreOffice's named destinations."""
    pdf = new_pdf("Memorandum of Understanding", "Signatures", "Annex")
    names = []
    for top, role in ((500, "officer"), (300, "cbp")):
        for kind, left, right, lower in (("signature", 200, 450, 0), ("date", 200, 320, 60)):
            for end, x in (("A", left), ("B", right)):
                place = Array([pdf.pages[1].obj, Name.XYZ, x, top - lower, 0])
                names.append((f"{role}{kind}{end}", place))
    pairs = [each for name, place in sorted(names) for each in (String(name), place)]
    pdf.Root.Names = Dictionary(Dests=Dictionary(Names=Array(pairs)))
    return saved(pdf, file)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("package")
    parts = [
        Part("letter", "Letter", "document", saved(new_pdf("Dear Chief"), folder / "letter.pdf"), "L-"),
        Part("mou", "Memorandum of Understanding", "document", _mou(folder / "mou.pdf"), "MOU-", slots=_slots()),
    ]
    result = assemble(parts, info(package_id=PACKAGE_ID), folder / "package.pdf")
    data = result.pdf.read_bytes()
    fields = [
        {
            "name": each.slot.name,
            "kind": each.slot.kind,
            "role": each.slot.role,
            "signer": each.slot.signer,
            "title": each.slot.title,
            "order": each.slot.order,
            "part": each.part,
            "page": each.page,
            "page_label": each.page_label,
            "rect": list(each.rect),
        }
        for each in result.fields
    ]
    package = {"id": PACKAGE_ID, "sha256": hashlib.sha256(data).hexdigest(), "pages": result.pages}
    return Built(data, whole_manifest(package=package, fields=fields))


def signing(field: str, key: bytes, **changes: Any) -> Signing:
    return Signing(**{"field": field, "key": key, "passphrase": PASSPHRASE, "now": NOW, "fetch": False, **changes})


@pytest.fixture(scope="session")
def once(built: Built) -> bytes:
    """The package signed and dated by the officer."""
    order = signing("mou_officer_signature", pki().officer.p12(), dated=date(2012, 11, 15))
    return sign_package(built.data, order)


@pytest.fixture(scope="session")
def twice(once: bytes) -> bytes:
    """Signed and dated by the officer, then by the official."""
    return sign_package(once, signing("mou_cbp_signature", pki().official.p12(), dated=date(2013, 1, 15)))


invoke = cli_conftest.invoke
