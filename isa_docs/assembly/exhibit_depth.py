"""Objects nested so deeply that the library, which follows them by recursion, would run out of stack.

Both are asked in the process that takes the exhibit in, so that the assembly never meets such a file.
"""

from __future__ import annotations

from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Pdf

from isa_docs.assembly.objects import items_of
from isa_docs.assembly.survey import element

DEEPEST = 400
"""Levels of structure elements; honest files have some ten."""


def nested_too_deeply(pdf: Pdf) -> bool:
    """Tell whether the elements of a file's structure are nested deeper than can be copied."""
    root = pdf.Root.get("/StructTreeRoot")
    level = (
        [kid for kid in items_of(root.get("/K")) if isinstance(kid, Dictionary)] if isinstance(root, Dictionary) else []
    )
    seen: set[tuple[int, int]] = set()
    for _ in range(DEEPEST):
        below: list[Dictionary] = []
        for item in level:
            if item.is_indirect:
                if item.objgen in seen:
                    continue
                seen.add(item.objgen)
            plain = element(item.unparse(resolved=True))
            if plain is None:
                below += [kid for kid in items_of(item.get("/K")) if isinstance(kid, Dictionary)]
            elif plain.below:
                kids = [pdf.get_object(number, 0) for number in plain.below]
                below += [kid for kid in kids if isinstance(kid, Dictionary)]
        if not below:
            return False
        level = below
    return True


def copy_once(file: Path) -> None:
    """Copy the pages of a file that is ready as the assembly will; a file that cannot be copied ends this process."""
    with pikepdf.open(file) as made, Pdf.new() as trial:
        trial.pages.extend(made.pages)
