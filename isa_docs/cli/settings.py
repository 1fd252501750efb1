"""What the doors know of the machine: the clock, the cache folder, the converter."""

from __future__ import annotations

import os
import sys
from datetime import date
from pathlib import Path

import click

from isa_docs.conversion.engine import Engine


def cache_dir() -> Path:
    """Return this user's cache folder for isa-docs (``ISA_DOCS_CACHE_DIR`` wins); it may not exist yet."""
    if own := os.environ.get("ISA_DOCS_CACHE_DIR"):
        return Path(own)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "isa-docs"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))) / "isa-docs" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isa-docs"


def engine() -> Engine:
    """Return the converter: the program named by ``ISA_DOCS_SOFFICE``, or the one found on this machine."""
    from isa_docs.conversion.convert import find_engine

    setting = os.environ.get("ISA_DOCS_SOFFICE")
    return find_engine(Path(setting) if setting else None, cache_dir())


class DateType(click.ParamType):
    """A date on the command line, year-month-day."""

    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the date; a usage error when it is none."""
        if isinstance(value, date):
            return value
        try:
            return date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write year-month-day, for example 2014-12-01.", param, ctx)


def as_of_option() -> date | None:
    """Return today, the default of ``--as-of``."""
    return date.today()
