"""Names for uploaded files that every system takes, whatever they were called where they come from."""

from __future__ import annotations

import re
import unicodedata

_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])\Z")
_LONGEST = 100


def safe_name(given: str) -> str:
    """Return a file name without folders, control characters, or what Windows refuses; never empty.

    The ending stays, also when the name is shortened to 100 bytes.
    """
    name = unicodedata.normalize("NFC", given.replace("\\", "/").rpartition("/")[2])
    name = "".join("-" if each in '<>:"|?*' or unicodedata.category(each)[0] == "C" else each for each in name)
    stem, dot, ending = name.strip(" .").rpartition(".")
    if not dot or not re.fullmatch(r"[A-Za-z0-9]{1,5}", ending):
        stem, dot, ending = name.strip(" ."), "", ""
    stem = stem.strip(" .") or "exhibit"
    if _RESERVED.match(stem.partition(".")[0]):
        stem = f"_{stem}"
    room = _LONGEST - len(dot + ending)
    while len(stem.encode()) > room:
        stem = stem[:-1]
    return stem.rstrip(" .") + dot + ending


def numbered(name: str, number: int) -> str:
    """Return the name with a number before its ending: ``report-2.pdf``."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}-{number}.{ending}" if dot and stem else f"{name}-{number}"
