"""A firm's template is filled in a process of its own: the same paper, and no more time or memory than allowed."""

from __future__ import annotations

import pytest

from isa_docs.documents.blocks import Blocks, Paragraph, Text
from isa_docs.documents.render import render_docx
from isa_docs.documents.render_child import ChildLimits, ChildRenderer
from isa_docs.documents.template_check import template_flaws
from isa_docs.errors import TemplateError

from .word import document, saved

BODY = ("Dear {{ name }},", "{{p note }}", "[[sign:officer]]")
VALUES = {"name": "A & B", "note": Blocks((Paragraph((Text("Yes."),)),))}


def test_the_same_paper_and_lines_as_in_this_process() -> None:
    data = saved(document(*BODY))
    child = ChildRenderer()
    here = render_docx(data, VALUES, roles={"officer"})
    for _ in range(2):  # the process answers again and again
        there = child.render(data, VALUES, roles={"officer"})
        assert (there.data, there.slots) == (here.data, here.slots)


def test_findings_come_back_with_their_path() -> None:
    data = saved(document("{{ name|money }}"))
    values = {"name": "text"}
    with pytest.raises(TemplateError) as here:
        render_docx(data, values, value_paths={"name": ("importer", "legal_name")})
    with pytest.raises(TemplateError) as there:
        ChildRenderer().render(data, values, value_paths={"name": ("importer", "legal_name")})
    assert there.value.findings == here.value.findings
    assert there.value.findings[0].path == ("importer", "legal_name")


def test_a_template_is_checked_as_in_this_process() -> None:
    data = saved(document("Dear {{ importer.legal_name }"))
    fonts = ["Times New Roman"]
    here = [flaw.finding for flaw in template_flaws(data, "transmittal", "own.docx", fonts)]
    assert {finding.code for finding in here} >= {"TPL-TAG", "TPL-LINT-SIGN"}
    assert ChildRenderer().check(data, "transmittal", "own.docx", fonts) == here


def test_a_check_that_takes_too_long_is_ended() -> None:
    with pytest.raises(TemplateError, match=r"^Checking the template own\.docx takes more than 0 seconds\.$") as error:
        ChildRenderer(ChildLimits(seconds=0.05)).check(saved(document("a")), "transmittal", "own.docx", [])
    assert error.value.findings[0].code == "TPL-LIMIT"


@pytest.mark.slow
def test_limits_of_time_and_memory() -> None:
    endless = saved(document("{% for a in l %}{% for b in l %}{% set x = (a * b)|string %}{% endfor %}{% endfor %}"))
    long = {"l": list(range(300))}
    child = ChildRenderer(ChildLimits(seconds=0.05))
    with pytest.raises(TemplateError, match="takes more than 0 seconds") as error:
        child.render(endless, long, name="own.docx")
    assert error.value.findings[0].code == "TPL-LIMIT"
    greedy = ChildRenderer(ChildLimits(memory=400_000_000))
    with pytest.raises(TemplateError) as error:
        greedy.render(saved(document("{{ t }}")), {"t": "x" * 150_000_000})
    assert "memory" in error.value.message
    assert greedy.render(saved(document("{{ t }}")), {"t": "x"}).data, "it starts anew"
