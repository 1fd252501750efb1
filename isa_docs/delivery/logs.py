"""Logs for machines: one JSON object a line, from a fixed list of keys, so that no intake content can slip in."""

from __future__ import annotations

import json
import logging
from typing import TextIO

KEYS = (
    "job",
    "state",
    "source",
    "worker",
    "step",
    "seconds",
    "exit_code",
    "count",
    "error",
    "method",
    "route",
    "status",
    "delivery",
)
"""What may be logged beside the time, the level, the logger and a fixed text. Routes are patterns, never addresses."""


class AllowedKeys(logging.Formatter):
    """Formats a record of our own loggers; a text with arguments loses them, and a traceback is left out."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line of JSON."""
        line: dict[str, object] = {
            "time": self.formatTime(record, "%Y-%m-%dT%H:%M:%S") + f".{int(record.msecs):03d}",
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.msg if isinstance(record.msg, str) else type(record.msg).__name__,
        }
        for key in KEYS:
            value = getattr(record, key, None)
            if isinstance(value, str | int | float):
                line[key] = round(value, 3) if isinstance(value, float) else value
        return json.dumps(line, ensure_ascii=True)


def log_to(stream: TextIO, *, verbose: bool = False) -> None:
    """Send the logs of isa-docs to a stream; what libraries log stays out, except that something went wrong."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AllowedKeys())
    own = logging.getLogger("isa_docs")
    own.handlers = [handler]
    own.propagate = False
    own.setLevel(logging.DEBUG if verbose else logging.INFO)
    for name in ("dbos", "httpx", "uvicorn", "uvicorn.error", "uvicorn.access", "sqlalchemy", "watchfiles"):
        library = logging.getLogger(name)
        library.handlers = [logging.NullHandler()]
        library.propagate = False
