"""The block around a signature is known by bookmarks at its ends."""

import re

import pytest
from docx import Document
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from isa_docs.documents.keeping import keeping_styles

from .word import document, fill, read, table


def block_ends(rendered) -> dict[str, str]:
    """Return the text of the paragraph that each bookmark of a block is in."""
    return {
        mark.get(qn("w:name")): Paragraph(mark.getparent(), None).text.strip("\t\u200b")
        for mark in read(rendered).element.body.iter(qn("w:bookmarkStart"))
        if mark.get(qn("w:name")).startswith("isaBlock")
    }


def letter(*kept: str, after: tuple[str, ...] = ("Enclosure", "Page two")):
    word = document("Dear Chief:", *kept, *after)
    for paragraph in word.paragraphs[1 : len(kept) + 1]:
        paragraph.paragraph_format.keep_with_next = True
    return word


def test_a_block_reaches_from_the_first_kept_paragraph_to_the_one_after_the_last():
    word = letter("Sincerely,", "[[sign:officer]]", "Margaret Ellison", "Signed on: [[date:officer]]")
    assert block_ends(fill(word)) == {"isaBlockStart0": "Sincerely,", "isaBlockEnd0": "Enclosure"}


def test_a_block_may_end_the_paper():
    word = letter("Sincerely,", "[[sign:officer]]", after=())
    assert block_ends(fill(word)) == {"isaBlockStart0": "Sincerely,", "isaBlockEnd0": ""}


def test_two_lines_in_a_block_make_one_block_and_two_blocks_make_two():
    word = letter("By", "[[sign:officer]]", "[[sign:counsel]]")
    assert block_ends(fill(word)) == {"isaBlockStart0": "By", "isaBlockEnd0": "Enclosure"}
    word.paragraphs[2].paragraph_format.keep_with_next = False
    assert block_ends(fill(word)) == {
        "isaBlockStart0": "By",
        "isaBlockEnd0": "",
        "isaBlockStart1": "",
        "isaBlockEnd1": "Enclosure",
    }


def test_lines_that_nothing_is_kept_with_and_lines_in_tables_have_no_block():
    assert block_ends(fill(document("Dear Chief:", "[[sign:officer]]", "Margaret Ellison"))) == {}
    assert block_ends(fill(table(letter("Sincerely,"), ["[[sign:officer]]", "[[date:officer]]"]))) == {}


def test_what_word_puts_between_paragraphs_does_not_end_a_block():
    word = letter("Please direct questions", "Sincerely,", "[[sign:officer]]")
    for at in (1, 2):
        word.paragraphs[at]._p.addnext(word.element.makeelement(qn("w:proofErr"), {qn("w:type"): "spellStart"}))
    assert block_ends(fill(word)) == {"isaBlockStart0": "Please direct questions", "isaBlockEnd0": "Enclosure"}


def test_what_a_value_says_makes_no_block():
    word = letter("Sincerely,", "{{ name }}")
    assert block_ends(fill(word, {"name": "[[sign:officer]]"})) == {}


def test_bookmarks_of_blocks_have_names_that_libreoffice_keeps_and_numbers_of_their_own():
    marks = list(read(fill(letter("Sincerely,", "[[sign:officer]]"))).element.body.iter(qn("w:bookmarkStart")))
    assert all(re.fullmatch("[A-Za-z0-9]{1,40}", mark.get(qn("w:name"))) for mark in marks)
    assert len({mark.get(qn("w:id")) for mark in marks}) == len(marks) == 4


@pytest.mark.parametrize(
    ("own", "above", "keeps"),
    [(None, None, False), (None, True, True), (True, None, True), (False, True, False), (True, False, True)],
)
def test_a_style_keeps_as_it_says_or_else_as_the_one_it_is_based_on(own, above, keeps):
    word = Document()
    for name, value, base in (("Above", above, "Normal"), ("Own", own, "Above")):
        style = word.styles.add_style(name, 1)
        style.base_style = word.styles[base]
        style.paragraph_format.keep_with_next = value
    assert ("Own" in keeping_styles(word.styles.element)) is keeps


def test_styles_based_on_each_other_in_a_circle_end():
    word = Document()
    one, two = (word.styles.add_style(name, 1) for name in ("One", "Two"))
    one.base_style, two.base_style = two, one
    assert {"One", "Two"}.isdisjoint(keeping_styles(word.styles.element))
