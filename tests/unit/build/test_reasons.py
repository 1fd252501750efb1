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
        ("program", "isa-docs or one of its libraries changed"),
    ],
)
def test_what_differs_is_the_reason(differs: str, why: str) -> None:
    assert after_build("mou", LAST, LAST | {differs: "other"}, reused=False) == DocumentNote("mou", True, why)


EXHIBIT = {"file": "e", "name": "a.pdf", "treatment": "auto", "poppler": "p", "fonts": "f", "program": "p"}


@pytest.mark.parametrize(
    ("differs", "why"),
    [
        ("file", "its file changed"),
        ("name", "its file has another name"),
        ("treatment", "its treatment changed"),
        ("poppler", "poppler is another one"),
    ],
)
def test_what_differs_for_an_exhibit_is_told_before_and_after(differs: str, why: str) -> None:
    now = EXHIBIT | {differs: "other"}
    assert before_build("exhibit-a", EXHIBIT, now) == DocumentNote("exhibit-a", True, why)
    assert after_build("exhibit-a", EXHIBIT, now, reused=False) == DocumentNote("exhibit-a", True, why)


def test_a_fresh_build_and_a_filled_pdf_form_have_reasons_of_their_own() -> None:
    told = after_build("mou", None, LAST, reused=False, fresh=True)
    assert told == DocumentNote("mou", True, "this build was told to make everything anew")
    filled = DocumentNote("mou", True, "an agency's PDF form is filled in every build")
    assert after_build("mou", LAST, LAST, reused=False, kept=False) == filled
    assert before_build("mou", LAST, LAST, kept=False) == filled
    assert before_build("mou", LAST, LAST | {"template": "other"}, kept=False).why == "its template changed"


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
