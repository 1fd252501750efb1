"""Transplant the structure tree of one source file into the package's tree."""

from __future__ import annotations

from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    TextStringObject,
)

from isa_docs.assembly.copying import Copier
from isa_docs.assembly.objects import as_dictionary, as_list, entry, followed, shared_name
from isa_docs.assembly.structure import StructureTree, kids_of, object_reference

_COPIED_TEXT = ("/T", "/Lang", "/Alt", "/E", "/ActualText")


def graft(
    tree: StructureTree,
    part: IndirectObject,
    source: DictionaryObject,
    copier: Copier,
    prefix: str,
    undescribed: str,
) -> None:
    """Hang the structure of one source file (its tree root) below ``part``.

    Its pages and annotations must have been claimed in ``copier`` before; what belongs to a page or annotation
    left out of the package is left out of the tree as well. ``prefix`` keeps ids, classes and role names apart;
    ``undescribed`` is the alternative text of pictures that bring none.
    """
    _Graft(tree, copier, prefix, source, undescribed).hang(part)


class _Graft:
    """The transplant of one source tree."""

    def __init__(
        self, tree: StructureTree, copier: Copier, prefix: str, source: DictionaryObject, undescribed: str
    ) -> None:
        self._tree = tree
        self._copier = copier
        self._prefix = prefix
        self._source = source
        self._rename = tree.roles.add(as_dictionary(source.get("/RoleMap")), prefix)
        self._undescribed = undescribed
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
        self._complete(copied, element)
        return element

    def _complete(self, copied: DictionaryObject, element: IndirectObject) -> None:
        """Add what PDF/UA-1 asks for and the source left out: 7.3, 7.5 and 7.9 of ISO 14289-1."""
        meaning = self._tree.roles.resolve(str(copied["/S"]))
        if meaning == "/TH" and not _has_attribute(copied, "/Scope"):
            _add_attributes(copied, {"/O": "/Table", "/Scope": "/Column"})
        if meaning in ("/Figure", "/Formula") and "/Alt" not in copied and "/ActualText" not in copied:
            copied[shared_name("/Alt")] = TextStringObject(self._undescribed)
        if meaning == "/Note" and "/ID" not in copied:
            own = f"{self._prefix}-note-{element.idnum}".encode()
            self._tree.add_id(own, element)
            copied[shared_name("/ID")] = ByteStringObject(own)

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
        if self._tree.own_mark(holder, mark, parent):
            kids_of(owner).append(kid)

    def _object(self, parent: IndirectObject, page: PdfObject | None, source: PdfObject | None) -> None:
        target = self._copier.copied(source)
        page_target = self._copier.copied(page)
        if target is None or page_target is None:
            return
        holder = as_dictionary(target)
        if self._tree.own_object(holder, parent):
            kids_of(as_dictionary(parent)).append(object_reference(target, page_target))

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


def _attribute_sets(element: DictionaryObject) -> list[DictionaryObject]:
    return [item for item in map(followed, as_list(element.get("/A"))) if isinstance(item, DictionaryObject)]


def _has_attribute(element: DictionaryObject, key: str) -> bool:
    return any(key in attributes for attributes in _attribute_sets(element)) or "/C" in element


def _add_attributes(element: DictionaryObject, attributes: dict[str, str]) -> None:
    own = DictionaryObject({shared_name(key): shared_name(value) for key, value in attributes.items()})
    present = _attribute_sets(element)
    element[shared_name("/A")] = ArrayObject([*present, own]) if present else own
