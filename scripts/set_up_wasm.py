#!/usr/bin/env python3
"""Set up LibreOffice's WebAssembly build, for a machine where LibreOffice cannot be installed.

The bootstrap runs it in .venv. Ends with 3 and one line on standard error when the build cannot be had.
"""

from __future__ import annotations

import sys

from isa_docs.cli.settings import cache_dir
from isa_docs.conversion.wasm import set_up_wasm
from isa_docs.errors import MissingProgramError


def main() -> int:
    """Fetch, check and patch the pinned build, unless it is there; return the exit code."""
    try:
        set_up_wasm(cache_dir())
    except MissingProgramError as error:
        print(error.message, file=sys.stderr)
        return int(error.exit_code)
    return 0


if __name__ == "__main__":
    sys.exit(main())
