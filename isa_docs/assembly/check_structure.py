"""Check the structure tree against the parent tree: every key used once, every mark owned by the element that holds it.

veraPDF does not see a key that speaks another part's text, so this is checked here.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Object

from isa_docs.assembly.check_faults import REPORT, fault, page_annotations
from isa_docs.assembly.model import AssemblyResult
from isa_docs.assembly.objects import items_of, number_of
from isa_docs.assembly.survey import Survey, element, row
from isa_docs.findings import Finding

_HOLDER = re.compile(rb"/StructParents (\d+) ")


def structure_faults(file: Survey, result: AssemblyResult) -> Iterator[Finding]:
    """Yield the faults of the structure tree."""
    pdf = file.pdf
    root = pdf.Root.get("/StructTreeRoot")
    if not isinstance(root, Dictionary):
        yield fault("PKG-TAGS", result, "it has no structure tree", REPORT)
        return
    rows = dict(_numbers(root.get("/ParentTree")))
    holders = {
        number: int(found[1]) for number, text in file.texts.items() if (found := _HOLDER.search(text)) is not None
    }
    keys = Counter(holders.values())
    for _, annotation in page_annotations(pdf):
        if "/StructParent" in annotation:
            keys[int(annotation.StructParent)] += 1
    for key in sorted(key for key, count in keys.items() if count > 1):
        yield fault("PKG-TAGS", result, f"the structure key {key} is used {keys[key]} times", REPORT)
    for key in sorted(set(keys) ^ set(rows)):
        yield fault("PKG-TAGS", result, f"the structure key {key} is not used on both sides", REPORT)
    wrong = sum(1 for mark in _marks(file, root) if not _owned(mark, rows, holders))
    if wrong:
        yield fault("PKG-TAGS", result, f"{wrong} pieces of text belong to another element than the tree says", REPORT)
    for number, page in enumerate(pdf.pages, start=1):
        if page.obj.objgen[0] not in holders:
            yield fault("PKG-TAGS", result, "the page is not described for screen readers", REPORT, page=number)


def _owned(mark: tuple[int, int, int], rows: dict[int, list[int | None]], holders: dict[int, int]) -> bool:
    owner, holder, number = mark
    owners = rows.get(holders.get(holder, -1), [])
    return number < len(owners) and owners[number] == owner


def _numbers(node: Any) -> Iterator[tuple[int, list[int | None]]]:
    """Yield the entries of a number tree: the owners of the marks of a page, or the one owner of an annotation."""
    if not isinstance(node, Dictionary):
        return
    pairs = node.get("/Nums")
    if isinstance(pairs, Array):
        items = list(pairs)
        for place in range(0, len(items), 2):
            value = items[place + 1]
            yield int(items[place]), row(value.unparse(resolved=True)) if isinstance(value, Array) else [_id(value)]
    for kid in node.get("/Kids", []):
        yield from _numbers(kid)


def _id(value: Object) -> int | None:
    return int(value.objgen[0]) if isinstance(value, Dictionary) else None


def _marks(file: Survey, root: Dictionary) -> Iterator[tuple[int, int, int]]:
    """Yield (element, page or form, mark) for every piece of marked content the tree names."""
    kids = root.get("/K")
    stack = [number_of(item) for item in items_of(kids)]
    while stack:
        number = stack.pop()
        plain = element(file.texts[number])
        if plain is None:
            yield from _marks_of(file.pdf.get_object(number, 0), stack)
            continue
        stack.extend(plain.below)
        if plain.page is not None:
            for mark in plain.marks:
                yield number, plain.page, mark


def _marks_of(holder: Any, stack: list[int]) -> Iterator[tuple[int, int, int]]:
    """Yield the marks of an element that is not of the plain kind; put the elements below it on the stack.

    What stands in an element's place and is none yields a mark that nothing owns.
    """
    if "/S" not in holder:
        yield holder.objgen[0], 0, 0
    owner, page, kids = holder.objgen[0], holder.get("/Pg"), holder.get("/K")
    for kid in list(kids) if isinstance(kids, Array) else [kids]:
        if isinstance(kid, int):
            if page is not None:
                yield owner, page.objgen[0], kid
        elif isinstance(kid, Dictionary):
            if kid.get("/Type") == Name.MCR:
                yield owner, kid.get("/Stm", kid.get("/Pg", page)).objgen[0], int(kid.MCID)
            elif kid.get("/Type") != Name.OBJR:
                stack.append(kid.objgen[0])
