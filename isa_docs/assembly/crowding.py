"""Words at the edges of exhibit pages, where the page stamp and the legend stand."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pikepdf import Page

from isa_docs.conversion.pdfium import EVERYWHERE, Document, Word

EDGE = 40.0
"""How far from the upper and the lower edge of the page words are looked for, in points."""

WordsByPage = dict[int, list[Word]]


def words_at_the_edges(pdf: Path, pages: Sequence[Page]) -> WordsByPage:
    """Return the words near the upper and lower edge of those of ``pages`` that have any, by the index from 0.

    ``pages`` are all pages of the file ``pdf``. The places are those of the page as it is shown, from its lower left
    corner. Of a page that is measured in units of its own nothing is known; an exhibit that was taken in has none.
    Raises PdfiumError when the file cannot be opened.
    """
    near: WordsByPage = {}
    with Document(pdf) as document:
        for index, page in enumerate(pages):
            if "/UserUnit" not in page.obj:
                _, height = document.size(index)
                lowest, highest = EVERYWHERE
                if words := document.words(index, ((lowest, EDGE), (height - EDGE, highest))):
                    near[index] = words
    return near
