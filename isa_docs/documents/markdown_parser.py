"""python-markdown, set up to read CommonMark's rules of text and to build elements only, never HTML."""

from __future__ import annotations

import html
import re
import string
import threading
from collections.abc import Sequence
from typing import Any, Final
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.blockprocessors import HashHeaderProcessor
from markdown.extensions.sane_lists import SaneListExtension
from markdown.extensions.tables import TableExtension
from markdown.inlinepatterns import (
    AUTOLINK_RE,
    AUTOMAIL_RE,
    ENTITY_RE,
    HTML_RE,
    InlineProcessor,
    SubstituteTagInlineProcessor,
)
from markdown.util import ETX, STX, AtomicString

from isa_docs.documents.characters import refused

RAW_HTML: Final = "raw-html"
"""The tag of the element that stands for raw HTML in the tree."""


def parse(lines: Sequence[str]) -> Element:
    """Return the element tree of arranged lines (:class:`isa_docs.documents.markdown_lines.Arranger`)."""
    parser = _parser_of_thread()
    root = parser.parser.parseDocument(list(lines)).getroot()
    assert root is not None
    for name in ("inline", "unescape"):
        parser.treeprocessors[name].run(root)
    return root


_made = threading.local()


def _parser_of_thread() -> Markdown:
    """Return a parser as if it were new: making one takes longer than most texts take to read."""
    if not hasattr(_made, "parser"):
        _made.parser = _parser()
    parser: Markdown = _made.parser.reset()
    return parser


def _parser() -> Markdown:
    # Sane lists keep their first number, and bullets apart from numbers.
    parser = Markdown(extensions=[TableExtension(use_align_attribute=True), SaneListExtension()])
    parser.ESCAPED_CHARS = list(string.punctuation)
    blocks, inlines = parser.parser.blockprocessors, parser.inlinePatterns
    for name in ("setextheader", "reference"):
        blocks.deregister(name)
    for name in ("reference", "short_reference", "image_reference", "short_image_ref"):
        inlines.deregister(name)
    blocks.register(_Heading(parser.parser), "hashheader", 70)
    inlines.register(SubstituteTagInlineProcessor("(?<=\ufdd1)\\\\\n", "br"), "backslash-break", 185)
    inlines.register(_Address(AUTOLINK_RE), "autolink", 120)
    inlines.register(_Address(AUTOMAIL_RE), "automail", 110)
    inlines.register(_Address(r"<([A-Za-z][A-Za-z0-9.+-]{1,31}:[^\s<>]*)>"), "address", 115)
    inlines.register(_RawHtml(HTML_RE), "html", 90)
    inlines.register(_Entity(ENTITY_RE), "entity", 80)
    return parser


class _Heading(HashHeaderProcessor):
    """A heading needs a space after its marks: ``#5`` is text."""

    RE = re.compile(r"(?:^|\n)(?P<level>#{1,6})[ ](?P<header>[^\n]*)(?:\n|$)")


# The library's inline processors take the text as well, which its older patterns, their base, do not.


class _Address(InlineProcessor):
    """``<https://...>`` and ``<name@example.com>``, as plain elements."""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]  # noqa: N802
        link = Element("a")
        text = m[1]
        link.text = AtomicString(text)
        link.set("href", text if re.match(r"[A-Za-z][A-Za-z0-9.+-]*:", text) else f"mailto:{text}")
        return link, m.start(0), m.end(0)


class _RawHtml(InlineProcessor):
    """Raw HTML becomes an empty element, which the reader refuses."""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]  # noqa: N802
        return Element(RAW_HTML), m.start(0), m.end(0)


class _Entity(InlineProcessor):
    """``&amp;`` becomes its character; what names none, or one that no paper may hold, stays as typed."""

    def handleMatch(self, m: re.Match[str], data: str) -> Any:  # type: ignore[override]  # noqa: N802
        text = html.unescape(m[1])
        if refused(text):
            text = m[1]
        return "".join(f"{STX}{ord(character)}{ETX}" for character in text), m.start(0), m.end(0)
