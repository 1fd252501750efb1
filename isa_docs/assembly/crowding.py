"""Words at the edges of exhibit pages, where the page stamp and the legend stand.

Most pages have none there, and that is seen from their content in a tenth of a millisecond; PDFium is asked about
the others only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from pikepdf import Dictionary, Name, Page, Stream

from isa_docs.assembly.content import page_bytes
from isa_docs.assembly.shrinking import Matrix, inverse, moved, times, upright
from isa_docs.conversion.pdfium import Document, Word

EDGE = 40.0
"""How far from the upper and the lower edge of the page words are looked for, in points."""
_TALLEST = 30.0
"""How far a word may reach beyond its baseline, in points."""
_STEP = re.compile(
    rb"((?:[-+]?[\d.]+\s+){6})(cm|Tm)(?![\w*])|([-+]?[\d.]+)\s+([-+]?[\d.]+)\s+(Td|TD)(?![\w*])"
    rb"|(?<![^\s\]>)])(q|Q|BT|T\*|'|\"|TL|TJ|Tj|BI)(?![^\s\[(</])"
)
_TEXT = re.compile(rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)|<(?!<)[^<>]*>", re.DOTALL)
_SHOWS = frozenset({b"Tj", b"TJ"})
_UNTOLD = frozenset({b"T*", b"'", b'"', b"TL", b"BI"})
_UNIT: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


WordsByPage = dict[int, list[Word]]


def words_at_the_edges(pdf: Path, pages: Sequence[Page]) -> WordsByPage:
    """Return the words near the upper and lower edge of those of ``pages`` that have any, by the index from 0.

    ``pages`` are all pages of the file ``pdf``. The places are those of the page as it is shown, from its lower left
    corner. Raises PdfiumError when the file cannot be opened.
    """
    doubtful = [index for index, page in enumerate(pages) if _may_have_words_at_the_edges(page)]
    near: WordsByPage = {}
    if doubtful:
        with Document(pdf.read_bytes()) as document:
            for index in doubtful:
                _, _, height = upright(pages[index])
                words = document.words(index)
                if at_edges := [word for word in words if word.bottom < EDGE or word.top > height - EDGE]:
                    near[index] = at_edges
    return near


def _may_have_words_at_the_edges(page: Page) -> bool:
    """Tell by a page's content whether words may be at its edges; says yes when in doubt."""
    if "/UserUnit" in page.obj:
        return False  # such a page is measured in units of its own; taken in, an exhibit has none
    if _draws_forms(page):
        return True
    to_own, _, height = upright(page)
    to_shown = inverse(to_own)
    for place in _baselines(page_bytes(page)):
        if place is None:
            return True
        _, shown = moved(to_shown, *place)
        if not EDGE < shown < height - EDGE - _TALLEST:
            return True
    return False


def _draws_forms(page: Page) -> bool:
    resources = page.obj.get("/Resources")
    drawn = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    if not isinstance(drawn, Dictionary):
        return False
    return any(isinstance(each, Stream) and each.get("/Subtype") == Name.Form for each in drawn.as_dict().values())


def _baselines(data: bytes) -> Iterator[tuple[float, float] | None]:
    """Yield where each piece of text begins, in the page's own space; None when that cannot be told."""
    states: list[Matrix] = []
    space = line = _UNIT
    for step in _STEP.finditer(_TEXT.sub(b"()", data)):
        six, placing, x, y, moving, other = step.groups()
        if placing == b"cm":
            space = times(_numbers(six), space)
        elif placing == b"Tm":
            line = _numbers(six)
        elif moving:
            line = times((1.0, 0.0, 0.0, 1.0, float(x), float(y)), line)
        elif other == b"q":
            states.append(space)
        elif other == b"Q":
            space = states.pop() if states else space
        elif other == b"BT":
            line = _UNIT
        elif other in _SHOWS:
            placed = times(line, space)
            yield placed[4], placed[5]
        elif other in _UNTOLD:
            yield None


def _numbers(text: bytes) -> Matrix:
    a, b, c, d, e, f = (float(number) for number in text.split())
    return a, b, c, d, e, f
