"""A template is data: it cannot reach the machine, nor keep it busy."""

import time

import pytest

from isa_docs.documents.render import Rendering
from isa_docs.documents.sandbox import PaperEnvironment

from .word import document, fill, lines, printed, problem


class Thing:
    name = "thing"

    def run(self) -> str:
        return "ran"


@pytest.mark.parametrize(
    "expression",
    [
        "cycler.__init__.__globals__.os.popen('id').read()",
        "''.__class__.__mro__[1].__subclasses__()",
        "thing.__class__",
        "thing['__class__']",
        "thing.run()",
        "lipsum()",
        "self._TemplateReference__context",
        "'{0.__class__}'.format(thing)",
        "9**9",
        "'a' * 200000000",
        "[1] * 200000000",
        "'%1000000000d' % 1",
        "'a'.ljust(1000000000)",
        "'a'.center(9)",
        "range(1000000000)|length",
        "things.append(1)",
        "things.clear()",
        "thing|attr('__class__')",
        "_slot.__globals__",
        "namespace.__init__",
    ],
)
def test_what_a_template_may_not_do(expression: str):
    started = time.monotonic()
    finding = problem(document("{{ " + expression + " }}"), {"thing": Thing(), "things": [1]})
    assert finding.code in ("TPL-SECURITY", "TPL-UNDEFINED", "TPL-SYNTAX", "TPL-FAILED")
    assert time.monotonic() - started < 2


def test_loops_within_loops_are_bounded():
    text = "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}"
    started = time.monotonic()
    assert "run more than 200,000 times" in problem(text).message
    assert time.monotonic() - started < 5


def test_texts_that_double_are_bounded():
    text = (
        '{% set n = namespace(x="aaaaaaaaaa") %}{% for a in range(60) %}{% set n.x = n.x ~ n.x %}{% endfor %}{{ n.x }}'
    )
    assert "so long a text" in problem(text).message


def test_a_macro_that_calls_itself_ends():
    finding = problem("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}")
    assert "recursion" in finding.message


def test_an_entry_of_a_mapping_wins_over_its_method():
    assert printed("{{ sample.items }}", sample={"items": 59}) == "59"


def test_numbers_may_be_computed():
    assert printed("{{ 2 * 3 + 7 % 4 }} {{ n - 1 }}", n=5) == "9 4"


def test_texts_may_be_joined_but_nothing_with_emptiness():
    assert printed("{{ a ~ ' & ' ~ 3 }}", a="x") == "x & 3"
    assert "~ joins texts and whole numbers only" in problem("{{ a ~ b }}", {"a": "x", "b": None}).message


def test_the_context_is_left_as_it_was():
    context = {"things": [1, 2]}
    assert lines(fill("{% set things = 3 %}{{ things }}", context)) == ["3"]
    assert context == {"things": [1, 2]}


def test_a_source_compiled_before_prints_the_new_values_and_knows_what_is_escaped():
    first, again = (lines(fill("{{ name }}", {"name": name})) for name in ("Miller & Sons", "<Smith>"))
    assert (first, again) == (["Miller & Sons"], ["<Smith>"])
    environment = PaperEnvironment(session=Rendering.__new__(Rendering))
    plain = environment.overlay(autoescape=False)
    assert environment.compiled("{{ a }}", "body") is environment.compiled("{{ a }}", "body")
    assert environment.compiled("{{ a }}", "body") is not plain.compiled("{{ a }}", "body")
    assert environment.compiled("{{ a }}", "body") is not environment.compiled("{{ a }}", "header")
