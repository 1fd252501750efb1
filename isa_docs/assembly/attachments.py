"""Files carried inside an archive package (PDF/A-3b): embedded, described, and associated with the document."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date

from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from isa_docs.assembly.content import compressed
from isa_docs.assembly.model import Attachment


def attach(writer: PdfWriter, attachments: Sequence[Attachment], day: date) -> None:
    """Embed ``attachments`` under their names, as associated files of the whole document (ISO 19005-3, 6.8)."""
    if not attachments:
        return
    names, associated = ArrayObject(), ArrayObject()
    for item in sorted(attachments, key=lambda each: each.name):
        stream = compressed(item.data)
        stream[NameObject("/Type")] = NameObject("/EmbeddedFile")
        stream[NameObject("/Subtype")] = NameObject(f"/{item.media_type}")
        stream[NameObject("/Params")] = DictionaryObject(
            {
                NameObject("/Size"): NumberObject(len(item.data)),
                NameObject("/ModDate"): TextStringObject(f"D:{day:%Y%m%d}000000Z"),
                NameObject("/CheckSum"): ByteStringObject(hashlib.md5(item.data, usedforsecurity=False).digest()),
            }
        )
        embedded = writer._add_object(stream)
        specification = DictionaryObject(
            {
                NameObject("/Type"): NameObject("/Filespec"),
                NameObject("/F"): TextStringObject(item.name),
                NameObject("/UF"): TextStringObject(item.name),
                NameObject("/Desc"): TextStringObject(item.description),
                NameObject("/AFRelationship"): NameObject(f"/{item.relationship}"),
                NameObject("/EF"): DictionaryObject({NameObject("/F"): embedded, NameObject("/UF"): embedded}),
            }
        )
        reference = writer._add_object(specification)
        names += [TextStringObject(item.name), reference]
        associated.append(reference)
    root = writer.root_object
    root[NameObject("/AF")] = associated
    files = DictionaryObject({NameObject("/Names"): names})
    root[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): writer._add_object(files)})
