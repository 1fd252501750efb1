"""Copy objects of one PDF into the package: each object once, shared things stay shared, leaks stay behind."""

from __future__ import annotations

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    IndirectObject,
    NameObject,
    NullObject,
    PdfObject,
    StreamObject,
)

from isa_docs.assembly.objects import entry, shared_name

LEFT_BEHIND = frozenset(
    {
        "/Metadata",
        "/PieceInfo",
        "/LastModified",
        "/Thumb",
        "/OPI",
        "/AA",
        "/Alternates",
        "/Interpolate",
        "/OC",
        "/StructParent",
        "/StructParents",
        "/Length",
    }
)
"""Keys never copied: what would leak, act, or (structure keys) is written anew for the package."""

_EXTERNAL_STREAM = frozenset({"/F", "/FFilter", "/FDecodeParms"})
_NEVER_FOLLOWED = frozenset({"/Page", "/Pages", "/Catalog"})
_DEEPEST_DIRECT_NESTING = 200


class Copier:
    """Copies values of one source file into a writer.

    Pages are never followed: a reference to a page copies to the page that was claimed for it,
    or to null when that page is not part of the package.
    """

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._done: dict[tuple[int, int], IndirectObject] = {}
        self._pending: list[tuple[PdfObject, PdfObject]] = []

    def claim(self, source: IndirectObject, target: IndirectObject) -> None:
        """Let every reference to ``source`` become ``target``."""
        self._done[(source.idnum, source.generation)] = target

    def copied(self, source: PdfObject | None) -> IndirectObject | None:
        """Return what a reference of the source has become, or None when it was not copied."""
        if not isinstance(source, IndirectObject):
            return None
        return self._done.get((source.idnum, source.generation))

    def copy(self, value: PdfObject) -> PdfObject:
        """Copy ``value`` and everything it refers to.

        Raises ValueError when direct objects are nested deeper than any honest file nests them.
        """
        result = self._convert(value, 0)
        while self._pending:
            source, target = self._pending.pop()
            self._fill(source, target, 0)
        return result

    def _convert(self, value: PdfObject, depth: int) -> PdfObject:
        if depth > _DEEPEST_DIRECT_NESTING:
            raise ValueError("objects are nested too deeply")
        if isinstance(value, IndirectObject):
            return self._follow(value, depth)
        if isinstance(value, (DictionaryObject, ArrayObject)):
            target = _empty_like(value)
            self._fill(value, target, depth)
            return target
        return shared_name(value) if isinstance(value, NameObject) else value

    def _follow(self, reference: IndirectObject, depth: int) -> PdfObject:
        key = (reference.idnum, reference.generation)
        if key in self._done:
            return self._done[key]
        source = reference.get_object()
        if source is None or isinstance(source, NullObject):
            return NullObject()
        if not isinstance(source, (DictionaryObject, ArrayObject)):
            return self._convert(source, depth + 1)
        if isinstance(source, DictionaryObject) and entry(source, "/Type") in _NEVER_FOLLOWED:
            return NullObject()
        target = _empty_like(source)
        self._done[key] = self._writer._add_object(target)
        self._pending.append((source, target))
        return self._done[key]

    def _fill(self, source: PdfObject, target: PdfObject, depth: int) -> None:
        if isinstance(source, ArrayObject) and isinstance(target, ArrayObject):
            for item in list.__iter__(source):
                target.append(self._convert(item, depth + 1))
        elif isinstance(source, DictionaryObject) and isinstance(target, DictionaryObject):
            dropped = LEFT_BEHIND | _EXTERNAL_STREAM if isinstance(source, StreamObject) else LEFT_BEHIND
            for key, value in source.items():
                if key not in dropped:
                    target[shared_name(key)] = self._convert(value, depth + 1)


def _empty_like(source: PdfObject) -> PdfObject:
    if isinstance(source, StreamObject):
        stream = type(source)()
        stream._data = source._data
        return stream
    return DictionaryObject() if isinstance(source, DictionaryObject) else ArrayObject()
