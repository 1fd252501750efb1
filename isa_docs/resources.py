"""Where the schemas, templates and examples are: beside the package in a checkout, inside it in a wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Return the shipped folder ``name`` (``schemas``, ``templates`` or ``examples``).

    Raises FileNotFoundError when the installation is damaged.
    """
    for candidate in (_PACKAGE / name, _PACKAGE.parent / name):
        if candidate.is_dir():
            return candidate
    raise FileNotFoundError(f"the installation of isa_docs is damaged: no folder {name!r}; reinstall it")
