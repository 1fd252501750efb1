"""Objects nested so deeply that the library, which follows them by recursion, would run out of stack; forms drawn
within forms so often that nobody could read the page.

All is asked in the process that takes the exhibit in, so that the assembly never meets such a file.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name, Object, Pdf, Stream

from isa_docs.assembly.content import page_bytes
from isa_docs.assembly.objects import items_of
from isa_docs.assembly.survey import element, plain_name

DEEPEST = 400
"""Levels of structure elements, or of forms within forms; honest files have some ten."""

_MOST_DRAWN = 500_000
"""Forms drawn by one page, those within forms included: a reader needs some seconds for so many. The map of a city with
a symbol for each house has a tenth."""
_DRAWS = re.compile(rb"(/[^\s()<>\[\]{}/%]+)\s+Do(?![^\s/\[(<])")


def nested_too_deeply(pdf: Pdf) -> bool:
    """Tell whether the elements of a file's structure are nested deeper than can be copied."""
    root = pdf.Root.get("/StructTreeRoot")
    level = (
        [kid for kid in items_of(root.get("/K")) if isinstance(kid, Dictionary)] if isinstance(root, Dictionary) else []
    )
    seen: set[tuple[int, int]] = set()
    for _ in range(DEEPEST):
        below: list[Dictionary] = []
        for item in level:
            if item.is_indirect:
                if item.objgen in seen:
                    continue
                seen.add(item.objgen)
            plain = element(item.unparse(resolved=True))
            if plain is None:
                below += [kid for kid in items_of(item.get("/K")) if isinstance(kid, Dictionary)]
            elif plain.below:
                kids = [pdf.get_object(number, 0) for number in plain.below]
                below += [kid for kid in kids if isinstance(kid, Dictionary)]
        if not below:
            return False
        level = below
    return True


def copy_once(file: Path) -> None:
    """Copy the pages of a file that is ready as the assembly will; a file that cannot be copied ends this process."""
    with pikepdf.open(file) as made, Pdf.new() as trial:
        trial.pages.extend(made.pages)


def drawn_too_often(pdf: Pdf) -> bool:
    """Tell whether a page has forms drawn so often, one within the other, that no reader comes to its end.

    Readers go through a form each time it is drawn: thirty forms, each of which draws the next one twice, are a
    billion.
    """
    known: dict[tuple[int, int], int] = {}

    def count(read: Callable[[], bytes], resources: Object | None, above: tuple[tuple[int, int], ...]) -> int:
        """Return how many forms come to be drawn by content; a form within itself counts for nothing."""
        forms = resources.get("/XObject") if isinstance(resources, Dictionary) else None
        if not isinstance(forms, Dictionary) or len(above) == DEEPEST:  # no reader goes so deep
            return 0
        total, data = 0, b""
        with suppress(pikepdf.PdfError):  # what cannot be unpacked draws nothing
            data = read()
        for written in _DRAWS.findall(data):
            form = forms.get(plain_name(written))
            if not isinstance(form, Stream) or form.get("/Subtype") != Name.Form or form.objgen in above:
                continue
            if form.objgen not in known:
                own = form.get("/Resources", resources)
                known[form.objgen] = 1 + count(form.read_bytes, own, (*above, form.objgen))
            total += known[form.objgen]
        return min(total, _MOST_DRAWN)

    return any(count(partial(page_bytes, page), page.obj.get("/Resources"), ()) >= _MOST_DRAWN for page in pdf.pages)
