"""Hostile, damaged and unfit Word files, each refused by name before a converter sees it."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from pathlib import Path

import pytest

from isa_docs.conversion.preflight import MAX_PARAGRAPH, check_docx
from isa_docs.findings import Severity
from tests.unit.conversion.word_files import W, letter, make_docx, nested_tables, paragraph, relationships

VML = "urn:schemas-microsoft-com:vml"
RELS = "word/_rels/document.xml.rels"


def codes(docx: bytes) -> list[str]:
    return [finding.code for finding in check_docx(docx)]


def run(inside: str) -> str:
    return f"<w:p><w:r>{inside}</w:r></w:p>"


def test_a_sound_file_has_no_findings(tmp_path: Path) -> None:
    path = tmp_path / "letter.docx"
    path.write_bytes(letter())
    assert check_docx(path) == []


def test_a_finding_names_the_file_the_part_and_the_remedy() -> None:
    docx = make_docx(run("<w:t>x</w:t>") + '<w:p><w:del w:id="1"/></w:p>')
    (finding,) = check_docx(docx, "exhibits/agreement.docx")
    assert str(finding.place) == "exhibits/agreement.docx"
    assert finding.message == "the document has tracked changes, which would be printed with their marks"
    assert finding.remedy.startswith("In Word: Review > Accept")
    assert finding.severity is Severity.ERROR


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ('<w:p><w:ins w:id="1"><w:r><w:t>x</w:t></w:r></w:ins></w:p>', "CONV-TRACKED"),
        ('<w:p><w:moveTo w:id="1"/></w:p>', "CONV-TRACKED"),
        ('<w:p><w:pPr><w:rPr><w:ins w:id="1"/></w:rPr></w:pPr></w:p>', "CONV-TRACKED"),
        (run('<w:rPr><w:b/><w:rPrChange w:id="1"/></w:rPr><w:t>x</w:t>'), "CONV-TRACKED"),
        ('<w:p><w:commentRangeStart w:id="1"/></w:p>', "CONV-COMMENT"),
        (run('<w:commentReference w:id="1"/>'), "CONV-COMMENT"),
        (run("<w:rPr><w:vanish/></w:rPr><w:t>secret</w:t>"), "CONV-HIDDEN"),
        (run('<w:rPr><w:vanish w:val="1"/></w:rPr><w:t>secret</w:t>'), "CONV-HIDDEN"),
        (run("<w:object/>"), "CONV-OLE"),
        (run('<w:pict><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office"/></w:pict>'), "CONV-OLE"),
        (run("<w:control/>"), "CONV-ACTIVEX"),
        ('<w:altChunk r:id="rId9"/>', "CONV-ALTCHUNK"),
        (run(f'<w:pict><v:imagedata xmlns:v="{VML}" src="http://example.com/a.png"/></w:pict>'), "CONV-EXTERNAL"),
        (run("<w:instrText> INCLUDETEXT C:/secret.txt</w:instrText>"), "CONV-FIELD"),
        (run("<w:instrText>DDEAU</w:instrText><w:instrText>TO cmd</w:instrText>"), "CONV-FIELD"),
        ('<w:p><w:fldSimple w:instr=" INCLUDEPICTURE x.png"/></w:p>', "CONV-FIELD"),
        (paragraph("x" * (MAX_PARAGRAPH + 1)), "CONV-PARAGRAPH"),
    ],
)
def test_content_that_would_be_printed_wrongly_fetched_or_hidden_is_refused(body: str, code: str) -> None:
    assert codes(make_docx(body)) == [code]


@pytest.mark.parametrize(
    "body",
    [
        run('<w:rPr><w:vanish w:val="0"/></w:rPr><w:t>shown</w:t>'),
        "<w:p><w:pPr><w:rPr><w:vanish/></w:rPr></w:pPr><w:r><w:t>the mark is hidden, not the text</w:t></w:r></w:p>",
        run("<w:instrText> HYPERLINK x</w:instrText>"),
        run("<w:instrText> PAGEREF _Toc1 </w:instrText>"),
        paragraph("x" * MAX_PARAGRAPH),
        nested_tables(15),
    ],
)
def test_what_only_looks_like_it_is_accepted(body: str) -> None:
    assert codes(make_docx(body)) == []


def test_text_hidden_by_its_style_is_refused() -> None:
    styles = (
        f'<w:styles xmlns:w="{W}"><w:style w:styleId="Ghost"><w:rPr><w:vanish/></w:rPr></w:style>'
        '<w:style w:styleId="Plain"/></w:styles>'
    )
    parts = {RELS: relationships("rId1 styles styles.xml"), "word/styles.xml": styles}
    styled = '<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    assert codes(make_docx(styled.format("Ghost"), parts)) == ["CONV-HIDDEN"]
    assert codes(make_docx(styled.format("Plain"), parts)) == []


def test_tracked_changes_in_a_header_are_found_too() -> None:
    parts = {
        RELS: relationships("rId1 header header1.xml"),
        "word/header1.xml": f'<w:hdr xmlns:w="{W}"><w:p><w:ins w:id="1"/></w:p></w:hdr>',
    }
    (finding,) = check_docx(make_docx("", parts))
    assert finding.message.startswith("a header of the document has tracked changes")


@pytest.mark.parametrize(
    ("relation", "code"),
    [
        ("rId1 image http://example.com/a.png external", "CONV-EXTERNAL"),
        ("rId1 image file:///etc/hostname external", "CONV-EXTERNAL"),
        ("rId1 attachedTemplate file:///C:/Firm.dotm external", "CONV-EXTERNAL"),
        ("rId1 oleObject embeddings/oleObject1.bin", "CONV-OLE"),
        ("rId1 package embeddings/book.xlsx", "CONV-OLE"),
        ("rId1 aFChunk chunk.html", "CONV-ALTCHUNK"),
        ("rId1 control activeX/activeX1.xml", "CONV-ACTIVEX"),
        ("rId1 vbaProject vbaProject.bin", "CONV-MACRO"),
        ("rId1 hyperlink file:///C:/client/secret.xlsx external", "CONV-LINK"),
    ],
)
def test_relationships_to_the_outside_and_to_active_content_are_refused(relation: str, code: str) -> None:
    assert codes(make_docx("", {RELS: relationships(relation)})) == [code]


@pytest.mark.parametrize(
    "relation",
    [
        "rId1 hyperlink https://www.cbp.gov external",
        "rId1 hyperlink mailto:isa@example.com external",
        "rId1 image media/logo.png",
    ],
)
def test_links_and_own_pictures_are_accepted(relation: str) -> None:
    assert codes(make_docx("", {RELS: relationships(relation)})) == []


def test_the_workbook_behind_a_chart_is_accepted() -> None:
    parts = {"word/charts/_rels/chart1.xml.rels": relationships("rId1 package ../embeddings/book.xlsx")}
    assert codes(make_docx("", parts)) == []


def test_macros_are_refused_by_part_name_and_by_content_type() -> None:
    assert codes(make_docx("", {"word/vbaProject.bin": b"\xd0\xcf"})) == ["CONV-MACRO"]
    types = '<Types xmlns="x"><Override ContentType="application/vnd.ms-word.document.macroEnabled.main+xml"/></Types>'
    assert codes(make_docx("", {"[Content_Types].xml": types})) == ["CONV-MACRO"]


@pytest.mark.parametrize(
    "part", ["word/document.xml", "word/styles.xml", "docProps/core.xml", RELS, "word/media/a.svg"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_document_type_declarations_are_refused_wherever_they_are(part: str, encoding: str) -> None:
    bomb = (
        f'<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">'
        '<!ENTITY c SYSTEM "file:///etc/passwd">]><x>&b;&c;</x>'
    )
    parts: dict[str, str | bytes] = {RELS: relationships("rId1 styles styles.xml"), part: bomb.encode(encoding)}
    assert codes(make_docx("", parts)) == ["CONV-DTD"]


def test_xml_that_is_not_well_formed_is_refused() -> None:
    assert codes(make_docx("", {"word/document.xml": "<w:document>"})) == ["CONV-XML"]
    parts = {RELS: relationships("rId1 styles styles.xml"), "word/styles.xml": "<w:styles"}
    assert codes(make_docx("", parts)) == ["CONV-XML"]


def test_three_hundred_nested_tables_are_refused_at_once() -> None:
    docx = make_docx(nested_tables(300))
    began = time.monotonic()
    assert codes(docx) == ["CONV-DEPTH"]
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "CONV-ZIP"),
        (b"Dear Chief: this is plain text.", "CONV-ZIP"),
        (letter()[:-200], "CONV-ZIP"),
        (b"%PDF-1.7\n", "CONV-ZIP"),
    ],
)
def test_what_is_no_archive_is_refused(data: bytes, code: str) -> None:
    assert codes(data) == [code]


def test_a_missing_file_is_a_finding(tmp_path: Path) -> None:
    assert [finding.code for finding in check_docx(tmp_path / "none.docx")] == ["CONV-ZIP"]


@pytest.mark.parametrize("part", ["[Content_Types].xml", "word/document.xml"])
def test_an_archive_that_is_no_word_file_is_refused(part: str) -> None:
    assert codes(_without(letter(), part)) == ["CONV-NOT-DOCX"]


def test_a_part_whose_bytes_were_changed_is_refused() -> None:
    data = bytearray(letter())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        info = archive.getinfo("word/document.xml")
    data[info.header_offset + 30 + len(info.filename) + 20] ^= 0xFF
    assert codes(bytes(data)) == ["CONV-ZIP"]


def test_zip_bombs_are_refused_without_being_unpacked() -> None:
    zeros = {"word/media/bomb.bin": b"\0" * 30_000_000}
    assert codes(make_docx("", zeros)) == ["CONV-ZIP-LIMIT"]
    assert codes(make_docx("", {f"word/media/{n}.bin": b"" for n in range(2_001)})) == ["CONV-ZIP-LIMIT"]
    declared = bytearray(make_docx("", {"word/media/huge.bin": b"x"}))
    entry = declared.rindex(b"PK\x01\x02")  # the last member's entry in the directory; its size is at 24
    declared[entry + 24 : entry + 28] = struct.pack("<I", 4_000_000_000)
    assert codes(bytes(declared)) == ["CONV-ZIP-LIMIT"]


@pytest.mark.parametrize("name", ["../evil.xml", "/etc/evil.xml", "word\\evil.xml"])
def test_members_that_point_out_of_the_archive_are_refused(name: str) -> None:
    assert codes(make_docx("", {name: "<x/>"})) == ["CONV-ZIP"]


def _without(docx: bytes, part: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(docx)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            if name != part:
                new.writestr(name, old.read(name))
    return buffer.getvalue()


def test_a_false_relationship_does_not_hide_a_part() -> None:
    """A document, and a header, that something in the file calls a part without text are looked at all the same."""
    tracked = '<w:p><w:del w:id="1"/></w:p>'
    for rels in ("rIdX webSettings document.xml", "rIdX theme document.xml"):
        assert codes(make_docx(tracked, {RELS: relationships(rels)})) == ["CONV-TRACKED"]
    header = {"word/header1.xml": f'<w:hdr xmlns:w="{W}">{tracked}</w:hdr>'}
    both = relationships("rId1 header header1.xml", "rId2 settings header1.xml")
    assert codes(make_docx("", {**header, RELS: both})) == ["CONV-TRACKED"]
    assert codes(make_docx("", {**header, RELS: relationships("rId2 settings header1.xml")})) == ["CONV-TRACKED"]


def test_a_field_that_fetches_is_found_behind_another() -> None:
    page, fetch = "<w:instrText> PAGE </w:instrText>", "<w:instrText> INCLUDETEXT C:/secret.txt</w:instrText>"
    begin = '<w:fldChar w:fldCharType="begin"/>'
    assert codes(make_docx(run(begin + page + begin + fetch))) == ["CONV-FIELD"]
