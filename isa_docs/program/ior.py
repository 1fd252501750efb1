"""Read importer of record numbers: the three formats of 19 CFR 24.5, the suffix, the mask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from isa_docs.findings import conceal

Kind = Literal["ein", "ssn", "cbp-assigned"]

_EIN = re.compile(r"(\d{2}-\d{7})([0-9A-Z]{2})?", re.ASCII)
_SSN = re.compile(r"\d{3}-\d{2}-\d{4}", re.ASCII)
_CBP = re.compile(r"\d{2}[0-9A-Z]{4}-\d{5}", re.ASCII)
_LIKE_SSN = re.compile(r"(?<!\d)\d{3}[\s.-]+\d{2}")
_DIGIT_BEFORE_LAST_FOUR = re.compile(r"\d(?=(?:\D*\d){4})")
_FORBIDDEN = frozenset("IOZ")

FORMATS = "NN-NNNNNNNXX (IRS EIN and suffix), NNN-NN-NNNN (Social Security number) or YYDDPP-NNNNN (assigned by CBP)"
"""The three formats in words, for messages."""


@dataclass(frozen=True)
class Ior:
    """One importer of record number. ``normalized`` is for comparison, ``printed`` is what the file says."""

    kind: Kind
    printed: str
    normalized: str
    base: str
    """The EIN without its suffix; for the other kinds the whole number."""
    suffix: str | None = None


def parse_ior(text: str) -> Ior | None:
    """Return the number in ``text``, or None when it has none of the three formats.

    Raises nothing. A suffix with a letter I, O or Z parses; :func:`suffix_fault` names the letter.
    """
    printed = text.strip()
    upper = printed.upper()
    if match := _EIN.fullmatch(upper):
        suffix = match[2] or "00"
        return Ior("ein", printed, match[1] + suffix, match[1], suffix)
    if _SSN.fullmatch(upper):
        return Ior("ssn", printed, upper, upper)
    if _CBP.fullmatch(upper):
        return Ior("cbp-assigned", printed, upper, upper)
    return None


def normalize(text: str) -> str:
    """Return ``text`` in the form used for comparison: upper case, an EIN's blank suffix as ``00``.

    A text that is no importer of record number is returned stripped and in upper case.
    """
    found = parse_ior(text)
    return found.normalized if found else text.strip().upper()


def suffix_fault(ior: Ior) -> str | None:
    """Return the letters of the suffix that 19 CFR 24.5(d) does not allow (I, O, Z), or None."""
    bad = [letter for letter in ior.suffix or "" if letter in _FORBIDDEN]
    return ", ".join(bad) or None


def mask(text: str) -> str:
    """Hide a Social Security number: ``123-45-6789`` becomes ``***-**-6789``.

    What has none of the three formats but may be such a number, written together or grouped wrongly
    (``123-456789``), keeps its last four digits only. Anything else stays as it is.
    """
    found = parse_ior(text)
    if found is not None:
        return conceal(text) if found.kind == "ssn" else text
    digits = sum(character.isdigit() for character in text)
    if digits in (9, 10) or _LIKE_SSN.search(text):
        return _DIGIT_BEFORE_LAST_FOUR.sub("*", text)
    return text
