"""One PDF that goes into the package: its pages, structure, destinations and outline, opened once.

Raises AssemblyError naming the part when a file cannot be used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, NameTree, String

from isa_docs.errors import AssemblyError
from isa_docs.findings import Finding, Place, Severity


@dataclass(frozen=True)
class Spot:
    """A place on a page of a source: 0-based page, and where on it, in points, when that is said."""

    page: int
    left: float | None
    top: float | None


@dataclass(frozen=True)
class Heading:
    """One entry of a part's own outline; ``depth`` counts from 0."""

    title: str
    depth: int
    spot: Spot


class Source:
    """A PDF opened for merging."""

    def __init__(self, pdf: Path, title: str) -> None:
        self.pdf = pdf
        self.title = title
        try:
            self.file = pikepdf.open(pdf, suppress_warnings=True)
            if self.file.is_encrypted:
                raise ValueError("it is protected by a password")
            self.pages = list(self.file.pages)
            self.catalog = self.file.Root
        except Exception as error:
            raise _unreadable(pdf, title, error) from error
        if not self.pages:
            raise _unreadable(pdf, title, ValueError("it has no pages"))
        self._index = {page.obj.objgen: number for number, page in reversed(list(enumerate(self.pages)))}

    @property
    def tagged(self) -> bool:
        """Whether the file carries a structure tree that claims to describe its content."""
        marks = self.catalog.get("/MarkInfo")
        return isinstance(marks, Dictionary) and bool(marks.get("/Marked")) and "/K" in self.structure

    @property
    def structure(self) -> Dictionary:
        """The file's structure tree root; empty when it has none."""
        root = self.catalog.get("/StructTreeRoot")
        return root if isinstance(root, Dictionary) else Dictionary()

    @property
    def language(self) -> str | None:
        """The file's own language, when it says one."""
        value = self.catalog.get("/Lang")
        return str(value) or None if isinstance(value, String) else None

    def page_index(self, reference: Any) -> int | None:
        """Return the 0-based index of the page a reference points at, or None."""
        if isinstance(reference, Dictionary):
            return self._index.get(reference.objgen)
        if isinstance(reference, int) and 0 <= reference < len(self.pages):
            return reference
        return None

    def destinations(self) -> dict[str, Spot]:
        """Return the named destinations that point at a page of this file."""
        found = {}
        for name, destination in self._guarded(self._named, {}).items():
            spot = self.spot(destination, {})
            if spot is not None:
                found[str(name).removeprefix("/")] = spot
        return found

    def _named(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        old = self.catalog.get("/Dests")
        if isinstance(old, Dictionary):
            found.update(old.items())
        names = self.catalog.get("/Names")
        if isinstance(names, Dictionary) and isinstance(names.get("/Dests"), Dictionary):
            found.update({str(name): value for name, value in NameTree(names.Dests).items()})
        return found

    def spot(self, destination: Any, named: Mapping[str, Spot]) -> Spot | None:
        """Resolve a destination (a name, a string, an explicit array or a dictionary) to a place, or None."""
        if isinstance(destination, Dictionary):
            destination = destination.get("/D")
        if isinstance(destination, (Name, String, str)):
            return named.get(str(destination).removeprefix("/"))
        if isinstance(destination, Array) and len(destination):
            page = self.page_index(destination[0])
            if page is None:
                return None
            xyz = len(destination) >= 4 and destination[1] == Name.XYZ
            return Spot(page, _number(destination[2]) if xyz else None, _number(destination[3]) if xyz else None)
        return None

    def headings(self) -> Iterator[Heading]:
        """Yield the file's own outline entries in order; entries that lead nowhere are left out."""
        named = self.destinations()
        yield from self._headings(self._guarded(lambda: list(self.file.open_outline().root), []), 0, named)

    def _headings(self, entries: list[pikepdf.OutlineItem], depth: int, named: Mapping[str, Spot]) -> Iterator[Heading]:
        for item in entries:
            destination: Any = item.destination
            if destination is None and isinstance(item.action, Dictionary):
                destination = item.action.get("/D")
            spot = self.spot(destination, named)
            title = " ".join(str(item.title or "").split())
            if spot is not None and title:
                yield Heading(title, depth, spot)
            yield from self._headings(list(item.children), depth + 1, named)

    def _guarded(self, read: Any, fallback: Any) -> Any:
        """Read navigation that a part can do without; a damaged one is treated as absent."""
        try:
            return read()
        except Exception:
            return fallback


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, (int, float, Decimal)) else None


def _unreadable(pdf: Path, title: str, error: Exception) -> AssemblyError:
    finding = Finding(
        "PKG-PART-UNREADABLE",
        Severity.ERROR,
        f"the PDF of {title!r} cannot be read: {error}",
        "Open the file in a viewer, save it again as PDF, and build once more.",
        place=Place(pdf.name),
    )
    return AssemblyError(finding.message, [finding])
