"""Keep of a package's structure what speaks of some of its pages, and number it anew."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pikepdf import Array, Dictionary, Name, NumberTree, Object, Page, Pdf, Stream

from isa_docs.assembly.objects import dictionary, items_of, number_of
from isa_docs.assembly.roles import RoleMaps, close_heading_gaps, heading_level
from isa_docs.assembly.structure import write_ids, write_parent_tree

_CELLS = frozenset({"/TD", "/TH"})


def prune(pdf: Pdf, pages: Sequence[Page]) -> None:
    """Remove the elements without content on ``pages`` or on their annotations; a link that is gone becomes a span.

    An empty cell stays while its row has content, so that rows keep their width.
    """
    _Pruning(pdf, pages).run()


class _Pruning:
    """The structure of a package reduced to some pages: found from the pages up, then gone through from the top."""

    def __init__(self, pdf: Pdf, pages: Sequence[Page]) -> None:
        self._pdf = pdf
        self._root = dictionary(pdf.Root.StructTreeRoot)
        self._pages = pages
        self._page_numbers = {number_of(page.obj) for page in pages}
        self._roles = RoleMaps()
        self._roles.merged = {name: str(role) for name, role in dictionary(self._root.get("/RoleMap")).items()}
        self._marks: dict[int, tuple[Object, dict[int, Dictionary]]] = {}
        self._owners: dict[int, tuple[Dictionary, Dictionary]] = {}
        self._kept: set[int] = set()
        self._headings: list[tuple[Dictionary, int]] = []
        self._ids: dict[bytes, Dictionary] = {}

    def run(self) -> None:
        known = NumberTree(self._root.ParentTree)
        for page in self._pages:
            holders: list[Object] = [page.obj, *_forms(page)]
            for holder in holders:
                row = known[int(holder["/StructParents"])] if "/StructParents" in holder else None
                owned = {at: each for at, each in enumerate(items_of(row)) if isinstance(each, Dictionary)}
                self._marks[number_of(holder)] = (holder, owned)
                for owner in owned.values():
                    self._keep(owner)
            for annotation in items_of(page.obj.get("/Annots")):
                form = known[int(annotation.StructParent)]
                if isinstance(form, Dictionary):
                    self._owners[number_of(annotation)] = (annotation, form)
                    self._keep(form)
        self._go_through()
        close_heading_gaps(self._headings)
        write_parent_tree(self._pdf, self._root, self._pages, self._marks, self._owners)
        if "/IDTree" in self._root:
            del self._root["/IDTree"]
        if self._ids:
            write_ids(self._pdf, self._root, self._ids)

    def _keep(self, element: Any) -> None:
        """Keep an element and all above it."""
        while isinstance(element, Dictionary) and number_of(element) not in self._kept:
            self._kept.add(number_of(element))
            element = element.get("/P")

    def _go_through(self) -> None:
        stack = [each for each in reversed(items_of(self._root.K)) if isinstance(each, Dictionary)]
        while stack:
            element = stack.pop()
            meaning = self._meaning(element)
            if heading_level(meaning):
                self._headings.append((element, heading_level(meaning)))
            if "/ID" in element:
                self._ids[bytes(element.ID)] = element
            stack += reversed(self._pruned(element, meaning))

    def _pruned(self, element: Dictionary, meaning: str) -> list[Dictionary]:
        """Remove what is gone from the kids of an element; return the elements below it."""
        own = element.get("/Pg")
        kids = items_of(element.get("/K"))
        kept = [kid for kid in kids if self._stays(kid, own, meaning)]
        if len(kept) < len(kids):
            element.K = Array(kept)
        if own is not None and not self._is_here(own):
            del element["/Pg"]
        if meaning == "/Link" and not any(_is(kid, Name.OBJR) for kid in kept):
            element.S = Name.Span
        return [kid for kid in kept if _is_element(kid)]

    def _stays(self, kid: Any, page: Any, above: str) -> bool:
        if isinstance(kid, int):
            return self._is_here(page)
        if _is(kid, Name.MCR):
            return self._is_here(kid.get("/Pg", page))
        if _is(kid, Name.OBJR):
            return number_of(kid.Obj) in self._owners
        if number_of(kid) in self._kept:
            return True
        return above == "/TR" and self._meaning(kid) in _CELLS

    def _is_here(self, page: Any) -> bool:
        return isinstance(page, Dictionary) and number_of(page) in self._page_numbers

    def _meaning(self, element: Dictionary) -> str:
        return self._roles.resolve(str(element.get("/S", "")))


def _is(kid: Any, kind: Name) -> bool:
    return isinstance(kid, Dictionary) and kid.get("/Type") == kind


def _is_element(kid: Any) -> bool:
    return isinstance(kid, Dictionary) and not _is(kid, Name.MCR) and not _is(kid, Name.OBJR)


def _forms(page: Page) -> Iterator[Stream]:
    """Yield the forms a page draws that hold marked content of their own."""
    drawn = dictionary(dictionary(page.obj.get("/Resources")).get("/XObject"))
    for form in drawn.as_dict().values():
        if isinstance(form, Stream) and "/StructParents" in form.stream_dict:
            yield form
