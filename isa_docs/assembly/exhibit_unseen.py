"""Put a font into a scan for its recognized words, which are written invisibly in fonts that most scanners leave out.

The words keep their places, and the page its look; to redraw such a page would lose them.
"""

from __future__ import annotations

from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, Pdf, Stream

from isa_docs.assembly.objects import dictionary
from isa_docs.assembly.typeface import embed_field_font, stamp_fonts
from isa_docs.errors import MissingProgramError

_INVISIBLE = 3
_SHOWS = ("Tj", "TJ", "'", '"')
_FILES = ("/FontFile", "/FontFile2", "/FontFile3")
_FIRST, _LAST = 32, 255
_DEEPEST = 20

_Id = tuple[int, int]


class _SeenError(Exception):
    """Nothing is to be gained: all these fonts are seen, or it cannot be told which."""


def embed_unseen_fonts(pdf: Pdf) -> bool:
    """Embed a font for words that are written invisibly only; tell whether there were any.

    Fonts in which anything visible is written stay as they are.
    """
    found = _Fonts(pdf)
    try:
        for page in pdf.pages:
            found.read(page, dictionary(page.obj.get("/Resources")))
        if not found.unseen:
            return False
        embedded = embed_field_font(pdf, stamp_fonts()[0])
    except (_SeenError, pikepdf.PdfError, MissingProgramError, ValueError, IndexError):  # nobody can tell
        return False
    for font in found.unseen.values():
        _embed(font, embedded)
    return True


class _Fonts:
    """The fonts of a file that are not embedded, as long as nothing visible is found to be written in them."""

    def __init__(self, pdf: Pdf) -> None:
        self.unseen = {
            item.objgen: item
            for item in pdf.objects
            if isinstance(item, Dictionary) and item.get("/Type") == Name.Font and _is_plain(item)
        }
        self._read: set[_Id] = set()

    def read(self, content: Any, resources: Dictionary, depth: int = 0) -> None:
        """Go through the content of a page or of a form drawn by it. Raises _SeenError when no font is left."""
        if not self.unseen or depth > _DEEPEST:
            raise _SeenError
        fonts, forms = dictionary(resources.get("/Font")), dictionary(resources.get("/XObject"))
        if "/Pattern" in resources or any(font.get("/Subtype") == Name.Type3 for _, font in fonts.items()):
            raise _SeenError
        state: tuple[_Id | None, int] = (None, 0)
        saved: list[tuple[_Id | None, int]] = []
        for instruction in pikepdf.parse_content_stream(content):
            operands, name = instruction.operands, str(instruction.operator)
            if name == "q":
                saved.append(state)
            elif name == "Q" and saved:
                state = saved.pop()
            elif name == "Tf":
                state = (dictionary(fonts.get(str(operands[0]))).objgen, state[1])
            elif name == "Tr":
                state = (state[0], int(str(operands[0])))
            elif name == "gs":
                if "/Font" in dictionary(dictionary(resources.get("/ExtGState")).get(str(operands[0]))):
                    raise _SeenError
            elif name in _SHOWS and state[1] != _INVISIBLE:
                if state[0] is None:  # the font of whoever draws this form
                    raise _SeenError
                self.unseen.pop(state[0], None)
            elif name == "Do":
                self._read_form(forms.get(str(operands[0])), resources, depth)

    def _read_form(self, form: Object | None, resources: Dictionary, depth: int) -> None:
        if isinstance(form, Stream) and form.get("/Subtype") == Name.Form and form.objgen not in self._read:
            self._read.add(form.objgen)
            self.read(form, dictionary(form.get("/Resources", resources)), depth + 1)


def _is_plain(font: Dictionary) -> bool:
    """Tell whether a font has Latin letters, in their usual places, and no file."""
    if font.get("/Subtype") not in (Name.Type1, Name.TrueType) or font.get("/Encoding") != Name.WinAnsiEncoding:
        return False
    return not any(key in dictionary(font.get("/FontDescriptor")) for key in _FILES) and _widths(font) is not None


def _widths(font: Dictionary) -> tuple[int, Array] | None:
    """Return the first letter a font has a width for, and the widths; None when nobody knows them."""
    own, first = font.get("/Widths"), font.get("/FirstChar")
    if isinstance(own, Array) and isinstance(first, int):
        return first, own
    try:
        from pypdf._codecs.core_font_metrics import CORE_FONT_METRICS
    except ImportError:
        return None
    known = CORE_FONT_METRICS.get(str(font.get("/BaseFont", "")).removeprefix("/"))
    if known is None:
        return None
    widths = known.character_widths
    letters = (bytes([code]).decode("cp1252", "replace") for code in range(_FIRST, _LAST + 1))
    return _FIRST, Array([int(widths.get(letter, widths["default"])) for letter in letters])


def _embed(font: Dictionary, embedded: Dictionary) -> None:
    """Make a font the embedded one, with its own widths, by which its words stand on their pictures."""
    known = _widths(font)
    assert known is not None
    first, widths = known
    for key in list(font.keys()):
        if key != "/ToUnicode":
            del font[key]
    for key in ("/Type", "/Subtype", "/BaseFont", "/Encoding", "/FontDescriptor"):
        font[key] = embedded[key]
    font.FirstChar, font.LastChar, font.Widths = first, first + len(widths) - 1, widths
