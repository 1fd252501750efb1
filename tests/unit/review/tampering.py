"""Tampering with a package, and what verifying it then says."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from isa_docs.review.signing import certificates
from isa_docs.review.verify import Verification, verify_package

from .authority import pki
from .conftest import Built


def verified(data: bytes, built: Built) -> Verification:
    roots = certificates((pki().root.pem,))
    return verify_package(data, built.manifest, built=built.data, roots=roots)


def codes(result: Verification) -> set[str]:
    return {each.code for each in result.wrong}


def said(result: Verification) -> str:
    return "\n".join(each.message for each in result.wrong)


def appended(data: bytes, change: Callable[[IncrementalPdfFileWriter], None]) -> bytes:
    """Append one revision, as an editor that saves incrementally does."""
    writer = IncrementalPdfFileWriter(BytesIO(data), strict=False)
    change(writer)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def page(writer: IncrementalPdfFileWriter, number: int) -> Any:
    reference = writer.find_page_for_modification(number - 1)[0]
    writer.mark_update(reference)
    return reference.get_object()


def field(writer: IncrementalPdfFileWriter, name: str) -> tuple[Any, Any]:
    for reference in writer.root["/AcroForm"]["/Fields"]:
        if reference.get_object()["/T"] == name:
            return reference, reference.get_object()
    raise AssertionError(name)
