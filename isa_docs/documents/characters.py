"""Which characters a value may bring into a paper, and the one form they are written in."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_REFUSED: Final = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)
_WITHIN: Final = re.compile(r"(?<=[^\W\d_])'(?=[^\W\d_])")
_OPENING: Final = re.compile(r"(?:^|[\s(\[])'")
_POSSESSIVE: Final = re.compile(r"(?<=[sS])'(?=\s)")
_TOGETHER: Final = re.compile(
    r"""
    \b\d+\ (?:CFR|U\.S\.C\.|FR|Fed\.\ Reg\.)\ (?:part\ )?\d      # 19 CFR 162.74, 19 U.S.C. 1592
    | \b(?:Exhibit|Tab|Section|Tier|Suite|Floor|Room|Box|Form|No\.|Nos\.)\ (?=\d|[A-Z]{1,4}\b)
    | \b(?:pages?|paragraphs?|sections?)\ (?=\d)
    | \bP\.O\.\ (?=Box\b)
    | \bU\.S\.\ (?=Customs\b)
    | \b(?:January|February|March|April|May|June|July|August|September|October|November|December)
      \ \d{1,2}\b(?:,\ (?=\d{4}\b))?                                # October 2, 2013
    | \b\d{1,5}\ (?=(?:[A-Z][\w.]*\ ){1,3}                          # 1200 Harbor Way
      (?:Ave|Avenue|Blvd|Boulevard|Court|Drive|Highway|Lane|Parkway|Place|Road|Square|St|Street|Way|Wharf)\b)
    | \b[A-Z]{2}\ (?=\d{5}\b)                                       # WA 98402
    | \b[A-Z]{2}\ [A-Z]\d[A-Z]\ (?=\d[A-Z]\d\b)                    # ON N1H 0A7
    """,
    re.VERBOSE,
)
"""Words that belong on one line: citations, references, dates, parts of an address."""


def canonical(text: str) -> str:
    """Return the text with line feeds only and in composed form (NFC); nothing else changes."""
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))


def typographic(text: str) -> str:
    """Return prose as a paper prints it: with curly apostrophes, and bound."""
    return bound(curly(text))


def curly(text: str) -> str:
    """Return text with its straight apostrophes as Word types them: ``supplier's``, ``suppliers' lists``.

    Only an apostrophe within a word, or after a final s where the text has no single quotation marks, is one.
    """
    text = _WITHIN.sub("’", text)
    return text if _OPENING.search(text) else _POSSESSIVE.sub("’", text)


def bound(text: str) -> str:
    """Return text with no-break spaces where a line must not end: ``19 CFR 162.74``, ``Suite 400``, ``WA 98402``."""
    return _TOGETHER.sub(lambda match: match[0].replace(" ", "\u00a0"), text)


def unbroken(text: str) -> str:
    """Return a citation or a telephone number that no line breaks: with no-break spaces and hyphens."""
    return text.replace(" ", "\u00a0").replace("-", "\u2011")


def shortened(text: str, most: int) -> str:
    """Return text of at most ``most`` characters, what is longer cut after a word and ended with an ellipsis."""
    if len(text) <= most:
        return text
    kept = text[: most - 1]
    words = kept if text[most - 1] == " " else kept.rpartition(" ")[0]
    return f"{(words or kept).rstrip(' ,;:–-')}…"


def refused(text: str) -> str | None:
    """Return the name (``U+202E``) of the first character no paper may hold, or None.

    Refused are control characters but tab and newline, lone surrogates, noncharacters and overrides of the
    writing direction: a converter drops them, breaks on them, or shows something else than was written.
    """
    match = _REFUSED.search(text)
    return f"U+{ord(match.group()):04X}" if match else None
