"""Filling a Word template: values come out as typed, and nothing missing goes unnoticed."""

import zipfile
from dataclasses import dataclass
from datetime import date
from io import BytesIO

import pytest
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn

from isa_docs.documents.render import render_docx
from isa_docs.errors import ExitCode, TemplateError

from .word import document, fill, lines, printed, problem, problems, read, saved, table


@pytest.mark.parametrize(
    "value",
    [
        "Smith & Sons <Intl> \"Q\" – é ñ 東京",
        "<b>bold</b></w:t></w:r>",
        "{{ 7*7 }} {% if x %} {_{ }_} [[sign:officer]]",
        "“smart” ‘quotes’ it’s",
        "  two  spaces  ",
        "&amp; &lt;",
    ],
)  # fmt: skip
def test_a_value_is_printed_as_typed(value: str):
    assert printed("Dear {{ name }}!", name=value) == f"Dear {value}!"


def test_newlines_and_tabs_become_breaks_and_tabs():
    rendered = fill("At {{ place }}.", {"place": "Room 1\r\nFloor\t2"})
    assert lines(rendered) == ["At Room 1\nFloor\t2."]
    xml = read(rendered).paragraphs[0]._p.xml
    assert xml.count("<w:br/>") == 1
    assert xml.count("<w:tab/>") == 1


def test_text_is_composed():
    assert printed("{{ name }}", name="Cafe\u0301") == "Caf\u00e9"


def test_a_tag_cut_into_runs_is_still_one_tag():
    word = document(["Dear {", "{ imp", "orter.na", "me }", "}, hello"])
    word.paragraphs[0].runs[0].bold = True
    assert lines(fill(word, {"importer": {"name": "X"}})) == ["Dear X, hello"]


def test_curly_quotes_in_a_tag_count_as_straight_and_apostrophes_stay():
    assert printed("{{ “the importer’s own” if yes else ‘’ }}", yes=True) == "the importer’s own"


def test_paragraph_and_row_tags():
    word = table(
        document("{%p for a in areas %}", "* {{ a.title }}", "{%p endfor %}", "{%p if none %}", "no", "{%p endif %}"),
        ("Area", "Rate"),
        ("{%tr for a in areas %}", ""),
        ("{{ a.title }}", "{{ a.rate|percent }}"),
        ("{%tr endfor %}", ""),
    )
    rendered = fill(word, {"areas": [{"title": "A & B", "rate": 0.05}, {"title": "C", "rate": 0.1}], "none": ()})
    assert lines(rendered) == ["* A & B", "* C"]
    (made,) = read(rendered).tables
    assert [[cell.text for cell in row.cells] for row in made.rows] == [
        ["Area", "Rate"],
        ["A & B", "5%"],
        ["C", "10%"],
    ]


def test_three_hundred_rows():
    word = table(document(), ("{%tr for a in rows %}",), ("{{ a }}",), ("{%tr endfor %}",))
    (made,) = read(fill(word, {"rows": [f"row {n} & more" for n in range(300)]})).tables
    assert [row.cells[0].text for row in made.rows] == [f"row {n} & more" for n in range(300)]


def test_a_table_whose_rows_are_all_gone_goes_too():
    word = table(document("before"), ("{%tr for a in rows %}",), ("{{ a }}",), ("{%tr endfor %}",))
    assert read(fill(word, {"rows": []})).tables == []


def test_a_property_that_a_long_value_fills_is_cut_at_a_word():
    title = f"Exhibit A: {'long ' * 39}title – {'name ' * 20}".strip()
    printed = read(fill(document("a", title="{{ title }}"), {"title": title})).core_properties.title
    assert len(title) > 300
    assert 240 < len(printed) <= 255
    assert title.startswith(printed.removesuffix("…") + " ")
    whole = read(fill(document("a", title="{{ title }}"), {"title": title[:255]})).core_properties.title
    assert whole == title[:255].strip()


def test_a_property_that_is_long_of_itself_is_a_finding():
    word = document("a", title="{{ t }}")
    word.core_properties._element.find(qn("dc:title")).text = f"{'word ' * 52}{{{{ t }}}}"
    finding = problem(word, {"t": "y"})
    assert finding.code == "TPL-PROPERTY"
    assert finding.message.startswith("The document property title has 260 characters of its own")


def test_headers_and_properties_are_filled_and_never_twice():
    word = document("{{ name }}", title="Letter of {{ name }}", header="{{ name }}")
    word.add_section()
    rendered = fill(word, {"name": "A & B {{ 7*7 }}"})
    result = read(rendered)
    assert result.sections[0].header.paragraphs[0].text == "A & B {{ 7*7 }}"
    assert result.core_properties.title == "Letter of A & B {{ 7*7 }}"


def test_same_inputs_give_the_same_bytes_whatever_the_file_dates():
    word = document("{{ name }}", title="t")
    template = saved(word)
    again = BytesIO()
    with zipfile.ZipFile(BytesIO(template)) as source, zipfile.ZipFile(again, "w") as target:
        for member in reversed(source.infolist()):
            target.writestr(zipfile.ZipInfo(member.filename, (2020, 2, 2, 2, 2, 2)), source.read(member))
    assert render_docx(template, {"name": "x"}).data == render_docx(again.getvalue(), {"name": "x"}).data


def test_undefined_names_are_findings_with_place_paragraph_and_tag():
    finding = problem("Dear {{ importer.nmae }}, hello", {"importer": {"name": "X"}}, name="letter.docx")
    assert finding.code == "TPL-UNDEFINED"
    assert finding.message == (
        "There is no 'nmae' in what stands before it; did you mean 'name'? "
        "(in the body of letter.docx, “Dear {{ importer.nmae }}, hello”, tag {{ importer.nmae }})."
    )


def test_an_empty_value_that_is_printed_is_a_finding():
    finding = problem(document("x", header="Tel. {{ importer.phone }}"), {"importer": {"phone": None}})
    assert finding.code == "TPL-EMPTY"
    assert finding.message == (
        "‘importer.phone’ is empty (in the header1 of template.docx, “Tel. {{ importer.phone }}”, "
        "tag {{ importer.phone }})."
    )


def test_an_empty_value_may_be_asked_for():
    assert printed("Tel.{% if phone %} {{ phone }}{% else %} none{% endif %}", phone=None) == "Tel. none"


def test_all_missing_values_are_reported_in_one_run():
    codes = [finding.code for finding in problems(document("{{ a }} {{ b }}", "{{ c }}"), {"a": None, "c": 1.5})]
    assert codes == ["TPL-EMPTY", "TPL-UNDEFINED", "TPL-TYPE"]


@dataclass(frozen=True)
class Area:
    title: str
    owner: str | None = None


@dataclass(frozen=True)
class Plan:
    areas: tuple[Area, ...]


@dataclass(frozen=True)
class Matter:
    plan: Plan


def test_a_finding_carries_the_path_of_the_value_in_the_matter():
    matter = Matter(Plan((Area("a", "x"), Area("b"))))
    word = document("{%p for area in plan.areas %}", "{{ area.owner }}", "{%p endfor %}")
    finding = problem(word, {"plan": matter.plan}, matter=matter)
    assert finding.path == ("plan", "areas", 1, "owner")
    derived = problem("{{ letter.via }}", {"letter": {"via": None}}, value_paths={"letter": ("submissions", 0)})
    assert derived.path == ("submissions", 0, "via")


def test_a_failing_filter_carries_the_path_too():
    matter = Matter(Plan((Area("a"),)))
    finding = problem("{{ plan.areas[0].owner|upper }}", {"plan": matter.plan}, matter=matter)
    assert (finding.code, finding.path) == ("TPL-FILTER", ("plan", "areas", 0, "owner"))


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (True, "is yes or no"),
        (0.5, "is a number with decimals"),
        (date(2012, 1, 2), "is a date"),
        ([1], "is a list"),
        ({"a": 1}, "is a dict"),
    ],
)
def test_what_is_not_text_needs_a_filter(value: object, words: str):
    finding = problem("{{ x }}", {"x": value})
    assert finding.code == "TPL-TYPE"
    assert words in finding.message


@pytest.mark.parametrize("character", ["\x07", "\x0c", "\ud800", "\u202e", "\ufdd0", "\uffff"])
def test_characters_no_paper_may_hold(character: str):
    finding = problem("{{ x }}", {"x": f"a{character}b"})
    assert finding.code == "TPL-CHARACTER"
    assert f"U+{ord(character):04X}" in finding.message


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("Dear {{ name", "TPL-TAG", "{{ has no partner"),
        ("Dear name }}", "TPL-TAG", "}} has no partner"),
        ("{{ na\nme }}", "TPL-TAG", "A line break or tab stands inside the tag"),
        ("lost {%p if x %}", "TPL-TAG", "Beside the tag stands 'lost', which would be lost."),
        ("{%tr for x in y %}", "TPL-TAG", "outside a table"),
        ("{%- if x %}", "TPL-TAG", "Tags with - or + at their edge"),
        ("[[signature:officer]]", "TPL-TAG", "This is not a signature token."),
        ("{% raw %}", "TPL-TAG", "{% raw %} is not supported"),
        ("{{ name| }}", "TPL-SYNTAX", "Expected token 'name'"),
        ("{% if x %}", "TPL-TAG", "The tag is never closed."),
        ("{% include 'x' %}", "TPL-SYNTAX", "{% include %} is not available"),
        ("{% autoescape false %}{% endautoescape %}", "TPL-SYNTAX", "{% autoescape %} is not available"),
        ("{{ name|safe }}", "TPL-SYNTAX", "No filter named 'safe'"),
        ("{{ name|date }}", "TPL-FILTER", "The filter date wants a date, got text"),
        ("{{ 'a' if not name }}", "TPL-UNDEFINED", "no else section was defined"),
        ("{% for x in name %}{% endfor %}", "TPL-FAILED", "wants a list"),
    ],
)
def test_mistakes_in_tags(text: str, code: str, words: str):
    finding = problem(text, {"name": "N"})
    assert finding.code == code
    assert words in finding.message


def test_text_beside_a_row_tag_would_be_lost():
    word = table(document(), ("{%tr for a in rows %}", "Total"), ("{{ a }}", ""), ("{%tr endfor %}", ""))
    assert "'Total', which would be lost" in problem(word, {"rows": ["x"]}).message


@pytest.mark.parametrize("x", [True, False])
def test_blocks_that_open_and_close_at_different_levels(x: bool):
    word = table(document("{%p if x %}"), ("{%tr endif %}",), ("text",))
    assert problem(word, {"x": x}).message == (
        "The tag is for table rows, but its block was opened for paragraphs by {%p if x %}. "
        "(in the body: “{%tr endif %}”, tag {%tr endif %})"
    )


def test_a_block_of_words_ends_in_its_paragraph():
    finding = problem(document("{% if x %}one", "two{% endif %}"), {"x": True})
    assert "stands in another paragraph than {% if x %}" in finding.message
    assert "{%p %}" in finding.remedy


def test_an_undefined_name_is_named_even_in_a_filter():
    assert "There is no 'nane'" in problem("{{ nane|date }}").message


def test_a_file_that_is_no_word_file():
    with pytest.raises(TemplateError) as caught:
        render_docx(b"%PDF-1.7", {}, name="x.docx")
    assert caught.value.exit_code is ExitCode.TEMPLATE
    assert caught.value.findings[0].code == "TPL-FILE"


def test_conditions_and_loops_are_logged():
    rendered = fill("{% if a %}x{% endif %}{% for b in c %}{% endfor %}", {"a": "", "c": [1]})
    assert [(branch.tag, outcomes) for branch, outcomes in rendered.branches.outcomes.items()] == [
        ("{% if a %}", {False}),
        ("{% for b in c %}", {True}),
    ]


def test_footnotes_are_filled_once():
    word = document("{{ name }}")
    word.add_section()
    blob = (
        f"<w:footnotes {nsdecls('w')}><w:footnote w:id='2'><w:p><w:r><w:t>See {{{{ name }}}}</w:t></w:r></w:p>"
        "</w:footnote></w:footnotes>"
    ).encode()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    part = Part(PackURI("/word/footnotes.xml"), kind, blob, word.part.package)
    word.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
    rendered = fill(word, {"name": "A & B {{ 7*7 }}"})
    with zipfile.ZipFile(BytesIO(rendered.data)) as package:
        assert "See A &amp; B {{ 7*7 }}</w:t>" in package.read("word/footnotes.xml").decode()


def test_an_alternative_text_may_hold_a_tag():
    word = document("x")
    drawing = OxmlElement("w:drawing")
    drawing.append(
        parse_xml(f"<wp:inline {nsdecls('wp')}><wp:docPr id='1' name='n' descr='{{{{ alt }}}}'/></wp:inline>")
    )
    word.paragraphs[0].runs[0]._r.append(drawing)
    (element,) = read(fill(word, {"alt": 'a "b" & <c>'})).element.body.iter(qn("wp:docPr"))
    assert element.get("descr") == 'a "b" & <c>'


def test_text_in_a_content_control_and_a_hyperlink_is_filled():
    word = document("x")
    word.paragraphs[0]._p.append(
        parse_xml(
            f"<w:sdt {nsdecls('w')}><w:sdtContent><w:r><w:t>{{{{ </w:t></w:r><w:r><w:t>name }}}}</w:t></w:r>"
            "</w:sdtContent></w:sdt>"
        )
    )
    (paragraph,) = read(fill(word, {"name": "N"})).paragraphs
    assert "".join(text.text or "" for text in paragraph._p.iter(qn("w:t"))) == "xN"
