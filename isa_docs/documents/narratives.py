"""The Markdown fields of a matter: which they are, and exhibit citations (``[[exhibit:mail-log]]``) within them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from isa_docs.documents.blocks import Blocks
from isa_docs.documents.markdown import parse_markdown
from isa_docs.findings import Finding, Path, Severity
from isa_docs.intake.schema import ROOT, Schema, child_schema, load_schema, resolve
from isa_docs.intake.source import Source

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
        for problem in problems:
            findings.append(replace(problem, path=path, place=_place(source, path, problem)))
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
    if not CITATION.search(text):
        return
    known: set[str] = set()
    if path[0] == "submissions":
        known = {exhibit["id"] for exhibit in source.data["submissions"][path[1]].get("exhibits", ())}
    for name in cited(text):
        if name not in known:
            message = f"The text cites the exhibit '{name}', which this submission does not enclose."
            remedy = f"Enclosed: {', '.join(sorted(known)) or 'none'}."
            yield Finding("REF-UNKNOWN", Severity.ERROR, message, remedy, path, source.place(path))


def _place(source: Source, path: Path, problem: Finding) -> Any:
    place = source.place(path)
    within = problem.place.line if problem.place and problem.place.line else 1
    line = place.line or 1
    if source.line_text(line).rstrip().endswith(("|", "|-", "|+", ">", ">-", ">+")):
        return replace(place, line=line + within, column=None)
    return place
