"""Changes to what pages show that no field's value and no page's own entry tells: each is named."""

from __future__ import annotations

from typing import Any

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

from .conftest import Built
from .tampering import appended, codes, field, page, said, verified

pytestmark = pytest.mark.slow

UNSIGNED = "mou_cbp_signature"


def name(text: str) -> Any:
    return generic.pdf_name(text)


def numbers(*values: float) -> Any:
    return generic.ArrayObject([generic.FloatObject(each) for each in values])


def drawing(text: bytes = b"0 0 m 100 30 l S", **entries: Any) -> Any:
    """Return a form that draws something, as the look of a field does."""
    stream = generic.StreamObject(stream_data=text)
    stream[name("/Type")], stream[name("/Subtype")] = name("/XObject"), name("/Form")
    stream[name("/BBox")] = numbers(0, 0, 100, 30)
    return stream


def dictionary(**entries: Any) -> Any:
    return generic.DictionaryObject({name(f"/{key}"): value for key, value in entries.items()})


def change_field(data: bytes, which: str, **entries: Any) -> bytes:
    def change(writer: IncrementalPdfFileWriter) -> None:
        reference, item = field(writer, which)
        for key, value in entries.items():
            item[name(f"/{key}")] = value(writer) if callable(value) else value
        writer.mark_update(reference)

    return appended(data, change)


class TestPages:
    @pytest.mark.parametrize("kind", ["/XRef", "/ObjStm"])
    def test_content_overwritten_under_its_own_number_as_if_it_were_bookkeeping(
        self, built: Built, once: bytes, kind: str
    ) -> None:
        def change(writer: IncrementalPdfFileWriter) -> None:
            contents = writer.find_page_for_modification(1)[0].get_object().raw_get("/Contents")
            if isinstance(contents, generic.ArrayObject):
                contents = contents.raw_get(0)
            stream = generic.StreamObject(stream_data=b"BT /F1 18 Tf 72 600 Td (Other terms) Tj ET")
            stream[name("/Type")] = name(kind)
            writer.objects[(contents.generation, contents.idnum)] = stream

        assert "the content of page 2 was replaced" in said(verified(appended(once, change), built))

    @pytest.mark.parametrize(
        ("key", "value"),
        [("/CropBox", numbers(0, 0, 300, 300)), ("/Rotate", generic.NumberObject(180))],
    )
    def test_an_entry_that_the_pages_inherit(self, built: Built, once: bytes, key: str, value: Any) -> None:
        def change(writer: IncrementalPdfFileWriter) -> None:
            root = writer.root.raw_get("/Pages")
            root.get_object()[name(key)] = value
            writer.mark_update(root)

        result = verified(appended(once, change), built)
        assert "the content of page 1 was replaced" in said(result)
        assert "the content of page 4 was replaced" in said(result)

    def test_an_entry_in_a_node_that_was_put_between(self, built: Built, once: bytes) -> None:
        """Viewers that come down the tree see it; the pages still name the root as their parent."""

        def change(writer: IncrementalPdfFileWriter) -> None:
            root = writer.root.raw_get("/Pages")
            tree = root.get_object()
            between = dictionary(
                Type=name("/Pages"), Parent=root, Kids=tree["/Kids"], Count=tree["/Count"],
                Rotate=generic.NumberObject(180),
            )  # fmt: skip
            tree[name("/Kids")] = generic.ArrayObject([writer.add_object(between)])
            writer.mark_update(root)

        assert "the content of page 2 was replaced" in said(verified(appended(once, change), built))

    def test_an_entry_in_a_node_that_only_the_page_names(self, built: Built, once: bytes) -> None:
        """Viewers that go up the parents see it; the tree is as it was."""

        def change(writer: IncrementalPdfFileWriter) -> None:
            root = writer.root.raw_get("/Pages")
            other = dictionary(
                Type=name("/Pages"), Parent=root, Kids=generic.ArrayObject(), Count=generic.NumberObject(0),
                CropBox=numbers(0, 0, 300, 300),
            )  # fmt: skip
            page(writer, 2)[name("/Parent")] = writer.add_object(other)

        assert "the content of page 2 was replaced" in said(verified(appended(once, change), built))

    def test_an_entry_in_the_pages_own_node_that_was_taken_out_of_the_tree(self, built: Built, once: bytes) -> None:
        """Viewers that go up the parents see it, although no page names another parent."""

        def change(writer: IncrementalPdfFileWriter) -> None:
            root = writer.root.raw_get("/Pages")
            tree = root.get_object()
            other = dictionary(Type=name("/Pages"), Kids=tree["/Kids"], Count=tree["/Count"])
            writer.root[name("/Pages")] = writer.add_object(other)
            writer.update_root()
            tree[name("/Rotate")] = generic.NumberObject(180)
            writer.mark_update(root)

        assert "VER-CHANGED" in codes(verified(appended(once, change), built))


class TestFields:
    def test_a_picture_in_a_line_that_is_not_signed(self, built: Built) -> None:
        data = change_field(built.data, UNSIGNED, AP=lambda writer: dictionary(N=writer.add_object(drawing())))
        result = verified(data, built)
        assert codes(result) == {"VER-CHANGED"}
        assert f"what {UNSIGNED} shows was changed, its value was not, before any signature" in said(result)

    def test_a_picture_that_the_package_has_already(self, built: Built, once: bytes) -> None:
        """Nothing is added: the line shows what another field shows."""

        def look(writer: IncrementalPdfFileWriter) -> Any:
            _, signed = field(writer, "mou_officer_signature")
            return dictionary(N=signed["/AP"].raw_get("/N"))

        result = verified(change_field(once, UNSIGNED, AP=look), built)
        assert f"what {UNSIGNED} shows was changed, its value was not" in said(result)

    @pytest.mark.parametrize(
        ("key", "value"), [("MK", dictionary(CA=generic.pdf_string("Signed"))), ("F", generic.NumberObject(2))]
    )
    @pytest.mark.parametrize("which", [UNSIGNED, "mou_officer_signature", "mou_officer_date"])
    def test_other_entries_of_its_look(self, built: Built, once: bytes, which: str, key: str, value: Any) -> None:
        assert f"{which}" in said(verified(change_field(once, which, **{key: value}), built))

    def test_a_line_put_onto_another_page(self, built: Built, once: bytes) -> None:
        def change(writer: IncrementalPdfFileWriter) -> None:
            reference, _ = field(writer, "mou_officer_signature")
            for number in (1, 3):
                sheet = page(writer, number)
                annotations = [each for each in sheet.get("/Annots", ()) if each.reference != reference.reference]
                sheet[name("/Annots")] = generic.ArrayObject([*annotations, *([reference] if number == 1 else [])])

        result = verified(appended(once, change), built)
        assert "the field mou_officer_signature was taken off its page" in said(result)

    def test_a_look_laid_over_a_page_as_that_of_no_field(self, built: Built, once: bytes) -> None:
        def change(writer: IncrementalPdfFileWriter) -> None:
            sheet = page(writer, 2)
            widget = dictionary(
                Type=name("/Annot"), Subtype=name("/Widget"), Rect=numbers(72, 400, 400, 500),
                AP=dictionary(N=writer.add_object(drawing())),
            )  # fmt: skip
            sheet[name("/Annots")] = generic.ArrayObject([*sheet.get("/Annots", ()), writer.add_object(widget)])

        assert "a Widget annotation was added" in said(verified(appended(once, change), built))

    def test_a_time_stamp_that_shows_something(self, built: Built, once: bytes) -> None:
        """A document time stamp may be added, but it stands nowhere to be seen."""

        def change(writer: IncrementalPdfFileWriter) -> None:
            kid = writer.add_object(
                dictionary(
                    Type=name("/Annot"), Subtype=name("/Widget"), Rect=numbers(72, 400, 400, 500),
                    AP=dictionary(N=writer.add_object(drawing())),
                )
            )  # fmt: skip
            stamp = dictionary(
                T=generic.pdf_string("Timestamp"), FT=name("/Sig"), Kids=generic.ArrayObject([kid]),
                V=dictionary(Type=name("/DocTimeStamp"), SubFilter=name("/ETSI.RFC3161")),
            )  # fmt: skip
            form = writer.root["/AcroForm"]
            form["/Fields"].append(writer.add_object(stamp))
            writer.update_container(form["/Fields"])
            sheet = page(writer, 2)
            sheet[name("/Annots")] = generic.ArrayObject([*sheet.get("/Annots", ()), kid])

        assert "the field Timestamp was added" in said(verified(appended(once, change), built))
