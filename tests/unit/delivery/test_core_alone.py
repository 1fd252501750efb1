"""Building needs nothing of the service, and the service says what it lacks."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

import pytest

from isa_docs.cli.watch import need_service_extra
from isa_docs.errors import MissingProgramError


def test_a_build_imports_no_package_of_the_service() -> None:
    code = (
        "import sys, isa_docs.cli.build, isa_docs.build.pipeline, isa_docs.delivery.answers\n"
        "print({'dbos', 'fastapi', 'sqlalchemy', 'uvicorn', 'psycopg', 'httpx'} & set(sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_without_the_extra_the_line_to_run_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingProgramError, match=r"pip install 'isa-docs\[service\]'"):
        need_service_extra()
