"""A comparison as a page for people: HTML without outside resources, and a Word file that becomes its PDF."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from isa_docs.review.redline import Redline


@dataclass(frozen=True)
class Row:
    """One line of the table of differences."""

    what: str
    before: str
    after: str


@cache
def _template() -> Any:
    from jinja2 import Environment, StrictUndefined

    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return environment.from_string(files("isa_docs.review").joinpath("comparison.html.jinja").read_text("utf-8"))


def comparison_html(heading: str, rows: Sequence[Row], redlines: Sequence[Redline]) -> bytes:
    """Return the comparison as one UTF-8 HTML page."""
    return str(_template().render(heading=heading, rows=rows, redlines=redlines)).encode()
