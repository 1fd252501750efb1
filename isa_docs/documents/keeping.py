"""Names the ends of the blocks that close papers, so that after conversion it can be seen whether one was parted.

Such a block is what is kept with the paragraph of a signature line: from the words before the closing to what stands
below the signer's name. Word keeps it together; LibreOffice does not always.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from docx.oxml.ns import qn

from isa_docs.documents.block_names import END, START
from isa_docs.documents.tokens import bookmark, style_values

_FIRST_ID = 8000


def keeping_styles(styles: Any) -> frozenset[str]:
    """Return the ids of the paragraph styles, ``w:styles``, that keep with the next paragraph, of themselves or by
    inheritance.
    """
    return frozenset(name for name, keeps in style_values(styles, _keeps).items() if keeps)


def mark_blocks(body: Any, signed: Container[str], kept: Container[str]) -> None:
    """Bookmark the first and the last paragraph of each block of ``w:body`` with a signature line, in place.

    ``signed`` are the names of the bookmarks of signature lines, ``kept`` the styles that :func:`keeping_styles`
    gives. Lines in tables are left alone: there the rows are kept whole.
    """
    number, last = 0, None
    for paragraph in body.findall(qn("w:p")):
        if not any(mark.get(qn("w:name")) in signed for mark in paragraph.iter(qn("w:bookmarkStart"))):
            continue
        first = paragraph
        while (before := _beside(first, preceding=True)) is not None and _is_kept(before, kept):
            first = before
        if first is last:
            continue  # another line of the same block
        end = paragraph
        while _is_kept(end, kept) and (after := _beside(end, preceding=False)) is not None:
            end = after
        if end is not first:
            _mark(first, f"{START}{number}", _FIRST_ID + 2 * number)
            _mark(end, f"{END}{number}", _FIRST_ID + 2 * number + 1)
            number += 1
        last = first


def _beside(paragraph: Any, *, preceding: bool) -> Any | None:
    """Return the paragraph before or after this one, past what Word puts between paragraphs; None before a table."""
    between = {qn("w:bookmarkStart"), qn("w:bookmarkEnd"), qn("w:proofErr")}
    found = next((each for each in paragraph.itersiblings(preceding=preceding) if each.tag not in between), None)
    return found if found is not None and found.tag == qn("w:p") else None


def _is_kept(paragraph: Any, kept: Container[str]) -> bool:
    properties = paragraph.find(qn("w:pPr"))
    own = _keeps(properties)
    if own is not None:
        return own
    style = properties.find(qn("w:pStyle")) if properties is not None else None
    return style is not None and style.get(qn("w:val")) in kept


def _keeps(properties: Any) -> bool | None:
    """Return what paragraph properties say of keeping with the next paragraph; None when nothing."""
    keep = properties.find(qn("w:keepNext")) if properties is not None else None
    return None if keep is None else keep.get(qn("w:val"), "1") not in ("0", "false", "off")


def _mark(paragraph: Any, name: str, number: int) -> None:
    properties = paragraph.find(qn("w:pPr"))
    place = 0 if properties is None else paragraph.index(properties) + 1
    for offset, element in enumerate(bookmark(name, number)):
        paragraph.insert(place + offset, element)
