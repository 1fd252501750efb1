"""What one revision of a PDF changed, named by meaning: pages, annotations, fields, metadata, actions.

Every object that differs is looked at, whoever wrote it: an object that belongs to none of the things known here is
reported too. No signature software takes part, so a change shows whatever a signature says of itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import pikepdf

Kind = Literal[
    "signed",
    "time-stamped",
    "filled",
    "unsigned",
    "value",
    "field-added",
    "field-removed",
    "field-moved",
    "field-changed",
    "pages-added",
    "pages-removed",
    "pages-moved",
    "page-content",
    "annotation-added",
    "annotation-changed",
    "annotation-removed",
    "metadata",
    "validation-data",
    "catalog",
    "form",
    "object",
]

Ref = tuple[int, int]


@dataclass(frozen=True)
class Change:
    """One change: its kind, what it concerns (field name, key, annotation type) and a sentence; page is 1-based."""

    kind: Kind
    subject: str
    text: str
    page: int | None = None


UNREADABLE = (
    pikepdf.PdfError,
    pikepdf.PasswordError,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RuntimeError,
)
"""What is raised on the way through a PDF that is damaged, or whose structure is malformed."""

_IDENTITY = {"/Title", "/Author", "/Subject", "/Keywords", "/Creator", "/CreationDate"}
_NOT_CONTENT = {"/Annots", "/Parent", "/StructParents", "/Tabs", "/LastModified", "/Metadata", "/PieceInfo"}
_INHERITANCE = ("/Resources", "/MediaBox", "/CropBox", "/Rotate", "/Parent")
_LOOK = ("/AP", "/MK", "/F")
_SIGNING_MAY_TOUCH = {
    "/AcroForm",
    "/Metadata",
    "/DSS",
    "/Extensions",
    "/Perms",
    "/Pages",
    "/StructTreeRoot",
    "/Version",
}
_FORM_MAY_CHANGE = {"/Fields", "/SigFlags", "/DR"}


def changes_between(before: bytes, after: bytes) -> list[Change]:
    """Return what ``after``, a file that begins with ``before`` or was made from it in place, changes.

    Raises one of ``UNREADABLE`` when one of the two cannot be read.
    """
    with pikepdf.open(BytesIO(before)) as old, pikepdf.open(BytesIO(after)) as new:
        return list(_Comparison(old, new).changes())


def _shallow(value: Any) -> bytes:
    """Return a value's own text, with references left as references; a stream with its data."""
    if isinstance(value, pikepdf.Stream):
        plain = {key: value.get(key) for key in value.keys() if key != "/Length"}  # noqa: SIM118
        own = b" ".join(key.encode() + b" " + _reference(each) for key, each in sorted(plain.items()))
        return own + b"\0" + value.read_raw_bytes()
    if isinstance(value, pikepdf.Object):
        return bytes(value.unparse(resolved=True))
    return repr(value).encode()


def _reference(value: Any) -> bytes:
    return bytes(value.unparse()) if isinstance(value, pikepdf.Object) else repr(value).encode()


def _ref(value: Any) -> Ref | None:
    if isinstance(value, pikepdf.Object) and value.is_indirect:
        return value.objgen
    return None


def _children(value: Any, skip: set[str]) -> Iterator[Any]:
    if isinstance(value, pikepdf.Dictionary | pikepdf.Stream):
        for key in value.keys():  # noqa: SIM118
            if key not in skip:
                yield value.get(key)
    elif isinstance(value, pikepdf.Array):
        yield from value


class _Comparison:
    """Two files with the same object numbers, and the objects that differ."""

    def __init__(self, old: pikepdf.Pdf, new: pikepdf.Pdf) -> None:
        self.old, self.new = old, new
        self.before = {_ref(each): each for each in old.objects if isinstance(each, pikepdf.Object)}
        self.after = {_ref(each): each for each in new.objects if isinstance(each, pikepdf.Object)}
        self.added = {ref for ref in self.after if ref not in self.before}
        self.changed = {
            ref
            for ref, each in self.after.items()
            if ref in self.before and _shallow(each) != _shallow(self.before[ref])
        }
        self.old_fields, self.new_fields = _fields_of(old), _fields_of(new)
        self.widgets = {ref for field in self.new_fields.values() for ref in _widgets_of(field)}
        self.explained: set[Ref | None] = set()
        self._clean: set[Ref | None] = set()
        """Objects below which nothing differs."""

    def changes(self) -> Iterator[Change]:
        yield from self._pages()
        yield from self._fields()
        yield from self._metadata()
        yield from self._catalog()
        yield from self._others()

    def _differs(self, value: Any, skip: set[str]) -> set[Ref | None]:
        """Return the changed and new objects that ``value`` shows, not going through ``skip`` keys of itself."""
        found: set[Ref | None] = set()
        seen: set[Ref | None] = set()
        todo = list(_children(value, skip))
        while todo:
            each = todo.pop()
            ref = _ref(each)
            if ref is not None:
                if ref in seen or ref in self._clean:
                    continue
                seen.add(ref)
                if ref in self.changed or ref in self.added:
                    found.add(ref)
            todo.extend(_children(each, {"/Parent", "/P", "/StructParents", "/StructParent"}))
        if not found:
            self._clean |= seen  # all that they lead to was walked, too
        return found

    def _pages(self) -> Iterator[Change]:
        old = {page.obj.objgen: number for number, page in enumerate(self.old.pages, 1)}
        new = {page.obj.objgen: number for number, page in enumerate(self.new.pages, 1)}
        for ref, number in new.items():
            if ref not in old:
                yield Change("pages-added", str(number), "a page was inserted", number)
        for ref, number in old.items():
            if ref not in new:
                yield Change("pages-removed", str(number), f"page {number} was removed", number)
        order = [ref for ref in old if ref in new]
        if order != [ref for ref in new if ref in old]:
            yield Change("pages-moved", "", "the pages stand in another order")
        for page in self.new.pages:
            ref, number = page.obj.objgen, new[page.obj.objgen]
            if ref not in old:
                continue
            was = self.old.pages[old[ref] - 1].obj
            # qpdf has given every page what it inherits down the tree; some viewers go up the parents instead
            keys = ({*page.obj.keys()} | {*was.keys()}) - _NOT_CONTENT | {"/Parent"}
            own = ref in self.changed and any(
                _maybe(page.obj.get(key)) != _maybe(was.get(key)) for key in keys if key != "/Type"
            )
            touched = self._differs(page.obj, _NOT_CONTENT)
            self.explained |= touched
            if own or touched:
                yield Change("page-content", str(number), f"the content of page {number} was replaced", number)
            self.explained.add(ref)
            yield from self._annotations(was, page.obj, number)

    def _annotations(self, was: Any, now: Any, number: int) -> Iterator[Change]:
        old, new = _annotations_of(was), _annotations_of(now)
        for value in (was.get("/Annots"), now.get("/Annots")):
            self.explained.add(_ref(value))
        for ref, annotation in new.items():
            kind = str(annotation.get("/Subtype", "?")).lstrip("/")
            if kind == "Widget" and ref in self.widgets:
                continue  # fields are compared by name
            if ref not in old:
                said = f": {annotation.get('/Contents')}" if "/Contents" in annotation else ""
                yield Change("annotation-added", kind, f"a {kind} annotation was added{said}", number)
            elif ref in self.changed or self._differs(annotation, {"/P", "/Parent", "/A", "/Dest"}):
                yield Change("annotation-changed", kind, f"a {kind} annotation was changed", number)
            self.explained |= {ref} | self._differs(annotation, {"/P", "/Parent", "/A", "/Dest"})
        for ref, annotation in old.items():
            if ref not in new and annotation.get("/Subtype") != "/Widget":
                kind = str(annotation.get("/Subtype", "?")).lstrip("/")
                yield Change("annotation-removed", kind, f"a {kind} annotation was removed", number)

    def _fields(self) -> Iterator[Change]:
        old, new = self.old_fields, self.new_fields
        was_on, now_on = _pages_of_annotations(self.old), _pages_of_annotations(self.new)
        numbers: dict[Ref | None, int] = {page.obj.objgen: at for at, page in enumerate(self.new.pages, 1)}
        for name, field in new.items():
            number = numbers.get(now_on.get(_ref(field)))
            value, was = field.get("/V"), old[name].get("/V") if name in old else None
            self.explained |= {_ref(field), _ref(value)} | self._differs(field, {"/P", "/Parent"})
            if name not in old:
                stamp = isinstance(value, pikepdf.Dictionary) and value.get("/Type") == "/DocTimeStamp"
                if stamp and _empty(field.get("/Rect")) and "/Kids" not in field:
                    yield Change("time-stamped", name, "the document was time-stamped")
                else:
                    yield Change("field-added", name, f"the field {name} was added", number)
                continue
            yield from self._one_field(name, old[name], field, was, value, number)
            places = [[on.get(ref) for ref in _widgets_of(old[name])] for on in (was_on, now_on)]
            if places[0] != places[1]:
                yield Change("field-moved", name, f"the field {name} was taken off its page", number)
        for name, field in old.items():
            if name not in new:
                yield Change("field-removed", name, f"the field {name} was removed")
                self.explained |= {_ref(field)}

    def _one_field(
        self, name: str, was: Any, field: Any, old_value: Any, value: Any, number: int | None
    ) -> Iterator[Change]:
        signature = field.get("/FT") == "/Sig"
        if _deep(old_value) != _deep(value):
            if signature and value is None:
                yield Change("unsigned", name, f"the signature in {name} was removed", number)
            elif signature and old_value is None:
                yield Change("signed", name, f"{name} was signed", number)
            elif signature:
                yield Change("value", name, f"the signature in {name} was replaced", number)
            elif not _words(old_value):
                yield Change("filled", name, f"{name} was filled with '{_words(value)}'", number)
            else:
                text = f"{name} was changed from '{_words(old_value)}' to '{_words(value)}'"
                yield Change("value", name, text, number)
        elif any(_maybe(field.get(key)) != _maybe(was.get(key)) for key in _LOOK) or self._differs(
            field, {"/P", "/Parent", "/V"} if signature else {"/P", "/Parent"}
        ):
            text = f"what {name} shows was changed, its value was not"
            if signature and value is not None:
                text = f"the look of the signature in {name} was replaced"
            yield Change("field-changed", name, text, number)
        if _maybe(field.get("/Rect")) != _maybe(was.get("/Rect")):
            yield Change("field-moved", name, f"the field {name} was moved", number)
        keys = ({*field.keys()} | {*was.keys()}) - {"/V", "/AP", "/Rect", "/P", "/M", "/MK", "/F", "/Ff", "/Lock"}
        odd = [key for key in sorted(keys) if _maybe(field.get(key)) != _maybe(was.get(key))]
        if odd:
            yield Change("field-changed", name, f"the field {name} was altered ({', '.join(odd)})", number)

    def _metadata(self) -> Iterator[Change]:
        old, new = self.old.docinfo, self.new.docinfo
        self.explained |= {_ref(new), _ref(self.new.Root.get("/Metadata"))}
        for key in sorted(_IDENTITY):
            was, now = _words(old.get(key)), _words(new.get(key))
            if was != now:
                what = key.lstrip("/").lower()
                yield Change("metadata", what, f"the document's {what} was changed from '{was}' to '{now}'")
        earlier, later = _xmp(self.old), _xmp(self.new)
        odd = sorted(key for key in earlier.keys() | later.keys() if earlier.get(key) != later.get(key))
        if odd:
            yield Change("metadata", "XMP", f"the document's metadata was changed ({', '.join(odd)})")

    def _catalog(self) -> Iterator[Change]:
        old, new = self.old.Root, self.new.Root
        self.explained |= {_ref(new), _ref(new.get("/Extensions")), _ref(new.get("/Perms"))}
        for key in sorted(({*old.keys()} | {*new.keys()}) - _SIGNING_MAY_TOUCH):
            if _maybe(old.get(key)) != _maybe(new.get(key)) or (key in new and self._inside(new.get(key))):
                yield Change("catalog", key.lstrip("/"), f"{_CATALOG.get(key, f'the catalog entry {key}')} was changed")
        if "/DSS" in new and (_maybe(old.get("/DSS")) != _maybe(new.get("/DSS")) or self._inside(new.DSS)):
            self.explained |= {_ref(new.DSS)} | self._differs(new.DSS, set())
            yield Change("validation-data", "DSS", "material to validate signatures later was added")
        form, was = new.get("/AcroForm", pikepdf.Dictionary()), old.get("/AcroForm", pikepdf.Dictionary())
        self.explained |= {_ref(form), _ref(form.get("/Fields")), _ref(form.get("/DR"))}
        for key in sorted(({*form.keys()} | {*was.keys()}) - _FORM_MAY_CHANGE):
            if _maybe(form.get(key)) != _maybe(was.get(key)):
                yield Change("form", key.lstrip("/"), f"the form's entry {key} was changed")
        if _maybe(old.get("/StructTreeRoot")) != _maybe(new.get("/StructTreeRoot")):
            yield Change("catalog", "StructTreeRoot", "the structure that screen readers use was replaced")

    def _inside(self, value: Any) -> bool:
        """Tell whether a catalog entry's own object was changed (what it refers to is reported by itself)."""
        ref = _ref(value)
        if ref in self.changed:
            self.explained.add(ref)
            return True
        return False

    def _others(self) -> Iterator[Change]:
        for ref in sorted(self.changed - self.explained, key=str):
            was, now = self.before[ref], self.after[ref]
            if _bookkeeping(was) and _bookkeeping(now):
                continue
            if _kind_of(was) == _kind_of(now) == "/Pages" and not any(
                _maybe(was.get(key)) != _maybe(now.get(key)) for key in _INHERITANCE
            ):
                continue  # the pages themselves were compared, with what they inherit
            kind = "structure element" if _kind_of(now) in ("/StructElem", "/StructTreeRoot") else "object"
            yield Change("object", str(ref), f"the {kind} {ref[0] if ref else '?'} was changed")


_CATALOG = {
    "/OpenAction": "what happens on opening",
    "/AA": "what happens on events",
    "/Names": "the names (attachments, scripts)",
    "/Outlines": "the bookmarks",
    "/PageLabels": "the page labels",
    "/OCProperties": "the layers",
    "/OutputIntents": "the color profile",
    "/AF": "the attachments",
}


def _kind_of(value: Any) -> str:
    return str(value.get("/Type", "")) if isinstance(value, pikepdf.Dictionary) else ""


def _bookkeeping(value: Any) -> bool:
    """Tell whether an object only says where other objects are."""
    return isinstance(value, pikepdf.Stream) and value.get("/Type") in ("/XRef", "/ObjStm")


def _maybe(value: Any) -> bytes | None:
    return None if value is None else _reference(value)


def _deep(value: Any) -> bytes | None:
    return None if value is None else _shallow(value)


def _words(value: Any) -> str:
    return "" if value is None else str(value)


def _empty(rectangle: Any) -> bool:
    if rectangle is None:
        return True
    left, bottom, right, top = (float(each) for each in rectangle)
    return left == right or bottom == top


def _pages_of_annotations(pdf: pikepdf.Pdf) -> dict[Ref | None, Ref]:
    """Return for each annotation the page it stands on."""
    return {ref: page.obj.objgen for page in pdf.pages for ref in _annotations_of(page.obj)}


def _widgets_of(field: Any) -> Iterator[Ref | None]:
    """Yield what shows a field on pages: the field itself, or its kids."""
    yield _ref(field)
    yield from (_ref(kid) for kid in field.get("/Kids", ()))


def _annotations_of(page: Any) -> dict[Ref | None, Any]:
    found: dict[Ref | None, Any] = {}
    for each in page.get("/Annots", ()):
        if isinstance(each, pikepdf.Dictionary):
            found[_ref(each) or (-1 - len(found), 0)] = each
    return found


def _fields_of(pdf: pikepdf.Pdf) -> dict[str, Any]:
    """Return the terminal fields by full name; a name that stands twice gets a number."""
    found: dict[str, Any] = {}

    def walk(fields: Any, above: str, depth: int) -> None:
        for field in fields:
            if not isinstance(field, pikepdf.Dictionary) or depth > 20:
                continue
            own = str(field.get("/T", ""))
            name = ".".join(each for each in (above, own) if each)
            kids = field.get("/Kids")
            if kids is not None and any("/T" in kid for kid in kids if isinstance(kid, pikepdf.Dictionary)):
                walk(kids, name, depth + 1)
                continue
            free, number = name, 1
            while free in found:
                number += 1
                free = f"{name} ({number})"
            found[free] = field

    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary):
        walk(form.get("/Fields", ()), "", 0)
    return found


_STATED = ("/dc/elements/", "/pdfa/ns/id/", "/pdfua/ns/id/", "/xap/1.0/rights/")
_NAMED = ("Keywords", "CreateDate", "CreatorTool")


def _xmp(pdf: pikepdf.Pdf) -> dict[str, str]:
    """Return what the metadata state of the document; what every save rewrites (dates, producer) is left out."""
    reader: Callable[..., Any] = pdf.open_metadata
    with reader(set_pikepdf_as_editor=False) as metadata:
        return {
            key.rpartition("}")[2]: str(value)
            for key, value in metadata.items()
            if any(each in key for each in _STATED) or key.endswith(_NAMED)
        }
