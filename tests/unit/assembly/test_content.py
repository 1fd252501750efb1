"""Content cut into its instructions is what a parser reads from it, whatever stands in its strings."""

from __future__ import annotations

import pikepdf
import pytest
from hypothesis import given
from hypothesis import strategies as st

from isa_docs.assembly import content
from isa_docs.assembly.content import balanced, paints_outside_marks, unmarked_as_artifact, without_marks

OPERANDS = (
    b"1", b"-.5", b"+2.25", b"[1 2] ", b"[(a) -120 (b\\)Tj)]", b"(plain)", b"(a (nested) one)", b"(BT ET % Do)",
    b"<48656C>", b"/F1", b"/Span", b"<</MCID 3>>", b"<</Type /Pagination /Shown true>>", b"true", b"null", b"/#54j",
    b"% S and more\n",
)  # fmt: skip
OPERATORS = (b"q", b"Q", b"cm", b"BT", b"ET", b"Tj", b"TJ", b"'", b'"', b"T*", b"re", b"f*", b"S", b"n", b"Do", b"EMC")


def parsed(data: bytes) -> list[tuple[bytes, bytes]]:
    with pikepdf.new() as holder:
        steps = pikepdf.parse_content_stream(pikepdf.Stream(holder, data))
        return [(pikepdf.unparse_content_stream([step]), str(step.operator).encode()) for step in steps]


@given(st.lists(st.tuples(st.lists(st.sampled_from(OPERANDS), max_size=3), st.sampled_from(OPERATORS)), max_size=12))
def test_instructions_are_what_the_parser_reads(steps: list[tuple[list[bytes], bytes]]) -> None:
    data = b"".join(b" ".join([*operands, operator]) + b"\n" for operands, operator in steps)
    cut = content._instructions(data)
    assert [operator for _, operator in cut] == [operator for _, operator in parsed(data)]
    assert parsed(b"\n".join(step for step, _ in cut)) == parsed(data)


@pytest.mark.parametrize(
    ("data", "operators"),
    [
        (b"q BI /W 1 /H 1 /CS /G /BPC 8 ID (Tj) EI Q (x) Tj", b"q|INLINE IMAGE|Q|Tj"),
        (b"(a (b (c) d) e) Tj q Q", b"Tj|q|Q"),
        (b"/X1\x00Do q", b"Do|q"),
        (b"(open\\) (Tj) Tj) Tj", b"Tj"),
    ],
    ids=["an inline image", "parentheses within parentheses", "a zero byte after a name", "an escaped parenthesis"],
)
def test_what_is_hard_to_tell(data: bytes, operators: bytes) -> None:
    assert b"|".join(operator for _, operator in content._instructions(data)) == operators


def test_what_is_painted_outside_of_marks_becomes_an_artifact() -> None:
    data = b"/P <</MCID 0>> BDC (in Do) Tj EMC 0 0 m 9 9 l S 1 g 0 0 5 5 re W n (out) Tj /X1 Do"
    assert paints_outside_marks(data)
    mended = unmarked_as_artifact(data)
    assert not paints_outside_marks(mended)
    assert mended.split(b"\n") == [
        b"/P <</MCID 0>> BDC", b"(in Do) Tj", b"EMC",
        b"/Artifact BMC", b"0 0 m", b"9 9 l", b"S", b"EMC",
        b"1 g", b"0 0 5 5 re", b"W", b"n",
        b"/Artifact BMC", b"(out) Tj", b"EMC",
        b"/Artifact BMC", b"/X1 Do", b"EMC",
    ]  # fmt: skip
    assert unmarked_as_artifact(mended) == mended


def test_marks_go_and_states_are_closed() -> None:
    assert without_marks(b"q Q Q /P <</MCID 0>> BDC q (EMC) Tj EMC").split() == [
        b"q",
        b"Q",
        b"q",
        b"(EMC)",
        b"Tj",
        b"Q",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"q 1 0 0 1 0 0 cm Q q (a Q (b) \\) Q)Tj Q", None),
        (b"0 0 m [(q)] TJ /q gs /Q Do", None),
        (b"(x) Tj Q q", b"(x) Tj\nq\nQ"),
        (b"q[(x)]TJ Q Q", b"q\n[(x)]TJ\nQ"),
        (b"(q) Tj Q", b"(q) Tj"),
        (b"q (Q) Tj", b"q\n(Q) Tj\nQ"),
        (b"/P <</MCID 0>> BDC q EMC", b"/P <</MCID 0>> BDC\nq\nEMC\nQ"),
    ],
)
def test_every_state_is_closed_and_none_that_was_not_opened(data: bytes, expected: bytes | None) -> None:
    made = balanced(data)
    assert made == (data if expected is None else expected)
    assert balanced(made) is made
