"""Narratives in the template's own styles."""

import struct
import zlib

import pytest
from docx.oxml.ns import qn
from docx.shared import Inches

from isa_docs.documents.blocks import Picture

from .word import document, fill, lines, problem, read, table


def narrative(text: str):
    return read(fill("{{p text|markdown }}", {"text": text}))


def styles(word) -> list[tuple[str, str]]:
    return [(paragraph.style.name, paragraph.text) for paragraph in word.paragraphs]


def test_every_block_takes_a_named_style():
    word = narrative("Plain.\n\n### Scope\n\n- a\n  - b\n\n1. one\n\n   more\n")
    assert styles(word) == [
        ("Body Text", "Plain."),
        ("Heading 3", "Scope"),
        ("List Bullet", "a"),
        ("List Bullet 2", "b"),
        ("List Number", "one"),
        ("List Continue", "more"),
    ]


def test_plain_paragraphs_take_the_style_of_the_tag():
    word = document("{{p text|markdown }}")
    word.paragraphs[0].style = "Intense Quote"
    assert styles(read(fill(word, {"text": "a\n\nb"}))) == [("Intense Quote", "a"), ("Intense Quote", "b")]


def test_each_numbered_list_starts_anew_and_where_it_says():
    word = narrative("1. a\n2. b\n\nText.\n\n1. c\n\nText.\n\n7. d\n")
    numbering = word.part.numbering_part.element
    starts = []
    for paragraph in word.paragraphs:
        if paragraph.style.name == "List Number":
            number = paragraph._p.pPr.numPr.numId.val
            (override,) = numbering.num_having_numId(number).lvlOverride_lst
            starts.append((number, override.startOverride.val))
    first, second, third, fourth = starts
    assert first == second
    assert len({first[0], third[0], fourth[0]}) == 3
    assert [start for _, start in starts] == [1, 1, 1, 7]


def test_what_introduces_a_list_stays_with_its_first_items_and_no_item_is_left_alone():
    word = narrative("Before.\n\nThese count:\n\n- a\n- b\n- c\n- d\n\nAfter.\n")
    kept = [paragraph.text for paragraph in word.paragraphs if paragraph.paragraph_format.keep_with_next]
    assert kept == ["These count:", "a", "c"]


def test_what_introduces_a_table_stays_with_it():
    word = narrative("Before.\n\nThe ranks:\n\n| Score | Rank |\n|---|---|\n| 15 | high |\n\nAfter.\n")
    assert [each.text for each in word.paragraphs if each.paragraph_format.keep_with_next] == ["The ranks:"]


def test_emphasis_and_links():
    word = narrative("a **b** *c* [d & e](https://x.example/?a=1&b=2)")
    (paragraph,) = word.paragraphs
    assert [(run.text, bool(run.bold), bool(run.italic)) for run in paragraph.runs] == [
        ("a ", False, False),
        ("b", True, False),
        (" ", False, False),
        ("c", False, True),
        (" ", False, False),
    ]
    (link,) = paragraph.hyperlinks
    assert (link.text, link.address) == ("d & e", "https://x.example/?a=1&b=2")
    assert link.runs[0].style.name == "Hyperlink"


def test_tables_repeat_their_header_and_keep_rows_whole():
    word = narrative("| Area | Rate |\n|---|--:|\n| Value | 5% |\n")
    (made,) = word.tables
    assert made.style.name == "Table Grid"
    assert [[cell.text for cell in row.cells] for row in made.rows] == [["Area", "Rate"], ["Value", "5%"]]
    header, row = (row._tr.trPr for row in made.rows)
    assert header.find(qn("w:tblHeader")) is not None
    assert row.find(qn("w:tblHeader")) is None
    assert all(properties.find(qn("w:cantSplit")) is not None for properties in (header, row))
    assert made.cell(0, 0).paragraphs[0].style.name == "Table Header"
    marked = [properties.find(qn("w:cnfStyle")) is not None for properties in (header, row)]
    assert marked == [True, False]  # LibreOffice gives a first row its form only where it is marked
    assert made.cell(0, 0)._tc.tcPr.find(qn("w:cnfStyle")).get(qn("w:val")) == "100000000000"
    assert made.cell(1, 1).paragraphs[0].alignment == 2  # right
    widths = [int(column.get(qn("w:w"))) for column in made._tbl.tblGrid]
    assert sum(widths) == 8640  # the width between the margins


def test_a_narrative_in_a_table_cell_ends_with_a_paragraph():
    word = table(document(), ("{{p text|markdown }}",))
    (made,) = read(fill(word, {"text": "| A |\n|---|\n| b |\n"})).tables
    assert made.cell(0, 0)._tc[-1].tag == qn("w:p")


def in_cell(text: str, style: str = "Table Text"):
    """Fill a narrative into the second of two cells, each 2.5 inches wide; return that cell."""
    word = table(document(), ("a", "{{p text|markdown }}"))
    for cell in word.tables[0].rows[0].cells:
        cell.width = Inches(2.5)
        cell.paragraphs[0].style = style
    return read(fill(word, {"text": text})).tables[0].cell(0, 1)


def test_a_table_within_a_cell_is_as_wide_as_the_cell_and_breaks_no_word():
    cell = in_cell(
        "| Family | Active numbers | Remark |\n|---|--:|---|\n| Pumps | 400 | two new suppliers of castings |\n"
    )
    widths = [int(column.get(qn("w:w"))) for column in cell.tables[0]._tbl.tblGrid]
    assert sum(widths) == 3600 - 216
    assert all(
        width >= 110 * len(word) + 216 for width, word in zip(widths, ("Family", "numbers", "suppliers"), strict=True)
    )
    assert {paragraph.style.name for each in cell.tables[0]._cells for paragraph in each.paragraphs} == {
        "Table Header",
        "Table Text",
    }


def test_a_table_with_no_room_for_its_words_shares_it_by_them():
    cell = in_cell("| Classification | Recordkeeping | Valuation |\n|---|---|---|\n| a | b | c |\n")
    widths = [int(column.get(qn("w:w"))) for column in cell.tables[0]._tbl.tblGrid]
    assert sum(widths) == 3600 - 216
    assert widths[0] > widths[1] > widths[2] > 850


def test_lists_within_a_cell_take_its_style_and_keep_their_signs_and_indents():
    cell = in_cell("1. one\n\n   more\n   - inner\n2. two\n\n- bullet")
    assert [(each.style.name, each.text) for each in cell.paragraphs] == [
        ("Table Text", text) for text in ("one", "more", "inner", "two", "bullet")
    ]
    numbers = [each._p.pPr.numPr.numId.val if each._p.pPr.numPr is not None else None for each in cell.paragraphs]
    assert numbers[0] == numbers[3]
    assert len({*numbers}) == 4  # the numbers, no sign, the inner bullets, the bullets
    assert [each.paragraph_format.left_indent is not None for each in cell.paragraphs] == [
        False,
        True,
        False,
        False,
        False,
    ]


def test_lists_within_a_cell_of_body_text_keep_their_own_styles():
    cell = in_cell("- bullet", style="Body Text")
    assert [each.style.name for each in cell.paragraphs] == ["List Bullet"]


def test_inline_text_keeps_the_look_around_it():
    word = document(["Note: {{r note|markdown }} (end)"])
    word.paragraphs[0].runs[0].italic = True
    (paragraph,) = read(fill(word, {"note": "see **this**"})).paragraphs
    assert [(run.text, bool(run.bold), bool(run.italic)) for run in paragraph.runs if run.text] == [
        ("Note: ", False, True),
        ("see ", False, True),
        ("this", True, True),
        (" (end)", False, True),
    ]


def test_inline_text_of_several_paragraphs_is_a_finding():
    assert "more than one paragraph" in problem("{{r note|markdown }}", {"note": "a\n\nb"}).message


def test_a_link_in_a_header_belongs_to_the_header():
    word = document("x", header="{{r note|markdown }}")
    header = read(fill(word, {"note": "[a](https://x.example)"})).sections[0].header
    assert header.paragraphs[0].hyperlinks[0].address == "https://x.example"


def test_a_missing_style_is_a_finding():
    word = document("{{p text|markdown }}")
    style = word.styles["List Bullet"]
    style.delete()
    finding = problem(word, {"text": "- a"})
    assert (finding.code, finding.remedy) == ("TPL-STYLE", "Add the style 'List Bullet' to the template.")


@pytest.mark.parametrize("value", [None, "", "  \n "])
def test_an_empty_narrative_is_a_finding(value: str | None):
    assert problem("{{p text|markdown }}", {"text": value}).code in ("TPL-EMPTY", "TPL-FILTER")


def test_text_without_the_markdown_filter_is_a_finding():
    assert "write |markdown after the name" in problem("{{p text }}", {"text": "a"}).message


def test_a_narrative_in_a_plain_tag_is_a_finding():
    assert problem("{{ text|markdown }}", {"text": "a"}).remedy == "Write it as {{p ... }}, alone in its paragraph."


def test_a_picture_with_its_alternative_text():
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 4, 2, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\x00\x80\x80\x80\x80" * 2)
    png = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    word = read(fill("{{r figure }}", {"figure": Picture(png, 3.0, "A & B by likelihood")}))
    (shape,) = word.inline_shapes
    assert (shape.width.inches, shape.height.inches) == (3.0, 1.5)
    assert shape._inline.docPr.get("descr") == "A & B by likelihood"


def test_forty_pages_of_narrative():
    text = "\n\n".join(f"Paragraph {number} & *more*." for number in range(1500))
    assert lines(fill("{{p text|markdown }}", {"text": text}))[-1] == "Paragraph 1499 & more."
