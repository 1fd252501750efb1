"""Files carried inside an archive package (PDF/A-3b): embedded, described, and associated with the document."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from pikepdf import Array, Dictionary, Name, Pdf, String

from isa_docs.assembly.model import Attachment


def attach(pdf: Pdf, attachments: Sequence[Attachment], day: date) -> None:
    """Embed ``attachments`` under their names, as associated files of the whole document (ISO 19005-3, 6.8)."""
    if not attachments:
        return
    names, associated = Array(), Array()
    for item in sorted(attachments, key=lambda each: each.name):
        embedded = pdf.make_stream(
            item.data,
            Type=Name.EmbeddedFile,
            Subtype=Name(f"/{item.media_type}"),
            Params=Dictionary(
                Size=len(item.data),
                ModDate=String(f"D:{day:%Y%m%d}000000Z"),
                CheckSum=String(hashlib.md5(item.data, usedforsecurity=False).digest()),
            ),
        )
        specification = pdf.make_indirect(
            Dictionary(
                Type=Name.Filespec,
                F=String(item.name),
                UF=String(item.name),
                Desc=String(item.description),
                AFRelationship=Name(f"/{item.relationship}"),
                EF=Dictionary(F=embedded, UF=embedded),
            )
        )
        names.append(String(item.name))
        names.append(specification)
        associated.append(specification)
    pdf.Root.AF = associated
    pdf.Root.Names = Dictionary(EmbeddedFiles=pdf.make_indirect(Dictionary(Names=names)))
