"""The lint of templates: one defect each, named with its place and its remedy."""

import time
from io import BytesIO
from pathlib import Path

import pytest
from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from isa_docs.documents.blocks import Blocks, Paragraph, Text
from isa_docs.documents.docx_package import opened
from isa_docs.documents.lint import Flaw, lint_template, mark_template
from isa_docs.documents.reading import template_parts
from isa_docs.documents.shapes import described, shape_of
from isa_docs.findings import Severity

from .word import document, saved, table

SHIPPED = sorted((Path(__file__).parents[3] / "templates").glob("*.docx"))

CONTEXTS = [
    {
        "importer": {"name": "N", "phone": "1"},
        "areas": [{"title": "Value", "rate": 0.05, "owner": "A"}, {"title": "Origin", "rate": 0.1, "owner": ""}],
        "scope": Blocks((Paragraph((Text("x"),)),)),
        "fa": {"number": "7", "office": ""},
        "counsel": True,
    },
    {
        "importer": {"name": "N", "phone": ""},
        "areas": [],
        "scope": Blocks(),
        "fa": {},
        "counsel": False,
    },
]


def clean(*paragraphs: str, **options: str) -> WordDocument:
    return document(*paragraphs, title="A letter", **options)


def lint(word: WordDocument, **options: object) -> list[Flaw]:
    return lint_template(saved(word), "letter.docx", **options)  # type: ignore[arg-type]


def flaw(word: WordDocument, **options: object) -> tuple[str, str, str]:
    (found,) = lint(word, **options)
    return found.finding.code, found.finding.message, found.finding.remedy


def names(*paragraphs: str, word: WordDocument | None = None) -> list[tuple[str, str]]:
    flaws = lint(word or clean(*paragraphs), context=shape_of(CONTEXTS))
    return [
        (one.finding.code, one.finding.message.partition(" (in the")[0])
        for one in flaws
        if one.finding.code not in ("TPL-LINT-UNUSED", "TPL-LINT-STYLES")
    ]


def test_a_clean_template_has_nothing_to_say():
    assert lint(clean("Dear {{ importer.name }}", "[[sign:officer]]"), signs=True) == []


# Ten templates with one defect each.


def test_a_broken_tag():
    assert flaw(clean("Dear {{ importer.name }")) == (
        "TPL-TAG",
        "The mark {{ has no partner in its paragraph (in the body of letter.docx, “Dear {{ importer.name }”).",
        "Open and close each tag within one paragraph.",
    )


@pytest.mark.parametrize("marks", ["{{", "{%", "{#", "[[", "{{{%{#[[", "{{p "])
def test_marks_without_end_are_told_in_time(marks: str):
    began = time.monotonic()
    flaws = lint(clean(marks * (120_000 // len(marks)), "[[sign:officer]]"), signs=True)
    assert {one.finding.code for one in flaws} == {"TPL-TAG"}
    assert time.monotonic() - began < 20  # it was minutes


def test_a_tag_opened_twice_is_broken_where_it_first_opens():
    assert flaw(clean("Dear {{ importer {{ importer.name }}"))[1].startswith("The mark {{ has no partner")


def test_an_expression_that_cannot_be_read():
    code, message, _ = flaw(clean("Dear {{ importer..name }}"))
    assert code == "TPL-SYNTAX"
    assert "“Dear {{ importer..name }}”, tag {{ importer..name }}" in message


def test_a_tracked_change():
    word = clean("text")
    word.paragraphs[0]._p.append(
        parse_xml(f"<w:ins {nsdecls('w')} w:id='1' w:author='a'><w:r><w:t>new</w:t></w:r></w:ins>")
    )
    code, message, remedy = flaw(word)
    assert (code, remedy) == ("TPL-LINT-CHANGES", "Accept or reject all changes in Word (Review).")
    assert "“textnew”" in message


def test_a_comment():
    word = clean("text")
    word.add_comment(word.paragraphs[0].runs, "why?", "a", "a")
    assert flaw(word)[0] == "TPL-LINT-COMMENTS"


def test_hidden_text():
    word = clean("seen", "unseen")
    word.paragraphs[1].runs[0].font.hidden = True
    code, message, _ = flaw(word)
    assert (code, "“unseen”" in message) == ("TPL-LINT-HIDDEN", True)


def test_a_picture_fetched_from_outside():
    word = clean("text")
    word.part.relate_to("https://x.example/logo.png", RELATIONSHIP_TYPE.IMAGE, is_external=True)
    code, message, _ = flaw(word)
    assert (code, "https://x.example/logo.png (image)" in message) == ("TPL-LINT-LINK", True)


def test_a_table_without_header_row():
    code, message, _ = flaw(table(clean(), ("Area", "Rate"), ("Value", "5%")))
    assert (code, "“Area”" in message) == ("TPL-LINT-TABLE", True)
    left = table(clean(), ("Area", "Value"), ("Rate", "5%"))
    look = left.tables[0]._tbl.tblPr.find(qn("w:tblLook"))
    look.set(qn("w:firstColumn"), "1")
    look.set(qn("w:firstRow"), "0")
    assert lint(left) == []


def test_a_picture_without_alternative_text():
    word = clean("text")
    drawing = OxmlElement("w:drawing")
    drawing.append(parse_xml(f"<wp:inline {nsdecls('wp')}><wp:docPr id='1' name='Logo'/></wp:inline>"))
    word.paragraphs[0].runs[0]._r.append(drawing)
    assert flaw(word)[0] == "TPL-LINT-PICTURE"


def test_no_title():
    assert flaw(document("text"))[0] == "TPL-LINT-TITLE"


def test_a_field_that_changes_by_itself():
    word = clean("text")
    word.paragraphs[0]._p.append(parse_xml(f"<w:fldSimple {nsdecls('w')} w:instr=' DATE \\@ \"d\" '/>"))
    assert flaw(word)[1].startswith("The field DATE changes by itself")


def test_no_signature_token():
    assert flaw(clean("text"), signs=True)[0] == "TPL-LINT-SIGN"
    assert flaw(clean("[[sign:officer]]"), signs=False)[0] == "TPL-LINT-SIGN"


def test_a_font_that_is_not_there():
    word = clean("text")
    word.paragraphs[0].runs[0].font.name = "Garamond"
    assert flaw(word, installed_fonts={"Calibri", "Cambria", "Courier"})[1].startswith(
        "The font ‘Garamond’ is not there"
    )


def test_a_file_that_is_no_template():
    (found,) = lint_template(b"junk", "letter.docx")
    assert found.finding.code == "TPL-FILE"


# The names, against what real packages hold.


@pytest.mark.parametrize(
    ("text", "code", "message"),
    [
        ("{{ importer.nmae }}", "UNKNOWN", "There is no ‘nmae’ in ‘importer’"),
        ("{{ imprter.name }}", "UNKNOWN", "There is no ‘imprter’"),
        ("{{ importer.phone }}", "OPTIONAL", "‘importer.phone’ may be empty, and no if asks for it"),
        ("{{ importer.phone|upper }}", "OPTIONAL", "‘importer.phone’ may be empty, and no if asks for it"),
        ("{% if counsel %}{{ importer.phone }}{% endif %}", "OPTIONAL",
         "‘importer.phone’ may be empty, and no if asks for it"),
        ("{% if not importer.phone %}{{ importer.phone }}{% endif %}", "OPTIONAL",
         "‘importer.phone’ may be empty, and no if asks for it"),
        ("{% if fa.number %}x{% endif %}", "OPTIONAL", "‘fa’ may be empty, and no if asks for it"),
        ("{{ areas }}", "KIND", "‘areas’ is a list, which is not text"),
        ("{{ counsel }}", "KIND", "‘counsel’ is a yes/no, which is not text"),
        ("{% for a in importer %}{% endfor %}", "LOOP", "‘importer’ is not a list but mapping"),
        ("{% for a in areas %}{{ a.rate }}{% endfor %}", "KIND", "‘a.rate’ is a number, which is not text"),
        ("{% for a in areas %}{{ a.owner }}{% endfor %}", "OPTIONAL", "‘a.owner’ may be empty, and no if asks for it"),
        ("{% for a in areas %}{{ a.titel }}{% endfor %}", "UNKNOWN", "There is no ‘titel’ in ‘a’"),
        ("{{p importer.name }}", "KIND", "‘importer.name’ is text, not a narrative"),
        ("{{ 'x' if counsel }}", "ELSE", "The inline if has no else"),
    ],
)  # fmt: skip
def test_names(text: str, code: str, message: str):
    assert (f"TPL-LINT-{code}", message) in names(text)


@pytest.mark.parametrize(
    "text",
    [
        "{% if importer.phone %}Tel. {{ importer.phone }}{% endif %}",
        "{% if not importer.phone %}none{% else %}{{ importer.phone }}{% endif %}",
        "{{ importer.phone|default('none', true) }}",
        "{{ importer.phone if importer.phone else 'none' }}",
        "{% if fa and fa.office %}{{ fa.number }} {{ fa.office }}{% endif %}",
        "{% for a in areas %}{{ a.title }} {{ a.rate|percent }} {{ loop.index }}{% endfor %}",
        "{% set n = areas|length %}{{ n }} {{ n|words }}",
        "{% if areas %}{{ areas|map(attribute='title')|oxford }}{% endif %}",
        "{% if counsel %}yes{% endif %}",
    ],
)
def test_names_rightly_used(text: str):
    assert names(text) == []


def test_an_optional_narrative_wants_its_if_around_the_paragraph():
    assert names("{{p scope }}")[0][0] == "TPL-LINT-OPTIONAL"
    assert names("{%p if scope %}", "{{p scope }}", "{%p endif %}") == []


def test_names_never_used_are_noted_together():
    flaws = lint(clean("{{ importer.name }}"), context=shape_of(CONTEXTS))
    (note,) = [one.finding for one in flaws if one.finding.code == "TPL-LINT-UNUSED"]
    assert note.message.startswith("The template says nothing of: areas, counsel, fa, importer.phone, scope (")


def test_what_there_is_can_be_listed():
    assert list(described(shape_of(CONTEXTS)))[:6] == [
        ("areas", "list, may be empty"),
        ("areas[]", "mapping"),
        ("areas[].owner", "text, may be empty"),
        ("areas[].rate", "number"),
        ("areas[].title", "text"),
        ("counsel", "yes/no"),
    ]


def test_flaws_can_be_marked_in_word():
    word = clean("fine", "Dear {{ importer.nmae }}", header="{{ nothing }}")
    flaws = lint(word, context=shape_of(CONTEXTS))
    marked = Document(BytesIO(mark_template(saved(word), flaws)))
    comments = {comment.comment_id: comment.text for comment in marked.comments}
    assert len(comments) == 3
    reference = marked.paragraphs[1]._p.find(qn("w:commentRangeStart"))
    assert "There is no ‘nmae’" in comments[int(reference.get(qn("w:id")))]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_shipped_templates(path: Path):
    flaws = lint_template(path.read_bytes(), path.name)
    assert [one.finding.message for one in flaws if one.finding.severity is not Severity.NOTE] == []
    for part in template_parts(opened(path.read_bytes(), path.name)):
        if part.root is not None:
            assert len(part.source.tags) == len(part.source.paragraphs)
