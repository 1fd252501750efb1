"""How every command speaks: findings as text or JSON, and one place where errors become exit codes."""

from __future__ import annotations

import json
import os
import sys
import traceback
import unicodedata
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

import click

from isa_docs import __version__
from isa_docs.errors import ExitCode, IsaDocsError
from isa_docs.findings import Finding, Severity, in_order

_COLORS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}


class Answer:
    """What a command has to say: findings, a result, an exit code; printed once, as text or as JSON."""

    def __init__(self, command: str, *, as_json: bool, quiet: bool = False) -> None:
        self.command = command
        self.as_json = as_json
        self.quiet = quiet
        self.findings: list[Finding] = []
        self.findings_are_product = False
        """Whether findings go to standard output: they are what ``check`` is called for."""
        self.result: dict[str, Any] = {}
        self.message = ""
        self.exit_code = ExitCode.OK

    def fail(self, error: IsaDocsError) -> None:
        """Take over an error: its message, its findings (once each) and its exit code."""
        self.message = error.message
        self.exit_code = error.exit_code
        self.add(error.findings)

    def add(self, findings: Iterable[Finding]) -> None:
        """Take over findings, each once."""
        known = {(each.code, each.message, each.place) for each in self.findings}
        for each in findings:
            key = (each.code, each.message, each.place)
            if key not in known:
                known.add(key)
                self.findings.append(each)

    def say(self, text: str = "") -> None:
        """Print a line of the product on standard output (not with --json, which prints one object at the end)."""
        if not self.as_json:
            click.echo(text)

    def note(self, text: str) -> None:
        """Print a line about the work on standard error, unless quiet."""
        if not self.quiet:
            click.echo(text, err=True)

    def print(self) -> None:
        """Print findings and message; with --json the one object of schemas/report.schema.json."""
        if self.as_json:
            print_json(self.to_json())
            return
        for finding in in_order(self.findings):
            if not (self.quiet and (finding.severity is Severity.NOTE or finding.overridden)):
                click.echo(finding_text(finding), err=not self.findings_are_product)
        if self.message and (self.exit_code or not self.quiet):
            click.secho(visible(self.message), err=True, bold=True)

    def to_json(self) -> dict[str, Any]:
        """Return the report object."""
        return {
            "tool": {"name": "isa-docs", "version": __version__},
            "command": self.command,
            "exit_code": int(self.exit_code),
            "message": self.message,
            "findings": [finding.to_json() for finding in in_order(self.findings)],
            "result": self.result,
        }


def print_json(data: Any) -> None:
    """Print data as JSON in UTF-8, whatever the terminal's encoding; half characters of file names are escaped."""
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    click.echo(text.encode("utf-8", "backslashreplace"), nl=False)


def finding_text(finding: Finding) -> str:
    """Return a finding as lines for a terminal: place, severity, code and message; authority; remedy."""
    where = f"{visible(str(finding.place))}: " if finding.place else ""
    level = "accepted" if finding.overridden else finding.severity.value
    head = click.style(level, fg=_COLORS[finding.severity], bold=True)
    lines = [f"{where}{head} {finding.code}: {visible(finding.message)}"]
    if finding.overridden:
        lines.append(f"    accepted: {visible(finding.overridden)}")
    if finding.authority:
        lines.append(f"    authority: {_citations(finding.authority)}")
    if finding.remedy:
        lines.append(f"    remedy: {visible(finding.remedy)}")
    return "\n".join(lines)


def visible(text: str) -> str:
    """Return ``text`` with control characters escaped: a file's name must not write lines or colors of its own."""
    return "".join(repr(each)[1:-1] if unicodedata.category(each) in ("Cc", "Zl", "Zp") else each for each in text)


def _citations(keys: Iterable[str]) -> str:
    from isa_docs.program.authorities import all_authorities

    known = all_authorities()
    return "; ".join(known[key].short if key in known else key for key in keys)


def common_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--json``, ``-q`` and ``-v`` to a command."""
    command = click.option("-v", "--verbose", count=True, help="Say more; -vv shows tracebacks.")(command)
    command = click.option("-q", "--quiet", is_flag=True, help="Print only the product and what is wrong.")(command)
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON object (schema: report).")(command)


def answering(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command its Answer, and turn whatever it raises into a report with the right exit code."""

    def decorate(body: Callable[..., None]) -> Callable[..., None]:
        @wraps(body)
        def command(*args: Any, as_json: bool, quiet: bool, verbose: int, **kwargs: Any) -> None:
            answer = Answer(name, as_json=as_json, quiet=quiet)
            if verbose:
                _log_to_stderr(verbose)
            try:
                body(answer, *args, verbose=verbose, **kwargs)
            except click.ClickException:
                raise
            except BrokenPipeError:  # whoever read our output went away: nobody is left to be told
                os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
                sys.exit(ExitCode.OUTPUT)
            except KeyboardInterrupt:
                answer.message, answer.exit_code = (
                    "Interrupted. What was built before is untouched.",
                    ExitCode.INTERRUPTED,
                )
            except Exception as error:
                _fail(answer, error)
                if verbose > 1:
                    traceback.print_exc()
            answer.print()
            sys.exit(answer.exit_code)

        return command

    return decorate


def _fail(answer: Answer, error: Exception) -> None:
    """Take over any error: our own as it is, a system's refusal to write as such, everything else as a bug."""
    from isa_docs.cli.refusal import refusal

    own = error if isinstance(error, IsaDocsError) else refusal(error)
    if own is not None:
        answer.fail(own)
        return
    answer.exit_code = ExitCode.BUG
    answer.message = (
        f"Unexpected error ({type(error).__name__}: {error}). Run again with -vv and report what it prints."
    )


def _log_to_stderr(verbose: int) -> None:
    import logging

    handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(message)s"))
    log = logging.getLogger("isa_docs")
    log.addHandler(handler)
    log.setLevel(logging.DEBUG if verbose > 1 else logging.INFO)
