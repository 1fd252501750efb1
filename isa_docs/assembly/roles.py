"""Names of structure elements: what each part calls them, what they mean, and heading levels without gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from pikepdf import Dictionary, Name

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

    def add(self, role_map: Mapping[str, str], prefix: str) -> Callable[[str], str]:
        """Take in one part's role map; return how its elements are named in the package.

        Entries that map a name to itself or remap a standard type are dropped (veraPDF 7.1-6 and 7.1-7);
        a name that leads to no standard type becomes ``Div``.
        """
        own: dict[str, str] = {}
        for name in role_map:
            if name not in STANDARD:
                own[name] = _resolve(name, role_map)
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


def _resolve(name: str, role_map: Mapping[str, str]) -> str:
    seen = {name}
    current = name
    while current not in STANDARD:
        following = role_map.get(current)
        if following is None or following in seen:
            return "/Div"
        current = following
        seen.add(current)
    return current


def heading_level(meaning: str) -> int:
    """Return the level of a standard type that is a numbered heading; 0 for any other."""
    return int(meaning[2]) if len(meaning) == 3 and meaning.startswith("/H") and meaning[2].isdigit() else 0


def close_heading_gaps(headings: Iterable[tuple[Dictionary, int]]) -> None:
    """Raise every heading that lies more than one level below the one before it (ISO 14289-1, 7.4.2)."""
    last = 0
    for element, level in headings:
        if level > last + 1:
            level = last + 1
            element.S = Name(f"/H{level}")
        last = level
