"""``isa-docs explain`` and ``isa-docs docket``."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import click

from isa_docs.cli.check import AS_OF, day_of
from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.writing import may_write, write
from isa_docs.errors import ExitCode, InputError
from isa_docs.findings import Finding, Place, Severity
from isa_docs.intake.matter_files import matter_files


@click.command()
@click.argument("code", required=False)
@click.option("--list", "listed", is_flag=True, help="List every rule.")
@common_options
@answering("explain")
def explain(answer: Answer, code: str | None, listed: bool, verbose: int) -> None:
    """Explain the rule CODE: what it asks, by what authority, since when, with an example and the remedy."""
    from isa_docs.program.rules import all_rules
    from isa_docs.program.rules import explain as one

    if bool(code) == listed:
        raise click.UsageError("Give one rule's CODE, or --list.")
    if listed:
        rules = all_rules()
        answer.result = {"rules": [_rule_json(rule) for rule in rules]}
        for rule in rules:
            answer.say(f"{rule.code:<14} {rule.severity.value:<8} {rule.title}")
        return
    try:
        rule = one(str(code))
    except KeyError:
        from difflib import get_close_matches

        close = get_close_matches(str(code).upper(), [each.code for each in all_rules()], 3, 0.6)
        hint = f" Did you mean {' or '.join(close)}?" if close else " `isa-docs explain --list` shows all."
        raise click.UsageError(f"There is no rule {code}.{hint}") from None
    answer.result = {"rules": [_rule_json(rule)]}
    shown = answer.result["rules"][0]
    answer.say(click.style(f"{rule.code}  {rule.title}", bold=True))
    answer.say(f"  {rule.words}")
    answer.say(f"  severity   {rule.severity.value}")
    answer.say(f"  editions   {', '.join(rule.editions)}{_span(rule)}")
    for cited in shown["authorities"]:
        answer.say(f"  authority  {cited['full']}")
        answer.say(f"             {cited['confidence']}; last verified {cited['verified']}")
        answer.say(f"             {cited['seen']}")
    answer.say(f"  remedy     {rule.remedy}")
    answer.say("  example of what it catches:")
    for line in rule.example.strip().splitlines():
        answer.say(f"      {line}")


def _span(rule: Any) -> str:
    since = f", since {rule.since}" if rule.since else ""
    return f"{since}{f', until {rule.until}' if rule.until else ''}"


def _rule_json(rule: Any) -> dict[str, Any]:
    from isa_docs.program.authorities import authority

    cited = [authority(key) for key in rule.authority]
    return {
        "code": rule.code,
        "title": rule.title,
        "severity": rule.severity.value,
        "words": rule.words,
        "editions": list(rule.editions),
        "since": rule.since.isoformat() if rule.since else None,
        "until": rule.until.isoformat() if rule.until else None,
        "kinds": list(rule.kinds),
        "authorities": [
            {
                "key": each.key,
                "short": each.short,
                "full": each.full,
                "confidence": each.confidence.words,
                "seen": each.seen,
                "verified": each.verified.isoformat(),
            }
            for each in cited
        ],
        "remedy": rule.remedy,
        "example": rule.example,
    }


@dataclass(frozen=True)
class _Row:
    """One docket line, light enough to travel between processes."""

    order: tuple[Any, ...]
    data: dict[str, Any]
    event: str


_Part = tuple[list[_Row], list[Finding]]


class _Within(click.ParamType):  # type: ignore[type-arg]  # generic only since click 8.4
    """A number of days, written ``60`` or ``60d``."""

    name = "days"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read the number; a usage error when it is none."""
        text = str(value).removesuffix("d")
        if not text.isdigit():
            self.fail(f"{value!r} is no number of days; write for example 60d.", param, ctx)
        return int(text)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@AS_OF
@click.option(
    "--within", type=_Within(), help="Only what is due within so many days, for example 60d; late is shown too."
)
@click.option("--late", is_flag=True, help="Only what is late.")
@click.option("--explain", "explained", is_flag=True, help="Show how each date was counted.")
@click.option("--retention", is_flag=True, help="Also show until when results and records are kept.")
@click.option("--ics", type=click.Path(path_type=Path, dir_okay=False), help="Write a calendar file, too.")
@common_options
@answering("docket")
def docket(
    answer: Answer,
    paths: tuple[Path, ...],
    as_of: date | None,
    within: int | None,
    late: bool,
    explained: bool,
    retention: bool,
    ics: Path | None,
    verbose: int,
) -> None:
    """Show what is due when, to whom, and what is late, over matter files and folders of them (PATHS)."""
    day = day_of(answer, as_of)
    files = sorted({file for path in paths for file in ([path] if path.is_file() else matter_files(path))})
    if not files:
        raise InputError("There is no matter file. One is called matter.yaml, or is YAML or JSON that says matter:.")
    if ics:
        may_write(ics, "calendar file", files)
    words = explained or answer.as_json
    rows, findings = _gather(files, partial(_rows, day=day, retention=retention, words=words, events=ics is not None))
    answer.add(findings)
    rows = [
        row
        for row in rows
        if (not late or row.data["status"] == "late") and (within is None or row.data["days_left"] <= within)
    ]
    answer.result = {"as_of": day.isoformat(), "matters": len(files), "entries": [row.data for row in rows]}
    answer.say(click.style(f"{'due':<15} {'days':>5}  {'status':<14} matter, what, to whom", bold=True))
    for row in rows:
        _say(answer, row.data, explained)
    if not rows:
        answer.say("Nothing is due.")
    if ics:
        from isa_docs.program.ics import calendar_text

        write(ics, calendar_text(row.event for row in rows).encode())
    if findings:
        answer.exit_code = ExitCode.INPUT
        bad = len({each.place.file for each in findings if each.place})
        answer.message = f"{bad} matter {'file' if bad == 1 else 'files'} cannot be read."


def _say(answer: Answer, row: dict[str, Any], explained: bool) -> None:
    color = {"late": "red", "last-days": "yellow"}.get(row["status"])
    head = f"{row['due']:<15} {row['days_left']:>5}  {row['status']:<14}"
    answer.say(f"{click.style(head, fg=color)} {row['matter']}: {row['title']}, to {row['to']}")
    if explained:
        for label in ("sentence", "count", "assumption"):
            if row[label]:
                answer.say(f"{'':<22}{row[label]}")


def _gather(files: list[Path], work: Callable[[list[Path]], _Part]) -> _Part:
    """Run ``work`` over the files, on all cores when there are many; rows come back in risk order."""
    workers = min(os.cpu_count() or 1, 1 + len(files) // 50)
    if workers == 1:
        parts = [work(files)]
    else:
        size = max(1, len(files) // (workers * 4))
        with ProcessPoolExecutor(workers) as pool:
            parts = list(pool.map(work, [files[at : at + size] for at in range(0, len(files), size)]))
    rows = sorted((row for part, _ in parts for row in part), key=lambda row: row.order)
    return rows, [finding for _, part in parts for finding in part]


def _rows(files: list[Path], *, day: date, retention: bool, words: bool, events: bool) -> _Part:
    """Read ``files``; the counts in words cost more than the dates and are made only when they are shown."""
    from isa_docs.intake.quick import docket_matter
    from isa_docs.program.docket import docket_entries
    from isa_docs.program.ics import event_text
    from isa_docs.review.manifest import deadline_json

    rows: list[_Row] = []
    findings: list[Finding] = []
    for file in files:
        try:
            matter = docket_matter(file)
        except InputError as error:
            findings += error.findings
            continue
        try:
            rows += [
                _Row(
                    entry.sort_key,
                    {
                        **(deadline_json(entry.deadline) if words else {"title": entry.title}),
                        "matter": entry.matter,
                        "importer": entry.importer,
                        "file": str(file),
                        "submission": entry.submission,
                        "due": entry.due.isoformat(),
                        "days_left": entry.days_left,
                        "status": entry.status,
                        "to": entry.to,
                        "planned": entry.planned.isoformat() if entry.planned else None,
                        **({"sentence": entry.sentence} if words else {}),
                    },
                    event_text(entry, day) if events else "",
                )
                for entry in docket_entries(matter, day, retention=retention)
            ]
        except (OverflowError, ValueError) as error:
            findings.append(_uncounted(file, error))
    return rows, findings


def _uncounted(file: Path, error: Exception) -> Finding:
    message = f"The deadlines of {file} cannot be counted: {error}."
    remedy = "Look for a date that is far from the others; `isa-docs check` reads the file in full."
    return Finding("INPUT-DATES", Severity.ERROR, message, remedy, place=Place(str(file)))
