"""What the doors know of the machine: the clock, the cache folder, the converter, and the user's settings.

A setting is taken from the first that has it: the option on the command line, the variable ``ISA_DOCS_…``, the
nearest ``isa-docs.toml`` in the matter's folder or above it, the default.
"""

from __future__ import annotations

import os
import re
import sys
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isa_docs.cli.settings_file import read_settings_file

if TYPE_CHECKING:
    from isa_docs.conversion.engine import Engine

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off", ""}


@dataclass(frozen=True)
class Settings:
    """Where output goes, whose templates are used, how strict to be, and which converter to start."""

    out: Path = Path("build")
    templates: Path | None = None
    strict: bool = False
    soffice: Path | None = None

    def engine(self) -> Engine:
        """Return the converter; raises MissingProgramError when there is none."""
        from isa_docs.conversion.find import find_engine

        return find_engine(self.soffice, cache_dir())


def settings_for(folder: Path, **flags: Any) -> Settings:
    """Return the settings for work in ``folder``; ``flags`` are the options given, None where not given.

    Raises a usage error for a variable, and InputError for a settings file, that cannot be understood.
    """
    out: dict[str, Any] = read_settings_file(folder)
    out.pop("package", None)  # the form of a package: isa_docs.cli.forms
    for name in ("out", "templates", "soffice"):
        if value := os.environ.get(f"ISA_DOCS_{name.upper()}"):
            out[name] = Path(value)
    if (word := os.environ.get("ISA_DOCS_STRICT")) is not None:
        out["strict"] = _yes_or_no("ISA_DOCS_STRICT", word)
    out |= {name: value for name, value in flags.items() if value is not None}
    settings = Settings(**out)
    if settings.templates and not settings.templates.is_dir():
        raise click.UsageError(f"The templates folder {settings.templates} does not exist.")
    return settings


def _yes_or_no(name: str, word: str) -> bool:
    if word.strip().lower() in _YES | _NO:
        return word.strip().lower() in _YES
    raise click.UsageError(f"{name} is '{word}'; write 1 for yes or 0 for no.")


def cache_dir() -> Path:
    """Return this user's cache folder for isa-docs (``ISA_DOCS_CACHE_DIR`` wins); it may not exist yet."""
    if own := os.environ.get("ISA_DOCS_CACHE_DIR"):
        return Path(own)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "isa-docs"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", str(Path.home() / "AppData" / "Local"))) / "isa-docs" / "cache"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "isa-docs"


class DateType(click.ParamType):  # type: ignore[type-arg]  # generic only since click 8.4
    """A date on the command line, year-month-day, from the year ``first`` to the year ``last``."""

    name = "date"

    def __init__(self, first: int = 1, last: int = 9999) -> None:
        self.years = range(first, last + 1)

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Read the date; a usage error when it is none."""
        if isinstance(value, date):
            return value
        try:
            if not _DATE.fullmatch(str(value)):
                raise ValueError
            day = date.fromisoformat(str(value))
        except ValueError:
            self.fail(f"{value!r} is not a date; write year-month-day, for example 2014-12-01.", param, ctx)
        if day.year not in self.years:
            self.fail(f"{value!r} is outside the years {self.years[0]} to {self.years[-1]}.", param, ctx)
        return day


def today() -> date:
    """Return today, the default of ``--as-of``."""
    return date.today()


def now() -> datetime:
    """Return the time of day, in UTC: what a signature's mark shows."""
    return datetime.now(UTC)
