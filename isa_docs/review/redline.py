"""Redlines: what was deleted from and inserted into a text, paragraph by paragraph and word by word."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Literal

from isa_docs.findings import conceal

Kind = Literal["same", "deleted", "inserted"]

_ALIKE = 0.45
"""Paragraphs at least so similar are one paragraph that was edited."""


@dataclass(frozen=True)
class Span:
    """A run of words that stayed, was deleted, or was inserted; a Social Security number in it is concealed."""

    kind: Kind
    text: str

    def __post_init__(self) -> None:
        """Conceal a Social Security number: a redline is shown and passed on more widely than the paper."""
        object.__setattr__(self, "text", conceal(self.text))


@dataclass(frozen=True)
class Redline:
    """The redline of one document: its paragraphs, each as spans."""

    title: str
    paragraphs: tuple[tuple[Span, ...], ...]

    @property
    def changed(self) -> bool:
        """Tell whether anything was deleted or inserted."""
        return any(span.kind != "same" for spans in self.paragraphs for span in spans)

    @property
    def counts(self) -> tuple[int, int]:
        """Return how many words were deleted and inserted."""
        words = {"deleted": 0, "inserted": 0, "same": 0}
        for spans in self.paragraphs:
            for span in spans:
                words[span.kind] += len(span.text.split())
        return words["deleted"], words["inserted"]


def docx_paragraphs(file: Path) -> list[str]:
    """Return the paragraphs of a Word file in reading order; a table row is one paragraph, its cells parted by bars."""
    import docx
    from docx.table import Table

    out = []
    for block in docx.Document(str(file)).iter_inner_content():
        if isinstance(block, Table):
            out += [" | ".join(" ".join(cell.text.split()) for cell in row.cells) for row in block.rows]
        else:
            out.append(" ".join(block.text.split()))
    return [each for each in out if each]


def redline(title: str, old: Sequence[str], new: Sequence[str]) -> Redline:
    """Compare two texts given as paragraphs."""
    return Redline(title, tuple(_paragraphs(old, new)))


def _paragraphs(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Span, ...]]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from ((Span("same", each),) for each in new[c:d])
        else:
            yield from _replaced(old[a:b], new[c:d])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[Span, ...]]:
    """Pair the paragraphs that resemble each other, in order; the others were deleted or inserted whole."""
    left = list(old)
    for each in new:
        scores = [SequenceMatcher(None, one.split(), each.split(), autojunk=False).ratio() for one in left]
        best = max(range(len(left)), key=scores.__getitem__, default=None)
        if best is None or scores[best] < _ALIKE:
            yield (Span("inserted", each),)
            continue
        yield from ((Span("deleted", one),) for one in left[:best])
        yield tuple(_words(left[best], each))
        left = left[best + 1 :]
    yield from ((Span("deleted", one),) for one in left)


def _words(old: str, new: str) -> Iterator[Span]:
    was, now = re.findall(r"\S+\s*", old), re.findall(r"\S+\s*", new)
    bare = [each.strip() for each in was], [each.strip() for each in now]
    for kind, a, b, c, d in SequenceMatcher(None, *bare, autojunk=False).get_opcodes():
        if kind == "equal":
            yield Span("same", "".join(now[c:d]))
            continue
        if b > a:
            yield Span("deleted", "".join(was[a:b]))
        if d > c:
            yield Span("inserted", "".join(now[c:d]))


def redline_docx(redlines: Sequence[Redline], heading: str, file: Path) -> None:
    """Write redlines as a Word file: deletions red and struck through, insertions blue and underlined."""
    import docx
    from docx.shared import Pt, RGBColor

    document = docx.Document()
    document.core_properties.title = heading
    document.core_properties.language = "en-US"
    style = document.styles["Normal"]
    style.font.name, style.font.size = "Liberation Serif", Pt(11)
    document.add_paragraph().add_run(heading).bold = True
    for each in redlines:
        document.add_paragraph().add_run(each.title).bold = True
        for spans in each.paragraphs:
            paragraph = document.add_paragraph()
            for span in spans:
                run = paragraph.add_run(span.text)
                if span.kind == "deleted":
                    run.font.strike, run.font.color.rgb = True, RGBColor(0x9B, 0x1C, 0x1C)
                elif span.kind == "inserted":
                    run.font.underline, run.font.color.rgb = True, RGBColor(0x1C, 0x3F, 0x9B)
    document.save(str(file))
