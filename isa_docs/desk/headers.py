"""Headers of answers that name a file."""

from __future__ import annotations

from urllib.parse import quote


def attachment(name: str) -> str:
    """Return the header value that names a download, whatever characters the name has."""
    plain = "".join(each if each.isascii() and (each.isalnum() or each in "._- ") else "_" for each in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
