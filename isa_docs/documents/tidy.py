"""What a filled part needs before it is a valid Word part again."""

from __future__ import annotations

import copy
from typing import Any, Final

from docx.oxml.ns import qn
from lxml import etree

_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"


def tidy(root: Any) -> None:
    """Mend a part in place after its tags are gone.

    Newlines and tabs of values become line breaks and tabs, spaces are kept, tables without rows go, cells
    and parts without a paragraph get one, bookmark numbers become unique.
    """
    for text in list(root.iter(qn("w:t"))):
        _break_up(text)
    for table in list(root.iter(qn("w:tbl"))):
        if table.find(qn("w:tr")) is None:
            table.getparent().remove(table)
    for cell in root.iter(qn("w:tc")):
        if len(cell) == 0 or cell[-1].tag not in (qn("w:p"), qn("w:sdt")):
            etree.SubElement(cell, qn("w:p"))
    if root.tag in (qn("w:hdr"), qn("w:ftr"), qn("w:footnote")) and len(root) == 0:
        etree.SubElement(root, qn("w:p"))
    _renumber_bookmarks(root)


def _break_up(text: Any) -> None:
    value = text.text or ""
    if value != value.strip() or "  " in value:
        text.set(_SPACE, "preserve")
    if "\n" not in value and "\t" not in value:
        return
    fresh: list[Any] = []
    word = ""
    for character in value:
        if character in "\n\t":
            fresh += [_text_like(text, word)] if word else []
            fresh.append(etree.Element(qn("w:br" if character == "\n" else "w:tab")))
            word = ""
        else:
            word += character
    fresh += [_text_like(text, word)] if word else []
    parent, place = text.getparent(), text.getparent().index(text)
    tail = text.tail
    parent.remove(text)
    for offset, element in enumerate(fresh):
        parent.insert(place + offset, element)
    if fresh and tail:
        fresh[-1].tail = tail


def _text_like(text: Any, value: str) -> Any:
    new = copy.copy(text)
    new.text = value
    new.tail = None
    new.set(_SPACE, "preserve")
    return new


def _renumber_bookmarks(root: Any) -> None:
    """Number bookmarks anew in reading order; a loop copies them with their numbers."""
    open_ids: dict[str, list[str]] = {}
    number = 0
    for element in root.iter(qn("w:bookmarkStart"), qn("w:bookmarkEnd")):
        old = element.get(qn("w:id"))
        if element.tag == qn("w:bookmarkStart"):
            open_ids.setdefault(old, []).append(str(number))
            element.set(qn("w:id"), str(number))
            number += 1
        elif open_ids.get(old):
            element.set(qn("w:id"), open_ids[old].pop())
