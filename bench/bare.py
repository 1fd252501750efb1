"""Converts every Word file below a folder in one batch and does nothing else: the floor under any package."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from isa_docs.conversion.convert import find_engine
from isa_docs.conversion.engine import Job, PdfOptions


def main() -> int:
    """``python bench/bare.py PACKAGES OUT``."""
    packages, out = map(Path, sys.argv[1:])
    jobs = [Job(f"{path.parent.name}.{path.stem}", path) for path in sorted(packages.glob("*/*.docx"))]
    engine = find_engine(None, Path(os.environ["ISA_DOCS_CACHE_DIR"]))
    failed = [result for result in engine.convert(jobs, PdfOptions(), out) if result.pdf is None]
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
