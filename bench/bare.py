"""Converts every Word file below a folder in one batch and does nothing else: the floor under any package."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from isa_docs.conversion.engine import Job, PdfOptions
from isa_docs.conversion.libreoffice import LibreOfficeEngine
from isa_docs.conversion.program import find_installation


def main() -> int:
    """``python bench/bare.py PACKAGES OUT [FILE]``; with the name of a file only those called so."""
    packages, out = map(Path, sys.argv[1:3])
    name = sys.argv[3] if len(sys.argv) > 3 else "*.docx"
    jobs = [Job(f"{path.parent.name}.{path.stem}", path) for path in sorted(packages.glob(f"*/{name}"))]
    cache = Path(os.environ["ISA_DOCS_CACHE_DIR"])
    engine = LibreOfficeEngine(find_installation(None, cache), cache)
    try:
        failed = [result for result in engine.convert(jobs, PdfOptions(), out) if result.pdf is None]
    finally:
        engine.close()
    return len(failed)


if __name__ == "__main__":
    sys.exit(main())
