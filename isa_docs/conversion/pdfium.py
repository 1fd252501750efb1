"""Reads and draws the pages of PDF files with PDFium, in this process.

PDFium is the PDF engine of Chromium; the package pypdfium2 brings it for every platform. It is called here through its
C interface directly: of its four hundred functions two dozen are wanted, and to import the package's bindings for all
of them takes longer than to read a package. It had no part in making our PDFs, so it is fit to check them.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import POINTER, byref, c_char_p, c_double, c_float, c_int, c_uint, c_ulong, c_ushort, c_void_p
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from isa_docs.errors import AssemblyError, MissingProgramError
from isa_docs.findings import Finding, Place, Severity

if TYPE_CHECKING:
    from PIL import Image

_LIBRARY = {"win32": "pdfium.dll", "darwin": "libpdfium.dylib"}.get(sys.platform, "libpdfium.so")
_HYPHEN = re.compile("[\x02\ufffe]")
"""What PDFium writes for a hyphen at the end of a line, in place of the line's end."""

_WORD = re.compile(rf"[^\s\x02\ufffe]*{_HYPHEN.pattern}|[^\s\x02\ufffe]+")

_SPACE = 0x20
_ASCENT, _DESCENT = 0.8, 0.22
"""How far letters of a common typeface reach above and below their baseline, in parts of their size. What a font file
says of itself cannot be used: LibreOffice writes zeros."""

_FAR = 1e6
_SURE = 12.0
"""Points by which the room that a word takes may exceed its ink, and more."""

Band = tuple[float, float]
"""From where to where, in points from the lower edge of a page as it is shown."""
EVERYWHERE: Band = (-_FAR, _FAR)

_GRAY, _BGRX = 1, 3  # FPDFBitmap_Gray, FPDFBitmap_BGRx
_WITH_ANNOTATIONS, _IN_GRAY = 0x01, 0x08  # FPDF_ANNOT, FPDF_GRAYSCALE
_WHITE = 0xFFFFFFFF
_MOST_BYTES = 300_000_000
"""Of a picture; a letter at 600 dots an inch in color has 135 million."""
_DONE = 2  # FPDF_RENDER_DONE
_UNPAINTED = (3, 7)  # FPDF_TEXTRENDERMODE_INVISIBLE, FPDF_TEXTRENDERMODE_CLIP
_lock = threading.Lock()
"""PDFium must not be called by two threads at once."""


class PdfiumError(AssemblyError):
    """PDFium cannot open a file."""

    @classmethod
    def of(cls, pdf: Path) -> Self:
        """Return the error for a file."""
        message = f"{pdf.name} cannot be read: PDFium does not open it, or takes too long"
        remedy = "If it is yours, print it to PDF anew; if isa-docs made it, build again, and report it if it stays."
        return cls(message, [Finding("PKG-NOT-READ", Severity.ERROR, message, remedy, place=Place(pdf.name))])


@dataclass(frozen=True)
class Word:
    """A word and its box, in points from the lower left corner of the page as shown."""

    text: str
    left: float
    bottom: float
    right: float
    top: float
    baseline: float
    """Where its letters stand, from the lower edge of the page; of a word that is turned, where its first one does."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter that is written on a page; lengths in points from the lower left corner of the page as shown."""

    text: str
    at: tuple[float, float]
    """Where it stands on its baseline."""
    box: _Box
    painted: bool
    """Whether it is meant to be seen: not written invisibly, as the words under a scan are, nor as a mere clip."""
    embedded: bool
    """Whether its typeface is in the file."""


@dataclass(frozen=True)
class Raster:
    """A page as dots: rows of ``stride`` bytes, of which each dot takes one (gray) or four (blue, green, red, none)."""

    width: int
    height: int
    stride: int
    gray: bool
    pixels: bytes | bytearray

    def image(self) -> Image.Image:
        """Return it as an image, gray (L) or in color (RGB)."""
        from PIL import Image  # only here: who reads text, or passes dots on, needs none

        mode, packed = ("L", "L") if self.gray else ("RGB", "BGRX")
        return Image.frombuffer(mode, (self.width, self.height), self.pixels, "raw", packed, self.stride, 1)


_Box = tuple[float, float, float, float]
"""Left, bottom, right and top, in points."""


class _Rectangle(ctypes.Structure):
    """FS_RECTF: points in the page's own space."""

    _fields_ = (("left", c_float), ("top", c_float), ("right", c_float), ("bottom", c_float))


class _Matrix(ctypes.Structure):
    """FS_MATRIX: how a letter lies in the page's own space."""

    _fields_ = tuple((name, c_float) for name in "abcdef")


_Asked = ctypes.CFUNCTYPE(c_int, c_void_p)


class _Pause(ctypes.Structure):
    """IFSDK_PAUSE: asked again and again whether drawing should stop."""

    _fields_ = (("version", c_int), ("asked", _Asked), ("user", c_void_p))


_PAGE_TO_INT = ([c_void_p], c_int)
_CLOSE = ([c_void_p], None)
_SIGNATURES: dict[str, tuple[list[Any], Any]] = {
    "FPDF_LoadDocument": ([c_char_p, c_char_p], c_void_p),
    "FPDF_CloseDocument": _CLOSE,
    "FPDF_GetPageCount": ([c_void_p], c_int),
    "FPDF_LoadPage": ([c_void_p, c_int], c_void_p),
    "FPDF_ClosePage": _CLOSE,
    "FPDF_GetPageBoundingBox": ([c_void_p, POINTER(_Rectangle)], c_int),
    "FPDFPage_GetRotation": _PAGE_TO_INT,
    "FPDFText_LoadPage": ([c_void_p], c_void_p),
    "FPDFText_ClosePage": _CLOSE,
    "FPDFText_CountChars": _PAGE_TO_INT,
    "FPDFText_GetText": ([c_void_p, c_int, c_int, POINTER(c_ushort)], c_int),
    "FPDFText_GetBoundedText": ([c_void_p, *[c_double] * 4, POINTER(c_ushort), c_int], c_int),
    "FPDFText_GetUnicode": ([c_void_p, c_int], c_uint),
    "FPDFText_GetLooseCharBox": ([c_void_p, c_int, POINTER(_Rectangle)], c_int),
    "FPDFText_GetCharOrigin": ([c_void_p, c_int, POINTER(c_double), POINTER(c_double)], c_int),
    "FPDFText_GetMatrix": ([c_void_p, c_int, POINTER(_Matrix)], c_int),
    "FPDFText_GetFontSize": ([c_void_p, c_int], c_double),
    "FPDFText_IsGenerated": ([c_void_p, c_int], c_int),
    "FPDFText_GetTextObject": ([c_void_p, c_int], c_void_p),
    "FPDFTextObj_GetTextRenderMode": _PAGE_TO_INT,
    "FPDFTextObj_GetFont": ([c_void_p], c_void_p),
    "FPDFFont_GetIsEmbedded": _PAGE_TO_INT,
    "FPDFBitmap_CreateEx": ([c_int, c_int, c_int, c_void_p, c_int], c_void_p),
    "FPDFBitmap_FillRect": ([c_void_p, c_int, c_int, c_int, c_int, c_ulong], c_int),
    "FPDFBitmap_Destroy": _CLOSE,
    "FPDF_RenderPageBitmap_Start": ([c_void_p, c_void_p, *[c_int] * 6, POINTER(_Pause)], c_int),
    "FPDF_RenderPage_Close": _CLOSE,
}


@cache
def _pdfium() -> Any:
    """Load the library, once in a process."""
    package = find_spec("pypdfium2_raw")
    folders = [] if package is None else list(package.submodule_search_locations or ())
    files = [file for folder in folders if (file := Path(folder, _LIBRARY)).is_file()]
    if not files:
        raise MissingProgramError("PDFium is missing. Install it with: pip install --force-reinstall pypdfium2")
    library = ctypes.CDLL(str(files[0]))
    for name, (arguments, result) in _SIGNATURES.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    library.FPDF_InitLibrary()
    return library


class Document:
    """An open PDF file, to be used in a ``with`` statement; pages are counted from 0.

    Raises PdfiumError when the file cannot be opened.
    """

    def __init__(self, pdf: Path) -> None:
        with _lock:
            self._open = _pdfium().FPDF_LoadDocument(os.fsencode(pdf), None)  # UTF-8 on Windows, as PDFium wants it
            if not self._open:
                raise PdfiumError.of(pdf)
            self.pages: int = _pdfium().FPDF_GetPageCount(self._open)

    def __enter__(self) -> Self:
        """Return the document itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        with _lock:
            _pdfium().FPDF_CloseDocument(self._open)
            self._open = None  # no page can be loaded from it

    def size(self, index: int) -> tuple[float, float]:
        """Return width and height of a page as it is shown, in points."""
        with self._page(index) as page:
            return _Frame(page).size()

    def text(self, index: int) -> str:
        """Return the text of a page, a line for each line on it, in the order in which it is drawn.

        A page that cannot be read has none.
        """
        with self._page(index) as page, _text_of(page) as text:
            return _in_lines(_letters(text))

    def text_and_shown(self, index: int) -> tuple[str, str]:
        """Return the text of a page, and what of it stands within the page as it is shown."""
        with self._page(index) as page, _text_of(page) as text:
            frame = _Frame(page)
            letters = _letters(text)
            within = _letters_within(text, frame.own(0, 0, *frame.size()), len(letters))
        everything = _in_lines(letters)
        return everything, everything if within is None else _in_lines(within)

    def text_and_edges(self, index: int, edge: float) -> tuple[str, list[Word]]:
        """Return the text of a page, and its words that are at most ``edge`` points from its upper or lower edge."""
        with self._page(index) as page, _text_of(page) as text:
            frame = _Frame(page)
            lowest, highest = EVERYWHERE
            found = _within(text, frame, ((lowest, edge), (frame.size()[1] - edge, highest)))
            return _in_lines(_letters(text)), found

    def words(self, index: int, bands: Sequence[Band] = (EVERYWHERE,)) -> list[Word]:
        """Return the words of a page and where each stands, in the order in which they are drawn.

        With ``bands``, only those that reach into one of these parts of its height.
        """
        with self._page(index) as page, _text_of(page) as text:
            return _within(text, _Frame(page), bands)

    def letters(self, index: int) -> list[Letter]:
        """Return the letters of a page, in the order in which they are drawn, without spaces and the ends of lines."""
        with self._page(index) as page, _text_of(page) as text:
            return list(_each_letter(text, _Frame(page)))

    def picture(self, index: int, dpi: float, *, gray: bool = False, seconds: float = 60.0) -> Raster | None:
        """Draw a page as it is shown, with its annotations, at ``dpi`` dots an inch.

        None when it cannot be read, is larger than any paper at that, or takes longer than ``seconds``.
        """
        library = _pdfium()
        with self._page(index) as page:
            if page is None:
                return None
            wide, high = _Frame(page).size()
            width, height = max(round(wide * dpi / 72), 1), max(round(high * dpi / 72), 1)
            stride = -(-width * (1 if gray else 4) // 4) * 4
            if stride * height > _MOST_BYTES:
                return None
            pixels = bytearray(stride * height)
            held = (ctypes.c_char * len(pixels)).from_buffer(pixels)
            bitmap = library.FPDFBitmap_CreateEx(width, height, _GRAY if gray else _BGRX, held, stride)
            if not bitmap:
                return None
            try:
                library.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
                flags = _WITH_ANNOTATIONS | (_IN_GRAY if gray else 0)
                until = time.monotonic() + seconds
                limit = _Pause(1, _Asked(lambda pause: time.monotonic() > until), None)
                place = (0, 0, width, height, 0)
                state = library.FPDF_RenderPageBitmap_Start(bitmap, page, *place, flags, byref(limit))
                library.FPDF_RenderPage_Close(page)
            finally:
                library.FPDFBitmap_Destroy(bitmap)
        return Raster(width, height, stride, gray, pixels) if state == _DONE else None

    @contextmanager
    def _page(self, index: int) -> Iterator[int | None]:
        """Give a page, None when it cannot be read, and the right to call PDFium."""
        library = _pdfium()
        with _lock:
            page = library.FPDF_LoadPage(self._open, index)
            try:
                yield page
            finally:
                if page:
                    library.FPDF_ClosePage(page)


@contextmanager
def _text_of(page: int | None) -> Iterator[int | None]:
    """Give the text of a page, None when there is none."""
    library = _pdfium()
    text = library.FPDFText_LoadPage(page) if page else None
    try:
        yield text
    finally:
        if text:
            library.FPDFText_ClosePage(text)


class _Frame:
    """What is seen of a page: its bounds in its own space, and how it is turned."""

    def __init__(self, page: int | None) -> None:
        box = _Rectangle()
        _pdfium().FPDF_GetPageBoundingBox(page, byref(box))
        self._left, self._bottom, self._right, self._top = box.left, box.bottom, box.right, box.top
        self._turn = _pdfium().FPDFPage_GetRotation(page)

    def size(self) -> tuple[float, float]:
        """Return width and height of the page as it is shown, in points."""
        wide, high = self._right - self._left, self._top - self._bottom
        return (high, wide) if self._turn % 2 else (wide, high)

    def shown(self, left: float, bottom: float, right: float, top: float) -> _Box:
        """Return a box of the page's own space as one of the page as it is shown."""
        if self._turn == 1:
            return bottom - self._bottom, self._right - right, top - self._bottom, self._right - left
        if self._turn == 2:
            return self._right - right, self._top - top, self._right - left, self._top - bottom
        if self._turn == 3:
            return self._top - top, left - self._left, self._top - bottom, right - self._left
        return left - self._left, bottom - self._bottom, right - self._left, top - self._bottom

    def own(self, left: float, bottom: float, right: float, top: float) -> _Box:
        """Return a box of the page as it is shown as one of the page's own space."""
        if self._turn == 1:
            return self._right - top, left + self._bottom, self._right - bottom, right + self._bottom
        if self._turn == 2:
            return self._right - right, self._top - top, self._right - left, self._top - bottom
        if self._turn == 3:
            return bottom + self._left, self._top - right, top + self._left, self._top - left
        return left + self._left, bottom + self._bottom, right + self._left, top + self._bottom


def page_texts(pdf: Path) -> list[str]:
    """Return the text of every page of a file. Raises PdfiumError when it cannot be opened."""
    with Document(pdf) as document:
        return [document.text(index) for index in range(document.pages)]


def _letters(text: int | None) -> str:
    """Return the text of a page, one character for each that PDFium counts."""
    library = _pdfium()
    count = max(library.FPDFText_CountChars(text), 0)
    units = (c_ushort * (count + 1))()
    library.FPDFText_GetText(text, 0, count, units)
    letters = bytes(units)[:-2].decode("utf-16-le", "surrogatepass")
    if len(letters) == count and "\x00" not in letters:
        return letters
    return "".join(chr(library.FPDFText_GetUnicode(text, number) or _SPACE) for number in range(count))


def _letters_within(text: int | None, box: _Box, everything: int) -> str | None:
    """Return the text within a box of a page's own space, None when that is all ``everything`` letters of the page."""
    left, bottom, right, top = box
    count = max(_pdfium().FPDFText_GetBoundedText(text, left, top, right, bottom, None, 0), 0)
    if count == everything:
        return None
    units = (c_ushort * (count + 1))()
    _pdfium().FPDFText_GetBoundedText(text, left, top, right, bottom, units, count)
    return bytes(units)[:-2].decode("utf-16-le", "replace")


def _in_lines(letters: str) -> str:
    """Return the text of a page with plain ends of lines and hyphens."""
    return _HYPHEN.sub("-\n", _joined(letters).replace("\r\n", "\n"))


def _joined(letters: str) -> str:
    """Return text in which what lies beyond U+FFFF is one character; PDFium counts two."""
    return letters if letters.isascii() else letters.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _each_letter(text: int | None, frame: _Frame) -> Iterator[Letter]:
    library = _pdfium()
    x, y, box = c_double(), c_double(), _Rectangle()
    kinds: dict[int | None, tuple[bool, bool]] = {None: (True, True)}
    for number, letter in enumerate(_letters(text)):
        if letter.isspace() or _HYPHEN.match(letter) or library.FPDFText_IsGenerated(text, number) == 1:
            continue
        drawn = library.FPDFText_GetTextObject(text, number)
        if drawn not in kinds:
            embedded = library.FPDFFont_GetIsEmbedded(library.FPDFTextObj_GetFont(drawn)) == 1
            kinds[drawn] = (library.FPDFTextObj_GetTextRenderMode(drawn) not in _UNPAINTED, embedded)
        library.FPDFText_GetCharOrigin(text, number, byref(x), byref(y))
        library.FPDFText_GetLooseCharBox(text, number, byref(box))
        at = frame.shown(x.value, y.value, x.value, y.value)[:2]
        yield Letter(letter, at, frame.shown(box.left, box.bottom, box.right, box.top), *kinds[drawn])


def _within(text: int | None, frame: _Frame, bands: Sequence[Band]) -> list[Word]:
    """Return the words that reach into one of ``bands``."""
    if EVERYWHERE not in bands and not any(_has_text(text, frame.own(*_wide(band))) for band in bands):
        return []
    found = _words(text, frame, [_wide(band) for band in bands])
    return [word for word in found if any(word.top > low and word.bottom < high for low, high in bands)]


def _has_text(text: int | None, box: _Box) -> bool:
    """Tell whether anything is written within a box of the page's own space."""
    left, bottom, right, top = box
    return bool(_pdfium().FPDFText_GetBoundedText(text, left, top, right, bottom, None, 0))


def _wide(band: Band) -> _Box:
    """Return the box, right across the page, in which the ink of words is that reach into a band."""
    return -_FAR, band[0] - _SURE, _FAR, band[1] + _SURE


def _words(text: int | None, frame: _Frame, boxes: Sequence[_Box]) -> Iterator[Word]:
    """Yield the words with ink in one of ``boxes``, each as long as from its first letter to its last, and as high as
    letters of its size may be.
    """
    library = _pdfium()
    x, y, matrix, one, other = c_double(), c_double(), _Matrix(), _Rectangle(), _Rectangle()
    to_x, to_y, to_matrix, to_one, to_other = byref(x), byref(y), byref(matrix), byref(one), byref(other)
    for found in _WORD.finditer(_letters(text)):
        first = found.start()
        library.FPDFText_GetLooseCharBox(text, first, to_one)
        library.FPDFText_GetLooseCharBox(text, found.end() - 1, to_other)
        left, right = min(one.left, other.left), max(one.right, other.right)
        bottom, top = min(one.bottom, other.bottom), max(one.top, other.top)
        _, lowest, _, highest = frame.shown(left, bottom, right, top)
        if not any(highest > low and lowest < high for _, low, _, high in boxes):
            continue
        library.FPDFText_GetCharOrigin(text, first, to_x, to_y)
        library.FPDFText_GetMatrix(text, first, to_matrix)
        size = library.FPDFText_GetFontSize(text, first)
        across, up, at_x, at_y = matrix.c * size, matrix.d * size, x.value, y.value
        box = frame.shown(
            min(left, at_x + _ASCENT * across, at_x - _DESCENT * across),
            min(bottom, at_y + _ASCENT * up, at_y - _DESCENT * up),
            max(right, at_x + _ASCENT * across, at_x - _DESCENT * across),
            max(top, at_y + _ASCENT * up, at_y - _DESCENT * up),
        )
        yield Word(_HYPHEN.sub("-", _joined(found[0])), *box, frame.shown(at_x, at_y, at_x, at_y)[1])
