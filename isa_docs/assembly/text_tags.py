"""Text tags: words in white that show a signing service where to sign."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pikepdf import Array, Page, Pdf

from isa_docs.assembly.content import contents_of
from isa_docs.assembly.esign import marking, text_tag
from isa_docs.assembly.model import EsignProfile, PlacedField
from isa_docs.assembly.stamps import add_fonts, free_name
from isa_docs.assembly.typeface import StampFont

_TAG_SIZE = 7.0


def add_tags(
    pdf: Pdf,
    pages: Sequence[Page],
    profile: EsignProfile,
    placed: Sequence[PlacedField],
    fonts: Sequence[Path],
) -> None:
    """Write the white text tags of ``profile``, as artifacts that no screen reader speaks."""
    tagged = [item for item in placed if marking(profile, item.slot.role) == "tag"]
    if not tagged:
        return
    font = StampFont(fonts, [text_tag(item) for item in tagged], free_name(pages, "/IsaTag"))
    embedded = font.embed(pdf)
    for item in tagged:
        page = pages[item.page - 1]
        add_fonts(page, embedded)
        left, bottom, _, _ = item.rect
        drawing = f"/Artifact BMC q 1 g BT 1 0 0 1 {left:.2f} {bottom + 3:.2f} Tm\n".encode()
        for run in font.runs(text_tag(item)):
            drawing += f"{run.font} {_TAG_SIZE} Tf <{run.glyphs.hex()}> Tj\n".encode()
        after = pdf.make_stream(drawing + b"ET Q EMC")
        page.obj.Contents = Array([*contents_of(page), after])
