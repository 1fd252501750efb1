"""The reason given for making a document anew is the first fact that differs."""

from __future__ import annotations

import pytest

from isa_docs.build.reasons import DocumentNote, after_build, before_build

LAST = {"template": "t", "text": "x", "converter": "c", "fonts": "f", "program": "p", "matter": "m"}


@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ("template", "its template changed"),
        ("text", "what it says changed"),
        ("converter", "the converter is another one"),
        ("fonts", "the installed fonts changed"),
        ("program", "isa-docs itself changed"),
    ],
)
def test_what_differs_is_the_reason(differs: str, why: str) -> None:
    assert after_build("mou", LAST, LAST | {differs: "other"}, reused=False) == DocumentNote("mou", True, why)


def test_a_first_build_and_a_lost_cache_have_reasons_of_their_own() -> None:
    assert after_build("mou", None, LAST, reused=False).why == "it was not made before"
    assert after_build("mou", LAST, LAST, reused=False).why == "the cache no longer held it"


def test_a_reused_document_was_not_made() -> None:
    assert after_build("mou", LAST, LAST | {"matter": "other"}, reused=True) == DocumentNote(
        "mou", False, "nothing that decides it changed"
    )
    assert after_build("mou", None, LAST, reused=True) == DocumentNote("mou", False, "the cache holds it")


def test_before_a_build_a_changed_matter_may_change_every_paper_but_no_exhibit() -> None:
    known = {name: value for name, value in LAST.items() if name != "text"}
    assert before_build("mou", LAST, known).made is False
    assert before_build("mou", LAST, known | {"matter": "other"}).why.startswith("the matter changed;")
    exhibit = {"file": "e", "fonts": "f", "program": "p"}
    assert before_build("exhibit-a", exhibit, exhibit).made is False
    assert before_build("exhibit-a", exhibit, exhibit | {"file": "other"}).why == "its file changed"
