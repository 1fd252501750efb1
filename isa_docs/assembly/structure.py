"""One structure tree for the package: the parts' own trees joined, untagged pages wrapped, everything renumbered.

The parent tree is not copied but rebuilt from the elements, so a key can never speak another part's text
(ISO 32000-1, 14.7.4; ISO 14289-1, 7.1).
"""

from __future__ import annotations

from typing import Literal

from pypdf import PageObject, PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from isa_docs.assembly.objects import as_dictionary, followed, shared_name
from isa_docs.assembly.roles import RoleMaps, close_heading_gaps

_KIDS_PER_LEAF = 64
_MOST_MARKS = 100_000


class StructureTree:
    """The structure tree of the package while it grows."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._root = DictionaryObject({shared_name("/Type"): shared_name("/StructTreeRoot")})
        self._root_ref = writer._add_object(self._root)
        self._document = self.element("/Document", None)
        self._root[shared_name("/K")] = ArrayObject([self._document])
        self.roles = RoleMaps()
        self._marks: dict[int, tuple[DictionaryObject, dict[int, IndirectObject]]] = {}
        self._owners: dict[int, tuple[DictionaryObject, IndirectObject]] = {}
        self._ids: dict[bytes, IndirectObject] = {}
        self._classes = DictionaryObject()

    def element(self, role: str, parent: IndirectObject | None) -> IndirectObject:
        """Add an element at the end of ``parent``, or the one below the root; return it."""
        own = DictionaryObject(
            {
                shared_name("/Type"): shared_name("/StructElem"),
                shared_name("/S"): shared_name(role),
                shared_name("/P"): parent if parent is not None else self._root_ref,
            }
        )
        reference = self._writer._add_object(own)
        if parent is not None:
            kids_of(as_dictionary(parent)).append(reference)
        return reference

    def add_part(self, title: str, parent: IndirectObject | None, language: str | None) -> IndirectObject:
        """Add the element of one part of the package, below another part when ``parent`` is given."""
        part = self.element("/Part", parent or self._document)
        own = as_dictionary(part)
        own[shared_name("/T")] = TextStringObject(title)
        if language:
            own[shared_name("/Lang")] = TextStringObject(language)
        return part

    def wrap_page(
        self, part: IndirectObject, page: PageObject, kind: Literal["P", "Figure"], alternative: str | None
    ) -> None:
        """Describe a whole page (marked with MCID 0) as one element of ``part``."""
        reference = self.element(f"/{kind}", part)
        own = as_dictionary(reference)
        own[shared_name("/Pg")] = page.indirect_reference or NullObject()
        own[shared_name("/K")] = NumberObject(0)
        if alternative is not None:
            own[shared_name("/Alt")] = TextStringObject(alternative)
            box = ArrayObject(FloatObject(float(value)) for value in page.cropbox)
            own[shared_name("/A")] = DictionaryObject(
                {
                    shared_name("/O"): shared_name("/Layout"),
                    shared_name("/Placement"): shared_name("/Block"),
                    shared_name("/BBox"): box,
                }
            )
        self.own_mark(page, 0, reference)

    def own_mark(self, holder: DictionaryObject, mark: int, element: IndirectObject) -> bool:
        """Record which element the marked content ``mark`` of a page or form belongs to.

        False when the mark is out of all proportion or belongs to another element already.
        """
        reference = holder.indirect_reference
        if reference is None or not 0 <= mark < _MOST_MARKS:
            return False
        marks = self._marks.setdefault(reference.idnum, (holder, {}))[1]
        if mark in marks:
            return False
        marks[mark] = element
        return True

    def own_object(self, holder: DictionaryObject, element: IndirectObject) -> bool:
        """Record which element an annotation or image belongs to; False when another has it already."""
        reference = holder.indirect_reference
        if reference is None or reference.idnum in self._owners:
            return False
        self._owners[reference.idnum] = (holder, element)
        return True

    def owner(self, holder: DictionaryObject, mark: int) -> IndirectObject | None:
        """Return the element a piece of marked content belongs to."""
        reference = holder.indirect_reference
        return self._marks[reference.idnum][1].get(mark) if reference and reference.idnum in self._marks else None

    def wrap_object(
        self,
        part: IndirectObject,
        role: str,
        holder: DictionaryObject,
        page: IndirectObject,
        after: IndirectObject | None = None,
    ) -> None:
        """Give an annotation its own element at the end of ``part``, unless it has one.

        With ``after``, an element with kids, the new one stands right behind it and behind what was put there before.
        The element's /K is the object reference itself, never an array: an array makes difference analysis
        of later signatures suspicious.
        """
        reference = holder.indirect_reference
        if reference is None or reference.idnum in self._owners:
            return
        element = self.element(role, part)
        if after is not None:
            _move_behind(element, part, after, role)
        own = as_dictionary(element)
        own[shared_name("/Pg")] = page
        own[shared_name("/K")] = object_reference(reference, page)
        self.own_object(holder, element)

    def finish(self, pages: list[PageObject]) -> IndirectObject:
        """Number everything, write the parent tree, maps and ids; return the structure tree root."""
        close_heading_gaps(as_dictionary(self._document), self.roles)
        numbers: list[PdfObject] = []
        holders = [page.indirect_reference.idnum for page in pages if page.indirect_reference is not None]
        holders += [idnum for idnum in self._marks if idnum not in set(holders)]
        for idnum in holders:
            if idnum in self._marks:
                holder, marks = self._marks[idnum]
                holder[shared_name("/StructParents")] = NumberObject(len(numbers))
                row = ArrayObject(marks.get(mark, NullObject()) for mark in range(max(marks, default=-1) + 1))
                numbers.append(self._writer._add_object(row))
        for holder, element in self._owners.values():
            holder[shared_name("/StructParent")] = NumberObject(len(numbers))
            numbers.append(element)
        self._root[shared_name("/ParentTree")] = self._number_tree(numbers)
        self._root[shared_name("/ParentTreeNextKey")] = NumberObject(len(numbers))
        if self.roles.merged:
            self._root[shared_name("/RoleMap")] = DictionaryObject(
                {shared_name(name): shared_name(role) for name, role in sorted(self.roles.merged.items())}
            )
        if self._classes:
            self._root[shared_name("/ClassMap")] = self._classes
        if self._ids:
            self._root[shared_name("/IDTree")] = self._id_tree()
        return self._root_ref

    def add_class(self, name: str, attributes: PdfObject) -> None:
        """Add an entry of the class map."""
        self._classes[shared_name(name)] = attributes

    def add_id(self, identifier: bytes, element: IndirectObject) -> bool:
        """Reserve an element id; False when it is taken."""
        if identifier in self._ids:
            return False
        self._ids[identifier] = element
        return True

    def _number_tree(self, numbers: list[PdfObject]) -> IndirectObject:
        leaves = ArrayObject()
        for start in range(0, len(numbers), _KIDS_PER_LEAF):
            chunk = numbers[start : start + _KIDS_PER_LEAF]
            pairs = ArrayObject()
            for offset, value in enumerate(chunk):
                pairs += [NumberObject(start + offset), value]
            limits = ArrayObject([NumberObject(start), NumberObject(start + len(chunk) - 1)])
            leaf = DictionaryObject({shared_name("/Limits"): limits, shared_name("/Nums"): pairs})
            leaves.append(self._writer._add_object(leaf))
        return self._writer._add_object(DictionaryObject({shared_name("/Kids"): leaves}))

    def _id_tree(self) -> IndirectObject:
        names = ArrayObject()
        for identifier in sorted(self._ids):
            names += [ByteStringObject(identifier), self._ids[identifier]]
        return self._writer._add_object(DictionaryObject({shared_name("/Names"): names}))


def kids_of(owner: DictionaryObject) -> ArrayObject:
    """Return the array of an element's kids, made if it has none."""
    kids = followed(owner.get("/K"))
    if not isinstance(kids, ArrayObject):
        kids = ArrayObject([kids] if kids is not None else [])
        owner[shared_name("/K")] = kids
    return kids


def _move_behind(element: IndirectObject, parent: IndirectObject, before: IndirectObject, role: str) -> None:
    """Move the last kid of ``parent`` behind ``before``, another of its kids, and the kids of ``role`` after that."""
    kids = kids_of(as_dictionary(parent))
    place = next((n for n, kid in enumerate(kids) if isinstance(kid, IndirectObject) and kid == before), None)
    if place is None:
        return
    kids.pop()
    place += 1
    while place < len(kids) and as_dictionary(kids[place]).get("/S") == role:
        place += 1
    kids.insert(place, element)


def object_reference(target: IndirectObject, page: IndirectObject) -> DictionaryObject:
    """Return the entry that makes an annotation or image part of an element."""
    return DictionaryObject(
        {shared_name("/Type"): shared_name("/OBJR"), shared_name("/Obj"): target, shared_name("/Pg"): page}
    )
