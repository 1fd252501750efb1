"""Read the finished package back with poppler: its text page by page, and words with their places."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from pathlib import Path

from isa_docs.conversion.poppler import without_output_intent

_SECONDS = 300
_PAGES_WORTH_A_PROCESS = 200
_PAGE = re.compile(r'<page width="([\d.]+)" height="([\d.]+)">(.*?)</page>', re.DOTALL)
_WORD = re.compile(r'<word xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*?)</word>')


@dataclass(frozen=True)
class Word:
    """A word and its box, in points from the lower left corner of the page as shown."""

    text: str
    left: float
    bottom: float
    right: float
    top: float


def pdftotext() -> str | None:
    """Return where poppler's pdftotext is, or None."""
    return shutil.which("pdftotext")


@lru_cache(maxsize=1)
def package_texts(program: str, pdf: Path, sha256: str) -> tuple[str, ...]:
    """Return the text of every page of a finished package, without its output intent; read once for all who ask.

    ``sha256`` is that of the file: another content is another question.
    """
    copy = pdf.with_suffix(".text.pdf")
    copy.write_bytes(without_output_intent(pdf.read_bytes()))
    return tuple(page_texts(program, copy))


def page_texts(program: str, pdf: Path) -> list[str]:
    """Return the text of every page; of a long file each core reads its share."""
    import pikepdf

    with pikepdf.open(pdf) as opened:
        count = len(opened.pages)
    shares = min(os.cpu_count() or 1, -(-count // _PAGES_WORTH_A_PROCESS)) or 1
    ends = [count * number // shares for number in range(shares + 1)]
    with ThreadPoolExecutor(shares) as pool:
        parts = pool.map(lambda first, last: _texts(program, pdf, first + 1, last), ends[:-1], ends[1:])
        return [text for part in parts for text in part]


def _texts(program: str, pdf: Path, first: int, last: int) -> Sequence[str]:
    command = [program, "-enc", "UTF-8", "-f", str(first), "-l", str(last), str(pdf), "-"]
    done = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False).stdout
    return done.decode("utf-8", "replace").split("\f")[:-1]


def syntax_problems(pdf: Path) -> list[str]:
    """Return what qpdf's library finds wrong: the same as ``qpdf --check`` does, in a third of its time."""
    import pikepdf

    with pikepdf.open(pdf) as opened:
        return [str(problem) for problem in opened.check_pdf_syntax()]


def words_on(program: str, pdf: bytes, first: int, last: int, heights: Sequence[float]) -> list[list[Word]]:
    """Return the words of the pages from ``first`` to ``last`` (from 1), whose shown heights are given."""
    done = subprocess.run(
        [program, "-bbox", "-cropbox", "-enc", "UTF-8", "-f", str(first), "-l", str(last), "-", "-"],
        input=pdf,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    ).stdout.decode("utf-8", "replace")
    return [_words(found[3], height) for found, height in zip(_PAGE.finditer(done), heights, strict=False)]


def _words(page: str, height: float) -> list[Word]:
    return [
        Word(unescape(text), float(left), height - float(low), float(right), height - float(high))
        for left, high, right, low, text in _WORD.findall(page)
    ]


class PageWords:
    """The words of pages with their places, each page read once."""

    def __init__(self, program: str, pdf: Path) -> None:
        self._program = program
        self._pdf = pdf
        self._read: dict[int, Future[list[Word]]] = {}

    def begin(self, page: int, threads: Executor) -> None:
        """Begin to read a page (1-based) that will be asked for."""
        self._read[page] = threads.submit(_words_on, self._program, self._pdf, page)

    def on(self, page: int) -> list[Word]:
        """Return the words of one page (1-based)."""
        if page not in self._read:
            words = _words_on(self._program, self._pdf, page)
            self._read[page] = Future()
            self._read[page].set_result(words)
        return self._read[page].result()


def _words_on(program: str, pdf: Path, page: int) -> list[Word]:
    done = subprocess.run(
        [program, "-bbox", "-enc", "UTF-8", "-f", str(page), "-l", str(page), str(pdf), "-"],
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    ).stdout.decode("utf-8", "replace")
    found = _PAGE.search(done)
    if found is None:
        return []
    return _words(found[3], float(found[2]))
