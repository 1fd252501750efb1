"""The pages of the package as the checklist shows them: pictures, who signs on them, and what was found about them."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from isa_docs.assembly.model import PlacedField
from isa_docs.findings import Finding
from isa_docs.review.manifest import BuildRecord, PartRecord


@dataclass(frozen=True)
class ShownPage:
    """One page: its number, its picture as a data address (empty without), its signature lines, its findings."""

    number: int
    picture: str
    signatures: tuple[PlacedField, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class ShownPart:
    """One part with its pages that are worth showing, and the findings that concern it as a whole."""

    part: PartRecord
    pages: tuple[ShownPage, ...]
    findings: tuple[Finding, ...]

    @property
    def left_out(self) -> int:
        """How many of its pages are not shown."""
        return self.part.pages - len(self.pages)


def shown_parts(record: BuildRecord, pictures: Mapping[int, bytes]) -> tuple[ShownPart, ...]:
    """Return the parts of a package for the checklist, in order."""
    return tuple(_part(record, part, pictures) for part in record.parts)


def _part(record: BuildRecord, part: PartRecord, pictures: Mapping[int, bytes]) -> ShownPart:
    pages = []
    for number in range(part.first_page, part.first_page + part.pages):
        signatures = tuple(
            each for each in record.package.fields if each.page == number and each.slot.kind == "signature"
        )
        findings = tuple(_on_page(record, number))
        if number in pictures or signatures or findings:
            data = pictures.get(number)
            address = f"data:image/jpeg;base64,{b64encode(data).decode('ascii')}" if data else ""
            pages.append(ShownPage(number, address, signatures, findings))
    return ShownPart(part, tuple(pages), tuple(_of_part(record, part)))


def _on_page(record: BuildRecord, number: int) -> Iterator[Finding]:
    """Yield the findings that name this page of the package."""
    for each in record.findings:
        place = each.place
        if place is not None and place.line is None and place.page == number and each.code.startswith("PKG-"):
            yield each


def _of_part(record: BuildRecord, part: PartRecord) -> Iterator[Finding]:
    """Yield the findings about the place in the matter that this part alone is made from."""
    path = next((item.path for item in record.plan.items if item.key == part.key), ())
    if len(path) < 3:  # a paper made from the whole submission: its findings stand at the head of the checklist
        return
    for each in record.findings:
        if each.path is not None and each.path[: len(path)] == path and part.kind == "exhibit":
            yield each
