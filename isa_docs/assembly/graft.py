"""Transplant the structure tree of one source file into the package's tree.

The tree is copied as a whole. Most elements are of a plain kind, seen by their text, and stay as they are; only the
others are looked into and put right.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from pikepdf import Array, Dictionary, Name, Object, Page, Stream, String

from isa_docs.assembly.objects import dictionary, items_of, number_of
from isa_docs.assembly.roles import heading_level
from isa_docs.assembly.source import Source
from isa_docs.assembly.structure import StructureTree, object_reference
from isa_docs.assembly.survey import Element, element

_KEPT = frozenset({"/Type", "/S", "/P", "/K", "/Pg", "/A", "/C", "/ID", "/T", "/Lang", "/Alt", "/E", "/ActualText"})
_ROOT_KEPT = frozenset({"/Type", "/K"})
_NEEDS_COMPLETION = frozenset({"/TH", "/Figure", "/Formula", "/Note", "/Document"})
_HAS_MORE = re.compile(rb"/(?:C |ID |Headers )|/A \[[^\]]* R")
"""Classes, ids, and several attributes that may be shared: they are put right one by one."""
_APART = re.compile(rb"<< /A (\d+) 0 R ")
"""Attributes that are an object of their own, as LibreOffice writes all: they are taken into their element."""
_MOST_DOCUMENTS = 10
_UNKNOWN: Final = -1


class _Waiting(NamedTuple):
    """An element that is still to be visited, with the page its ancestors name."""

    item: Dictionary
    plain: Element | None
    text: bytes
    parent: Dictionary
    page: Dictionary | None


def graft(
    tree: StructureTree,
    part: Dictionary,
    source: Source,
    pages: Sequence[Page],
    prefix: str,
    undescribed: str,
) -> None:
    """Hang the structure of one source file below ``part``.

    ``pages`` are its pages in the package, with those annotations that stay; what belongs to an annotation left out
    is left out of the tree as well. ``prefix`` keeps ids, classes and role names apart; ``undescribed`` is the
    alternative text of pictures that bring none.
    """
    _Graft(tree, source, pages, prefix, undescribed).hang(part)


class _Graft:
    """The transplant of one source tree."""

    def __init__(
        self, tree: StructureTree, source: Source, pages: Sequence[Page], prefix: str, undescribed: str
    ) -> None:
        self._tree = tree
        self._pdf = tree.pdf
        self._source = source
        self._prefix = prefix
        roles = {name: str(role) for name, role in dictionary(source.structure.get("/RoleMap")).items()}
        self._rename = tree.roles.add(roles, prefix)
        self._undescribed = undescribed
        self._seen: set[int] = set()
        self._plain_roles: dict[str, int | None] = {}
        self._pages = {number_of(page.obj): page.obj for page in pages}
        self._annotations = {
            number_of(annotation) for page in pages for annotation in items_of(page.obj.get("/Annots"))
        }

    def hang(self, part: Dictionary) -> None:
        root = self._source.structure
        classes = dictionary(root.get("/ClassMap"))
        if len(classes):
            held = self._pdf.copy_foreign(self._source.file.make_indirect(classes))
            for name, attributes in dictionary(held).items():
                self._tree.add_class(self._class_name(name), self._attributes(attributes))
        for key in set(root.keys()) - _ROOT_KEPT:
            del root[key]
        copied = self._pdf.copy_foreign(root if root.is_indirect else self._source.file.make_indirect(root))
        kids = self._dissolved(copied.get("/K"))
        if kids is None:
            return
        part.K = kids
        text = part.unparse(resolved=True)
        whole = _Waiting(part, element(text), text, dictionary(part.P), None)
        below = self._as_it_is(whole, whole.plain) if whole.plain is not None else None
        stack = list(self._put_right(part, part, None) if below is None else below)
        while stack:
            stack += self._visit(stack.pop())

    def _dissolved(self, kids: Object | None) -> Object | None:
        """Return the kids of the Document element, in whose place the part stands; without one, the kids given."""
        for _ in range(_MOST_DOCUMENTS):
            only = kids[0] if isinstance(kids, Array) and len(kids) == 1 else kids
            if not isinstance(only, Dictionary) or self._meaning(only) != "/Document":
                break
            self._seen.add(number_of(only))
            kids = only.get("/K")
        return kids

    def _meaning(self, item: Dictionary) -> str:
        return self._tree.roles.resolve(self._rename(str(item.get("/S", "/NonStruct"))))

    def _visit(self, waiting: _Waiting) -> Sequence[_Waiting]:
        """Take one element into the package; return those below it, the last first."""
        item, plain, text, parent, _ = waiting
        below: Sequence[_Waiting] | None = None
        level = None
        if plain is not None and not _HAS_MORE.search(text):
            level = self._plain_roles.get(plain.role, _UNKNOWN)
            if level == _UNKNOWN:
                level = self._plain_roles[plain.role] = self._level_as_it_is(plain.role)
            apart = _APART.match(text)
            attributes = self._pdf.get_object(int(apart[1]), 0) if apart else Dictionary()
            if level is not None and isinstance(attributes, Dictionary) and "/Headers" not in attributes:
                below = self._as_it_is(waiting, plain)
                if below is not None and apart:
                    item.A = attributes.__copy__()
        if below is None or level is None:
            below = self._put_right(item, parent, waiting.page)
            level = heading_level(self._tree.roles.resolve(str(item.S)))
        if level:
            self._tree.headings.append((item, level))
        return below

    def _level_as_it_is(self, role: str) -> int | None:
        """Return the heading level of elements that may stay as they are, 0 for none; None when they may not."""
        meaning = self._tree.roles.resolve(self._rename(role))
        return None if self._rename(role) != role or meaning in _NEEDS_COMPLETION else heading_level(meaning)

    def _as_it_is(self, waiting: _Waiting, plain: Element) -> Sequence[_Waiting] | None:
        """Take over an element of the plain kind unchanged; None when something of it does not fit the package."""
        page = None
        if plain.page is not None:
            page = self._pages.get(plain.page)
            if page is None:
                return None
        elif plain.marks:
            return None
        if len(set(plain.below)) != len(plain.below):
            return None
        below = []
        for number in plain.below:
            kid = self._admitted(number, waiting.item, page or waiting.page)
            if kid is None:
                return None
            below.append(kid)
        if plain.marks and (page is None or not self._tree.own_marks(page, plain.marks, waiting.item)):
            return None
        if plain.parent != number_of(waiting.parent):
            waiting.item.P = waiting.parent
        self._seen.update(plain.below)
        below.reverse()
        return below

    def _admitted(self, number: int, parent: Dictionary, page: Dictionary | None) -> _Waiting | None:
        """Return the element of that number, if it is one and stands nowhere else."""
        item = self._pdf.get_object(number, 0)
        if number in self._seen or not isinstance(item, Dictionary):
            return None
        text = item.unparse(resolved=True)
        plain = element(text)
        if plain is None and ("/S" not in item or item.get("/Type", Name.StructElem) != Name.StructElem):
            return None
        return _Waiting(item, plain, text, parent, page)

    def _put_right(self, item: Dictionary, parent: Dictionary, page: Dictionary | None) -> Sequence[_Waiting]:
        """Rewrite what an element says, and keep of its kids those that are in the package; return the elements."""
        own = item.get("/Pg")
        own = own if isinstance(own, Dictionary) and number_of(own) in self._pages else None
        if item.objgen != parent.objgen:
            self._put_words_right(item, parent)
        if "/Pg" in item and own is None:
            del item["/Pg"]
        kids: list[Object | int] = []
        below: list[_Waiting] = []
        for kid in items_of(item.get("/K")):
            kept: Object | int | None = None
            if isinstance(kid, int):
                kept = self._mark(item, own or page, kid, None)
            elif isinstance(kid, Dictionary) and kid.get("/Type") == Name.MCR:
                mark, stream = kid.get("/MCID"), kid.get("/Stm")
                if isinstance(mark, int):
                    kept = self._mark(item, kid.get("/Pg", own or page), mark, stream)
            elif isinstance(kid, Dictionary) and kid.get("/Type") == Name.OBJR:
                kept = self._object(item, kid.get("/Pg", own or page), kid.get("/Obj"))
            elif isinstance(kid, Dictionary):
                if not kid.is_indirect and "/S" in kid:
                    kid = self._pdf.make_indirect(kid)
                waiting = self._admitted(number_of(kid), item, own or page)
                if waiting is not None:
                    self._seen.add(number_of(kid))
                    below.append(waiting)
                    kept = waiting.item
            if kept is not None:
                kids.append(kept)
        if kids:
            item.K = Array(kids)
        elif "/K" in item:
            del item["/K"]
        below.reverse()
        return below

    def _put_words_right(self, item: Dictionary, parent: Dictionary) -> None:
        """Rewrite the role, attributes, classes and id of an element, and add what PDF/UA-1 asks for.

        That is 7.3, 7.5 and 7.9 of ISO 14289-1.
        """
        for key in set(item.keys()) - _KEPT:
            del item[key]
        role = self._rename(str(item.get("/S", "/NonStruct")))
        meaning = self._tree.roles.resolve(role)
        item.Type, item.S, item.P = Name.StructElem, Name(role if meaning != "/Document" else "/Part"), parent
        if "/A" in item:
            item.A = self._attributes(item.A)
        if "/C" in item:
            names = [Name(self._class_name(str(name))) for name in items_of(item.C) if isinstance(name, Name)]
            item.C = names[0] if len(names) == 1 else Array(names)
        if "/ID" in item:
            own = self._identifier(item.ID)
            if own and self._tree.add_id(own, item):
                item.ID = String(own)
            else:
                del item["/ID"]
        if meaning == "/TH" and not _has_attribute(item, "/Scope"):
            _add_attributes(item, Dictionary(O=Name.Table, Scope=Name.Column))
        if meaning in ("/Figure", "/Formula") and "/Alt" not in item and "/ActualText" not in item:
            item.Alt = String(self._undescribed)
        if meaning == "/Note" and "/ID" not in item:
            own = f"{self._prefix}-note-{number_of(item)}".encode()
            self._tree.add_id(own, item)
            item.ID = String(own)

    def _mark(self, item: Dictionary, page: Object | None, mark: int, stream: Object | None) -> Object | int | None:
        """Return the entry for a piece of marked content, None when it is not in the package or another's."""
        if not isinstance(page, Dictionary) or number_of(page) not in self._pages:
            return None
        if stream is not None:
            if not isinstance(stream, Stream) or not self._tree.own_mark(stream, mark, item):
                return None
            return Dictionary(Type=Name.MCR, Pg=page, Stm=stream, MCID=mark)
        if not self._tree.own_mark(page, mark, item):
            return None
        if "/Pg" not in item:
            item.Pg = page
        return mark if item.Pg.objgen == page.objgen else Dictionary(Type=Name.MCR, Pg=page, MCID=mark)

    def _object(self, item: Dictionary, page: Object | None, target: Object | None) -> Dictionary | None:
        """Return the entry for an annotation, None when it was left out or is another's."""
        if not isinstance(page, Dictionary) or number_of(page) not in self._pages:
            return None
        if not isinstance(target, Dictionary) or number_of(target) not in self._annotations:
            return None
        return object_reference(target, page) if self._tree.own_object(target, item) else None

    def _attributes(self, value: Object) -> Object:
        """Return attributes as direct objects; the ids of table headers get the part's prefix."""
        if isinstance(value, Array):
            return Array([self._attributes(each) if isinstance(each, (Array, Dictionary)) else each for each in value])
        if isinstance(value, Stream) or not isinstance(value, Dictionary):
            return value
        copied = dictionary(value.__copy__())
        if "/Headers" in copied:
            headers = [self._identifier(each) for each in items_of(copied.Headers)]
            copied.Headers = Array([String(each) for each in headers if each])
        return copied

    def _identifier(self, identifier: Object) -> bytes:
        """Return an element id of the package; empty for what is none."""
        return f"{self._prefix}-".encode() + bytes(identifier) if isinstance(identifier, String) else b""

    def _class_name(self, name: str) -> str:
        return f"/{self._prefix}-{name.removeprefix('/')}"


def _attribute_sets(item: Dictionary) -> list[Dictionary]:
    return [each for each in items_of(item.get("/A")) if isinstance(each, Dictionary)]


def _has_attribute(item: Dictionary, key: str) -> bool:
    return any(key in attributes for attributes in _attribute_sets(item)) or "/C" in item


def _add_attributes(item: Dictionary, attributes: Dictionary) -> None:
    present = _attribute_sets(item)
    item.A = Array([*present, attributes]) if present else attributes
