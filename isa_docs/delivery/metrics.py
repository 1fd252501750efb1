"""Counts and ages for monitoring, without personal data: no job, source or document is named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from isa_docs.delivery.jobs.model import Jobs, JobState


def metrics_text(jobs: Jobs, dead: Sequence[dict[str, Any]], now: float) -> str:
    """Return the metrics in the Prometheus text format."""
    registry = CollectorRegistry()
    states = Gauge("isa_docs_jobs", "Jobs by state", ["state"], registry=registry)
    count = jobs.count()
    for state in JobState:
        states.labels(str(state)).set(count.get(state, 0))
    oldest = Gauge(
        "isa_docs_oldest_unfinished_seconds", "Age of the oldest job that is not finished", registry=registry
    )
    since = jobs.unfinished_since()
    oldest.set(now - since if since else 0.0)
    given_up = Gauge("isa_docs_dead_callbacks", "Callbacks that were given up", registry=registry)
    given_up.set(len(dead))
    return generate_latest(registry).decode()
