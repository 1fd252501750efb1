"""Make the marked content of a converted paper fit for assembly, as soon as it is converted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pikepdf

from isa_docs.assembly.content import MENDED, has_marks, page_bytes, unmarked_as_artifact
from isa_docs.assembly.jpeg_data import bare_pictures


def mend_marks(file: Path) -> None:
    """Mend all pages of a PDF in place, note in it that this was done, and leave out what its pictures tell."""
    mended = file.with_suffix(".mended")
    with pikepdf.open(file, suppress_warnings=True) as pdf:
        mend_pages(pdf, list(pdf.pages))
        pdf.Root[MENDED] = True
        bare_pictures(pdf)
        pdf.save(mended, static_id=True, fix_metadata_version=False)
    mended.replace(file)


def mend_pages(pdf: pikepdf.Pdf, pages: Sequence[pikepdf.Page]) -> None:
    """Mark what pages of ``pdf`` paint outside of any mark as artifact; pages without marks stay as they are."""
    for page in pages:
        data = page_bytes(page)
        if has_marks(data):
            page.obj.Contents = pdf.make_stream(unmarked_as_artifact(data))
