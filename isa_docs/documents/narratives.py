"""The Markdown fields of a matter: which they are, and exhibit citations (``[[exhibit:mail-log]]``) within them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from isa_docs.documents.blocks import Blocks
from isa_docs.documents.markdown import parse_markdown
from isa_docs.findings import Finding, Path, Place, Severity
from isa_docs.intake.schema import ROOT, Schema, child_schema, load_schema, resolve
from isa_docs.intake.source import Source

_BLOCK: Final = re.compile(r"(?:[&!]\S*\s+)*([|>])[-+0-9]*\s*(?:#.*)?$")
"""The head of a text written as a block of YAML: its lines are kept (``|``) or folded (``>``)."""

CITATION = re.compile(r"\[\[exhibit:([^\]\s]*)\]\]")


def narrative_fields(data: Any) -> Iterator[tuple[Path, str]]:
    """Yield the path and text of each Markdown field that ``data`` fills in."""

    def search(value: Any, path: Path, schema: Schema) -> Iterator[tuple[Path, str]]:
        if isinstance(value, str):
            if schema.get("x-format") == "markdown":
                yield path, value
        elif isinstance(value, dict | list):
            for step, each in value.items() if isinstance(value, dict) else enumerate(value):
                below = child_schema(schema, step, each)
                if below is not None:
                    yield from search(each, (*path, step), below)

    yield from search(data, (), resolve(load_schema(ROOT)))


def check_narratives(source: Source) -> list[Finding]:
    """Return a finding, at its line, for whatever in a Markdown field no paper can hold."""
    findings: list[Finding] = []
    for path, text in narrative_fields(source.data):
        _, problems = parse_markdown(CITATION.sub("Exhibit X", text))
        for at, problem in enumerate(problems):
            place = _place(source, path, problem, problems[:at].count(problem))
            findings.append(replace(problem, path=path, place=place))
        findings.extend(_unknown_exhibits(source, path, text))
    return findings


def narrative(text: str | None, tabs: Mapping[str, str]) -> Blocks:
    """Read a Markdown field (nothing from None); citations become ``Exhibit B`` by ``tabs``, the tab of each id."""
    if text is None:
        return Blocks()
    blocks, _ = parse_markdown(CITATION.sub(lambda match: f"Exhibit {tabs.get(match[1], '?')}", text))
    return blocks


def cited(text: str) -> list[str]:
    """Return the exhibit ids that a text cites, in order."""
    return CITATION.findall(text)


def _unknown_exhibits(source: Source, path: Path, text: str) -> Iterator[Finding]:
    """Yield a finding for each exhibit cited that a submission with this text does not enclose.

    A text of the plan, or another that is no submission's, goes into every application.
    """
    names = cited(text)
    if not names:
        return
    submissions = source.data.get("submissions", ())
    within = path[0] == "submissions"
    where = [submissions[path[1]]] if within else [each for each in submissions if each["kind"] == "application"]
    for submission in where:
        known = {exhibit["id"] for exhibit in submission.get("exhibits", ())}
        whose = "this submission" if within else f"the application '{submission['id']}'"
        for name in names:
            if name not in known:
                message = f"The text cites the exhibit '{name}', which {whose} does not enclose."
                remedy = f"Enclosed: {', '.join(sorted(known)) or 'none'}."
                yield Finding("REF-UNKNOWN", Severity.ERROR, message, remedy, path, source.place(path))


def _place(source: Source, path: Path, problem: Finding, before: int) -> Place:
    """Return where a problem of a text stands: its line in a block of YAML, where a text that is no block begins.

    ``before`` is how many problems just like it the text's line holds before it.
    """
    place = source.place(path)
    within = problem.place.line if problem.place and problem.place.line else 1
    line = place.line or 1
    block = _BLOCK.match(source.line_text(line)[(place.column or 1) - 1 :])
    if block is None:
        return place
    if block[1] == "|":
        return replace(place, line=line + within, column=None)
    folded = _lines_of_folded(source, line, within)
    _, found = parse_markdown("\n".join(text.strip() for _, text in folded))
    again = [each.place.line for each in found if each.message == problem.message and each.place and each.place.line]
    at = again[min(before, len(again) - 1)] - 1 if again else 0
    return replace(place, line=folded[at][0], column=None) if folded else place


def _lines_of_folded(source: Source, head: int, wanted: int) -> list[tuple[int, str]]:
    """Return the numbered lines of the file that make up one line of the folded text below line ``head``."""
    found: list[tuple[int, str]] = []
    margin = at = blank = 0
    before = ""
    for number, text in enumerate(source.lines[head:], head + 1):
        indent = len(text) - len(text.lstrip(" "))
        if not text.strip():
            blank += 1
            continue
        if margin and indent < margin:
            break
        margin = margin or indent
        kept = text[margin:].startswith((" ", "\t")) or before[margin:].startswith((" ", "\t"))
        at += blank + (1 if not at or kept else 0)
        if at == wanted:
            found.append((number, text))
        before, blank = text, 0
    return found
