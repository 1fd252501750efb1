"""What stands in a signature field without being a signature of a person, and files that are malformed on purpose."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.signers.pdf_signer import PdfTimeStamper
from pypdf import PdfReader, PdfWriter

from isa_docs.review.signatures import read_signatures

from .authority import pki
from .conftest import Built
from .tampering import appended, codes, field, said, verified

pytestmark = pytest.mark.slow

EXPECTED = ("mou_officer_signature", "mou_cbp_signature")


def name(text: str) -> Any:
    return generic.pdf_name(text)


def forged(data: bytes, value: Callable[[], Any]) -> bytes:
    """Put a value that no key was needed for into each expected field."""

    def change(writer: IncrementalPdfFileWriter) -> None:
        for each in EXPECTED:
            reference, item = field(writer, each)
            item["/V"] = value()
            writer.mark_update(reference)

    return appended(data, change)


def _without_a_kind() -> Any:
    return generic.DictionaryObject({name("/Type"): name("/Sig"), name("/Contents"): generic.ByteStringObject(b"\0")})


def _of_an_unknown_kind() -> Any:
    return generic.DictionaryObject({**_without_a_kind(), name("/SubFilter"): name("/Ours.very.own")})


def _empty() -> Any:
    return generic.DictionaryObject()


def _text() -> Any:
    return generic.pdf_string("signed")


@pytest.mark.parametrize("value", [_without_a_kind, _of_an_unknown_kind, _empty, _text])
def test_a_value_made_without_a_key_is_no_sound_signature(built: Built, value: Callable[[], Any]) -> None:
    result = verified(forged(built.data, value), built)
    assert codes(result) == {"VER-UNSOUND"}
    assert result.verdict.startswith("Do not rely on this file: ")
    assert [each in said(result) for each in EXPECTED] == [True, True]


def test_a_document_time_stamp_is_nobodys_signature(built: Built) -> None:
    writer = IncrementalPdfFileWriter(BytesIO(built.data), strict=False)
    stamper = PdfTimeStamper(pki().time_stamper(), field_name=EXPECTED[0])
    data = stamper.timestamp_pdf(writer, "sha256").getvalue()
    result = verified(data, built)
    assert codes(result) == {"VER-UNSOUND"}
    assert "What mou_officer_signature holds is not a person's signature" in said(result)
    assert [(each.field, each.sound) for each in result.others] == [(EXPECTED[0], True)]


def test_a_signature_of_a_kind_that_cannot_be_checked_is_not_called_sound(built: Built, once: bytes) -> None:
    kind = b"/ETSI.CAdES.detached"
    assert once.count(kind) == 1
    data = once.replace(kind, b"/adbe.pkcs7.sha1".ljust(len(kind)))
    assert [(each.field, each.sound) for each in read_signatures(data, None)] == [(EXPECTED[0], False)]
    result = verified(data, built)
    assert codes(result) == {"VER-UNSOUND"}
    assert "not sound: it is of a kind that cannot be checked (/adbe.pkcs7.sha1)" in said(result)


def test_a_forged_signature_does_not_hide_behind_a_sound_one(built: Built, once: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference, item = field(writer, EXPECTED[1])
        item["/V"] = _without_a_kind()
        writer.mark_update(reference)

    result = verified(appended(once, change), built)
    assert "VER-UNSOUND" in codes(result)
    assert "mou_cbp_signature is not sound" in said(result)


class TestMalformed:
    """A form whose list of fields is a number, and the like: an answer, never a crash."""

    @pytest.mark.parametrize("fields", [generic.NumberObject(5), generic.ArrayObject([generic.NumberObject(5)])])
    def test_a_later_revision(self, built: Built, fields: Any) -> None:
        def change(writer: IncrementalPdfFileWriter) -> None:
            form = writer.root["/AcroForm"]
            form["/Fields"] = fields
            writer.update_container(form)
            writer.update_root()

        assert verified(appended(built.data, change), built).wrong

    def test_a_revision_with_fields_that_have_no_kids_but_a_number(self, built: Built, once: bytes) -> None:
        def change(writer: IncrementalPdfFileWriter) -> None:
            reference, item = field(writer, EXPECTED[1])
            item["/Kids"] = generic.NumberObject(5)
            writer.mark_update(reference)

        assert verified(appended(once, change), built).wrong

    def test_another_file_altogether(self, built: Built) -> None:
        writer = PdfWriter(clone_from=PdfReader(BytesIO(built.data)))
        from pypdf.generic import DictionaryObject, NameObject, NumberObject

        root = writer.root_object
        root[NameObject("/AcroForm")] = DictionaryObject({NameObject("/Fields"): NumberObject(5)})
        root[NameObject("/Metadata")] = NumberObject(5)
        page = writer.pages[0]
        page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): NumberObject(5)})
        writer.metadata = None
        out = BytesIO()
        writer.write(out)
        assert codes(verified(out.getvalue(), built)) & {"VER-DAMAGED", "VER-ORIGIN", "VER-REWRITTEN"}

    def test_one_that_asks_for_a_password(self, built: Built) -> None:
        writer = PdfWriter(clone_from=PdfReader(BytesIO(built.data)))
        writer.encrypt("secret")
        out = BytesIO()
        writer.write(out)
        assert "VER-DAMAGED" in codes(verified(out.getvalue(), built))
