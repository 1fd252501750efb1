"""Why a document is made anew, or not: what decided it last time against what decides it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, str]
"""What decides one document, as hashes and names: ``file`` (an exhibit's), ``template``, ``text`` (of the filled
Word file), ``converter``, ``fonts``, ``program``, ``matter``. Facts that are not known are left out."""

_CHANGES = (
    ("file", "its file changed"),
    ("template", "its template changed"),
    ("text", "what it says changed"),
    ("converter", "the converter is another one"),
    ("fonts", "the installed fonts changed"),
    ("program", "isa-docs itself changed"),
)


@dataclass(frozen=True)
class DocumentNote:
    """Whether one document of a package was made anew, and why or why not."""

    key: str
    made: bool
    why: str

    def to_json(self) -> dict[str, Any]:
        """Return the JSON form described by ``schemas/report.schema.json``."""
        return {"key": self.key, "made": self.made, "why": self.why}


def change(before: Facts | None, now: Facts) -> str | None:
    """Return what changed since a document was last made, None when nothing that is known of it did."""
    if before is None:
        return "it was not made before"
    for name, why in _CHANGES:
        if name in before and name in now and before[name] != now[name]:
            return why
    return None


def after_build(key: str, before: Facts | None, now: Facts, *, reused: bool) -> DocumentNote:
    """Return the note on a document of a finished build; ``reused`` if the cache held it."""
    why = change(before, now)
    if reused:
        return DocumentNote(key, False, "nothing that decides it changed" if why is None else "the cache holds it")
    return DocumentNote(key, True, why or "the cache no longer held it")


def before_build(key: str, before: Facts | None, now: Facts) -> DocumentNote:
    """Return the note on a document that a build would make; its text is not known yet."""
    why = change(before, now)
    if why is None and before is not None and before.get("matter") != now.get("matter") and "file" not in now:
        return DocumentNote(key, True, "the matter changed; it is converted again only if what it says changed")
    return DocumentNote(key, why is not None, why or "nothing that decides it changed")
