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
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from isa_docs.assembly.copying import Copier
from isa_docs.assembly.objects import as_dictionary, as_list, entry, followed, shared_name
from isa_docs.assembly.roles import RoleMaps, close_heading_gaps

_COPIED_TEXT = ("/T", "/Lang", "/Alt", "/E", "/ActualText")
_KIDS_PER_LEAF = 64


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
            _kids(as_dictionary(parent)).append(reference)
        return reference

    def add_part(self, title: str, parent: IndirectObject | None, language: str | None) -> IndirectObject:
        """Add the element of one part of the package, below another part when ``parent`` is given."""
        part = self.element("/Part", parent or self._document)
        own = as_dictionary(part)
        own[shared_name("/T")] = TextStringObject(title)
        if language:
            own[shared_name("/Lang")] = TextStringObject(language)
        return part

    def graft(
        self,
        part: IndirectObject,
        tree: DictionaryObject,
        copier: Copier,
        prefix: str,
    ) -> None:
        """Hang the structure of one source file below ``part``.

        Its pages and annotations must have been claimed in ``copier`` before; content that belongs to a page or
        annotation left out of the package is left out of the tree as well.
        """
        _Graft(self, copier, prefix, tree).hang(part)

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

    def own_mark(self, holder: DictionaryObject, mark: int, element: IndirectObject) -> None:
        """Record which element the marked content ``mark`` of a page or form belongs to."""
        reference = holder.indirect_reference
        if reference is not None and 0 <= mark < 100_000:
            self._marks.setdefault(reference.idnum, (holder, {}))[1].setdefault(mark, element)

    def own_object(self, holder: DictionaryObject, element: IndirectObject) -> bool:
        """Record which element an annotation or image belongs to; False when another has it already."""
        reference = holder.indirect_reference
        if reference is None or reference.idnum in self._owners:
            return False
        self._owners[reference.idnum] = (holder, element)
        return True

    def wrap_object(self, part: IndirectObject, role: str, holder: DictionaryObject, page: IndirectObject) -> None:
        """Give an annotation its own element at the end of ``part``, unless it has one.

        The element's /K is the object reference itself, never an array: an array makes difference analysis
        of later signatures suspicious.
        """
        reference = holder.indirect_reference
        if reference is None or reference.idnum in self._owners:
            return
        element = self.element(role, part)
        own = as_dictionary(element)
        own[shared_name("/Pg")] = page
        own[shared_name("/K")] = _object_reference(reference, page)
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
                row = ArrayObject(marks.get(mark, NullObject()) for mark in range(max(marks) + 1))
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


class _Graft:
    """The transplant of one source tree."""

    def __init__(self, tree: StructureTree, copier: Copier, prefix: str, source: DictionaryObject) -> None:
        self._tree = tree
        self._copier = copier
        self._prefix = prefix
        self._source = source
        self._rename = tree.roles.add(as_dictionary(source.get("/RoleMap")), prefix)
        self._seen: set[int] = set()

    def hang(self, part: IndirectObject) -> None:
        for name, attributes in as_dictionary(self._source.get("/ClassMap")).items():
            self._tree.add_class(self._class_name(name), self._attributes(attributes))
        stack: list[tuple[PdfObject, IndirectObject, PdfObject | None]] = []
        self._push(stack, self._source.get("/K"), part, None)
        while stack:
            kid, parent, page = stack.pop()
            self._one(stack, kid, parent, page)

    def _push(
        self,
        stack: list[tuple[PdfObject, IndirectObject, PdfObject | None]],
        kids: PdfObject | None,
        parent: IndirectObject,
        page: PdfObject | None,
    ) -> None:
        stack.extend((item, parent, page) for item in reversed(as_list(kids)))

    def _one(
        self,
        stack: list[tuple[PdfObject, IndirectObject, PdfObject | None]],
        kid: PdfObject,
        parent: IndirectObject,
        page: PdfObject | None,
    ) -> None:
        value = followed(kid)
        if isinstance(value, NumberObject):
            self._mark(parent, page, int(value), None)
        elif not isinstance(value, DictionaryObject):
            return
        elif entry(value, "/Type") == "/MCR":
            own = value.get("/Pg", page)
            stream = value.get("/Stm")
            mark = entry(value, "/MCID")
            if isinstance(mark, NumberObject):
                self._mark(parent, own, int(mark), stream)
        elif entry(value, "/Type") == "/OBJR":
            own = value.get("/Pg", page)
            self._object(parent, own, value.get("/Obj"))
        elif id(value) not in self._seen:
            self._seen.add(id(value))
            own = value.get("/Pg", page)
            element = self._element(value, parent)
            self._push(stack, value.get("/K"), element, own)

    def _element(self, source: DictionaryObject, parent: IndirectObject) -> IndirectObject:
        """Copy one element; the Document element of a part dissolves into the part."""
        role = str(entry(source, "/S") or "/NonStruct")
        if role == "/Document" or self._tree.roles.resolve(self._rename(role)) == "/Document":
            return parent
        element = self._tree.element(self._rename(role), parent)
        copied = as_dictionary(element)
        for key in _COPIED_TEXT:
            if entry(source, key) is not None:
                copied[shared_name(key)] = entry(source, key)
        page = self._copier.copied(source.get("/Pg"))
        if page is not None:
            copied[shared_name("/Pg")] = page
        if entry(source, "/A") is not None:
            copied[shared_name("/A")] = self._attributes(source["/A"])
        if entry(source, "/C") is not None:
            copied[shared_name("/C")] = self._class_names(source["/C"])
        identifier = entry(source, "/ID")
        if identifier is not None:
            own = self._identifier(identifier)
            if self._tree.add_id(own, element):
                copied[shared_name("/ID")] = ByteStringObject(own)
        if self._tree.roles.resolve(self._rename(role)) == "/TH" and not _has_attribute(copied, "/Scope"):
            _add_attributes(copied, {"/O": "/Table", "/Scope": "/Column"})
        return element

    def _mark(self, parent: IndirectObject, page: PdfObject | None, mark: int, stream: PdfObject | None) -> None:
        target = self._copier.copied(page)
        if target is None:
            return
        owner = as_dictionary(parent)
        if stream is not None:
            holder_ref = self._copier.copied(stream)
            if holder_ref is None:
                return
            holder = as_dictionary(holder_ref)
            kid: PdfObject = DictionaryObject(
                {
                    shared_name("/Type"): shared_name("/MCR"),
                    shared_name("/Pg"): target,
                    shared_name("/Stm"): holder_ref,
                    shared_name("/MCID"): NumberObject(mark),
                }
            )
        else:
            holder = as_dictionary(target)
            own = owner.get("/Pg")
            if own is None:
                owner[shared_name("/Pg")] = own = target
            if isinstance(own, IndirectObject) and own.idnum == target.idnum:
                kid = NumberObject(mark)
            else:
                kid = DictionaryObject(
                    {
                        shared_name("/Type"): shared_name("/MCR"),
                        shared_name("/Pg"): target,
                        shared_name("/MCID"): NumberObject(mark),
                    }
                )
        _kids(owner).append(kid)
        self._tree.own_mark(holder, mark, parent)

    def _object(self, parent: IndirectObject, page: PdfObject | None, source: PdfObject | None) -> None:
        target = self._copier.copied(source)
        page_target = self._copier.copied(page)
        if target is None or page_target is None:
            return
        holder = as_dictionary(target)
        if self._tree.own_object(holder, parent):
            _kids(as_dictionary(parent)).append(_object_reference(target, page_target))

    def _attributes(self, source: PdfObject) -> PdfObject:
        """Copy attributes as direct objects; the ids of table headers get the part's prefix."""
        value = followed(source)
        if isinstance(value, ArrayObject):
            return ArrayObject(self._attributes(item) for item in value)
        if not isinstance(value, DictionaryObject):
            return self._copier.copy(value)
        copied = DictionaryObject()
        for key, item in value.items():
            if key == "/Headers":
                headers = [self._identifier(followed(header)) for header in as_list(item)]
                copied[shared_name(key)] = ArrayObject(ByteStringObject(header) for header in headers)
            else:
                copied[shared_name(key)] = self._copier.copy(item)
        return copied

    def _identifier(self, identifier: object) -> bytes:
        raw = getattr(identifier, "original_bytes", None)
        return f"{self._prefix}-".encode() + (raw if isinstance(raw, bytes) else str(identifier).encode())

    def _class_name(self, name: object) -> str:
        return f"/{self._prefix}-{str(name).removeprefix('/')}"

    def _class_names(self, value: PdfObject) -> PdfObject:
        if isinstance(value, ArrayObject):
            return ArrayObject(
                shared_name(self._class_name(item)) if isinstance(item, NameObject) else item for item in value
            )
        return shared_name(self._class_name(value))


def _kids(owner: DictionaryObject) -> ArrayObject:
    kids = followed(owner.get("/K"))
    if not isinstance(kids, ArrayObject):
        kids = ArrayObject([kids] if kids is not None else [])
        owner[shared_name("/K")] = kids
    return kids


def _object_reference(target: IndirectObject, page: IndirectObject) -> DictionaryObject:
    return DictionaryObject(
        {shared_name("/Type"): shared_name("/OBJR"), shared_name("/Obj"): target, shared_name("/Pg"): page}
    )


def _attribute_sets(element: DictionaryObject) -> list[DictionaryObject]:
    return [item for item in map(followed, as_list(element.get("/A"))) if isinstance(item, DictionaryObject)]


def _has_attribute(element: DictionaryObject, key: str) -> bool:
    return any(key in attributes for attributes in _attribute_sets(element)) or "/C" in element


def _add_attributes(element: DictionaryObject, attributes: dict[str, str]) -> None:
    own = DictionaryObject({shared_name(key): shared_name(value) for key, value in attributes.items()})
    present = _attribute_sets(element)
    element[shared_name("/A")] = ArrayObject([*present, own]) if present else own
