"""The page for people: what is under way, what needs them. No script, nothing of any intake."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

from isa_docs.delivery.jobs.model import Job
from isa_docs.delivery.results import HEADLINES

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem; color: #1b1b1b; background: #fff }
table { border-collapse: collapse; width: 100% } caption { text-align: left; font-weight: 600; padding: .5rem 0 }
th, td { text-align: left; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid #c9c9c9; vertical-align: top }
code { font-size: .9em }
"""


def status_page(jobs: Sequence[Job], dead: Sequence[dict[str, Any]], now: float) -> str:
    """Return the page of the newest jobs, and of callbacks that were given up."""
    rows = "\n".join(_row(job, now) for job in jobs) or '<tr><td colspan="6">No jobs yet.</td></tr>'
    lost = "".join(
        f"<li><code>{escape(each['job'])}</code>: {escape(each['error'])}, {each['tries']} tries</li>" for each in dead
    )
    callbacks = f"<h2>Callbacks given up</h2><ul>{lost}</ul>" if dead else ""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>isa-docs: jobs</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>Jobs</h1><table><caption>The newest jobs</caption><thead><tr>"
        '<th scope="col">Job</th><th scope="col">From</th><th scope="col">State</th><th scope="col">What it means</th>'
        '<th scope="col">Try</th><th scope="col">Last change</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{callbacks}</main></body></html>"
    )


def _row(job: Job, now: float) -> str:
    meaning = HEADLINES[job.state] + (f" {job.message}" if job.message else "")
    cells = [
        f"<code>{escape(job.key[:12])}</code>",
        escape(job.request.source),
        f"<strong>{escape(str(job.state))}</strong>",
        escape(meaning),
        str(job.attempt),
        f"{_age(now - job.updated)} ago",
    ]
    return "<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>"


def _age(seconds: float) -> str:
    for size, name in ((86400, "day"), (3600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {name}" if count == 1 else f"{count} {name}s"
    return "less than a minute"
