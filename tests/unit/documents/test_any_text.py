"""Whatever a value says, the paper says the same."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isa_docs.documents.characters import canonical, refused

from .word import document, fill, lines, read

texts = st.text(
    st.one_of(st.sampled_from("&<>\"'{}%#[]\n\t |*_\\"), st.characters(exclude_categories=("Cs", "Cc", "Cn"))),
    min_size=1,
).filter(lambda text: refused(text) is None)
template = document("a{{ value }}z", title="{{ value }}", header="{{ value }}")


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(texts)
def test_any_text_is_printed_as_it_is(value: str):
    rendered = fill(template, {"value": value})
    assert lines(rendered) == [f"a{canonical(value)}z"]
    assert read(rendered).sections[0].header.paragraphs[0].text == canonical(value)
