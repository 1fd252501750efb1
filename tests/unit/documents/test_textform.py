"""The text form of a template: equal for equal templates, telling for others."""

from isa_docs.documents.textform import text_form

from .word import document, saved, table


def letter():
    word = document(["Dear {{ importer", ".name }}"], "[[sign:officer]]", title="Letter", header="{{ firm.name }}")
    return table(word, ("Area", "Rate"))


def body(text: str) -> str:
    return text[text.index("BODY") : text.index("HEADER1")]


def test_what_it_says():
    text = text_form(saved(letter()))
    assert body(text).splitlines()[:8] == [
        "BODY",
        "  [-] Dear {{ importer.name }}",
        "  [-] [[sign:officer]]",
        "  table tblW(type=auto w=0) tblLook(firstColumn=1 firstRow=1 lastColumn=0 lastRow=0 noHBand=0 noVBand=1 "
        "04A0) columns 4320 4320",
        "    row",
        "      cell tcW(type=dxa w=4320)",
        "        [-] Area",
        "      cell tcW(type=dxa w=4320)",
    ]
    assert "HEADER1\n  [Header] {{ firm.name }}\n" in text
    assert "  title: Letter\n" in text


def test_it_is_stable_and_shows_every_change():
    first = text_form(saved(letter()))
    assert first == text_form(saved(letter()))
    bold, style, margin, property_ = letter(), letter(), letter(), letter()
    bold.paragraphs[0].runs[0].bold = True
    style.styles["Body Text"].font.size = 150000
    margin.sections[0].left_margin = 600000
    property_.core_properties.subject = "changed"
    forms = {text_form(saved(word)) for word in (letter(), bold, style, margin, property_)}
    assert len(forms) == 5
    assert "  [-] ‹b: Dear {{ importer›.name }}" in text_form(saved(bold))
