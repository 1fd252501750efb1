"""Reads a finished package with programs that had no part in making it: poppler, qpdf, pypdf."""

from __future__ import annotations

import json
import re
import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pypdf


def tool(*arguments: str | Path) -> str:
    """Run a PDF program and return what it prints; a missing or failing program fails the test."""
    try:
        done = subprocess.run([str(each) for each in arguments], capture_output=True, encoding="utf-8", check=False)
    except FileNotFoundError:
        raise AssertionError(f"{arguments[0]} is missing: sudo apt-get install poppler-utils qpdf") from None
    assert done.returncode == 0, f"{arguments[0]}: {done.stdout}{done.stderr}"
    return done.stdout


@dataclass(frozen=True)
class Entry:
    """One entry of the outline: its title, page (from 1) and the entries below it."""

    title: str
    page: int
    below: tuple[Entry, ...] = ()


@dataclass(frozen=True)
class Word:
    """A word on a page and its box: left, bottom, right, top, in points from the lower left corner."""

    text: str
    box: tuple[float, float, float, float]


class Package:
    """One finished package."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pdf = folder / f"{folder.parent.name}-{folder.name}.pdf"
        self.manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))

    @cached_property
    def reader(self) -> pypdf.PdfReader:
        """The package in pypdf."""
        return pypdf.PdfReader(self.pdf)

    @cached_property
    def pages(self) -> list[str]:
        """The text of each page, laid out as printed."""
        return tool("pdftotext", "-layout", self.pdf, "-").split("\f")[:-1]

    @cached_property
    def outline(self) -> list[Entry]:
        """The documents of the package as its outline names them."""
        return self._entries(self.reader.outline)

    def _entries(self, items: list[Any]) -> list[Entry]:
        entries: list[Entry] = []
        for item in items:
            if isinstance(item, list):
                last = entries.pop()
                entries.append(Entry(last.title, last.page, tuple(self._entries(item))))
            else:
                number = self.reader.get_destination_page_number(item)
                assert number is not None, item.title
                entries.append(Entry(item.title, number + 1))
        return entries

    def lengths(self) -> dict[str, int]:
        """Return how many pages each tab holds, counted from the outline: ``1``, ``2`` ... and ``A``, ``B`` ..."""
        starts = [entry.page for entry in self.outline] + [len(self.pages) + 1]
        lengths, papers = {}, 0
        for entry, after in zip(self.outline, starts[1:], strict=True):
            if found := re.match(r"Exhibit ([A-Z]+): ", entry.title):
                lengths[found[1]] = after - entry.below[0].page
            elif entry.page > 1 and entry.title != "Contents":
                papers += 1
                lengths[str(papers)] = after - entry.page
        return lengths

    def words(self, page: int) -> list[Word]:
        """Return the words of a page (from 1) with their boxes."""
        height = float(self.reader.pages[page - 1].mediabox.height)
        found = re.findall(
            r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>',
            tool("pdftotext", "-bbox", "-f", str(page), "-l", str(page), self.pdf, "-"),
        )
        return [Word(w, (float(a), height - float(d), float(c), height - float(b))) for a, b, c, d, w in found]

    def fields(self) -> dict[str, tuple[int, str, list[float]]]:
        """Return the form fields by name: page, type and rectangle."""
        found = {}
        for number, page in enumerate(self.reader.pages, start=1):
            for reference in page.get("/Annots", []):
                annotation = reference.get_object()
                if annotation.get("/Subtype") == "/Widget":
                    rect = [float(value) for value in annotation["/Rect"]]
                    found[str(annotation["/T"])] = (number, str(annotation["/FT"]), rect)
        return found


def flat(text: str) -> str:
    """Return text on one line with single spaces."""
    return " ".join(text.split())
