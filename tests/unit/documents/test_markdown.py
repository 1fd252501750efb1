"""Markdown of the narrative fields: what is read, and what is a finding."""

import pytest

from isa_docs.documents.blocks import Blocks, Heading, LineBreak, Listing, Paragraph, Table, Text, plain_text
from isa_docs.documents.markdown import parse_markdown


def read(text: str) -> Blocks:
    blocks, findings = parse_markdown(text)
    assert findings == []
    return blocks


def complaints(text: str) -> list[tuple[int | None, str]]:
    _, findings = parse_markdown(text)
    return [(finding.place.line if finding.place else None, finding.message) for finding in findings]


def test_paragraphs_with_emphasis_links_and_breaks():
    blocks = read("We *do* **test ***all*.\nSee [CBP](https://www.cbp.gov) or <mailto:a@b.example>.\\\nEnd.")
    (paragraph,) = blocks.blocks
    assert isinstance(paragraph, Paragraph)
    assert Text("do", emphasis=True) in paragraph.inlines
    assert Text("CBP", href="https://www.cbp.gov") in paragraph.inlines
    assert Text("mailto:a@b.example", href="mailto:a@b.example") in paragraph.inlines
    assert LineBreak() in paragraph.inlines


def test_text_is_taken_as_typed():
    assert plain_text(read("Smith & Sons, \\<Intl>, {{ 7*7 }} “Q” – AT&T 3 < 4")) == (
        "Smith & Sons, <Intl>, {{ 7*7 }} “Q” – AT&T 3 < 4"
    )


def test_apostrophes_print_as_word_types_them():
    assert plain_text(read("The supplier's list, the buyers' lists, O'Brien, 5'10")) == (
        "The supplier’s list, the buyers’ lists, O’Brien, 5'10"
    )
    assert plain_text(read("It 'says' so")) == "It 'says' so"


def test_composed_form_and_line_ends_are_canonical():
    assert read("cafe\u0301\r\nbar") == read("caf\u00e9 bar")


def test_lists_nest_and_keep_their_first_number():
    (listing,) = read("3. a\n   - b\n     1. c\n4. d").blocks
    assert isinstance(listing, Listing)
    assert (listing.ordered, listing.start, len(listing.items)) == (True, 3, 2)
    nested = listing.items[0][1]
    assert isinstance(nested, Listing)
    assert not nested.ordered


def test_list_right_after_a_paragraph_is_a_list():
    assert [type(block) for block in read("We test:\n- entries\n- payments").blocks] == [Paragraph, Listing]


@pytest.mark.parametrize(
    "text",
    [
        "1. a\n  - b",
        "1. a\n   - b",
        "1. a\n    - b",
        "1. a\n\t- b",
        "1) a\n\n   * b",
    ],
)
def test_lists_nest_by_two_spaces_or_more(text: str):
    (listing,) = read(text).blocks
    nested = Listing(False, ((Paragraph((Text("b"),)),),))
    assert listing == Listing(True, ((Paragraph((Text("a"),)), nested),))


def test_an_item_goes_on_in_its_paragraphs():
    (listing,) = read("- a\nb\n\n  c\n- d").blocks
    assert listing == Listing(False, ((Paragraph((Text("a b"),)), Paragraph((Text("c"),))), (Paragraph((Text("d"),)),)))


def test_a_year_at_the_start_of_a_line_of_text_begins_no_list():
    assert plain_text(read("The policy dates from\n2012. It was\nrevised.")) == (
        "The policy dates from 2012. It was revised."
    )


def test_bullets_and_numbers_are_lists_of_their_own():
    bullets, numbers = read("- a\n\n2. b").blocks
    assert isinstance(bullets, Listing)
    assert isinstance(numbers, Listing)
    assert (bullets.ordered, numbers.ordered, numbers.start) == (False, True, 2)


def test_stars_and_underscores_of_data_are_no_emphasis():
    assert plain_text(read("5* x and 6* y, part_no_7, 2 * 3 * 4, #5, end\\\n")) == (
        "5* x and 6* y, part_no_7, 2 * 3 * 4, #5, end\\"
    )


def test_a_table_needs_no_outer_bars_and_may_hold_dashes():
    (table,) = read("a | b\n--- | ---\n\\| | -\n| - | - |").blocks
    assert isinstance(table, Table)
    assert table.rows == (((Text("|"),), (Text("-"),)), ((Text("-"),), (Text("-"),)))


def test_named_characters_read_as_characters():
    assert plain_text(read("A&amp;T&nbsp;Co &bogus;")) == "A&T\u00a0Co &bogus;"


def test_table_with_alignment():
    (table,) = read("| Area | Items | Rate |\n|---|:-:|--:|\n| Value | 59 | **5%** |\n").blocks
    assert isinstance(table, Table)
    assert table.alignments == ("left", "center", "right")
    assert table.rows == (((Text("Value"),), (Text("59"),), (Text("5%", strong=True),)),)


def test_headings_three_and_four():
    assert read("### Scope\n\n#### Detail").blocks == (Heading(3, (Text("Scope"),)), Heading(4, (Text("Detail"),)))


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("fine\n\n<div>x</div>", 3, "raw HTML"),
        ("fine\nso <b>bold</b>", 2, "raw HTML"),
        ("a\n\n![chart](x.png)", 3, "a picture"),
        ("a\n\n```\ncode\n```", 3, "a code block"),
        ("a\n\n    indented", 3, "a code block"),
        ("say `x`", 1, "code between backquotes"),
        ("a\n\n> quoted", 3, "a block quote"),
        ("a\n\n***", 3, "a horizontal rule"),
        ("# Title", 1, "a heading of level 1"),
        ("Title\n-----", 1, "a heading of level 2"),
        ("- a\n\n  ### b", 3, "a heading within a list"),
        ("see[^1]", 1, "a footnote"),
        ("a\n\n[x]: https://x.example", 3, "a link definition"),
        ("a ~~b~~", 1, "struck-out text"),
        ("[x](javascript:alert(1))", 1, "a link to 'javascript:alert(1)'"),
        ("[x](/local/file)", 1, "a link to '/local/file'"),
        ("- a\n  - b\n    - c\n      - d", 4, "a list nested more than 3 deep"),
        ("- a\n\n  | b |\n  |---|\n  | c |", 3, "a table within a list"),
        ("a\n\nb\nc ![d](e)\nf", 4, "a picture"),
        ("- a\n- b\n  <i>c</i>", 3, "raw HTML"),
        ("| a |\n|---|\n| b |\n| `c` |", 4, "code between backquotes"),
        ("a  \nb\\\nc [d](ftp://e)", 3, "a link to 'ftp://e'"),
        ("| a | b |\n|---|---|\n| 1 | 2 | 3 |", 3, "a table row with 3 cells under 2 headings"),
    ],
)
def test_anything_else_is_a_finding_at_its_line(text: str, line: int, what: str):
    assert (line, f"The text holds {what}, which the papers do not support.") in complaints(text)


@pytest.mark.parametrize("character", ["\x07", "\ud800", "\u202e", "\ufdd0"])
def test_characters_no_paper_may_hold(character: str):
    ((line, message),) = complaints(f"one\ntwo{character}")
    assert (line, message) == (
        2,
        f"The text holds the character U+{ord(character):04X}, which no paper may hold.",
    )


def test_forty_pages_of_text_are_read_whole():
    text = "\n\n".join(f"Paragraph {number} with *emphasis* and some more words." for number in range(2000))
    blocks = read(text)
    assert len(blocks.blocks) == 2000
    assert plain_text(blocks).endswith("Paragraph 1999 with emphasis and some more words.")
