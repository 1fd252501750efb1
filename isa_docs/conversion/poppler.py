"""Files as poppler reads them fast: with an output intent it rebuilds the color transform on every page."""

from __future__ import annotations

import io

_INTENTS, _UNREAD = b"/OutputIntents", b"/OutputIntent_"


def without_output_intent(pdf: bytes) -> bytes:
    """Return the same pages without the file's output intent.

    The intent's key, which a file of LibreOffice's or ours has once and in the clear, is overwritten by one that
    nobody reads. Any other file is opened and written anew. Raises pikepdf.PdfError when that cannot be done.
    """
    if pdf.count(_INTENTS) == 1:
        return pdf.replace(_INTENTS, _UNREAD)
    import pikepdf  # only where it is wanted: it takes long to import

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        if "/OutputIntents" not in opened.Root:
            return pdf
        del opened.Root.OutputIntents
        copy = io.BytesIO()
        opened.save(copy, static_id=True, fix_metadata_version=False)
    return copy.getvalue()
