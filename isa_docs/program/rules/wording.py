"""The words of the narrative fields: wrong citations, promises, leftovers, stale names.

The same patterns serve the finished papers (see ``package.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from isa_docs.findings import Path
from isa_docs.program.editions import OIT_ABOLISHED
from isa_docs.program.rules.registry import ERROR, WARNING, Case, Problem, rule

_NOTICE = re.compile(r"notice|announc|publish|Fed(?:eral|\.)\s*Reg|\bFR\b|41298|\bISA\b|Self-Assessment", re.IGNORECASE)
_NEAR = 200
"""Characters on either side in which a date must meet the notice to be taken for its date."""

_WRONG_DAY = re.compile(
    r"\bJune\s+7(?:th)?,?\s+2002\b|\b(?:the\s+)?7(?:th)?(?:\s+of)?\s+June,?\s+2002\b"
    r"|(?<![\d/])0?6/0?7/(?:20)?02(?![\d/])|\b2002-06-07\b",
    re.IGNORECASE,
)
_FIVE = "the program asks for self-testing results to be kept for three years; five is the period of entry records"
_FIVE_YEARS = re.compile(r"(?:five|5)[\s-]*(?:\(5\)\s*)?years?\b", re.IGNORECASE)
_SLIPS: tuple[tuple[re.Pattern[str], re.Pattern[str], str], ...] = (
    (
        re.compile(r"2002|/02"),
        _WRONG_DAY,
        "67 FR 41298 was published on June 17, 2002; June 7 is a slip of the 2012 notice",
    ),
    (
        re.compile("1593"),
        re.compile(r"\b1593\s*\(\s*a\s*\)"),
        "the section is 19 U.S.C. 1593a, one section number",
    ),
    (
        re.compile("77"),
        re.compile(r"\b77\s+(?:FR|Fed(?:\.|eral)?\s*Reg(?:\.|ister)?|F\.\s?R\.)\s+61,?(?!01[234]\b)\d{3}\b"),
        "the 2012 notice is at 77 FR 61012 to 61014",
    ),
    (
        _FIVE_YEARS,
        re.compile(
            r"(?<![^.])(?![^.]*\b(?:three|entry|entries)\b)(?=[^.]*\b(?:self-)?test(?:ing)?\s+results\b)(?=[^.]*\b(?:requires?|required|must|shall)\b)"
            r"[^.]*\b(?:five|5)\s*(?:\(5\)\s*)?years?\b",
            re.IGNORECASE,
        ),
        _FIVE,
    ),
    (
        _FIVE_YEARS,
        re.compile(
            r"(?<![^.])(?![^.]*\b(?:three|entry|entries)\b)"
            r"(?=[^.]*\b(?:results?|reports?|records?)\s+of\s+(?:\w+\s+){0,2}?(?:self-)?tests?(?:ing)?\b)"
            r"(?=[^.]*(?:\b(?:ISA|program|CBP|Customs|notice)\s+(?:\w+\s+)?(?:requires?|mandates?|prescribes?|demands?)\b"
            r"|\b(?:required|mandated|prescribed)\s+(?:by|under)\s+(?:the\s+)?(?:ISA|program|CBP|Customs|notice)\b))"
            r"[^.]*\b(?:five|5)[\s-]*(?:\(5\)\s*)?years?\b",
            re.IGNORECASE,
        ),
        _FIVE,
    ),
)
"""Wrong citations: what any of them holds, which is soon looked for; the citation itself; what is right."""

PROMISES = re.compile(
    r"\bexempt(?:ed|ion)?\s+from\s+(?:(?:all|any|every|further|future|CBP|Customs|regulatory)\s+){0,3}audits?\b"
    r"|\bno\s+(?:more|further|future)\s+audits?\b|\bnever\s+(?:again\s+)?be\s+audited\b"
    r"|\bwill\s+(?:not|no\s+longer)\s+be\s+(?:audited|subject\s+to\s+(?:any\s+|CBP\s+)?audits?)\b|\bimmun(?:e|ity)\s+from\b"
    r"|\bguarantee[sd]?\b[^.]{0,60}\b(?:acceptance|release|benefits?|no\s+penalt)"
    r"|\b(?:exempt|free)\s+from\s+(?:all\s+|any\s+)?penalt(?:y|ies)\b",
    re.IGNORECASE,
)
PLACEHOLDERS = re.compile(
    r"(?=[\[\]${}%XMTF<_l?])"  # what any of them begins with, so that most of a text is passed over at once
    r"(?:\[(?:INSERT|TBD|TODO|DATE|NAME|ADDRESS|COMPANY|TITLE|XX+)\b[^\]]*\]"
    r"|\[\s*(?i:insert|fill\s+in|tbd|todo)\b[^\]\n]{0,60}\]?"
    r"|\[\s*(?i:(?:insert\s+|company\s+|full\s+|your\s+)?(?:date|name|address|company|title))\s*\](?!\()"
    r"|\[[\s_●•■⬤]*[_●•■⬤][\s_●•■⬤]*\]|\$\{[^}\n]{0,60}\}?|\bX{1,2}/X{1,2}/(?:X{2,4}|\d{2,4})\b|\bMM/DD/YY(?:YY)?\b"
    r"|\{\{|\}\}|\{%|%\}|\[\[|\]\]"
    r"|\bT\.?B\.?D\.?\b|\bTODO\b|\bFIXME\b|\bX{3,}\b|<<[^>]*>>|_{5,}|\blorem ipsum\b|\?{3,})",
)
_CITATION = re.compile(r"\[\[exhibit:[a-z0-9_-]+\]\]")
SAMPLE_CLAIMS = re.compile(
    r"\bCBP\s+(?:requires?|prescribes?|mandates?|dictates?)\b[^.]{0,80}\b(?:sampl\w+|items|entries)\b", re.IGNORECASE
)
STALE_NAMES = re.compile(r"\bOffice of International Trade\b|\b1400 L Street\b")


def slips_in(text: str) -> Iterator[tuple[str, str]]:
    """Yield each wrong citation in ``text`` with what is right."""
    for mark, pattern, right in _SLIPS:
        for match in pattern.finditer(text) if mark.search(text) else ():
            near = text[max(0, match.start() - _NEAR) : match.end() + _NEAR]
            if pattern is not _WRONG_DAY or _NOTICE.search(near):
                yield match[0].strip(), right


@rule(
    "ISA-CIT-001",
    "Wrong citation",
    severity=ERROR,
    scope="matter",
    authority=("fr-67-41298", "fr-77-61012", "usc-19-1593a"),
    remedy="Write 67 FR 41298 (June 17, 2002), 77 FR 61012 (October 5, 2012), 19 U.S.C. 1593a, and three years for "
    "self-testing results.",
    example="message: as announced on June 7, 2002 (67 FR 41298)",
)
def isa_cit_001(case: Case[None]) -> Iterator[Problem]:
    """The 2012 notice misdates the 2002 notice and misprints section 1593a; papers cite both correctly.

    Five years was the retention of test results in 2002 and is not required any more.
    """
    for text, path in case.texts:
        for words, right in slips_in(text):
            yield Problem(f"The text says {_short(words)!r}: {right}.", path)


@rule(
    "ISA-TXT-001",
    "Benefit that the notice does not give",
    severity=WARNING,
    scope="matter",
    authority=("fr-77-61012",),
    remedy="Say what the notice says: removal from the Focused Assessment audit pool; single-issue audits remain.",
    example="message: Upon acceptance the company is exempt from all audits.",
)
def isa_txt_001(case: Case[None]) -> Iterator[Problem]:
    """Participants leave the Focused Assessment pool but may be audited on a single issue and may be penalized."""
    for text, path in case.texts:
        for match in PROMISES.finditer(text):
            yield Problem(f"The text says {_short(match[0])!r}, which the program does not promise.", path)


@rule(
    "ISA-TXT-002",
    "Leftover placeholder",
    severity=ERROR,
    scope="matter",
    authority=("practice",),
    remedy="Fill it in or take it out.",
    example="statement_of_facts: On [INSERT DATE] the company found ...",
)
def isa_txt_002(case: Case[None]) -> Iterator[Problem]:
    """No placeholder goes out: even the 2012 notice, as handed in for publication, holds one."""
    for text, path in case.texts:
        for match in PLACEHOLDERS.finditer(_CITATION.sub("", text)):
            yield Problem(f"The text still holds {_short(match[0])!r}.", path)


@rule(
    "ISA-TXT-003",
    "CBP said to require a sample size",
    severity=WARNING,
    scope="matter",
    authority=("cfr-19-163-11",),
    remedy="Give the reason for the size instead: confidence, tolerable rate, universe.",
    example="testing_methodology: CBP requires a sample of 60 items.",
)
def isa_txt_003(case: Case[None]) -> Iterator[Problem]:
    """No CBP figure for self-testing samples is known; the plan explains its own figures."""
    for text, path in case.texts:
        for match in SAMPLE_CLAIMS.finditer(text):
            yield Problem(f"The text says {_short(match[0])!r}.", path)


@rule(
    "ISA-TXT-004",
    "Office of International Trade named after its end",
    severity=WARNING,
    scope="matter",
    authority=("usc-19-2084",),
    remedy="Write Office of Trade, or say that the former office is meant.",
    example="message: We thank the Office of International Trade.   # submission dated 2017-01-12",
)
def isa_txt_004(case: Case[None]) -> Iterator[Problem]:
    """The Office of International Trade was abolished in March 2016; its address went with it."""
    for text, path in case.texts:
        day = _paper_date(case, path)
        if day is None or day < OIT_ABOLISHED:
            continue
        for match in STALE_NAMES.finditer(text):
            if "former" not in text[max(0, match.start() - 12) : match.start()].lower():
                yield Problem(f"The text names {match[0]!r}, which ended in March 2016.", path)


def _paper_date(case: Case[None], path: Path) -> date | None:
    if len(path) > 1 and path[0] == "submissions" and isinstance(path[1], int):
        return case.matter.submissions[path[1]].date
    return None


def _short(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= 80 else words[:77] + "..."
