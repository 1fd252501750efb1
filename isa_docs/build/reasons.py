"""Why a document is made anew, or not: what decided it last time against what decides it now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Facts = Mapping[str, str]
"""What decides one document, as hashes and names: ``file``, ``name`` and ``treatment`` of an exhibit, and the
``poppler`` that redraws it; ``template``, ``text`` (of the filled Word file), ``converter``, ``fonts``, ``program``,
``matter``. Facts that are not known are left out."""

_CHANGES = (
    ("file", "its file changed"),
    ("name", "its file has another name"),
    ("treatment", "its treatment changed"),
    ("template", "its template changed"),
    ("text", "what it says changed"),
    ("converter", "the converter is another one"),
    ("poppler", "poppler is another one"),
    ("fonts", "the installed fonts changed"),
    ("program", "isa-docs or one of its libraries changed"),
)
_FILLED = "an agency's PDF form is filled in every build"
_FRESH = "this build was told to make everything anew"


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


def after_build(
    key: str, before: Facts | None, now: Facts, *, reused: bool, kept: bool = True, fresh: bool = False
) -> DocumentNote:
    """Return the note on a document of a finished build.

    ``reused`` says that the cache held it, ``kept`` that the cache keeps such documents at all, ``fresh`` that the
    build was to use nothing of earlier ones.
    """
    if fresh:
        return DocumentNote(key, True, _FRESH)
    why = change(before, now)
    if reused:
        return DocumentNote(key, False, "nothing that decides it changed" if why is None else "the cache holds it")
    return DocumentNote(key, True, why or ("the cache no longer held it" if kept else _FILLED))


def before_build(key: str, before: Facts | None, now: Facts, *, kept: bool = True) -> DocumentNote:
    """Return the note on a document that a build would make; its text is not known yet.

    ``kept`` is as in :func:`after_build`.
    """
    why = change(before, now)
    if why is None and not kept:
        return DocumentNote(key, True, _FILLED)
    if why is None and before is not None and before.get("matter") != now.get("matter") and "file" not in now:
        return DocumentNote(key, True, "the matter changed; it is converted again only if what it says changed")
    return DocumentNote(key, why is not None, why or "nothing that decides it changed")
