"""Builds in a process of its own: a crash in a PDF or font library, or memory it keeps, does not touch the service.

Run as a program, this module reads an order from standard input and writes the result to standard output.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from isa_docs.delivery.building import BuildOrder, build_here, crashed
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, JobState

LONGEST = 1800.0
"""Seconds that one build may take; the converter has limits of its own far below."""


class ProcessBuilder:
    """Runs each build in a child process."""

    def __init__(self, cache: Path, soffice: Path | None = None, longest: float = LONGEST) -> None:
        self._cache = cache
        self._soffice = soffice
        self._longest = longest

    def __call__(self, order: BuildOrder) -> BuildResult:
        """Build; a child that dies or takes too long gives a result that asks for another try."""
        asked = json.dumps(
            {
                "matter": str(order.matter),
                "folder": str(order.folder),
                "as_of": order.as_of.isoformat(),
                "only": list(order.only),
                "templates": str(order.templates) if order.templates else None,
                "strict": order.strict,
                "cache": str(self._cache),
                "soffice": str(self._soffice) if self._soffice else None,
                "patient": order.patient,
            }
        )
        try:
            done = subprocess.run(
                [sys.executable, "-m", "isa_docs.delivery.building_process"],
                input=asked.encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what libraries print there may quote an intake
                timeout=self._longest,
            )
            return _result(json.loads(done.stdout))
        except (subprocess.TimeoutExpired, ValueError, KeyError):
            return crashed(order)


def _result(data: dict[str, Any]) -> BuildResult:
    files = tuple(BuiltFile(**each) for each in data["files"])
    return BuildResult(JobState(data["state"]), data["exit_code"], data["message"], files, data["passing"])


def main() -> None:
    """Build what standard input asks for and print the result as JSON."""
    from isa_docs.build.cache import Cache
    from isa_docs.build.early import EarlyEngine
    from isa_docs.conversion.find import find_engine

    asked = json.load(sys.stdin)
    if asked["patient"] and hasattr(os, "nice"):
        os.nice(10)  # a whole season of letters leaves the machine to an appeal
    soffice = Path(asked["soffice"]) if asked["soffice"] else None
    order = BuildOrder(
        Path(asked["matter"]),
        Path(asked["folder"]),
        date.fromisoformat(asked["as_of"]),
        tuple(asked["only"]),
        Path(asked["templates"]) if asked["templates"] else None,
        asked["strict"],
    )
    folder = Path(asked["cache"])
    engine = EarlyEngine(lambda: find_engine(soffice, folder))
    cache = Cache(folder)
    try:
        result = build_here(order, engine, cache)
        cache.trim()
    finally:
        engine.close()
    json.dump(asdict(result), sys.stdout)


if __name__ == "__main__":
    main()
