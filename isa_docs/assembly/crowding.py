"""Words at the edges of exhibit pages, where the page stamp and the legend stand.

Most pages have none there, and that is seen from their content in a tenth of a millisecond; poppler is asked about
the others only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from itertools import pairwise
from pathlib import Path

from pikepdf import Dictionary, Name, Page, Stream

from isa_docs.assembly.content import page_bytes
from isa_docs.assembly.reading import Word, pdftotext, words_on
from isa_docs.assembly.shrinking import Matrix, inverse, moved, times, upright
from isa_docs.conversion.poppler import without_output_intent

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


def words_at_the_edges(pdf: Path, pages: Sequence[Page], threads: Executor) -> Callable[[], WordsByPage]:
    """Begin to look for words near the upper and lower edge of ``pages``; return what waits for it.

    The answer has those pages that have any, by their index from 0. ``pages`` are all pages of the file ``pdf``. The
    places are those of the page as it is shown, from its lower left corner. Without poppler nothing is known.
    """
    program = pdftotext()
    if program is None:
        return dict
    doubtful = [index for index, page in enumerate(pages) if _may_have_words_at_the_edges(page)]
    asked = []
    data = without_output_intent(pdf.read_bytes()) if doubtful else b""
    for first, last in _runs(doubtful):
        heights = [upright(pages[index])[2] for index in range(first, last + 1)]
        asked.append((first, heights, threads.submit(words_on, program, data, first + 1, last + 1, heights)))

    def found() -> WordsByPage:
        near: WordsByPage = {}
        for first, heights, answer in asked:
            for offset, (words, height) in enumerate(zip(answer.result(), heights, strict=False)):
                if at_edges := [word for word in words if word.bottom < EDGE or word.top > height - EDGE]:
                    near[first + offset] = at_edges
        return near

    return found


def _may_have_words_at_the_edges(page: Page) -> bool:
    """Tell by a page's content whether words may be at its edges; says yes when in doubt."""
    if "/UserUnit" in page.obj:
        return False  # poppler measures such a page in its own units; taken in, an exhibit has none
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


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last of each run of successive numbers."""
    if not numbers:
        return
    breaks = [place for place, (one, other) in enumerate(pairwise(numbers), start=1) if other != one + 1]
    for start, end in pairwise([0, *breaks, len(numbers)]):
        yield numbers[start], numbers[end - 1]
