"""One structure tree for the package: the parts' own trees joined, untagged pages wrapped, everything renumbered.

The parent tree is not copied but rebuilt from the elements, so a key can never speak another part's text
(ISO 32000-1, 14.7.4; ISO 14289-1, 7.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from isa_docs.assembly.objects import box, items_of, number_of
from isa_docs.assembly.roles import RoleMaps, close_heading_gaps

_KIDS_PER_LEAF = 64
_MOST_MARKS = 100_000


class StructureTree:
    """The structure tree of the package while it grows."""

    def __init__(self, pdf: Pdf) -> None:
        self.pdf = pdf
        self._root = pdf.make_indirect(Dictionary(Type=Name.StructTreeRoot))
        self._document = self.element("/Document", None)
        self._root.K = Array([self._document])
        self.roles = RoleMaps()
        self.headings: list[tuple[Dictionary, int]] = []
        """The headings of the package with their levels, in reading order."""
        self._marks: dict[int, tuple[Object, dict[int, Dictionary]]] = {}
        self._owners: dict[int, tuple[Dictionary, Dictionary]] = {}
        self._ids: dict[bytes, Dictionary] = {}
        self._classes = Dictionary()

    def element(self, role: str, parent: Dictionary | None) -> Dictionary:
        """Add an element at the end of ``parent``, or the one below the root; return it."""
        above = self._root if parent is None else parent
        own = self.pdf.make_indirect(Dictionary({"/Type": Name.StructElem, "/S": Name(role), "/P": above}))
        assert isinstance(own, Dictionary)
        if parent is not None:
            append_kid(parent, own)
        return own

    def add_part(self, title: str, parent: Dictionary | None, language: str | None) -> Dictionary:
        """Add the element of one part of the package, below another part when ``parent`` is given."""
        part = self.element("/Part", parent if parent is not None else self._document)
        part.T = String(title)
        if language:
            part.Lang = String(language)
        return part

    def wrap_page(
        self, part: Dictionary, page: pikepdf.Page, kind: Literal["P", "Figure"], alternative: str | None
    ) -> None:
        """Describe a whole page (marked with MCID 0) as one element of ``part``."""
        own = self.element(f"/{kind}", part)
        own.Pg = page.obj
        own.K = 0
        if alternative is not None:
            own.Alt = String(alternative)
            shown = box(float(value) for value in page.cropbox)
            own.A = Dictionary(O=Name.Layout, Placement=Name.Block, BBox=shown)
        self.own_mark(page.obj, 0, own)

    def own_mark(self, holder: Object, mark: int, element: Dictionary) -> bool:
        """Record which element the marked content ``mark`` of a page or form belongs to.

        False when the mark is out of all proportion or belongs to another element already.
        """
        number = number_of(holder)
        if not number or not 0 <= mark < _MOST_MARKS:
            return False
        marks = self._marks.setdefault(number, (holder, {}))[1]
        if mark in marks:
            return False
        marks[mark] = element
        return True

    def own_marks(self, page: Dictionary, marks: Sequence[int], element: Dictionary) -> bool:
        """Record the owner of several marks of a page; False, and nothing recorded, when one of them cannot be."""
        known = self._marks.setdefault(number_of(page), (page, {}))[1]
        if len(marks) == 1:
            return marks[0] < _MOST_MARKS and known.setdefault(marks[0], element) is element
        if len(set(marks)) != len(marks) or any(mark in known or mark >= _MOST_MARKS for mark in marks):
            return False
        known.update(dict.fromkeys(marks, element))
        return True

    def own_object(self, holder: Dictionary, element: Dictionary) -> bool:
        """Record which element an annotation or image belongs to; False when another has it already."""
        number = number_of(holder)
        if not number or number in self._owners:
            return False
        self._owners[number] = (holder, element)
        return True

    def describes(self, page: pikepdf.Page) -> bool:
        """Tell whether any element owns marked content of a page."""
        return bool(self._marks.get(number_of(page.obj), (page, {}))[1])

    def owner(self, holder: Object, mark: int) -> Dictionary | None:
        """Return the element a piece of marked content belongs to."""
        return self._marks[number_of(holder)][1].get(mark) if number_of(holder) in self._marks else None

    def wrap_object(
        self, part: Dictionary, role: str, holder: Dictionary, page: Dictionary, after: Dictionary | None = None
    ) -> None:
        """Give an annotation its own element at the end of ``part``, unless it has one.

        With ``after``, an element with kids, the new one stands right behind it and behind what was put there before.
        The element's /K is the object reference itself, never an array: an array makes difference analysis
        of later signatures suspicious.
        """
        if not number_of(holder) or number_of(holder) in self._owners:
            return
        element = self.element(role, part)
        if after is not None:
            _move_behind(element, part, after, role)
        element.Pg = page
        element.K = object_reference(holder, page)
        self.own_object(holder, element)

    def finish(self, pages: Sequence[pikepdf.Page]) -> Dictionary:
        """Number everything, write the parent tree, maps and ids; return the structure tree root."""
        close_heading_gaps(self.headings)
        write_parent_tree(self.pdf, self._root, pages, self._marks, self._owners)
        if self.roles.merged:
            self._root.RoleMap = Dictionary({name: Name(role) for name, role in sorted(self.roles.merged.items())})
        if len(self._classes):
            self._root.ClassMap = self._classes
        if self._ids:
            write_ids(self.pdf, self._root, self._ids)
        return self._root

    def add_class(self, name: str, attributes: Object) -> None:
        """Add an entry of the class map."""
        self._classes[name] = attributes

    def add_id(self, identifier: bytes, element: Dictionary) -> bool:
        """Reserve an element id; False when it is taken."""
        return self._ids.setdefault(identifier, element) is element


def write_parent_tree(
    pdf: Pdf,
    root: Dictionary,
    pages: Sequence[pikepdf.Page],
    marks: dict[int, tuple[Object, dict[int, Dictionary]]],
    owners: dict[int, tuple[Dictionary, Dictionary]],
) -> None:
    """Number pages, forms and annotations and write who owns what of them: pages first, in their order."""
    numbers: list[Object] = []
    of_pages = [number_of(page.obj) for page in pages]
    for number in [*of_pages, *(each for each in marks if each not in set(of_pages))]:
        if number in marks:
            holder, owned = marks[number]
            holder["/StructParents"] = len(numbers)
            row = [owned.get(mark) for mark in range(max(owned, default=-1) + 1)]
            numbers.append(pdf.make_indirect(Array(row)))
    for annotation, element in owners.values():
        annotation.StructParent = len(numbers)
        numbers.append(element)
    leaves = Array()
    for start in range(0, len(numbers), _KIDS_PER_LEAF):
        chunk = numbers[start : start + _KIDS_PER_LEAF]
        pairs = [part for offset, value in enumerate(chunk) for part in (start + offset, value)]
        limits = Array([start, start + len(chunk) - 1])
        leaves.append(pdf.make_indirect(Dictionary(Limits=limits, Nums=Array(pairs))))
    root.ParentTree = pdf.make_indirect(Dictionary(Kids=leaves))
    root.ParentTreeNextKey = len(numbers)


def write_ids(pdf: Pdf, root: Dictionary, ids: dict[bytes, Dictionary]) -> None:
    """Write the tree that leads from the ids of elements to the elements."""
    names = [part for identifier in sorted(ids) for part in (String(identifier), ids[identifier])]
    root.IDTree = pdf.make_indirect(Dictionary(Names=Array(names)))


def append_kid(owner: Dictionary, kid: Object) -> None:
    """Add an element to the kids of another."""
    kids = owner.get("/K")
    if isinstance(kids, Array):
        kids.append(kid)
    else:
        owner.K = Array([*items_of(kids), kid])


def _move_behind(element: Dictionary, parent: Dictionary, before: Dictionary, role: str) -> None:
    """Move the last kid of ``parent`` behind ``before``, another of its kids, and the kids of ``role`` after that."""
    kids = items_of(parent.get("/K"))
    place = next((n for n, kid in enumerate(kids) if isinstance(kid, Dictionary) and _same(kid, before)), None)
    if place is None:
        return
    kids.pop()
    place += 1
    while place < len(kids) and isinstance(kids[place], Dictionary) and kids[place].get("/S") == Name(role):
        place += 1
    kids.insert(place, element)
    parent.K = Array(kids)


def _same(one: Dictionary, other: Dictionary) -> bool:
    return number_of(one) != 0 and one.objgen == other.objgen


def object_reference(target: Dictionary, page: Dictionary) -> Dictionary:
    """Return the entry that makes an annotation or image part of an element."""
    return Dictionary(Type=Name.OBJR, Obj=target, Pg=page)
