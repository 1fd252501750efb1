"""The port of the DMS connectors."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from isa_docs.delivery.jobs.model import JobState


class ConnectorError(Exception):
    """The DMS cannot be reached or does not do as asked; the message holds no content of a document.

    ``wait``: the seconds after which it wants to be asked again, if it said so.
    """

    def __init__(self, message: str, wait: float = 0.0) -> None:
        super().__init__(message)
        self.wait = wait


class DocumentGoneError(ConnectorError):
    """The document is no longer there."""


class DocumentTooLargeError(ConnectorError):
    """The document is larger than what is taken in."""


class Connector(Protocol):
    """A document-management system. Every method may raise ConnectorError, and may be called again after it did."""

    def list_ready(self) -> list[str]:
        """Return the references of all documents for which a build is requested."""
        ...

    def is_ready(self, document: str) -> bool:
        """Say whether a build is requested for this document: the DMS's own word, whoever told us of it."""
        ...

    def fetch(self, document: str) -> dict[str, bytes]:
        """Return the document's newest file by its name, or several where the DMS keeps folders."""
        ...

    def claim(self, document: str, job: str) -> None:
        """Show that the document is being worked on."""
        ...

    def find(self, label: str) -> list[str]:
        """Return the references of the filed packages with exactly this label, oldest first."""
        ...

    def create(self, label: str) -> str:
        """Make a place for a package; return its reference. It may have come to be even when this raises."""
        ...

    def attach(self, filed: str, file: Path) -> None:
        """Put the package's file into its place."""
        ...

    def fingerprint(self, filed: str) -> str:
        """Read the filed package back; return its SHA-256, or an empty string while there is no file."""
        ...

    def describe(self, filed: str, facts: Mapping[str, str]) -> None:
        """Write what is known of the package beside it."""
        ...

    def discard(self, filed: str) -> None:
        """Take away a package that we filed twice."""
        ...

    def set_status(self, document: str, state: JobState, text: str, facts: Mapping[str, str]) -> None:
        """Show people what became of the document, and end the request for a build if it still stands."""
        ...
