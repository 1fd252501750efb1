#!/usr/bin/env python3
"""Write isa_docs/program/data/holidays.json: the federal holidays of the years that matters are about.

Computed by the library ``holidays`` and kept as data, because importing it takes longer than checking a matter. A
test compares the table with the library; for other years the library itself is asked.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from isa_docs.program.calendar import computed_holidays

TABLE = Path(__file__).resolve().parents[1] / "isa_docs" / "program" / "data" / "holidays.json"
YEARS = range(2002, 2041)


def main() -> int:
    """Write the table, a line a year."""
    lines = []
    for year in YEARS:
        days = {day.isoformat(): name for day, name in computed_holidays(year).items()}
        lines.append(f'"{year}": {json.dumps(days, ensure_ascii=False)}')
    TABLE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
