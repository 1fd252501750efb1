"""What is written on the pages of a part, and where near their edges, where page stamp, legend and page code stand."""

from __future__ import annotations

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pikepdf import Page

from isa_docs.assembly.shrinking import unit_of
from isa_docs.conversion.pdfium import Document, Word

EDGE = 40.0
"""How far from the upper and the lower edge of the page words are looked for, in points."""
CODED_EDGE = 90.0
"""The same where a page code stands, which is higher than the stamp."""


@dataclass(frozen=True)
class Writing:
    """What PDFium reads on a page: all its text, and the words near its upper and lower edge."""

    text: str
    near: Sequence[Word]


def writing_of(pdf: Path, pages: Sequence[Page], coded: Container[int] = ()) -> list[Writing]:
    """Return what is written on ``pages``, which are all pages of the file ``pdf``.

    The places are those of the page as it is shown, in points from its lower left corner. ``coded`` says which pages
    (from 0) get a page code. Raises PdfiumError when the file cannot be opened.
    """
    with Document(pdf) as document:
        found = []
        for index, page in enumerate(pages):
            unit = unit_of(page)  # which PDFium does not know
            text, words = document.text_and_edges(index, (CODED_EDGE if index in coded else EDGE) / unit)
            found.append(Writing(text, [_times(unit, word) for word in words] if unit != 1 else words))
        return found


def _times(unit: float, word: Word) -> Word:
    left, bottom, right, top = (unit * value for value in (word.left, word.bottom, word.right, word.top))
    return replace(word, left=left, bottom=bottom, right=right, top=top, baseline=unit * word.baseline)
