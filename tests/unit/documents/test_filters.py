"""The filters of the templates."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from isa_docs.documents.filters import FILTERS, FilterError

NOTICE = date(2012, 11, 15)


@pytest.mark.parametrize(
    ("name", "arguments", "text"),
    [
        ("date", (NOTICE,), "November 15, 2012"),
        ("date", (NOTICE, "short"), "Nov. 15, 2012"),
        ("date", (NOTICE, "numeric"), "11/15/2012"),
        ("date", (NOTICE, "iso"), "2012-11-15"),
        ("date", (NOTICE, "month"), "November 2012"),
        ("date", (NOTICE, "weekday"), "Thursday, November 15, 2012"),
        ("money", (1234567,), "$1,234,567"),
        ("money", (Decimal("0.5"),), "$0.50"),
        ("money", (-12.345,), "-$12.35"),
        ("money", (5000, True), "$5,000.00"),
        ("percent", (0.05,), "5%"),
        ("percent", (0.07,), "7%"),
        ("percent", (0.125,), "12.5%"),
        ("percent", (0.125, 0), "13%"),
        ("percent", (1,), "100%"),
        ("percent", (0,), "0%"),
        ("percent", (0.0125,), "1.25%"),
        ("percent", (1 / 3,), "33.3333%"),
        ("percent", (0.9999999,), "99.99999%"),
        ("percent", (0.0000001,), "0.00001%"),
        ("number", (12345,), "12,345"),
        ("words", (30,), "thirty"),
        ("words", (365,), "three hundred sixty-five"),
        ("words", (100,), "one hundred"),
        ("ordinal", (1,), "1st"),
        ("ordinal", (12,), "12th"),
        ("ordinal", (113,), "113th"),
        ("ordinal", (22,), "22nd"),
        ("oxford", ([],), ""),
        ("oxford", (["a"],), "a"),
        ("oxford", (["a", "b"],), "a and b"),
        ("oxford", (["a", "b", "c"], "or"), "a, b, or c"),
        ("oxford", (["A, Inc.", "B"],), "A, Inc.; and B"),
        ("series", (["a"],), "a"),
        ("series", (["a", "b", "c"],), "a, b and c"),
        ("series", (["a", "b", "c"], "or"), "a, b or c"),
        ("series", (["A, Inc.", "B"],), "A, Inc.; and B"),
        ("join", ([1, "b"], "; "), "1; b"),
        ("lines", (["Chief", "Room 1"],), "Chief\nRoom 1"),
        ("article", ("importer",), "an importer"),
        ("article", ("unit",), "a unit"),
        ("article", ("FA report",), "an FA report"),
        ("article", ("U.S. importer",), "a U.S. importer"),
        ("article", ("CBP officer",), "a CBP officer"),
        ("plural", (1, "entry", "entries"), "1 entry"),
        ("plural", (1204, "entry", "entries"), "1,204 entries"),
        ("noun", (["x", "y"], "area"), "areas"),
        ("possessive", ("Northwind Components, Inc.",), "Northwind Components, Inc.’s"),
        ("possessive", ("Davis & Sons",), "Davis & Sons’"),
        ("keep", ("19 CFR 103.35",), "19\u00a0CFR\u00a0103.35"),
        ("capitalize", ("mOU",), "MOU"),
    ],
)
def test_what_a_filter_writes(name: str, arguments: tuple[object, ...], text: str):
    assert FILTERS[name](*arguments) == text


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("date", (None,), "wants a date, got nothing"),
        ("date", ("2012-11-15",), "wants a date, got text"),
        ("date", (datetime(2012, 11, 15),), "wants a date, got a datetime"),
        ("date", (NOTICE, "fancy"), "knows no style 'fancy'; it knows long, short, numeric, iso, month, weekday"),
        ("percent", (True,), "wants a number, got yes or no"),
        ("money", (float("nan"),), "wants a finite number"),
        ("join", ("abc",), "wants a list, got text"),
        ("oxford", (["a", None],), "wants a list of texts, got nothing in it"),
        ("upper", (None,), "wants text, got nothing"),
        ("words", (1000,), "wants a whole number from 0 to 999, got a whole number"),
        ("markdown", ("a <b>",), "cannot take line 1 of the text: The text holds raw HTML, which the papers do not "
                                 "support. Write it in Markdown; write \\< for a plain less-than sign."),
    ],
)  # fmt: skip
def test_what_a_filter_refuses(name: str, arguments: tuple[object, ...], message: str):
    with pytest.raises(FilterError) as caught:
        FILTERS[name](*arguments)
    assert str(caught.value) == message


def test_filters_that_would_undo_escaping_or_bring_chance_are_absent():
    assert {"safe", "random", "urlize", "xmlattr", "tojson", "format"}.isdisjoint(FILTERS)
