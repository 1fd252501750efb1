from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from isa_docs.conversion.libreoffice import LibreOfficeEngine
from isa_docs.conversion.program import find_installation

FIXTURES = Path(__file__).parents[2] / "fixtures" / "converters"


@pytest.fixture
def obedient(tmp_path: Path) -> Path:
    """A converter, as an executable file, that misbehaves as its documents tell it to."""
    program = tmp_path / "converter"
    program.write_text(f"#!{sys.executable} -IS\n" + (FIXTURES / "obedient.py").read_text(encoding="utf-8"))
    program.chmod(0o755)
    return program


@pytest.fixture
def make_engine(obedient: Path, tmp_path: Path) -> Callable[..., LibreOfficeEngine]:
    """A function that makes an engine around that converter; keyword arguments go to the engine."""

    def make(**options: float) -> LibreOfficeEngine:
        cache = tmp_path / "cache"
        return LibreOfficeEngine(find_installation(obedient, cache), cache, **options)  # type: ignore[arg-type]

    return make


@pytest.fixture(scope="session")
def libreoffice(tmp_path_factory: pytest.TempPathFactory) -> LibreOfficeEngine:
    """The real LibreOffice of this machine; fails with the install line where there is none."""
    cache = tmp_path_factory.mktemp("cache")
    return LibreOfficeEngine(find_installation(None, cache), cache)
