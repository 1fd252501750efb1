"""Take over what leads from place to place in an exhibit that was redrawn: its links and its bookmarks."""

from __future__ import annotations

from collections.abc import Sequence

from pikepdf import Array, Dictionary, Name, OutlineItem, Page, Pdf, String

from isa_docs.assembly.exhibit_above import annotations_of
from isa_docs.assembly.navigation import LINK_ROOT
from isa_docs.assembly.objects import dictionary, items_of
from isa_docs.assembly.source import Source

_LIVE_SCHEMES = ("https://", "http://", "mailto:")


def web_address(link: Dictionary) -> str:
    """Return the web or mail address a link leads to; nothing when it leads elsewhere."""
    action = dictionary(link.get("/A"))
    address = action.get("/URI") if link.get("/Subtype") == Name.Link and action.get("/S") == Name.URI else None
    words = str(address) if isinstance(address, String) else ""
    live = words.lower().startswith(_LIVE_SCHEMES) and not words.startswith(LINK_ROOT)  # that leads to our own papers
    return words if live else ""


def leads_to_a_file(link: Dictionary) -> bool:
    """Tell whether a link leads to another file, or to an address that is none of the web."""
    action = dictionary(link.get("/A"))
    if link.get("/Subtype") != Name.Link:
        return False
    return action.get("/S") in (Name.GoToR, Name.GoToE) or (action.get("/S") == Name.URI and not web_address(link))


def take_over(before: Source, after: Pdf, kept: Sequence[int]) -> None:
    """Give ``after`` the links and bookmarks of ``before``, as far as they lead anywhere.

    ``kept`` are the pages, counted from 1, that are still those of ``before``; the others were redrawn.
    """
    named = before.destinations()
    for number, page in enumerate(after.pages):
        old = before.pages[number]
        found = [each for each in annotations_of(old) if each.get("/Subtype") == Name.Link]
        links = Array()
        for each in found:
            rectangle = _moved(old, items_of(each.get("/Rect")), redrawn=number + 1 not in kept)
            link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=rectangle, Border=Array([0, 0, 0]), F=4)
            spot = before.spot(each.get("/Dest", dictionary(each.get("/A")).get("/D")), named)
            if web_address(each):
                link.A = Dictionary(S=Name.URI, URI=String(web_address(each)))
            elif spot is not None:
                link.Dest = Array([after.pages[spot.page].obj, Name.Fit])
            if rectangle is None or ("/A" not in link and "/Dest" not in link):
                continue
            if isinstance(each.get("/Contents"), String):
                link.Contents = String(str(each.Contents))
            links.append(after.make_indirect(link))
        if len(links):
            page.Annots = after.make_indirect(links)
        elif "/Annots" in page:
            del page.Annots
    _outline(before, after)


def _moved(page: Page, rectangle: list[object], *, redrawn: bool) -> Array | None:
    """Return the rectangle of a link on the redrawn page, which begins at its lower left corner and is not turned."""
    try:
        left, bottom, right, top = (float(str(value)) for value in rectangle)
        if redrawn:
            low, floor, high, ceiling = (float(value) for value in page.cropbox)
            turn = int(page.obj.get("/Rotate", page.rotation)) % 360
            left, bottom, right, top = {
                0: (left - low, bottom - floor, right - low, top - floor),
                90: (bottom - floor, high - right, top - floor, high - left),
                180: (high - right, ceiling - top, high - left, ceiling - bottom),
                270: (ceiling - top, left - low, ceiling - bottom, right - low),
            }[turn]
    except (KeyError, TypeError, ValueError):
        return None
    return Array([round(value, 3) for value in (left, bottom, right, top)])


def _outline(before: Source, after: Pdf) -> None:
    if "/Outlines" in after.Root:
        del after.Root.Outlines
    headings = list(before.headings())
    if not headings:
        return
    with after.open_outline() as outline:
        above: list[tuple[int, list[OutlineItem]]] = [(-1, outline.root)]
        for heading in headings:
            item = OutlineItem(heading.title, Array([after.pages[heading.spot.page].obj, Name.Fit]))
            while above[-1][0] >= heading.depth:
                above.pop()
            above[-1][1].append(item)
            above.append((heading.depth, item.children))
