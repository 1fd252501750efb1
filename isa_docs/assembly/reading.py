"""Read the finished package back: its text page by page, words with their places, and whether its syntax is sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Self

from isa_docs.conversion.pdfium import Band, Document, Word


@dataclass(frozen=True)
class PageText:
    """The text of a page, and what of it stands within the page as it is shown."""

    all: str
    shown: str


@lru_cache(maxsize=1)
def package_pages(pdf: Path, sha256: str) -> tuple[PageText, ...]:
    """Return the text of every page of a finished package; read once for all who ask.

    ``sha256`` is that of the file: another content is another question. Raises PdfiumError when it cannot be opened.
    """
    with Document(pdf) as document:
        return tuple(PageText(*document.text_and_shown(index)) for index in range(document.pages))


def package_texts(pdf: Path, sha256: str) -> tuple[str, ...]:
    """Return the text of every page as :func:`package_pages` does, whether it is shown or not."""
    return tuple(page.all for page in package_pages(pdf, sha256))


def syntax_problems(pdf: Path) -> list[str]:
    """Return what qpdf's library finds wrong: the same as ``qpdf --check`` does, in a third of its time."""
    import pikepdf

    with pikepdf.open(pdf) as opened:
        return [str(problem) for problem in opened.check_pdf_syntax()]


class PageWords:
    """The words of a file's pages with their places, each page read once; used in a ``with`` statement.

    Raises PdfiumError when the file cannot be opened.
    """

    def __init__(self, pdf: Path) -> None:
        self._document = Document(pdf)
        self._read: dict[int, list[Word]] = {}

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._document.__exit__(kind, error, trace)

    def within(self, page: int, bands: Sequence[Band]) -> list[Word]:
        """Return the words of one page (1-based) that reach into one of ``bands`` of its height."""
        return self._document.words(page - 1, bands)

    def on(self, page: int) -> list[Word]:
        """Return the words of one page (1-based)."""
        if page not in self._read:
            self._read[page] = self._document.words(page - 1)
        return self._read[page]
