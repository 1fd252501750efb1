"""The variables handed to a worker process of ours."""

from __future__ import annotations

import os
import sys
from pathlib import Path

_PACKAGES = Path(__file__).resolve().parents[2]


def worker_environment(*more: str) -> dict[str, str]:
    """Return the few variables a worker needs, and ``more`` of those that are set here.

    What it makes must not depend on the others.
    """
    kept = {key: os.environ[key] for key in ("PATH", "SYSTEMROOT", "TEMP", "TMP", *more) if key in os.environ}
    places = os.pathsep.join([str(_PACKAGES), *sys.path[1:]])
    return {**kept, "PYTHONPATH": places, "LC_ALL": "C.UTF-8", "TZ": "UTC"}
