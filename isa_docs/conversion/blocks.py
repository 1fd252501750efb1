"""Keeps together what a Word file keeps together around a signature, where LibreOffice parted it.

LibreOffice 7.4 sometimes leaves the first paragraphs of a block behind on a page that has no room for the rest,
although each is to be kept with the next. The block's first paragraph is then told to begin a page.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Container
from pathlib import Path
from typing import TYPE_CHECKING

from isa_docs.documents.block_names import END, START
from isa_docs.findings import Finding, Place, Severity

if TYPE_CHECKING:
    import pikepdf
    from lxml import etree

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_BODY = "word/document.xml"
_BEFORE_BREAK = {f"{_W}pStyle", f"{_W}keepNext", f"{_W}keepLines"}
_NAME = re.compile(f"({START}|{END})([0-9]{{1,4}})")
PARTED = "CONV-PARTED"


def parted_blocks(pdf: pikepdf.Pdf) -> dict[int, int]:
    """Return the numbers of the blocks whose ends are on different pages, and the page, from 1, of their beginning."""
    from pikepdf import Array, Dictionary

    starts: dict[int, int] = {}
    ends: dict[int, int] = {}
    numbers = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
    named = pdf.Root.get("/Dests")  # where LibreOffice writes bookmarks
    for name, target in named.items() if isinstance(named, Dictionary) else ():
        place = target.get("/D") if isinstance(target, Dictionary) else target
        if (found := _NAME.fullmatch(str(name)[1:])) and isinstance(place, Array):
            (starts if found[1] == START else ends)[int(found[2])] = numbers.get(place[0].objgen, 0)
    return {number: page for number, page in starts.items() if ends.get(number, page) != page}


def parted_finding(page: int, place: Place) -> Finding:
    """Say that a block is parted, from ``page`` on."""
    return Finding(
        PARTED,
        Severity.WARNING,
        f"what belongs to a signature does not stand together: it begins on page {page} and ends on a later one",
        "Shorten it, or what stands before it.",
        place=Place(place.file, page=page),
    )


def with_breaks(docx: Path, blocks: Container[int], out: Path) -> Path:
    """Write the Word file to ``out`` with a page break before each of the numbered blocks."""
    from lxml import etree

    with zipfile.ZipFile(docx) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            data = source.read(entry)
            if entry.filename == _BODY:
                root = etree.fromstring(data)
                for mark in root.iter(f"{_W}bookmarkStart"):
                    name = _NAME.fullmatch(mark.get(f"{_W}name", ""))
                    if name and name[1] == START and int(name[2]) in blocks:
                        _break_before(mark.getparent())
                data = etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)
            target.writestr(entry, data)
    return out


def _break_before(paragraph: etree._Element) -> None:
    from lxml import etree

    properties = paragraph.find(f"{_W}pPr")
    if properties is None:
        properties = etree.Element(f"{_W}pPr")
        paragraph.insert(0, properties)
    for old in properties.findall(f"{_W}pageBreakBefore"):
        properties.remove(old)
    place = sum(1 for child in properties if child.tag in _BEFORE_BREAK)
    properties.insert(place, etree.Element(f"{_W}pageBreakBefore"))
