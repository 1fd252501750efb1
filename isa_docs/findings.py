"""Findings: what a check has to say, and where in the user's file it says it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

Path = tuple[str | int, ...]
"""A place inside a matter: keys and indexes from the root, e.g. ``("submissions", 0, "date")``."""


_HYPHEN = r"[-\u2010\u2011\u2012\u2013]"
"""The hyphen that is typed, and those that papers are set with."""
_SSN = re.compile(
    rf"[0-9]{{3}}{_HYPHEN}(?<![0-9]{{4}}{_HYPHEN})(?<![0-9]{_HYPHEN}[0-9]{{3}}{_HYPHEN})"
    rf"[0-9]{{2}}(?:{_HYPHEN}[0-9]?)?(?=[0-9]{{4}}(?![0-9]))"
)
"""The number as it is written, with a digit too many, and with a hyphen too few. Nine digits alone may be anything."""


def conceal(text: str) -> str:
    """Replace all but the last four digits of anything that looks like a Social Security number."""
    return _SSN.sub("***-**-", text)


class Severity(StrEnum):
    """How much a finding matters: errors stop a build, warnings stop it under ``--strict``."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """Sort key: 0 for errors, 1 for warnings, 2 for notes."""
        return ("error", "warning", "note").index(self.value)


@dataclass(frozen=True)
class Place:
    """A position in a file the user can open: 1-based line and column, or a PDF page."""

    file: str
    line: int | None = None
    column: int | None = None
    page: int | None = None

    def __str__(self) -> str:
        text = self.file
        if self.line is not None:
            text += f":{self.line}"
            if self.column is not None:
                text += f":{self.column}"
        if self.page is not None:
            text += f" page {self.page}"
        return text


@dataclass(frozen=True)
class Finding:
    """One result of a check.

    ``code`` is stable (``ISA-APP-001``, ``SCHEMA-REQUIRED``, ``CONV-FONTS`` ...); ``path`` names the value
    in the matter; ``place`` is its position in the user's file, filled in by whoever holds the source map;
    ``authority`` holds keys of ``program/data/authorities.toml`` or ready citations.
    """

    code: str
    severity: Severity
    message: str
    remedy: str = ""
    path: Path | None = None
    place: Place | None = None
    authority: tuple[str, ...] = ()
    submission: str | None = None
    overridden: str | None = None
    """Who overrode it, when and why; an overridden error no longer stops a build."""

    def __post_init__(self) -> None:
        """Conceal a Social Security number in what is shown, whoever wrote the message."""
        object.__setattr__(self, "message", conceal(self.message))
        object.__setattr__(self, "remedy", conceal(self.remedy))
        if self.overridden:
            object.__setattr__(self, "overridden", conceal(self.overridden))

    def at(self, place: Place | None) -> Finding:
        """Return this finding with its place in the user's file."""
        return replace(self, place=place)

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form described by ``schemas/report.schema.json``."""
        out: dict[str, Any] = {"code": self.code, "severity": self.severity.value, "message": self.message}
        if self.remedy:
            out["remedy"] = self.remedy
        if self.path is not None:
            out["path"] = [conceal(step) if isinstance(step, str) else step for step in self.path]
        if self.place is not None:
            place = self.place
            out["place"] = {
                key: value
                for key, value in (
                    ("file", place.file),
                    ("line", place.line),
                    ("column", place.column),
                    ("page", place.page),
                )
                if value is not None
            }
        if self.authority:
            out["authority"] = list(self.authority)
        if self.submission:
            out["submission"] = self.submission
        if self.overridden:
            out["overridden"] = self.overridden
        return out

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Finding:
        """Return the finding that :meth:`to_json` gave ``data`` of."""
        return cls(
            data["code"],
            Severity(data["severity"]),
            data["message"],
            data.get("remedy", ""),
            tuple(data["path"]) if "path" in data else None,
            Place(**data["place"]) if "place" in data else None,
            tuple(data.get("authority", ())),
            data.get("submission"),
            data.get("overridden"),
        )


def stopping(findings: Iterable[Finding], *, strict: bool = False) -> list[Finding]:
    """Return the findings that stop a build: errors that no override covers, and under ``strict`` warnings too."""
    stop = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    return [finding for finding in findings if finding.severity in stop and not finding.overridden]


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Sort findings as a reader meets them: by file, line and column, then by severity and code."""
    return sorted(
        findings,
        key=lambda f: (
            f.place.file if f.place else "~",
            (f.place.line or 0) if f.place else 0,
            (f.place.column or 0) if f.place else 0,
            f.severity.rank,
            f.code,
            f.message,
        ),
    )
