"""What is looked for first in a text never hides what the whole pattern finds."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from isa_docs.program.rules import wording

PIECES = (
    "[INSERT DATE]", "[insert the name", "[ Company ]", "[___]", "${name}", "X/XX/XXXX", "MM/DD/YY", "{{", "%}", "]]",
    "TBD", "T.B.D.", "TODO", "FIXME", "XXX", "<<party>>", "_____", "lorem ipsum", "???", "June 7, 2002",
    "7th of June 2002",
    "6/7/02", "2002-06-07", "1593 (a)", "77 FR 61999", "77 Federal Register 61,100", "ISA", "the program requires",
    "self-testing results", "results of the tests", "FIVE", "5 (5) years", "five-year", "kept", ".", " ", "\n",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join)


@given(TEXTS)
def test_no_placeholder_begins_with_another_character(text: str) -> None:
    ahead, _, whole = wording.PLACEHOLDERS.pattern.partition("])")
    assert ahead.startswith("(?=[")
    bare = re.compile(whole, wording.PLACEHOLDERS.flags)
    assert wording.PLACEHOLDERS.findall(text) == bare.findall(text)


@given(TEXTS)
def test_every_wrong_citation_holds_its_mark(text: str) -> None:
    for mark, pattern, _ in wording._SLIPS:
        for match in pattern.finditer(text):
            assert mark.search(match[0])
