"""Compare what is written on the pages of an exhibit before and after it is redrawn, letter by letter, with PDFium.

What poppler does not draw, because a font is missing for instance, is missing from both pictures of a page that poppler
makes; and a lost word changes a small picture too little to be told. So this asks a program that had no part in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import ImageChops, ImageStat

from isa_docs.conversion.pdfium import Document, Letter

_NEAR = 2.0
"""Points by which a letter may move; poppler keeps places exactly."""
_DPI = 72
_CHANGED = 6.0
"""Mean change of gray, of 255, in the room of a letter from which on it looks different; a hairline more than this."""
_FADED = 0.5
"""Part of its contrast that is left of a letter which is gone."""
_LATIN = 0x250
"""PDFium draws letters below this even if their font is neither in the file nor on the machine."""
_MOST_MARKS = 3
"""So many points and dashes may be missed; a single letter or figure may not."""
_MOST_GARBLED = 20
_UNREADABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ue000-\\uf8ff\\ufff0-\\uffff]")
"""What a reader gives for a glyph of which it does not know the letter."""


@dataclass(frozen=True)
class PageLoss:
    """What a page, counted from 1, has lost."""

    page: int
    seen: str
    """Letters that could be seen and are not there any more."""
    unseen: int
    """How many letters are missing that were written invisibly, as the recognized words under a scan are."""
    unread: int
    """How many letters look as before and are no longer text, or another one."""


def lost_text(before: Path, after: Path, pages: Iterable[int]) -> list[PageLoss]:
    """Return what each of ``pages`` of ``before`` has lost in ``after``; pages that lost nothing are left out.

    Raises PdfiumError when one of the files cannot be opened.
    """
    with Document(before) as first, Document(after) as second:
        found = (_page_loss(first, second, page) for page in pages)
        return [loss for loss in found if loss is not None]


def needs_other_fonts(file: Path, pages: Iterable[int]) -> bool:
    """Tell whether a letter on one of ``pages`` is of a font that is not in the file and is not like any other.

    Latin letters are written in a font like theirs; of those that are missing all the same :func:`lost_text` tells.
    """
    with Document(file) as document:
        return any(
            letter.painted and not letter.embedded and (_unreadable(letter.text) or not _is_latin(letter.text))
            for page in pages
            for letter in document.letters(page - 1)
            if letter.text.strip(" ")
        )


def missing_letters(wanted: str, found: str) -> str:
    """Return the letters and figures of ``wanted`` that ``found`` has not, however the two are ordered and spaced."""
    return "".join(sorted((_counted(wanted) - _counted(found)).elements()))


def _counted(text: str) -> Counter[str]:
    plain = unicodedata.normalize("NFKC", _UNREADABLE.sub("", text))
    return Counter(letter for letter in plain if letter.isalnum() or unicodedata.category(letter)[0] in "PS")


def _page_loss(first: Document, second: Document, page: int) -> PageLoss | None:
    if not _counted(first.text(page - 1)) - _counted(second.text(page - 1)):
        return None
    wide, high = first.size(page - 1)
    written = [letter for letter in first.letters(page - 1) if _shows(letter, wide, high)]
    places = _Places(second.letters(page - 1))
    unseen, unread, lost = 0, 0, []
    for letter in written:
        there = places.at(letter)
        if not letter.painted:
            unseen += not there
        elif not there or (not (letter.embedded or _is_latin(letter.text)) and _unreadable(there)):
            lost.append(letter)
        elif missing_letters(letter.text, there):
            unread += 1
    drawn = _Drawn(first, second, page) if lost else None
    seen = "".join(letter.text for letter in lost if drawn and drawn.changed(letter))
    unread += len(lost) - len(seen)
    if len(seen) <= _MOST_MARKS and not any(letter.isalnum() for letter in seen):
        seen = ""
    if unread < max(_MOST_GARBLED, len(written) // 20):
        unread = 0
    return PageLoss(page, seen, unseen, unread) if seen or unseen or unread else None


def _shows(letter: Letter, wide: float, high: float) -> bool:
    """Tell whether a letter that means something lies on the page."""
    left, bottom, right, top = letter.box
    inside = 0 < (left + right) / 2 < wide and 0 < (bottom + top) / 2 < high
    return inside and bool(_counted(letter.text))


def _is_latin(text: str) -> bool:
    return all(ord(letter) < _LATIN for letter in text)


def _unreadable(text: str) -> bool:
    return not _UNREADABLE.sub("", text)


class _Places:
    """Letters by where they stand."""

    def __init__(self, letters: Sequence[Letter]) -> None:
        self._cells: dict[tuple[int, int], list[Letter]] = {}
        for letter in letters:
            self._cells.setdefault(self._cell(*letter.at), []).append(letter)

    def at(self, letter: Letter) -> str:
        """Return what stands where a letter is expected; nothing when there is none."""
        x, y = letter.at
        column, row = self._cell(x, y)
        return "".join(
            other.text
            for across in (-1, 0, 1)
            for up in (-1, 0, 1)
            for other in self._cells.get((column + across, row + up), ())
            if abs(other.at[0] - x) <= _NEAR and abs(other.at[1] - y) <= _NEAR
        )

    @staticmethod
    def _cell(x: float, y: float) -> tuple[int, int]:
        return int(x // _NEAR), int(y // _NEAR)


class _Drawn:
    """A page before and after, as PDFium draws it."""

    def __init__(self, first: Document, second: Document, page: int) -> None:
        pictures = [document.picture(page - 1, _DPI, gray=True) for document in (first, second)]
        images = [picture.image() for picture in pictures if picture is not None]
        sizes = [image.size for image in images]
        same = len(sizes) == 2 and all(abs(one - other) <= 1 for one, other in zip(*sizes, strict=True))
        self._images = images if same else []

    def changed(self, letter: Letter) -> bool:
        """Tell whether the room of a letter looks different, or nobody can say so.

        PDFium draws a letter of a font that is not in the file in a font like it, so that its lines are elsewhere.
        """
        if not self._images or not (letter.embedded or _is_latin(letter.text)):
            return True
        before, after = (image.crop(self._room(letter)) for image in self._images)
        if ImageStat.Stat(ImageChops.difference(before, after)).mean[0] <= _CHANGED:
            return False
        return letter.embedded or ImageStat.Stat(after).stddev[0] < _FADED * ImageStat.Stat(before).stddev[0]

    def _room(self, letter: Letter) -> tuple[int, int, int, int]:
        left, bottom, right, top = (value * _DPI / 72 for value in letter.box)
        high = self._images[0].height
        return int(left), int(high - top), max(int(right + 1), int(left) + 1), max(int(high - bottom + 1), 1)
