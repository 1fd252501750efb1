"""The converter interface: batch first, because the cheapest unit is one process with many files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from isa_docs.findings import Finding


@dataclass(frozen=True)
class Job:
    """One DOCX to convert; ``key`` is unique within a batch and names the PDF."""

    key: str
    docx: Path
    as_shown: bool = False
    """Whether it is a stranger's file, whose fields are printed as Word last showed them."""


@dataclass(frozen=True)
class PdfOptions:
    """What the PDF must be. The defaults are what a package is assembled from."""

    pdfa: Literal["2b"] | None = "2b"
    ua: bool = True
    bookmarks: bool = True
    """Export headings as outline and Word bookmarks as named destinations."""


@dataclass(frozen=True)
class EngineInfo:
    """Which converter this is; goes into the manifest."""

    name: str
    version: str
    kind: Literal["reference", "reference-wasm", "draft"]
    program: Path


@dataclass(frozen=True)
class Result:
    """What became of one job: a PDF, or an error sentence; never both, never neither."""

    job: Job
    pdf: Path | None
    error: str | None
    pages: int
    seconds: float
    warnings: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    """What the checks before and after conversion found; engines leave it empty."""


class Engine(Protocol):
    """A converter. ``convert`` answers every job exactly once and never raises for a bad document."""

    @property
    def info(self) -> EngineInfo:
        """Say which converter this is."""
        ...

    @property
    def open(self) -> bool:
        """Whether it stays open, so that documents may as well be handed to it one by one, from several threads."""
        ...

    def start(self) -> None:
        """Begin to start what conversions will need, and return at once."""
        ...

    def convert(self, jobs: Sequence[Job], options: PdfOptions, out_dir: Path) -> list[Result]:
        """Convert each job to ``out_dir/<key>.pdf`` and answer for each, in the order given."""
        ...

    def close(self) -> None:
        """End whatever the engine keeps running."""
        ...
