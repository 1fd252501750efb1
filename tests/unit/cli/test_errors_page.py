"""docs/errors.md names every family of findings that the code can give, and no code that it cannot."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in sorted((ROOT / "isa_docs").rglob("*.py")))
# Codes that are put together: from the keyword of the schema that was violated.
MADE = {f"SCHEMA-{name}" for name in ("TYPE", "ENUM", "CONST", "PATTERN", "FORMAT", "RANGE", "LENGTH", "COUNT")}
NOT_CODES = {"UTF"}


def test_every_family_in_the_code_is_on_the_page() -> None:
    families = {code.partition("-")[0] for code in re.findall(r'"([A-Z]{2,}-[A-Z0-9-]*[A-Z0-9])"', SOURCE)} - NOT_CODES
    assert {family for family in families if f"`{family}-…`" not in PAGE} == set()


def test_every_code_on_the_page_is_in_the_code() -> None:
    codes = set(re.findall(r"`([A-Z]{2,}-[A-Z0-9-]*[A-Z0-9])`", PAGE)) - MADE
    assert {code for code in codes if f'"{code}"' not in SOURCE} == set()
    assert len(codes) > 80


def test_the_made_codes_come_from_keywords_of_the_schemas() -> None:
    from isa_docs.intake.validate import _code

    keywords = ("type", "enum", "const", "pattern", "format", "minimum", "maxLength", "maxItems")
    assert {f"SCHEMA-{_code(keyword)}" for keyword in keywords} == MADE
