"""Remove what a structure tree says of pages that are not there."""

from __future__ import annotations

from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject, NumberObject

from isa_docs.assembly.objects import as_dictionary, as_list, entry, followed, shared_name
from isa_docs.assembly.structure import StructureTree

_CELLS = frozenset({"/TD", "/TH"})


def prune(tree: StructureTree, top: IndirectObject) -> None:
    """Remove elements without any content below ``top``; a link whose place is gone becomes a span.

    An empty cell stays while its row has content, so that rows keep their width.
    """
    order: list[DictionaryObject] = []
    stack = [as_dictionary(top)]
    while stack:
        element = stack.pop()
        order.append(element)
        stack += [value for kid in as_list(element.get("/K")) if (value := _element(kid)) is not None]
    full: set[int] = set()
    for element in reversed(order):  # kids come before their parents
        kids = as_list(element.get("/K"))
        if any(_is_content(kid) or id(_element(kid)) in full for kid in kids):
            full.add(id(element))
    for element in order:
        if id(element) not in full:
            continue
        role = _role(tree, element)
        kept = [kid for kid in as_list(element.get("/K")) if _stays(tree, kid, role, full)]
        element[shared_name("/K")] = ArrayObject(kept)
        if role == "/Link" and not any(_is_object(kid) for kid in kept):
            element[shared_name("/S")] = shared_name("/Span")


def _stays(tree: StructureTree, kid: Any, above: str, full: set[int]) -> bool:
    element = _element(kid)
    if element is None or id(element) in full:
        return True
    return above == "/TR" and _role(tree, element) in _CELLS


def _role(tree: StructureTree, element: DictionaryObject) -> str:
    return tree.roles.resolve(str(entry(element, "/S")))


def _element(kid: Any) -> DictionaryObject | None:
    value = followed(kid)
    return value if isinstance(value, DictionaryObject) and "/S" in value else None


def _is_object(kid: Any) -> bool:
    value = followed(kid)
    return isinstance(value, DictionaryObject) and entry(value, "/Type") == "/OBJR"


def _is_content(kid: Any) -> bool:
    value = followed(kid)
    return isinstance(value, NumberObject) or (
        isinstance(value, DictionaryObject) and entry(value, "/Type") in ("/MCR", "/OBJR")
    )
