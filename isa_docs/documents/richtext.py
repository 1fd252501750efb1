"""Blocks written as WordprocessingML in the template's own styles.

The template owns the look: every paragraph, list, table and link gets a named style of the template, numbered
lists restart, header rows repeat, rows do not split across pages, links are real relationships.
"""

from __future__ import annotations

import copy
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.part import Part
from docx.oxml.ns import nsmap, qn
from docx.parts.document import DocumentPart
from docx.parts.story import StoryPart
from docx.shared import Inches
from lxml import etree

from isa_docs.documents.blocks import (
    Block,
    Blocks,
    Heading,
    Inline,
    LineBreak,
    Listing,
    Paragraph,
    Picture,
    Table,
    plain,
)
from isa_docs.documents.cells import Cell, room
from isa_docs.documents.tokens import style_indents

BODY_STYLE: Final = "Body Text"
HEADING_STYLES: Final = {3: "Heading 3", 4: "Heading 4"}
BULLET_STYLES: Final = ("List Bullet", "List Bullet 2", "List Bullet 3")
NUMBER_STYLES: Final = ("List Number", "List Number 2", "List Number 3")
CONTINUE_STYLES: Final = ("List Continue", "List Continue 2", "List Continue 3")
TABLE_STYLE: Final = "Table Grid"
TABLE_HEADER_STYLE: Final = "Table Header"
TABLE_TEXT_STYLE: Final = "Table Text"
LINK_STYLE: Final = "Hyperlink"

NARRATIVE_STYLES: Final = (
    BODY_STYLE,
    *HEADING_STYLES.values(),
    *BULLET_STYLES,
    *NUMBER_STYLES,
    *CONTINUE_STYLES,
    TABLE_STYLE,
    TABLE_HEADER_STYLE,
    TABLE_TEXT_STYLE,
    LINK_STYLE,
)
"""What a template must hold to take any narrative."""

_FIRST_ROW: Final = "100000000000"
"""Says that the table style's form of a first row holds here: LibreOffice asks for the mark, Word finds it itself."""

_CHARACTER: Final = 110
"""The width of a character of table text, in twentieths of a point."""

_W: Final = nsmap["w"]


class StyleMissingError(Exception):
    """The template lacks a style that the text needs; ``style`` is its name."""

    def __init__(self, style: str, problem: str = "is missing") -> None:
        super().__init__(f"the style {style!r} {problem}")
        self.style = style
        self.problem = problem


@dataclass(frozen=True)
class _Place:
    """Where a narrative stands: its part, the style of its plain paragraphs, its width, and whether in a cell's text.

    In a cell whose paragraphs are not body text, lists take the cell's style too.
    """

    part: Part
    style: str
    width: int
    in_cell: bool


class RichTextWriter:
    """Writes blocks, inlines and pictures for one rendering of one template.

    ``document`` is the template's main part: its styles and numbering serve all parts. ``text_width`` is the
    width between the margins in twentieths of a point.
    """

    def __init__(self, document: DocumentPart, text_width: int) -> None:
        self._document = document
        self._text_width = text_width
        self._style_ids = {
            (style.get(qn("w:type")), style.find(qn("w:name")).get(qn("w:val")).lower()): style
            for style in document.styles.element.findall(qn("w:style"))
            if style.find(qn("w:name")) is not None
        }
        self._indents = style_indents(document.styles.element)

    def blocks(self, blocks: Blocks, part: Part, paragraph: Any | None = None, cell: Cell | None = None) -> str:
        """Return the XML of a narrative standing in place of ``paragraph``, whose style plain paragraphs take.

        ``cell`` is the table cell it stands in. Raises StyleMissingError.
        """
        style = None
        properties = paragraph.find(qn("w:pPr")) if paragraph is not None else None
        if properties is not None and properties.find(qn("w:pStyle")) is not None:
            style = properties.find(qn("w:pStyle")).get(qn("w:val"))
        body = self._style_ids.get(("paragraph", BODY_STYLE.lower()))
        in_cell = cell is not None and style is not None and (body is None or body.get(qn("w:styleId")) != style)
        place = _Place(part, style or self._id("paragraph", BODY_STYLE), room(cell, self._text_width), in_cell)
        return "".join(_xml(element) for element in self._write(blocks.blocks, place))

    def inline(self, blocks: Blocks, part: Part, run_properties: Any | None = None) -> str:
        """Return the XML of the runs of a one-paragraph narrative; raises ValueError when it is more than that."""
        if not blocks:
            return ""
        if len(blocks.blocks) != 1 or not isinstance(blocks.blocks[0], Paragraph):
            raise ValueError("this text has more than one paragraph, or a list or table")
        return "".join(_xml(run) for run in self._runs(blocks.blocks[0].inlines, part, run_properties))

    def picture(self, picture: Picture, part: Part) -> str:
        """Return the XML of a run that shows the picture inline, with its alternative text."""
        if not isinstance(part, StoryPart):
            raise ValueError("a picture cannot stand here")
        inline = part.new_pic_inline(io.BytesIO(picture.data), width=Inches(picture.width))
        inline.docPr.set("descr", picture.alternative_text)
        run = _element("r")
        drawing = etree.SubElement(run, qn("w:drawing"))
        drawing.append(inline)
        return _xml(run)

    def _write(self, blocks: Iterable[Block], at: _Place) -> Iterable[Any]:
        listed = list(blocks)
        for block, following in zip(listed, (*listed[1:], None), strict=True):
            if isinstance(block, Paragraph):
                paragraph = self._paragraph(block.inlines, at.part, at.style)
                yield _with_next(paragraph) if isinstance(following, Listing | Table) else paragraph
            elif isinstance(block, Heading):
                yield self._paragraph(block.inlines, at.part, self._id("paragraph", HEADING_STYLES[block.level]))
            elif isinstance(block, Listing):
                yield from self._spaced(list(self._list(block, at, 0)), at.style)
            else:
                yield self._table(block, at)
                yield self._spacer(at.part)

    def _spaced(self, items: list[Any], style: str) -> list[Any]:
        """Give the last paragraph of a list the space below that a paragraph of ``style`` has; leave none alone."""
        for lonely in {0, len(items) - 2} if len(items) > 1 else ():
            _with_next(items[lonely])
        spacing = self._spacing_below(style)
        if spacing and items:
            _insert_spacing(items[-1].find(qn("w:pPr")), spacing)
        return items

    def _spacing_below(self, style: str) -> str | None:
        """Return the space below paragraphs of a style, its own or inherited, in twentieths of a point."""
        known = {each.get(qn("w:styleId")): each for each in self._style_ids.values()}
        at, seen = known.get(style), 0
        while at is not None and seen < 20:
            spacing = at.find(f"{qn('w:pPr')}/{qn('w:spacing')}")
            if spacing is not None and spacing.get(qn("w:after")) is not None:
                return str(spacing.get(qn("w:after")))
            base = at.find(qn("w:basedOn"))
            at, seen = (known.get(base.get(qn("w:val"))) if base is not None else None), seen + 1
        return None

    def _paragraph(self, inlines: Sequence[Inline], part: Part, style: str) -> Any:
        paragraph = _element("p")
        properties = etree.SubElement(paragraph, qn("w:pPr"))
        etree.SubElement(properties, qn("w:pStyle")).set(qn("w:val"), style)
        paragraph.extend(self._runs(inlines, part, None))
        return paragraph

    def _spacer(self, part: Part) -> Any:
        """Return the small empty paragraph after a table: Word joins tables that touch and glues text to them."""
        paragraph = self._paragraph((), part, self._id("paragraph", TABLE_TEXT_STYLE))
        spacing = etree.SubElement(paragraph.find(qn("w:pPr")), qn("w:spacing"))
        for key, value in (("before", "0"), ("after", "0"), ("line", "160"), ("lineRule", "exact")):
            spacing.set(qn(f"w:{key}"), value)
        return paragraph

    def _runs(self, inlines: Sequence[Inline], part: Part, base: Any | None) -> list[Any]:
        runs: list[Any] = []
        for inline in inlines:
            run = _element("r")
            if base is not None:
                run.append(copy.deepcopy(base))
            if isinstance(inline, LineBreak):
                etree.SubElement(run, qn("w:br"))
                runs.append(run)
                continue
            properties = run.find(qn("w:rPr"))
            if properties is None and (inline.strong or inline.emphasis or inline.href):
                properties = etree.SubElement(run, qn("w:rPr"))
            if inline.href:
                _put(properties, "rStyle", self._id("character", LINK_STYLE))
            if inline.strong:
                _put(properties, "b")
            if inline.emphasis:
                _put(properties, "i")
            text = etree.SubElement(run, qn("w:t"))
            text.text = inline.text
            text.set("{http://www.w3.org/XML/1998/namespace}space", "preserve")
            if inline.href:
                link = _element("hyperlink")
                target = part.relate_to(inline.href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
                link.set(qn("r:id"), target)
                link.set(qn("w:history"), "1")
                link.append(run)
                runs.append(link)
            else:
                runs.append(run)
        return runs

    def _list(self, listing: Listing, at: _Place, depth: int) -> Iterable[Any]:
        name = (NUMBER_STYLES if listing.ordered else BULLET_STYLES)[depth]
        style = self._id("paragraph", name)
        numbering = self._restart(name, listing.start) if listing.ordered else None
        if at.in_cell and (numbering := numbering or self._numbering(name)) is not None:
            style = at.style
        for item in listing.items:
            first = True
            for block in item or (Paragraph(()),):
                if isinstance(block, Listing):
                    if first:
                        yield self._item((), at.part, style, numbering)
                    yield from self._list(block, at, depth + 1)
                elif isinstance(block, Paragraph) and first:
                    yield self._item(block.inlines, at.part, style, numbering)
                elif isinstance(block, Paragraph):
                    yield self._continued(block.inlines, at, self._id("paragraph", CONTINUE_STYLES[depth]))
                first = False

    def _continued(self, inlines: Sequence[Inline], at: _Place, style: str) -> Any:
        """Return a further paragraph of a list item; in a cell it takes of ``style`` only the indent."""
        if not at.in_cell:
            return self._paragraph(inlines, at.part, style)
        paragraph = self._paragraph(inlines, at.part, at.style)
        indent = etree.SubElement(paragraph.find(qn("w:pPr")), qn("w:ind"))
        indent.set(qn("w:left"), str(self._indents.get(style, 0)))
        return paragraph

    def _item(self, inlines: Sequence[Inline], part: Part, style: str, numbering: tuple[int, int] | None) -> Any:
        paragraph = self._paragraph(inlines, part, style)
        if numbering is not None:
            level, number = numbering
            properties = etree.SubElement(paragraph.find(qn("w:pPr")), qn("w:numPr"))
            etree.SubElement(properties, qn("w:ilvl")).set(qn("w:val"), str(level))
            etree.SubElement(properties, qn("w:numId")).set(qn("w:val"), str(number))
        return paragraph

    def _restart(self, style_name: str, start: int) -> tuple[int, int]:
        """Make a fresh numbering instance of the style's list, counting from ``start``: (level, numId)."""
        stated = self._numbering(style_name)
        if stated is None:
            raise StyleMissingError(style_name, "has no numbering")
        level, number = stated
        root = self._document.numbering_part.element
        origin = next((num for num in root.findall(qn("w:num")) if num.get(qn("w:numId")) == str(number)), None)
        if origin is None:
            raise StyleMissingError(style_name, "has no numbering")
        fresh = root.add_num(int(origin.find(qn("w:abstractNumId")).get(qn("w:val"))))
        fresh.add_lvlOverride(ilvl=level).add_startOverride(start)
        return level, int(fresh.numId)

    def _numbering(self, style_name: str) -> tuple[int, int] | None:
        """Return level and numbering instance that a list style states, None when it states none."""
        properties = self._style_ids[("paragraph", style_name.lower())].find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        number = properties.find(qn("w:numId")) if properties is not None else None
        if number is None:
            return None
        level = properties.find(qn("w:ilvl"))
        return int(level.get(qn("w:val"))) if level is not None else 0, int(number.get(qn("w:val")))

    def _table(self, table: Table, at: _Place) -> Any:
        element = _element("tbl")
        properties = etree.SubElement(element, qn("w:tblPr"))
        etree.SubElement(properties, qn("w:tblStyle")).set(qn("w:val"), self._id("table", TABLE_STYLE))
        width = etree.SubElement(properties, qn("w:tblW"))
        width.set(qn("w:w"), "5000")
        width.set(qn("w:type"), "pct")
        indent = etree.SubElement(properties, qn("w:tblInd"))
        indent.set(qn("w:w"), str(self._cell_margin()))
        indent.set(qn("w:type"), "dxa")
        look = etree.SubElement(properties, qn("w:tblLook"))
        look.set(qn("w:val"), "0020")
        look.set(qn("w:firstRow"), "1")
        columns = _widths(table, at.width, 2 * self._cell_margin())
        grid = etree.SubElement(element, qn("w:tblGrid"))
        for column in columns:
            etree.SubElement(grid, qn("w:gridCol")).set(qn("w:w"), str(column))
        for index, row in enumerate((table.header, *table.rows)):
            tr = etree.SubElement(element, qn("w:tr"))
            row_properties = etree.SubElement(tr, qn("w:trPr"))
            if index == 0:
                etree.SubElement(row_properties, qn("w:cnfStyle")).set(qn("w:val"), _FIRST_ROW)
            etree.SubElement(row_properties, qn("w:cantSplit"))
            if index == 0:
                etree.SubElement(row_properties, qn("w:tblHeader"))
            style = self._id("paragraph", TABLE_TEXT_STYLE if index else TABLE_HEADER_STYLE)
            for cell, side, column in zip(row, table.alignments, columns, strict=True):
                tc = etree.SubElement(tr, qn("w:tc"))
                cell_properties = etree.SubElement(tc, qn("w:tcPr"))
                if index == 0:
                    etree.SubElement(cell_properties, qn("w:cnfStyle")).set(qn("w:val"), _FIRST_ROW)
                cell_width = etree.SubElement(cell_properties, qn("w:tcW"))
                cell_width.set(qn("w:w"), str(column))
                cell_width.set(qn("w:type"), "dxa")
                paragraph = self._paragraph(cell, at.part, style)
                if side != "left":
                    etree.SubElement(paragraph.find(qn("w:pPr")), qn("w:jc")).set(qn("w:val"), side)
                tc.append(paragraph)
        return element

    def _cell_margin(self) -> int:
        """Return the left cell margin of the table style; a table moved right by it is flush with the text."""
        style = self._style_ids[("table", TABLE_STYLE.lower())]
        margin = style.find(f"{qn('w:tblPr')}/{qn('w:tblCellMar')}/{qn('w:left')}")
        return int(margin.get(qn("w:w"))) if margin is not None else 108

    def _id(self, kind: str, name: str) -> str:
        style = self._style_ids.get((kind, name.lower()))
        if style is None:
            raise StyleMissingError(name)
        return str(style.get(qn("w:styleId")))


def _widths(table: Table, total: int, margins: int) -> list[int]:
    """Share the width among columns by the length of what stands in them, none below a tenth of its fair share.

    Where the longest word of a column would break in its share, every column first gets the width of its own (some 5.5
    points a character), as far as there is room. ``margins`` are those of a cell.
    """
    weights, words = [], []
    for column in zip(table.header, *table.rows, strict=True):
        texts = [plain(cell) for cell in column]
        longest = max((len(word) for text in texts for word in text.split()), default=1)
        whole_word = max(len(word) for text in texts for word in text.split(" "))
        weights.append(max(min(max(map(len, texts)), 60), longest, 6))
        words.append(_CHARACTER * whole_word + margins)
    widths = _shares(total, weights)
    if any(width < word for width, word in zip(widths, words, strict=True)):
        left = total - sum(words)
        if left < 0:
            return _shares(total, words)
        widths = [word + more for word, more in zip(words, _shares(left, weights), strict=True)]
    return widths


def _shares(total: int, weights: Sequence[int]) -> list[int]:
    """Share ``total`` in proportion to the weights, to the last unit."""
    whole = sum(weights)
    shares = [total * weight // whole for weight in weights]
    shares[-1] += total - sum(shares)
    return shares


def _with_next(paragraph: Any) -> Any:
    """Keep a paragraph on the page of the next one; returns it."""
    paragraph.find(qn("w:pPr")).find(qn("w:pStyle")).addnext(_element("keepNext"))
    return paragraph


def _insert_spacing(properties: Any, after: str) -> None:
    """Set the space below in paragraph properties, behind the style and the numbering and before the indent."""
    spacing = etree.SubElement(properties, qn("w:spacing"))
    spacing.set(qn("w:after"), after)
    if (indent := properties.find(qn("w:ind"))) is not None:
        indent.addprevious(spacing)


def _element(tag: str) -> Any:
    return etree.Element(qn(f"w:{tag}"), nsmap={"w": _W, "r": nsmap["r"]})


def _put(properties: Any, tag: str, value: str | None = None) -> None:
    """Set a run property in its schema place: rStyle first, then b, i, then the rest."""
    order = ("rStyle", "rFonts", "b", "bCs", "i", "iCs")
    old = properties.find(qn(f"w:{tag}"))
    if old is not None:
        properties.remove(old)
    before = {qn(f"w:{name}") for name in order[: order.index(tag)]}
    index = sum(1 for child in properties if child.tag in before)
    element = etree.Element(qn(f"w:{tag}"))
    if value is not None:
        element.set(qn("w:val"), value)
    properties.insert(index, element)


def _xml(element: Any) -> str:
    return str(etree.tostring(element, encoding="unicode"))
