"""Ways through the package: outline, page labels, and links between its parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pikepdf import Array, Dictionary, Name, OutlineItem, Page, Pdf, String

from isa_docs.assembly.model import Part, PartPages
from isa_docs.assembly.objects import dictionary, items_of, points
from isa_docs.assembly.source import Source, Spot

LINK_ROOT = "https://isa.invalid/"
"""A hyperlink to this address plus a part's key leads to that part once the package is assembled."""

_LIVE_SCHEMES = ("https://", "http://", "mailto:")
_PRINT = 4
_WAITS = "/IsaLeadsTo"
"""Key of a link that is still to be pointed at another part."""


def destination(page: Page, spot: Spot | None) -> Array:
    """Return an explicit destination: a place on a page, or the whole page."""
    if spot is None or spot.top is None:
        return Array([page.obj, Name.Fit])
    left = points(spot.left) if spot.left is not None else None
    return Array([page.obj, Name.XYZ, left, points(spot.top), None])


def add_outline(
    pdf: Pdf, parts: Sequence[Part], sources: Mapping[str, Source], pages: Mapping[str, Sequence[Page]]
) -> None:
    """Write the outline: one entry per part (below its parent's), the part's own headings under it."""
    entries: dict[str, OutlineItem] = {}
    with pdf.open_outline() as outline:
        for part in parts:
            own_pages = pages[part.key]
            top = _outline_entry(part.title, own_pages[0], None)
            above = entries.get(part.parent) if part.parent else None
            (outline.root if above is None else above.children).append(top)
            entries[part.key] = top
            if part.kind in ("contents", "exhibit-sheet"):
                continue
            open_entries: list[tuple[int, OutlineItem]] = [(-1, top)]
            for heading in sources[part.key].headings():
                while open_entries[-1][0] >= heading.depth:
                    open_entries.pop()
                item = _outline_entry(heading.title, own_pages[heading.spot.page], heading.spot)
                open_entries[-1][1].children.append(item)
                open_entries.append((heading.depth, item))
    pdf.Root.PageMode = Name.UseOutlines


def _outline_entry(title: str, page: Page, spot: Spot | None) -> OutlineItem:
    item = OutlineItem(title, destination(page, spot))
    item.is_closed = True
    return item


def label_pages(pdf: Pdf, parts: Sequence[Part], placed: Mapping[str, PartPages]) -> list[str]:
    """Write the page labels; return the label of every page in order.

    A part with a prefix counts from 1 behind it; parts without one share one run of roman numerals.
    """
    numbers = Array()
    labels: list[str] = []
    roman_so_far = 0
    for part in parts:
        count = placed[part.key].pages
        if part.label:
            rule = Dictionary(S=Name.D, P=String(part.label))
            labels += [f"{part.label}{number}" for number in range(1, count + 1)]
        else:
            rule = Dictionary(S=Name.r, St=roman_so_far + 1)
            labels += [roman(number) for number in range(roman_so_far + 1, roman_so_far + count + 1)]
            roman_so_far += count
        numbers.append(placed[part.key].first_page - 1)
        numbers.append(rule)
    pdf.Root.PageLabels = pdf.make_indirect(Dictionary(Nums=numbers))
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

    def __init__(self, titles: Mapping[str, str], aliases: Mapping[str, str] | None) -> None:
        self._titles = titles
        self._aliases = aliases or {}
        self.dangling: list[tuple[str, str]] = []
        """Pairs of part key and address for links that lead nowhere."""

    def keep(self, part: Part, source: Source, named: Mapping[str, Spot], annotation: Dictionary) -> Dictionary | None:
        """Make an annotation of a source a link of the package, in place; None for what is not taken over.

        A link to another part waits, with its address, for :meth:`resolve`.
        """
        rectangle = items_of(annotation.get("/Rect"))
        if annotation.get("/Subtype") != Name.Link or len(rectangle) != 4:
            return None
        action = dictionary(annotation.get("/A"))
        words = str(annotation.get("/Contents", ""))
        address = _text(action.get("/URI"))
        link = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Link,
            Rect=Array(rectangle),
            Border=Array([0, 0, 0]),
            F=_PRINT,
        )
        if address.startswith(LINK_ROOT):
            link[_WAITS] = String(address)
        elif address.lower().startswith(_LIVE_SCHEMES):
            link.A = Dictionary(S=Name.URI, URI=String(address))
            link.Contents = String(words or address)
        else:
            spot = source.spot(annotation.get("/Dest", action.get("/D")), named)
            if spot is None or action.get("/S", Name.GoTo) != Name.GoTo:
                return None
            link.Dest = destination(source.pages[spot.page], spot)
            link.Contents = String(words or f"Page {spot.page + 1} of {part.title}")
        if not annotation.is_indirect:
            held = source.file.make_indirect(link)
            return held if isinstance(held, Dictionary) else None
        for key in list(annotation.keys()):
            del annotation[key]
        for key, value in link.items():
            annotation[key] = value
        return annotation

    def resolve(self, pages: Mapping[str, Sequence[Page]], first_page: Callable[[str], Page | None]) -> None:
        """Point the links between parts at their first pages, once all parts are in the package."""
        for key, own in pages.items():
            for page in own:
                for link in items_of(page.obj.get("/Annots")):
                    if _WAITS in link:
                        self._point(link, key, first_page)

    def _point(self, link: Dictionary, key: str, first_page: Callable[[str], Page | None]) -> None:
        address = str(link[_WAITS])
        del link[_WAITS]
        name = address.removeprefix(LINK_ROOT).strip("/")
        target = self._aliases.get(name, name)
        page = first_page(target)
        if page is None:
            self.dangling.append((key, address))
            return
        link.Dest = destination(page, None)
        link.Contents = String(f"Go to {self._titles[target]}")


def _text(value: Any) -> str:
    return str(value) if isinstance(value, String) else ""
