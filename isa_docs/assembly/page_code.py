"""The code on signature pages: which package and which page this sheet of paper is, when it comes back scanned."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from pikepdf import Array, Page, Pdf

from isa_docs.assembly.content import contents_of
from isa_docs.assembly.shrinking import upright

SIDE = 40.0
"""Width and height of the code in points; at 200 dots an inch a module is four dots wide."""
CORNER = 20.0
"""Distance of the code from the edges of the page as shown, in points; it stands in the lower left corner if it can."""
CAPTION = ("Identifies this", "signature page")
CAPTION_SIZE = 5.5
"""Words above the code for those who wonder what it is, and their size in points."""
_CODE = re.compile(r"ISA1:([0-9A-F]{8,64}):([1-9][0-9]{0,4})")


@dataclass(frozen=True)
class PageCode:
    """What a code says: the package's id (lower-case hexadecimal) and the page in it, from 1."""

    package_id: str
    page: int

    @property
    def text(self) -> str:
        """The text in the code; upper case, which QR codes hold in less room."""
        return f"ISA1:{self.package_id.upper()}:{self.page}"


def parse_page_code(text: str) -> PageCode | None:
    """Read the text of a code; None when it is none of ours."""
    found = _CODE.fullmatch(text)
    return PageCode(found[1].lower(), int(found[2])) if found else None


def code_pages(pdf: Pdf, pages: Sequence[Page], package_id: str, places: Mapping[int, tuple[float, float]]) -> None:
    """Draw the code of each page in ``places`` (from 1) as an artifact.

    A place is the code's lower left corner on the page as it is shown; :class:`isa_docs.assembly.stamps.Stamped` has
    them.
    """
    for number, corner in sorted(places.items()):
        page = pages[number - 1]
        matrix, _, _ = upright(page)
        placed = " ".join(f"{value:.5g}" for value in matrix)
        code = PageCode(package_id, number).text
        drawing = (
            b"/Artifact <</Type/Pagination>> BDC\n"
            + f"q {placed} cm 0 g\n".encode()
            + _squares(code, *corner)
            + b"f Q\nEMC"
        )
        page.obj.Contents = Array([*contents_of(page), pdf.make_stream(drawing)])


def prepare() -> None:
    """Import what draws the codes, which takes a while."""
    _modules("ISA1")


@cache
def _modules(text: str) -> tuple[tuple[bool, ...], ...]:
    """Return the rows of the QR code, true where it is dark."""
    import zxingcpp

    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    image: Any = code.to_image(scale=1, add_quiet_zones=False)
    rows: Any = memoryview(image).tolist()  # numpy would do the same, and takes a tenth of a second to import
    return tuple(tuple(value == 0 for value in row) for row in rows)


def _squares(text: str, left: float, bottom: float) -> bytes:
    """Return the code as rectangles, one for each run of dark modules in a row."""
    rows = _modules(text)
    size = SIDE / len(rows)
    out = []
    for down, row in enumerate(rows):
        across = 0
        while across < len(row):
            run = 0
            while across + run < len(row) and row[across + run]:
                run += 1
            if run:
                x, y = left + across * size, bottom + SIDE - (down + 1) * size
                out.append(f"{x:.3f} {y:.3f} {run * size:.3f} {size:.3f} re")
            across += run + 1
    return ("\n".join(out) + "\n").encode("ascii")
