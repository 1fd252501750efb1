"""A document store behind WebDAV as a DMS: a mapped drive, a SharePoint library, a Nextcloud folder.

Below its root lie ``requested`` (people put what is to be built there), ``building``, ``packages``, and for what came
of each document ``filed``, ``needs-correction`` and ``failed``, with a text beside it. A document's reference is its
name. Claims are made by MOVE, the one WebDAV verb that has a single winner, before anything is read: what lies in
``requested`` afterwards is a later document of that name, which waits there until the first has come to its end.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from isa_docs.delivery.connectors.model import ConnectorError, DocumentGoneError, DocumentTooLargeError
from isa_docs.delivery.folder.store import FolderError, TooLargeError
from isa_docs.delivery.folder.webdav import WebDavFolder
from isa_docs.delivery.jobs.model import JobState
from isa_docs.delivery.spool import intake_hash
from isa_docs.errors import InputError

_ENDS = {
    JobState.FILED: "filed",
    JobState.NEEDS_CORRECTION: "needs-correction",
    JobState.FAILED: "failed",
    JobState.CANCELED: "failed",
}
_OWN_TEXTS = (".status.json", ".status.txt")


class WebDavDms:
    """The store below a WebDAV folder."""

    def __init__(self, folder: WebDavFolder) -> None:
        self._folder = folder
        self._prepared = False

    def list_ready(self) -> list[str]:
        """Return the names of what lies in ``requested``, and in ``building``, where a lost machine left it."""
        with self._errors():
            if not self._prepared:
                for name in ("requested", "building", "packages", *dict.fromkeys(_ENDS.values())):
                    self._folder.make_folder(name)
                self._prepared = True
            found = {each.name for sub in ("requested", "building") for each in self._folder.entries(sub)}
        return sorted(found)

    def is_ready(self, document: str) -> bool:
        """Say whether the document lies where builds are asked for."""
        if not document or "/" in document or document.startswith("."):
            return False
        with self._errors():
            return any(self._folder.exists(f"{sub}/{document}") for sub in ("requested", "building"))

    def fetch(self, document: str) -> dict[str, bytes]:
        """Move the document to ``building``; return it by its name, or every file of a folder."""
        with self._errors():
            self._folder.move(f"requested/{document}", f"building/{document}")
            return self._folder.read(f"building/{document}")

    def claim(self, document: str, job: str) -> None:
        """Do nothing: the document was moved before it was read."""

    def find(self, label: str) -> list[str]:
        """Return the package's name if it is there: a name cannot be given twice."""
        with self._errors():
            return [label] if self._folder.exists(f"packages/{label}") else []

    def create(self, label: str) -> str:
        """Return the name; the file itself makes the place."""
        return label

    def attach(self, filed: str, file: Path) -> None:
        """Write the package."""
        with self._errors():
            self._folder.put(f"packages/{filed}", file.read_bytes())

    def fingerprint(self, filed: str) -> str:
        """Read the package back; return its SHA-256, or an empty string when there is none."""
        try:
            with self._errors():
                return hashlib.sha256(self._folder.get(f"packages/{filed}")).hexdigest()
        except DocumentGoneError:
            return ""

    def describe(self, filed: str, facts: Mapping[str, str]) -> None:
        """Write the facts beside the package."""
        with self._errors():
            self._folder.put(f"packages/{filed}.json", json.dumps(dict(facts), indent=2).encode())

    def discard(self, filed: str) -> None:
        """Do nothing: a name cannot be given twice."""

    def set_status(self, document: str, state: JobState, text: str, facts: Mapping[str, str]) -> None:
        """Write the text, then move the document to where people look for what came of it.

        A document in ``requested`` stays: it is a later one, put there while this one was being built. So does one in
        ``building`` that is another than the facts tell of: the first was moved already, only the answer was lost.
        """
        end = _ENDS.get(state)
        if end is None:
            return
        with self._errors():
            self._folder.put(f"{end}/{document}{_OWN_TEXTS[1]}", text.encode())
            self._folder.put(f"{end}/{document}{_OWN_TEXTS[0]}", json.dumps(dict(facts), indent=2).encode())
            if self._is_it(f"building/{document}", facts.get("isa_intake_sha256")):
                self._move_away(f"building/{document}", f"{end}/{document}")

    def _is_it(self, place: str, intake: str | None) -> bool:
        """Say whether the document there is the one with this hash, or any where none is given."""
        if not self._folder.exists(place):
            return False
        try:
            return intake is None or intake_hash(self._folder.read(place)) == intake
        except (InputError, TooLargeError):
            return False

    def _move_away(self, source: str, target: str) -> None:
        """Move a document to its end; one of the same name that was there before keeps its place and gets a number."""
        stem, dot, ending = target.rpartition(".")
        for number in range(1, 100):
            name = target if number == 1 else f"{stem} ({number}){dot}{ending}" if stem else f"{target} ({number})"
            if self._folder.move(source, name) or not self._folder.exists(source):
                return
        raise ConnectorError("there are too many documents of the same name")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise DocumentGoneError("the document is no longer there") from None
        except TooLargeError:
            raise DocumentTooLargeError("the document is too large") from None
        except FolderError as error:
            raise ConnectorError(str(error), error.wait) from None
