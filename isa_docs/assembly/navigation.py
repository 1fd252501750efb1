"""Ways through the package: outline, page labels, and links between its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    Fit,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from isa_docs.assembly.model import Part, PartPages
from isa_docs.assembly.objects import as_list, entry, followed
from isa_docs.assembly.source import Source, Spot

LINK_ROOT = "https://isa.invalid/"
"""A hyperlink to this address plus a part's key leads to that part once the package is assembled."""

_LIVE_SCHEMES = ("https://", "http://", "mailto:")
_PRINT = 4


def destination(page: PageObject, spot: Spot | None) -> ArrayObject:
    """Return an explicit destination: a place on a page, or the whole page."""
    reference = page.indirect_reference or NullObject()
    if spot is None or spot.top is None:
        return ArrayObject([reference, NameObject("/Fit")])
    left: PdfObject = FloatObject(round(spot.left, 2)) if spot.left is not None else NullObject()
    return ArrayObject([reference, NameObject("/XYZ"), left, FloatObject(round(spot.top, 2)), NullObject()])


def add_outline(
    writer: PdfWriter,
    parts: Sequence[Part],
    sources: Mapping[str, Source],
    pages: Mapping[str, Sequence[PageObject]],
) -> None:
    """Write the outline: one entry per part (below its parent's), the part's own headings under it."""
    entries: dict[str, IndirectObject] = {}
    for part in parts:
        own_pages = pages[part.key]
        above = entries.get(part.parent) if part.parent else None
        top = _outline_entry(writer, part.title, own_pages[0], None, above)
        entries[part.key] = top
        if part.kind in ("contents", "exhibit-sheet"):
            continue
        open_entries: list[tuple[int, IndirectObject]] = [(-1, top)]
        for heading in sources[part.key].headings():
            while open_entries[-1][0] >= heading.depth:
                open_entries.pop()
            item = _outline_entry(
                writer, heading.title, own_pages[heading.spot.page], heading.spot, open_entries[-1][1]
            )
            open_entries.append((heading.depth, item))
    writer.root_object[NameObject("/PageMode")] = NameObject("/UseOutlines")


def _outline_entry(
    writer: PdfWriter, title: str, page: PageObject, spot: Spot | None, parent: IndirectObject | None
) -> IndirectObject:
    fit = Fit.fit() if spot is None or spot.top is None else Fit.xyz(left=spot.left, top=spot.top)
    return writer.add_outline_item(
        title=title, page_number=page.indirect_reference, parent=parent, fit=fit, is_open=False
    )


def label_pages(writer: PdfWriter, parts: Sequence[Part], placed: Mapping[str, PartPages]) -> list[str]:
    """Write the page labels; return the label of every page in order.

    A part with a prefix counts from 1 behind it; parts without one share one run of roman numerals.
    """
    numbers = ArrayObject()
    labels: list[str] = []
    roman_so_far = 0
    for part in parts:
        count = placed[part.key].pages
        rule = DictionaryObject()
        if part.label:
            rule[NameObject("/S")] = NameObject("/D")
            rule[NameObject("/P")] = TextStringObject(part.label)
            labels += [f"{part.label}{number}" for number in range(1, count + 1)]
        else:
            rule[NameObject("/S")] = NameObject("/r")
            rule[NameObject("/St")] = NumberObject(roman_so_far + 1)
            labels += [roman(number) for number in range(roman_so_far + 1, roman_so_far + count + 1)]
            roman_so_far += count
        numbers += [NumberObject(placed[part.key].first_page - 1), rule]
    writer.root_object[NameObject("/PageLabels")] = writer._add_object(DictionaryObject({NameObject("/Nums"): numbers}))
    return labels


def roman(number: int) -> str:
    """Return a positive number as lower-case roman numerals."""
    out = ""
    for value, letters in (
        (1000, "m"),
        (900, "cm"),
        (500, "d"),
        (400, "cd"),
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        while number >= value:
            out += letters
            number -= value
    return out


class LinkKeeper:
    """Takes over the links of a page, with every target made explicit; nothing else a page carries is taken."""

    def __init__(
        self,
        first_pages: Callable[[str], PageObject | None],
        titles: Mapping[str, str],
        aliases: Mapping[str, str] | None,
    ) -> None:
        self._first_page = first_pages
        self._titles = titles
        self._aliases = aliases or {}
        self.dangling: list[tuple[str, str]] = []
        """Pairs of part key and address for links that lead nowhere."""
        self._later: list[tuple[DictionaryObject, str, str]] = []

    def keep(
        self,
        part: Part,
        source: Source,
        named: dict[str, Spot],
        annotation: DictionaryObject,
        pages: Sequence[PageObject],
    ) -> DictionaryObject | None:
        """Return the package's version of a link, or None for an annotation that is not taken over."""
        rectangle = [followed(value) for value in as_list(annotation.get("/Rect"))]
        if entry(annotation, "/Subtype") != "/Link" or len(rectangle) != 4:
            return None
        action = entry(annotation, "/A")
        action = action if isinstance(action, DictionaryObject) else DictionaryObject()
        link = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Annot"),
                NameObject("/Subtype"): NameObject("/Link"),
                NameObject("/Rect"): ArrayObject(FloatObject(float(value)) for value in rectangle),
                NameObject("/Border"): ArrayObject(NumberObject(0) for _ in range(3)),
                NameObject("/F"): NumberObject(_PRINT),
            }
        )
        words = entry(annotation, "/Contents")
        address = str(entry(action, "/URI") or "")
        if address.startswith(LINK_ROOT):
            self._later.append((link, part.key, address))
        elif address.lower().startswith(_LIVE_SCHEMES):
            link[NameObject("/A")] = DictionaryObject(
                {NameObject("/S"): NameObject("/URI"), NameObject("/URI"): TextStringObject(address)}
            )
            link[NameObject("/Contents")] = TextStringObject(str(words or address))
        else:
            spot = source.spot(annotation.get("/Dest", action.get("/D")), named)
            if spot is None or entry(action, "/S") not in (None, "/GoTo"):
                return None
            link[NameObject("/Dest")] = destination(pages[spot.page], spot)
            link[NameObject("/Contents")] = TextStringObject(str(words or f"Page {spot.page + 1} of {part.title}"))
        return link

    def resolve(self) -> int:
        """Point the links between parts at their first pages, once all are in; return how many there are."""
        for link, key, address in self._later:
            name = address.removeprefix(LINK_ROOT).strip("/")
            target = self._aliases.get(name, name)
            page = self._first_page(target)
            if page is None:
                self.dangling.append((key, address))
                continue
            link[NameObject("/Dest")] = destination(page, None)
            link[NameObject("/Contents")] = TextStringObject(f"Go to {self._titles[target]}")
        return len(self._later)
