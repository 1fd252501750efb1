"""Names of structure elements: what each part calls them, what they mean, and heading levels without gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pypdf.generic import DictionaryObject, NameObject

from isa_docs.assembly.objects import as_list, followed

_STANDARD_NAMES = """
    Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6
    L LI Lbl LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot
    Ruby RB RT RP Warichu WT WP Figure Formula Form
"""
STANDARD = frozenset(f"/{name}" for name in _STANDARD_NAMES.split())
"""The standard structure types of ISO 32000-1, 14.8.4."""


class RoleMaps:
    """The role maps of all parts as one: a name that means two things in two parts is renamed in the second."""

    def __init__(self) -> None:
        self.merged: dict[str, str] = {}

    def add(self, role_map: Mapping[Any, Any], prefix: str) -> Callable[[str], str]:
        """Take in one part's role map; return how its elements are named in the package.

        Entries that map a name to itself or remap a standard type are dropped (veraPDF 7.1-6 and 7.1-7);
        a name that leads to no standard type becomes ``Div``.
        """
        own: dict[str, str] = {}
        for name in role_map:
            meaning = _resolve(str(name), role_map)
            if str(name) not in STANDARD:
                own[str(name)] = meaning
        names: dict[str, str] = {}

        def rename(role: str) -> str:
            if role in STANDARD:
                return role
            if role not in names:
                meaning = own.get(role, "/Div")
                name = role
                while self.merged.get(name, meaning) != meaning:
                    name = f"{name}-{prefix}"
                self.merged[name] = meaning
                names[role] = name
            return names[role]

        return rename

    def resolve(self, role: str) -> str:
        """Return the standard type a name of the package stands for."""
        return role if role in STANDARD else self.merged.get(role, "/Div")


def _resolve(name: str, role_map: Mapping[Any, Any]) -> str:
    seen = {name}
    current = name
    while current not in STANDARD:
        following = followed(role_map.get(current))
        if following is None or str(following) in seen:
            return "/Div"
        current = str(following)
        seen.add(current)
    return current


def close_heading_gaps(document: DictionaryObject, roles: RoleMaps) -> None:
    """Raise every heading that lies more than one level below the one before it (ISO 14289-1, 7.4.2)."""
    last = 0
    for element in elements_below(document):
        role = roles.resolve(str(element.get("/S")))
        if len(role) != 3 or not role.startswith("/H") or not role[2].isdigit():
            continue
        level = int(role[2])
        if level > last + 1:
            level = last + 1
            element[NameObject("/S")] = NameObject(f"/H{level}")
        last = level


def elements_below(element: DictionaryObject) -> Iterator[DictionaryObject]:
    """Yield every structure element below ``element`` in reading order."""
    stack = [element]
    while stack:
        current = stack.pop()
        if current is not element:
            yield current
        for item in reversed(as_list(current.get("/K"))):
            value = followed(item)
            if isinstance(value, DictionaryObject) and "/S" in value:
                stack.append(value)
