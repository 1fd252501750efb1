"""Counts and ages for monitoring, without personal data: no job, source or document is named."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from isa_docs.delivery.jobs.model import Jobs, JobState


def metrics_text(jobs: Jobs, dead: int, now: float) -> str:
    """Return the metrics in the Prometheus text format; ``dead`` is how many callbacks were given up."""
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
    given_up.set(dead)
    return generate_latest(registry).decode()
