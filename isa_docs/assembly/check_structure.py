"""Check the structure tree against the parent tree: every key used once, every mark owned by the element that holds it.

veraPDF does not see a key that speaks another part's text, so this is checked here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from isa_docs.assembly.check_faults import REPORT, fault, page_annotations
from isa_docs.assembly.model import AssemblyResult
from isa_docs.findings import Finding

_Gen = tuple[int, int]


def structure_faults(pdf: Pdf, result: AssemblyResult) -> Iterator[Finding]:
    """Yield the faults of the structure tree."""
    root = pdf.Root.get("/StructTreeRoot")
    if not isinstance(root, Dictionary):
        yield fault("PKG-TAGS", result, "it has no structure tree", REPORT)
        return
    rows = dict(_numbers(root.get("/ParentTree")))
    keys: Counter[int] = Counter()
    holders: dict[_Gen, int] = {}
    for page in pdf.pages:
        if "/StructParents" not in page:
            continue
        key = int(page.StructParents)
        keys[key] += 1
        holders[page.obj.objgen] = key
    for item in pdf.objects:
        if isinstance(item, Stream) and "/StructParents" in item.stream_dict:
            key = int(item.stream_dict.StructParents)
            keys[key] += 1
            holders[item.objgen] = key
    for _, annotation in page_annotations(pdf):
        if "/StructParent" in annotation:
            keys[int(annotation.StructParent)] += 1
    for key in sorted(key for key, count in keys.items() if count > 1):
        yield fault("PKG-TAGS", result, f"the structure key {key} is used {keys[key]} times", REPORT)
    for key in sorted(set(keys) ^ set(rows)):
        yield fault("PKG-TAGS", result, f"the structure key {key} is not used on both sides", REPORT)
    wrong = 0
    for element, holder, mark in _marks(root):
        row = rows.get(holders.get(holder, -1))
        if not isinstance(row, Array) or mark >= len(row) or not _is(row[mark], element):
            wrong += 1
    if wrong:
        yield fault("PKG-TAGS", result, f"{wrong} pieces of text belong to another element than the tree says", REPORT)
    for number, page in enumerate(pdf.pages, start=1):
        if "/StructParents" not in page:
            yield fault("PKG-TAGS", result, "the page is not described for screen readers", REPORT, page=number)


def _is(value: Any, element: _Gen) -> bool:
    return isinstance(value, Dictionary) and value.objgen == element


def _numbers(node: Any) -> Iterator[tuple[int, Object]]:
    """Yield the entries of a number tree."""
    if not isinstance(node, Dictionary):
        return
    pairs = node.get("/Nums")
    if isinstance(pairs, Array):
        items = list(pairs)
        for place in range(0, len(items), 2):
            yield int(items[place]), items[place + 1]
    for kid in node.get("/Kids", []):
        yield from _numbers(kid)


def _marks(root: Dictionary) -> Iterator[tuple[_Gen, _Gen, int]]:
    """Yield (element, page or form, mark) for every piece of marked content the tree names."""
    stack: list[Any] = list(root.K) if isinstance(root.K, Array) else [root.K]
    while stack:
        element = stack.pop()
        kids = element.get("/K")
        page = element.get("/Pg")
        for kid in list(kids) if isinstance(kids, Array) else [kids]:
            if isinstance(kid, int):
                if page is not None:
                    yield element.objgen, page.objgen, kid
            elif isinstance(kid, Dictionary):
                if kid.get("/Type") == Name.MCR:
                    holder = kid.get("/Stm", kid.get("/Pg", page))
                    yield element.objgen, holder.objgen, int(kid.MCID)
                elif kid.get("/Type") != Name.OBJR:
                    stack.append(kid)
