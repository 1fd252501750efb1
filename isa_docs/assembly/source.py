"""One part of the package before it is merged: its pages, places, headings and structure, read with suspicion."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from isa_docs.assembly.objects import as_dictionary, entry, followed
from isa_docs.errors import AssemblyError
from isa_docs.findings import Finding, Place, Severity

logging.getLogger("pypdf").setLevel(logging.ERROR)


@dataclass(frozen=True)
class Spot:
    """A place on a page of a part: 0-based page index, points from the left and from the bottom."""

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
            self.reader = PdfReader(pdf)
            if self.reader.is_encrypted:
                raise ValueError("it is protected by a password")
            self.pages: list[PageObject] = list(self.reader.pages)
            self.catalog: DictionaryObject = self.reader.root_object
        except Exception as error:
            raise _unreadable(pdf, title, error) from error
        if not self.pages:
            raise _unreadable(pdf, title, ValueError("it has no pages"))
        self._index = {
            (page.indirect_reference.idnum, page.indirect_reference.generation): number
            for number, page in reversed(list(enumerate(self.pages)))
            if page.indirect_reference is not None
        }

    @property
    def tagged(self) -> bool:
        """Whether the file carries a structure tree that claims to describe its content."""
        marked = bool(entry(as_dictionary(self.catalog.get("/MarkInfo")), "/Marked"))
        return marked and entry(self.structure, "/K") is not None

    @property
    def structure(self) -> DictionaryObject:
        """The file's structure tree root; empty when it has none."""
        return as_dictionary(self.catalog.get("/StructTreeRoot"))

    @property
    def language(self) -> str | None:
        """The file's own language, when it says one."""
        value = entry(self.catalog, "/Lang")
        return str(value) if value else None

    def page_index(self, reference: Any) -> int | None:
        """Return the 0-based index of the page a reference points at, or None."""
        if isinstance(reference, IndirectObject):
            return self._index.get((reference.idnum, reference.generation))
        if isinstance(reference, int) and 0 <= int(reference) < len(self.pages):
            return int(reference)
        return None

    def destinations(self) -> dict[str, Spot]:
        """Return the named destinations that point at a page of this file."""
        found = {}
        for name, destination in self._guarded(lambda: self.reader.named_destinations, {}).items():
            page = self.page_index(_raw_page(destination))
            if page is not None:
                found[str(name).removeprefix("/")] = Spot(page, _number(destination.left), _number(destination.top))
        return found

    def spot(self, destination: Any, named: dict[str, Spot]) -> Spot | None:
        """Resolve a destination (a name, a string, an explicit array or a dictionary) to a place, or None."""
        destination = followed(destination)
        if isinstance(destination, DictionaryObject):
            destination = entry(destination, "/D")
        if isinstance(destination, (str, bytes)):
            text = destination if isinstance(destination, str) else destination.decode("latin-1")
            return named.get(text.removeprefix("/"))
        if isinstance(destination, list) and destination:
            page = self.page_index(destination[0])
            if page is None:
                return None
            xyz = len(destination) >= 4 and destination[1] == "/XYZ"
            return Spot(page, _number(destination[2]) if xyz else None, _number(destination[3]) if xyz else None)
        return None

    def headings(self) -> Iterator[Heading]:
        """Yield the file's own outline entries in order; entries that lead nowhere are left out."""
        yield from self._headings(self._guarded(lambda: self.reader.outline, []), 0)

    def _headings(self, entries: list[Any], depth: int) -> Iterator[Heading]:
        for item in entries:
            if isinstance(item, list):
                yield from self._headings(item, depth + 1)
                continue
            page = self.page_index(_raw_page(item))
            title = " ".join(str(item.title or "").split())
            if page is not None and title:
                yield Heading(title, depth, Spot(page, _number(item.left), _number(item.top)))

    def _guarded(self, read: Any, fallback: Any) -> Any:
        """Read navigation that a part can do without; a damaged one is treated as absent."""
        try:
            return read()
        except Exception:
            return fallback


def _raw_page(destination: DictionaryObject) -> Any:
    return destination.get("/Page")


def _number(value: Any) -> float | None:
    value = followed(value)
    return float(value) if isinstance(value, (int, float)) else None


def _unreadable(pdf: Path, title: str, error: Exception) -> AssemblyError:
    finding = Finding(
        "PKG-PART-UNREADABLE",
        Severity.ERROR,
        f"the PDF of {title!r} cannot be read: {error}",
        "Open the file in a viewer, save it again as PDF, and build once more.",
        place=Place(pdf.name),
    )
    return AssemblyError(finding.message, [finding])
