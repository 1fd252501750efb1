"""``isa-docs build --watch``: build again whenever the matter, an exhibit or a template is saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from isa_docs.build.recall import Call
from isa_docs.cli.report import Answer, finding_text
from isa_docs.cli.settings import Settings, cache_dir
from isa_docs.errors import IsaDocsError
from isa_docs.findings import Severity, in_order
from isa_docs.intake.matter_files import visible_files

if TYPE_CHECKING:
    from isa_docs.build.worker import Engines

POLL = 0.1
"""Seconds between two looks at the files."""

Stamps = dict[str, tuple[int, int]]


def stamps(matter: Path, out: Path, templates: Path | None) -> Stamps:
    """Return time and size of every file that a build of ``matter`` may read: its folder's, and the firm's templates.

    Hidden files and folders and the output are left out.
    """
    found = {}
    for folder in filter(None, (matter.parent, templates)):
        for path in visible_files(folder, out):
            try:
                state = path.stat()
            except OSError:
                continue
            found[str(path)] = (state.st_mtime_ns, state.st_size)
    return found


def build_on_save(
    answer: Answer,
    call: Call,
    chosen: Settings,
    progress: Callable[[str], None],
    wait: Callable[[float], None] = time.sleep,
) -> None:
    """Build now and after each save, until interrupted; a matter that cannot be built waits for its correction."""
    from isa_docs.build.worker import Engines

    engines = Engines()
    try:
        while True:
            before = stamps(call.matter, chosen.out, chosen.templates)
            _build(answer, call, engines, chosen.soffice, progress)
            while stamps(call.matter, chosen.out, chosen.templates) == before:
                wait(POLL)
    finally:
        engines.end()


def _build(answer: Answer, call: Call, engines: Engines, soffice: Path | None, progress: Callable[[str], None]) -> None:
    """Build once, and say what came of it."""
    from isa_docs.build.answer import build_call

    try:
        cache = cache_dir()
        built = build_call(
            call, lambda: engines.get(soffice, cache), cache, progress=progress, assembly=engines.assembly
        )
    except IsaDocsError as error:
        findings, message = error.findings, error.message
    else:
        findings = built.findings
        message = " ".join([*built.notes, built.message])
        for line in built.lines:
            answer.say(line)
    for finding in in_order(findings):
        if finding.severity is not Severity.NOTE:
            answer.note(finding_text(finding))
    answer.note(click.style(f"{message} Waiting for a change; Ctrl-C ends.", bold=True))
