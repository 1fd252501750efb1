"""How one call of the command line ended, and the schema that its JSON must match."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker

from isa_docs.intake.schema import bundled

NORTHWIND = Path(__file__).resolve().parents[3] / "examples" / "northwind" / "matter.yaml"


@cache
def report_schema() -> Draft202012Validator:
    """The schema that every --json answer must match."""
    return Draft202012Validator(bundled("report.schema.json"), format_checker=FormatChecker(["date"]))


@dataclass(frozen=True)
class Run:
    """How one call ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def report(self) -> dict[str, Any]:
        """The one JSON object on standard output, which must match the schema of reports."""
        report: dict[str, Any] = json.loads(self.out)
        report_schema().validate(report)
        assert report["exit_code"] == self.code
        return report


Invoke = Callable[..., Run]
