"""Read the labels of a file's pages from its page-label tree (ISO 32000-1, 12.4.2)."""

from __future__ import annotations

from itertools import pairwise

from pikepdf import NumberTree, Pdf

from isa_docs.assembly.navigation import roman


def page_labels(pdf: Pdf) -> list[str]:
    """Return the label of every page; without labels, or before the first of them, the number of the page."""
    count = len(pdf.pages)
    rules = dict(NumberTree(pdf.Root.PageLabels)) if "/PageLabels" in pdf.Root else {}
    labels = [str(number) for number in range(1, count + 1)]
    for start, end in pairwise([*sorted(place for place in rules if 0 <= place < count), count]):
        rule = rules[start]
        prefix, style, first = str(rule.get("/P", "")), str(rule.get("/S", "")), int(rule.get("/St", 1))
        labels[start:end] = [prefix + _number(style, first + offset) for offset in range(end - start)]
    return labels


def _number(style: str, number: int) -> str:
    if style in ("/r", "/R"):
        return roman(number) if style == "/r" else roman(number).upper()
    if style in ("/a", "/A"):
        return chr(ord(style[1]) + (number - 1) % 26) * ((number - 1) // 26 + 1)
    return str(number) if style == "/D" else ""
