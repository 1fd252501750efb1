"""``isa-docs jobs``."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.watch import CONFIG, open_service, service_settings
from isa_docs.delivery.jobs.model import JobState
from isa_docs.errors import InputError

if TYPE_CHECKING:
    from isa_docs.delivery.jobs.model import Job
    from isa_docs.delivery.service import Service


@click.group()
def jobs() -> None:
    """See, retry and cancel the jobs of a service."""


@jobs.command("list")
@click.option("--state", type=click.Choice([str(each) for each in JobState]), help="Only jobs in this state.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000))
@CONFIG
@common_options
@answering("jobs list")
def show(answer: Answer, state: str | None, limit: int, config: Path | None, verbose: int) -> None:
    """List jobs, newest first."""
    service = _existing(config)
    try:
        found = service.jobs.find([JobState(state)] if state else [], limit=limit)
    finally:
        service.close()
    for job in found:
        minutes = (time.time() - job.updated) / 60
        answer.say(f"{job.key}  {job.state:<16}  {job.request.source:<20}  {minutes:.0f} min ago  {job.message}")
    answer.result = {"jobs": [_json(job) for job in found]}


@jobs.command("retry")
@click.argument("job")
@CONFIG
@common_options
@answering("jobs retry")
def retry(answer: Answer, job: str, config: Path | None, verbose: int) -> None:
    """Run JOB again, if it ended without success."""
    _change(answer, job, config, lambda service: service.jobs.retry(job))


@jobs.command("cancel")
@click.argument("job")
@CONFIG
@common_options
@answering("jobs cancel")
def cancel(answer: Answer, job: str, config: Path | None, verbose: int) -> None:
    """Cancel JOB, if it is not built yet."""
    _change(answer, job, config, lambda service: service.jobs.cancel(job))


@jobs.command("callbacks")
@click.option("--state", type=click.Choice(["waiting", "delivered", "dead"]), help="Only callbacks in this state.")
@CONFIG
@common_options
@answering("jobs callbacks")
def callbacks(answer: Answer, state: str | None, config: Path | None, verbose: int) -> None:
    """List callbacks: waiting, delivered, or dead, which means given up after the last try."""
    service = _existing(config)
    try:
        found = service.callbacks.all(state or "")
    finally:
        service.close()
    for each in found:
        answer.say(f"{each['job']}  {each['state']:<9}  {each['tries']} tries  {each['error']}")
    answer.result = {"callbacks": found}


def _existing(config: Path | None) -> Service:
    """Open the service that is there; raises InputError where there is none, rather than begin one."""
    settings = service_settings(config)
    if not settings.home.is_dir():
        raise InputError(f"There is no service in {settings.home}. Name its settings with --config.")
    return open_service(settings)


def _change(answer: Answer, key: str, config: Path | None, change: Callable[[Service], Job | None]) -> None:
    service = _existing(config)
    try:
        job = change(service)
    finally:
        service.close()
    if job is None:
        raise InputError(f"There is no job {key}.")
    answer.say(f"{job.key}  {job.state}")
    answer.result = _json(job)


def _json(job: Job) -> dict[str, Any]:
    return {
        "job": job.key,
        "state": str(job.state),
        "source": job.request.source,
        "attempt": job.attempt,
        "exit_code": job.exit_code,
        "message": job.message,
        "created": job.created,
        "updated": job.updated,
    }
