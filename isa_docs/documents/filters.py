"""The filters a template may use: ``{{ value|filter }}``. A closed list; each refuses what it cannot show.

``docs/templates.md`` lists them for template authors.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from jinja2 import filters as stock

from isa_docs.documents.blocks import Blocks
from isa_docs.documents.markdown import parse_markdown

_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_SHORT: Final = ("Jan.", "Feb.", "Mar.", "Apr.", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec.")
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SMALL: Final = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS: Final = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


class FilterError(ValueError):
    """A filter was given something it cannot show; the message completes "the filter date ..."."""


def long_date(value: Any, style: str = "long") -> str:
    """Write a date: ``November 15, 2012``; styles long, short, numeric, iso, month, weekday.

    Month names are English whatever the machine's locale.
    """
    if not isinstance(value, date) or isinstance(value, datetime):
        raise FilterError(f"wants a date, got {_kind(value)}")
    month, day, year = value.month, value.day, value.year
    forms: dict[str, Callable[[], str]] = {
        "long": lambda: f"{_MONTHS[month - 1]} {day}, {year}",
        "short": lambda: f"{_SHORT[month - 1]} {day}, {year}",
        "numeric": lambda: f"{month:02d}/{day:02d}/{year:04d}",
        "iso": value.isoformat,
        "month": lambda: f"{_MONTHS[month - 1]} {year}",
        "weekday": lambda: f"{_DAYS[value.weekday()]}, {_MONTHS[month - 1]} {day}, {year}",
    }
    if style not in forms:
        raise FilterError(f"knows no style {style!r}; it knows {', '.join(forms)}")
    return forms[style]()


def money(value: Any, cents: bool | None = None) -> str:
    """Write U.S. dollars: ``$1,234,567`` or ``$1,234.50``; cents are shown when there are any, or as asked."""
    amount = _decimal(value)
    shown = amount.quantize(Decimal("0.01"), ROUND_HALF_UP)
    if cents is None:
        cents = shown != shown.to_integral_value()
    if not cents:
        shown = amount.quantize(Decimal(1), ROUND_HALF_UP)
    return f"{'-' if shown < 0 else ''}${abs(shown):,}"


def percent(value: Any, places: int | None = None) -> str:
    """Write a fraction as a percentage: 0.05 is ``5%``, 0.125 is ``12.5%``; ``places`` fixes the decimals."""
    hundredth = _decimal(value) * 100
    if places is not None:
        hundredth = hundredth.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
        return f"{hundredth:f}%"
    short = hundredth.quantize(Decimal("0.0001"), ROUND_HALF_UP)
    if short in (0, 100):
        short = hundredth  # 99.99999% is not all, nor 0.00001% nothing
    return f"{short.normalize():f}%"


def number(value: Any, places: int | None = None) -> str:
    """Write a number with thousands separators: ``12,345``; ``places`` fixes the decimals."""
    amount = _decimal(value)
    if places is not None:
        amount = amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
    return f"{amount:,f}"


def words(value: Any) -> str:
    """Write a whole number from 0 to 999 in words: 30 is ``thirty``, 365 is ``three hundred sixty-five``."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 999:
        raise FilterError(f"wants a whole number from 0 to 999, got {_kind(value)}")
    if value >= 100:
        rest = f" {words(value % 100)}" if value % 100 else ""
        return f"{_SMALL[value // 100]} hundred{rest}"
    if value < 20:
        return _SMALL[value]
    return _TENS[value // 10] + (f"-{_SMALL[value % 10]}" if value % 10 else "")


def ordinal(value: Any) -> str:
    """Write a whole number as ``1st``, ``2nd``, ``3rd``, ``11th``."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise FilterError(f"wants a whole number, got {_kind(value)}")
    ending = "th" if value % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def oxford(values: Any, conjunction: str = "and") -> str:
    """Join a list as a sentence does: ``a``, ``a and b``, ``a, b, and c``; semicolons when an item has a comma."""
    items = _strings(values)
    if len(items) < 2:
        return "".join(items)
    if len(items) == 2 and not any("," in item for item in items):
        return f"{items[0]} {conjunction} {items[1]}"
    separator = "; " if any("," in item for item in items) else ", "
    return f"{separator.join(items[:-1])}{separator}{conjunction} {items[-1]}"


def series(values: Any, conjunction: str = "and") -> str:
    """Join a list as ``oxford`` does, without the comma before the conjunction: ``a, b and c``."""
    items = _strings(values)
    if len(items) < 2 or any("," in item for item in items):
        return oxford(items, conjunction)
    return f"{', '.join(items[:-1])} {conjunction} {items[-1]}"


def join(values: Any, separator: str = ", ") -> str:
    """Join a list of texts or whole numbers with a separator."""
    return str(separator).join(_strings(values))


def lines(values: Any) -> str:
    """Write a list of texts one below the other, as an inside address is."""
    return "\n".join(_strings(values))


def article(value: Any) -> str:
    """Put ``a`` or ``an`` before a text: ``an importer``, ``a unit``, ``an FA report``.

    Goes by the sound of the first letter; words like ``hour`` or ``one`` are not known to it.
    """
    text = _string(value)
    first = text.split(maxsplit=1)[0] if text.split() else ""
    letters = first.strip("\"'“‘(")
    if letters[:2].isupper() or len(letters) == 1:  # an abbreviation, read letter by letter
        vowel = letters[:1] in tuple("AEFHILMNORSX8")
    else:
        vowel = letters[:1].lower() in tuple("aeio8") or (
            letters[:1].lower() == "u" and not letters.lower().startswith(("uni", "use", "usu", "u.s"))
        )
    return f"{'an' if vowel else 'a'} {text}"


def plural(count: Any, singular: str, several: str | None = None) -> str:
    """Write a count with its noun: ``1 entry``, ``3 entries`` as ``{{ n|plural("entry", "entries") }}``."""
    return f"{number(count)} {noun(count, singular, several)}"


def noun(count: Any, singular: str, several: str | None = None) -> str:
    """Write only the noun that goes with a count (or with the length of a list)."""
    if isinstance(count, Sequence) and not isinstance(count, str):
        count = len(count)
    return singular if _decimal(count) == 1 else (several or f"{singular}s")


def possessive(value: Any) -> str:
    """Write the possessive: ``Northwind Components, Inc.’s``, ``Davis & Sons’``."""
    text = _string(value)
    return f"{text}’" if text.endswith(("s", "S")) else f"{text}’s"


def keep(value: Any) -> str:
    """Keep a text on one line: its spaces become no-break spaces (citations, numbers with units)."""
    return _string(value).replace(" ", "\u00a0")


def markdown(value: Any) -> Blocks:
    """Read a Markdown field for ``{{p ...|markdown }}`` or ``{{r ...|markdown }}``."""
    if isinstance(value, Blocks):
        return value
    blocks, findings = parse_markdown(_string(value))
    if findings:
        first = findings[0]
        line = first.place.line if first.place else 1
        raise FilterError(f"cannot take line {line} of the text: {first.message} {first.remedy}")
    return blocks


def upper(value: Any) -> str:
    """Write in capitals."""
    return _string(value).upper()


def lower(value: Any) -> str:
    """Write in small letters."""
    return _string(value).lower()


def capitalize(value: Any) -> str:
    """Write the first letter as a capital and leave the rest alone (jinja's own lowers it)."""
    text = _string(value)
    return text[:1].upper() + text[1:]


def trim(value: Any) -> str:
    """Drop white space at both ends."""
    return _string(value).strip()


FILTERS: Final[dict[str, Callable[..., Any]]] = {
    "article": article,
    "capitalize": capitalize,
    "date": long_date,
    "join": join,
    "keep": keep,
    "lines": lines,
    "lower": lower,
    "markdown": markdown,
    "money": money,
    "noun": noun,
    "number": number,
    "ordinal": ordinal,
    "oxford": oxford,
    "percent": percent,
    "plural": plural,
    "possessive": possessive,
    "series": series,
    "trim": trim,
    "upper": upper,
    "words": words,
    # From jinja as they are: they choose, order and count, and show nothing by themselves.
    "abs": abs,
    "batch": stock.do_batch,
    "count": len,
    "default": stock.do_default,
    "dictsort": stock.do_dictsort,
    "first": stock.do_first,
    "groupby": stock.FILTERS["groupby"],
    "int": stock.do_int,
    "last": stock.do_last,
    "length": len,
    "list": stock.FILTERS["list"],
    "map": stock.FILTERS["map"],
    "max": stock.do_max,
    "min": stock.do_min,
    "reject": stock.FILTERS["reject"],
    "rejectattr": stock.FILTERS["rejectattr"],
    "reverse": stock.do_reverse,
    "round": stock.do_round,
    "select": stock.FILTERS["select"],
    "selectattr": stock.FILTERS["selectattr"],
    "sort": stock.do_sort,
    "sum": stock.FILTERS["sum"],
    "unique": stock.do_unique,
}


def _decimal(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise FilterError(f"wants a number, got {_kind(value)}")
    amount = Decimal(str(value))
    if not amount.is_finite():
        raise FilterError("wants a finite number")
    return amount


def _string(value: Any) -> str:
    if not isinstance(value, str):
        raise FilterError(f"wants text, got {_kind(value)}")
    return value


def _strings(values: Any) -> list[str]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise FilterError(f"wants a list, got {_kind(values)}")
    items = []
    for value in values:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise FilterError(f"wants a list of texts, got {_kind(value)} in it")
        items.append(str(value))
    return items


def _kind(value: Any) -> str:
    if value is None:
        return "nothing"
    names = {bool: "yes or no", int: "a whole number", float: "a number", str: "text", date: "a date"}
    return names.get(type(value), f"a {type(value).__name__}")
