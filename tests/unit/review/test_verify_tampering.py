"""Twelve tampered copies of a twice-signed package: what was done to each is named."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pikepdf
import pytest
from pikepdf import Dictionary, Name
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pypdf import PdfReader, PdfWriter

from isa_docs.review.signing import sign_package
from isa_docs.review.verify import verify_package

from .authority import pki
from .conftest import Built, signing
from .tampering import appended, codes, field, page, said, verified

pytestmark = pytest.mark.slow


def test_the_untouched_copy_is_reliable(built: Built, twice: bytes) -> None:
    result = verified(twice, built)
    assert result.wrong == []
    assert result.verdict == "The package as built, signed by all 2 (all sound)."
    assert [each.signature.trust for each in result.expected if each.signature] == ["Test Root, Northwind Test"] * 2


def test_01_a_single_byte_of_the_package(built: Built, twice: bytes) -> None:
    at = built.data.index(b"stream") + 60
    result = verified(twice[:at] + bytes([twice[at] ^ 1]) + twice[at + 1 :], built)
    assert codes(result) >= {"VER-BYTES", "VER-UNSOUND"}
    assert f"altered in place: byte {at:,}" in said(result)


def test_02_the_content_of_a_page_replaced_afterwards(built: Built, twice: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        text = generic.StreamObject(stream_data=b"BT /F1 18 Tf 72 600 Td (Other terms) Tj ET")
        page(writer, 2)["/Contents"] = writer.add_object(text)

    result = verified(appended(twice, change), built)
    assert "the content of page 2 was replaced, after mou_cbp_signature and mou_officer_signature signed" in said(
        result
    )


def test_03_a_text_box_laid_over_a_page(built: Built, twice: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        box = generic.DictionaryObject(
            {
                generic.pdf_name("/Type"): generic.pdf_name("/Annot"),
                generic.pdf_name("/Subtype"): generic.pdf_name("/FreeText"),
                generic.pdf_name("/Rect"): generic.ArrayObject([generic.FloatObject(n) for n in (72, 500, 300, 540)]),
                generic.pdf_name("/Contents"): generic.pdf_string("Terms waived"),
            }
        )
        writer.register_annotation(page_ref(writer, 2), writer.add_object(box))

    def page_ref(writer: IncrementalPdfFileWriter, number: int) -> Any:
        return writer.find_page_for_modification(number - 1)[0]

    result = verified(appended(twice, change), built)
    assert "a FreeText annotation was added: Terms waived" in said(result)


def test_04_saved_anew_by_pikepdf(built: Built, twice: bytes) -> None:
    out = BytesIO()
    with pikepdf.open(BytesIO(twice)) as pdf:
        pdf.save(out)
    result = verified(out.getvalue(), built)
    assert "VER-REWRITTEN" in codes(result)
    assert "rewritten as a whole" in said(result)
    assert "the pages' contents are the same" in said(result)


def test_05_saved_anew_by_pypdf_with_a_page_dropped(built: Built, twice: bytes) -> None:
    writer = PdfWriter(clone_from=PdfReader(BytesIO(twice)))
    writer.remove_page(3)
    out = BytesIO()
    writer.write(out)
    result = verified(out.getvalue(), built)
    assert "it has 3 pages instead of 4" in said(result)


def test_06_a_date_changed_after_its_signature(built: Built, twice: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference, value = field(writer, "mou_officer_date")
        value["/V"] = generic.pdf_string("10/01/2012")
        writer.mark_update(reference)

    result = verified(appended(twice, change), built)
    assert "mou_officer_date was changed from '11/15/2012' to '10/01/2012'" in said(result)


def test_07_another_title_which_other_readers_call_valid(built: Built, twice: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        writer.trailer["/Info"].get_object()["/Title"] = generic.pdf_string("Waiver")
        writer.mark_update(writer.trailer.raw_get("/Info"))

    result = verified(appended(twice, change), built)
    assert codes(result) == {"VER-METADATA"}
    assert "title was changed from 'ISA application of Northwind Components, Inc.' to 'Waiver'" in said(result)


def test_08_bytes_appended(built: Built, twice: bytes) -> None:
    result = verified(twice + b"\n% nothing to see here", built)
    assert "VER-APPENDED" in codes(result)
    assert "22 bytes were appended" in said(result) or "21 bytes were appended" in said(result)


def test_09_a_signature_taken_out(built: Built, twice: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference, value = field(writer, "mou_officer_signature")
        del value["/V"]
        writer.mark_update(reference)

    result = verified(appended(twice, change), built)
    assert "VER-UNSIGNED" in codes(result)
    assert "the signature in mou_officer_signature was removed" in said(result)


def test_10_a_page_slipped_in(built: Built, twice: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        from pyhanko.pdf_utils.writer import PageObject

        text = writer.add_object(generic.StreamObject(stream_data=b"0 0 m 10 10 l S"))
        writer.insert_page(
            PageObject(contents=text, media_box=generic.ArrayObject(map(generic.NumberObject, (0, 0, 612, 792))))
        )

    result = verified(appended(twice, change), built)
    assert "a page was inserted" in said(result)


def test_11_signed_by_somebody_of_the_same_name(built: Built, once: bytes) -> None:
    result = verified(sign_package(once, signing("mou_cbp_signature", pki().stranger.p12())), built)
    assert codes(result) == {"VER-UNTRUSTED"}
    assert "mou_cbp_signature, by Margaret Ellison, Northwind Test, is not trusted: no chain to a given root" in said(
        result
    )


def test_12_a_signature_line_moved_elsewhere(built: Built, twice: bytes) -> None:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference, value = field(writer, "mou_cbp_signature")
        value["/Rect"] = generic.ArrayObject([generic.FloatObject(n) for n in (72, 72, 300, 100)])
        writer.mark_update(reference)

    result = verified(appended(twice, change), built)
    assert "the field mou_cbp_signature was moved" in said(result)


class TestMore:
    def test_a_script_run_on_opening(self, built: Built, twice: bytes) -> None:
        def change(writer: IncrementalPdfFileWriter) -> None:
            writer.root["/OpenAction"] = generic.DictionaryObject(
                {
                    generic.pdf_name("/S"): generic.pdf_name("/JavaScript"),
                    generic.pdf_name("/JS"): generic.pdf_string("app.alert(1)"),
                }
            )
            writer.update_root()

        assert "what happens on opening was changed" in said(verified(appended(twice, change), built))

    def test_a_signature_line_of_another_added(self, built: Built, once: bytes) -> None:
        from pyhanko.sign.fields import SigFieldSpec, append_signature_field

        data = appended(
            once, lambda writer: append_signature_field(writer, SigFieldSpec("extra", box=(10, 10, 90, 40)))
        )
        assert "the field extra was added" in said(verified(data, built))

    def test_the_package_of_another_build(self, built: Built, twice: bytes) -> None:
        manifest = {**built.manifest, "package": {**built.manifest["package"], "id": "f" * 32, "sha256": "0" * 64}}
        result = verify_package(twice, manifest)
        assert "VER-OTHER" in codes(result)

    def test_a_file_cut_short(self, built: Built) -> None:
        assert codes(verified(built.data[:-900], built)) & {"VER-CUT", "VER-DAMAGED"}

    def test_a_scan(self, built: Built) -> None:
        pdf = pikepdf.new()
        image = pdf.make_stream(
            bytes(100),
            Type=Name.XObject,
            Subtype=Name.Image,
            Width=10,
            Height=10,
            BitsPerComponent=8,
            ColorSpace=Name.DeviceGray,
        )
        sheet = pdf.add_blank_page(page_size=(612, 792))
        sheet.Resources = Dictionary(XObject=Dictionary(Im0=image))
        sheet.Contents = pdf.make_stream(b"612 0 0 792 0 0 cm /Im0 Do")
        out = BytesIO()
        pdf.save(out)
        assert codes(verified(out.getvalue(), built)) == {"VER-SCAN"}

    def test_the_cutting_off_of_the_last_signature_leaves_it_missing(self, built: Built, once: bytes) -> None:
        result = verified(once, built)
        assert result.wrong == []
        assert result.verdict.endswith("still to sign: mou_cbp_signature.")


@pytest.mark.parametrize("when", [None, date(2012, 11, 15)])
def test_as_built_or_once_signed_nothing_is_wrong(built: Built, when: date | None) -> None:
    data = built.data
    if when:
        data = sign_package(data, signing("mou_officer_signature", pki().officer.p12(), dated=when))
    assert verified(data, built).wrong == []
