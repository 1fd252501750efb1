"""What goes into a package and what is known of it afterwards. Page numbers are 1-based; lengths are points."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal


@dataclass(frozen=True)
class SignatureSlot:
    """One signature or date line of a document, found by a pair of named destinations in its PDF."""

    name: str
    """Field name, unique in the package, no period: ``mou_officer_signature``."""
    kind: Literal["signature", "date"]
    role: str
    signer: str
    """Printed name of who signs."""
    title: str
    order: int
    """Signing order in the package, from 1."""
    start: str
    """Named destination at the left end of the line."""
    end: str
    """Named destination at the right end of the line."""
    tooltip: str


@dataclass(frozen=True)
class Part:
    """One PDF of the package, in its order."""

    key: str
    title: str
    kind: Literal["document", "contents", "exhibit-sheet", "exhibit"]
    pdf: Path
    label: str
    """Page-label prefix: ``MOU-`` gives MOU-1, MOU-2 ...; an empty one gives roman numerals."""
    parent: str | None = None
    """Key of the part under which the outline shows this one (an exhibit below its sheet)."""
    slots: tuple[SignatureSlot, ...] = ()
    alternative_text: str | None = None
    """For exhibits that are pictures."""


@dataclass(frozen=True)
class PackageInfo:
    """Document information of the package."""

    title: str
    author: str
    subject: str
    language: str
    date: date
    """The submission's date; the only date written into the file."""
    package_id: str
    stamp: str
    """Left part of the page stamp, e.g. ``Northwind Components, Inc. - ISA application``."""


@dataclass(frozen=True)
class PartPages:
    """Where a part ended up."""

    key: str
    first_page: int
    pages: int


@dataclass(frozen=True)
class PlacedField:
    """A form field in the finished package: page and rectangle (left, bottom, right, top) in points."""

    slot: SignatureSlot
    part: str
    page: int
    page_label: str
    rect: tuple[float, float, float, float]


@dataclass(frozen=True)
class AssemblyResult:
    """The finished package."""

    pdf: Path
    pages: int
    parts: tuple[PartPages, ...]
    fields: tuple[PlacedField, ...]
    sha256: str
    warnings: tuple[str, ...] = field(default=())
