"""What a desk is set up with: the folder of matters, where output goes, and what the machine offers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

BASE = "/desk"
"""The path everything of the desk lies under, without the slash at its end."""


def _today() -> date:
    return date.today()


@dataclass(frozen=True)
class DeskSettings:
    """The folder whose matters are shown, and how they are built; all paths are absolute."""

    folder: Path
    out: Path
    cache: Path
    templates: Path | None = None
    soffice: Path | None = None
    strict: bool = False
    today: Callable[[], date] = _today
    hosts: frozenset[str] | None = None
    """The Host headers that are answered, lower case with port; None for any, where a proxy stands in front."""
    within: Path | None = None
    """The folder that exhibits must lie in; None when whoever uses the desk may read all that the program can."""
    secure: bool = False
    """Whether the cookie is for HTTPS only."""
