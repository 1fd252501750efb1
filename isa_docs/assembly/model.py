"""What goes into a package and what is known of it afterwards. Page numbers are 1-based; lengths are points."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

EsignProfile = Literal["acrobat", "docusign", "adobe-sign", "dropbox-sign", "wet"]
"""Which way of signing the fields are prepared for (see :mod:`isa_docs.assembly.esign`)."""


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
    room: float | None = None
    """How far the field may reach above the top of its line, in points; None for the usual room of our own papers."""


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
    mark: str = ""
    """What the stamp of its pages says it is, such as ``Exhibit A``; empty for parts that say so themselves."""
    legend: str = ""
    """Printed at the head of its pages, such as a marking as confidential; empty for parts that print their own."""
    fixed: bool = False
    """Whether its pages must keep their size, even when the stamp then stands over words of theirs."""


@dataclass(frozen=True)
class Attachment:
    """A file carried inside an archive package; ``name`` is its file name, ``media_type`` its kind."""

    name: str
    media_type: str
    description: str
    data: bytes
    relationship: Literal["Source", "Data"] = "Source"


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
    profile: EsignProfile = "acrobat"
    bates: str = ""
    """Prefix of the continuous number stamped on every page, e.g. ``NWC-`` for NWC-000001; empty for none."""
    archive: Literal["a2", "a3"] = "a2"
    """Archive form: PDF/A-2b, or PDF/A-3b, which may carry ``attachments``."""
    attachments: tuple[Attachment, ...] = ()


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
    page_size: tuple[float, float] = (612.0, 792.0)
    """Width and height of the page in points."""


@dataclass(frozen=True)
class AssemblyResult:
    """The finished package."""

    pdf: Path
    pages: int
    parts: tuple[PartPages, ...]
    fields: tuple[PlacedField, ...]
    sha256: str
    warnings: tuple[str, ...] = field(default=())
    notes: tuple[str, ...] = ()
    """What was done to pages that the reader of the package may want to know."""
    profile: EsignProfile = "acrobat"
    written: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    """What PDFium reads on each page of each exhibit before assembly, by the keys of their parts."""


@dataclass(frozen=True)
class Packet:
    """The signature pages of one signer; ``pages`` are pages of the package, ``fields`` lie on the packet's own."""

    role: str
    signer: str
    title: str
    order: int
    pdf: Path
    pages: tuple[int, ...]
    fields: tuple[PlacedField, ...]
    sha256: str
