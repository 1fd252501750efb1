"""Whether a file that a matter names lies in the folder it may come from."""

from __future__ import annotations

from pathlib import Path


def outside(folder: Path, name: str | Path) -> bool:
    """Tell whether ``name``, an absolute path or one relative to ``folder``, leads out of ``folder``.

    Links are followed, and nothing is opened. What leads nowhere, as a link to itself does, counts as outside.
    """
    try:
        inside = folder.resolve()
        return not (inside / name).resolve().is_relative_to(inside)
    except (OSError, RuntimeError, ValueError):
        return True
