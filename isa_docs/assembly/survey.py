"""Read every object of a file once, as text: what is asked of all objects is then asked of bytes, not of objects.

A package with tags on every line has some forty objects a page. Looking into each through the library takes longer
than everything else that is done with the package; one search over the text of an object takes a microsecond.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pikepdf import Array, Dictionary, Object, Pdf, Stream

_STRING = rb"(?:\((?:[^()\\]|\\.)*\)|<[0-9a-f]*>)"
_ATTRIBUTES = rb"(?:<< [^<>()]* >>|\d+ 0 R|/\S+)"
_ELEMENT = re.compile(
    rb"<< (?:/A (?:%(a)s|\[ (?:%(a)s )*\]) )?(?:/ActualText %(s)s )?(?:/Alt %(s)s )?(?:/C %(a)s )?"
    rb"(?:/E %(s)s )?(?:/ID %(s)s )?"
    rb"(?:/K (?:(\d+)|(\d+) 0 R|\[ ((?:\d+ (?:0 R )?)*)\]) )?"
    rb"(?:/Lang %(s)s )?/P (\d+) 0 R (?:/Pg (\d+) 0 R )?/S (/\S+) (?:/T %(s)s )?(?:/Type /StructElem )?>>"
    % {b"a": _ATTRIBUTES, b"s": _STRING},
    re.DOTALL,
)
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_ROW_ITEM = re.compile(rb"null|(\d+) 0 R")
_NOTHING: tuple[int, ...] = ()


class Element(NamedTuple):
    """A structure element all of whose kids are elements, or marks of the page it names."""

    role: str
    parent: int
    page: int | None
    marks: Sequence[int]
    below: Sequence[int]
    """The numbers of the elements below it, in their order."""


@dataclass(frozen=True)
class Survey:
    """Every indirect object of a file as text, by its number; of a stream, its dictionary. All are of generation 0."""

    pdf: Pdf
    texts: dict[int, bytes]

    def having(self, pattern: re.Pattern[bytes]) -> Iterator[Object]:
        """Yield the objects whose text, names and strings alike, matches ``pattern``."""
        for number, text in self.texts.items():
            if pattern.search(text):
                yield self.pdf.get_object(number, 0)


def survey(pdf: Pdf) -> Survey:
    """Read all objects of a file."""
    return Survey(
        pdf,
        {
            item.objgen[0]: (item.stream_dict if isinstance(item, Stream) else item).unparse(resolved=True)
            for item in pdf.objects
            if isinstance(item, (Dictionary, Array, Stream))
        },
    )


def element(text: bytes) -> Element | None:
    """Read a structure element of the plain kind; None for one with annotations, or marks of other pages, below it."""
    found = _ELEMENT.fullmatch(text)
    if found is None:
        return None
    mark, only, kids, parent, page, role = found.groups()
    marks: Sequence[int] = _NOTHING
    below: Sequence[int] = _NOTHING
    if mark is not None:
        marks = (int(mark),)
    elif only is not None:
        below = (int(only),)
    elif kids:
        below = [int(number) for number in _REFERENCE.findall(kids)]
        marks = [int(number) for number in _REFERENCE.sub(b"", kids).split()]
    return Element(plain_name(role), int(parent), None if page is None else int(page), marks, below)


def plain_name(written: bytes) -> str:
    """Return a name as it is meant: ``/Table#20Text`` is ``/Table Text``."""
    plain = _ESCAPED.sub(lambda escaped: bytes([int(escaped[1], 16)]), written) if b"#" in written else written
    return plain.decode("utf-8", "replace")


def row(text: bytes) -> list[int | None]:
    """Read an array of references as the numbers of their objects."""
    return [int(number) if number else None for number in _ROW_ITEM.findall(text)]
