"""Signature tokens: ``[[sign:officer]]`` and ``[[date:officer]]`` become ruled lines between two bookmarks.

The line is a tab with an underscore leader, so it is found in the PDF by the pair of named destinations and
leaves no residue in the text. Bookmark names hold letters and digits only: LibreOffice escapes or drops the rest.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

from docx.oxml.ns import qn
from lxml import etree

from isa_docs.documents.cells import cell_of, room

Kind = Literal["sign", "date"]
_Value = TypeVar("_Value")

MARK: Final = re.compile("\ufdd0([0-9]+)\ufdd1")
"""What a token leaves in the rendered text: its number between two noncharacters, which no value may contain."""

_SPACE: Final = "{http://www.w3.org/XML/1998/namespace}space"
_SHARE: Final = 0.6
"""Where the signature line ends, as a share of the text width, when a date line follows in the same paragraph."""
_ALONE: Final = {"sign": 5040, "date": 2880}
"""Width in twentieths of a point of a line that is alone in its paragraph: 3.5 and 2 inches."""


@dataclass(frozen=True)
class Slot:
    """One line to sign or date: who, which, and the named destinations at its left and right end."""

    kind: Kind
    role: str
    start: str
    end: str
    room: float | None = None
    """Points free above the top of the line, where they are known; None on our own papers, which leave enough."""


def slot(number: int, kind: Kind, role: str, room: float | None = None) -> Slot:
    """Make the slot of the ``number``-th token of a paper; its bookmark names are unique within the paper."""
    stem = f"{kind}{number}{re.sub('[^A-Za-z0-9]', '', role)[:24]}"
    return Slot(kind, role, f"{stem}Start", f"{stem}End", room)


def draw_lines(
    root: Any, slots: Sequence[Slot], text_width: int, indents: Mapping[str, int] | None = None
) -> list[Slot]:
    """Replace the marks below ``root`` by bookmarked lines in place; return the slots found, in reading order.

    ``text_width`` is the width between the margins in twentieths of a point, ``indents`` the left indents of the
    paragraph styles by their ids (see :func:`style_indents`).
    """
    found: list[Slot] = []
    for paragraph in root.iter(qn("w:p")):
        texts = [
            text
            for text in paragraph.iter(qn("w:t"))
            if MARK.search(text.text or "") and next(text.iterancestors(qn("w:p"))) is paragraph
        ]
        placed: list[Slot] = []
        for text in texts:
            placed += _split(text, slots)
        if placed:
            _rule(paragraph, placed, text_width, indents or {})
            found += placed
    return found


def _split(text: Any, slots: Sequence[Slot]) -> list[Slot]:
    """Cut the run at its marks and put the bookmarked tabs there."""
    run = text.getparent()
    properties = run.find(qn("w:rPr"))
    home, place = run.getparent(), run.getparent().index(run)
    tail = list(text.itersiblings())
    pieces = MARK.split(text.text)
    run.remove(text)
    for sibling in tail:
        run.remove(sibling)
    fresh: list[Any] = []
    placed: list[Slot] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            here = slots[int(piece)]
            placed.append(here)
            fresh += _line(here, int(piece), properties)
        elif piece:
            fresh.append(text_run(piece, properties))
    if tail:
        rest = _run(properties)
        rest.extend(tail)
        fresh.append(rest)
    for offset, element in enumerate(fresh, 1):
        home.insert(place + offset, element)
    if all(child.tag == qn("w:rPr") for child in run):
        home.remove(run)
    return placed


def _line(here: Slot, number: int, properties: Any) -> list[Any]:
    tab = _run(properties)
    etree.SubElement(tab, qn("w:tab"))
    return [
        *bookmark(here.start, 9000 + 2 * number),
        tab,
        *bookmark(here.end, 9001 + 2 * number),
        # LibreOffice draws a tab's leader in a table cell, and keeps a bookmark at the very end of a paper, only
        # when something that is not white space follows: a zero-width space will do.
        text_run("\u200b", properties),
    ]


def bookmark(name: str, number: int) -> list[Any]:
    """Make an empty bookmark: its start and its end."""
    start = etree.Element(qn("w:bookmarkStart"))
    start.set(qn("w:id"), str(number))
    start.set(qn("w:name"), name)
    end = etree.Element(qn("w:bookmarkEnd"))
    end.set(qn("w:id"), str(number))
    return [start, end]


def text_run(text: str, properties: Any) -> Any:
    """Make a run of text with a copy of the given run properties."""
    run = _run(properties)
    element = etree.SubElement(run, qn("w:t"))
    element.text = text
    element.set(_SPACE, "preserve")
    return run


def _run(properties: Any) -> Any:
    run = etree.Element(qn("w:r"))
    if properties is not None:
        run.append(copy.deepcopy(properties))
    return run


def style_indents(styles: Any) -> dict[str, int]:
    """Return the left indent of each paragraph style, its own or inherited, by its id; ``styles`` is ``w:styles``."""
    return style_values(styles, _left)


def style_values(styles: Any, stated: Callable[[Any], _Value | None]) -> dict[str, _Value]:
    """Return what each style of ``w:styles`` that states something states, itself or by inheritance, by its id.

    ``stated`` reads it from a style's paragraph properties (None: it has none), and answers None for nothing.
    """
    known = {style.get(qn("w:styleId")): style for style in styles.findall(qn("w:style"))}
    found: dict[str, _Value] = {}
    for name, style in known.items():
        at, seen = style, set()
        while at is not None and id(at) not in seen:
            seen.add(id(at))
            value = stated(at.find(qn("w:pPr")))
            if value is not None:
                found[name] = value
                break
            base = at.find(qn("w:basedOn"))
            at = known.get(base.get(qn("w:val"))) if base is not None else None
    return found


def _left(properties: Any) -> int | None:
    """Return the left indent that paragraph properties state, or None."""
    indent = properties.find(qn("w:ind")) if properties is not None else None
    stated = None if indent is None else indent.get(qn("w:left")) or indent.get(qn("w:start"))
    return None if stated is None else int(float(stated))


def _rule(paragraph: Any, placed: Sequence[Slot], text_width: int, indents: Mapping[str, int]) -> None:
    """Set the paragraph's tab stops; stops the author set in the paragraph stay and get the leader."""
    properties = paragraph.find(qn("w:pPr"))
    if properties is None:
        properties = etree.Element(qn("w:pPr"))
        paragraph.insert(0, properties)
    tabs = properties.find(qn("w:tabs"))
    if tabs is not None:
        for stop in tabs.findall(qn("w:tab")):
            if stop.get(qn("w:val")) != "clear":
                stop.set(qn("w:leader"), "underscore")
        return
    text_width = room(cell_of(paragraph), text_width)
    if len(placed) == 1:
        left = _left(properties)
        if left is None:
            style = properties.find(qn("w:pStyle"))
            left = indents.get(style.get(qn("w:val")), 0) if style is not None else 0
        ends = [min(left + _ALONE[placed[0].kind], text_width - 100)]
    else:
        last = text_width - 100
        first = int(text_width * _SHARE)
        step = (last - first) / (len(placed) - 1)
        ends = [int(first + step * index) for index in range(len(placed))]
    tabs = etree.Element(qn("w:tabs"))
    for end in ends:
        stop = etree.SubElement(tabs, qn("w:tab"))
        stop.set(qn("w:val"), "left")
        stop.set(qn("w:leader"), "underscore")
        stop.set(qn("w:pos"), str(end))
    before = {
        qn(f"w:{name}")
        for name in ("pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr",
                     "suppressLineNumbers", "pBdr", "shd")
    }  # fmt: skip
    properties.insert(sum(1 for child in properties if child.tag in before), tabs)
