"""LibreOffice as an engine: its command line, its PDF options, its profile."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from isa_docs.conversion.batch import BatchEngine
from isa_docs.conversion.call import Limits
from isa_docs.conversion.engine import EngineInfo, PdfOptions
from isa_docs.conversion.profile import ENVIRONMENT, Profiles, remove_pipe, start_arguments
from isa_docs.conversion.program import Installation

SECONDS_PER_DOCUMENT = 60.0
"""Time limit of one document; a 15-page plan takes about half a second."""

START_SECONDS = 30.0
"""Allowance for the start; LibreOffice is ready after about a fifth of a second."""

_DOCUMENTS_WORTH_A_PROCESS = 3


class LibreOfficeEngine(BatchEngine):
    """Converts with the LibreOffice that :func:`isa_docs.conversion.program.find_installation` found."""

    def __init__(
        self,
        installation: Installation,
        cache_dir: Path,
        *,
        seconds_per_document: float = SECONDS_PER_DOCUMENT,
        start_seconds: float = START_SECONDS,
        processes: int | None = None,
    ) -> None:
        """Keep the once-used profile and the run folders in ``cache_dir``; use at most ``processes`` at a time."""
        self.installation = installation
        super().__init__(
            EngineInfo("libreoffice", installation.version, "reference", installation.program),
            _LibreOffice(installation.program, Profiles(installation, cache_dir)),
            cache_dir,
            Limits(start_seconds, seconds_per_document, processes or os.cpu_count() or 1, _DOCUMENTS_WORTH_A_PROCESS),
        )


class _LibreOffice:
    """What the batch driver needs to know of ``soffice.bin``."""

    name = "LibreOffice"

    def __init__(self, program: Path, profiles: Profiles) -> None:
        self._program, self._profiles = program, profiles

    def prepare(self, folder: Path, *, fresh: bool) -> None:
        """Give the call a profile of its own."""
        (self._profiles.put_fresh if fresh else self._profiles.put_used)(folder / "profile")

    def arguments(self, folder: Path, sources: Sequence[Path], options: PdfOptions, out: Path) -> list[str | Path]:
        """Return the command line of one call."""
        return [
            *start_arguments(self._program, folder / "profile"),
            *conversion_arguments(sources, options, out),
        ]

    def environment(self) -> Mapping[str, str]:
        """Return what keeps it from looking for a window system."""
        return ENVIRONMENT

    def clear(self, folder: Path) -> None:
        """Remove the pipe of a killed process."""
        remove_pipe(folder / "profile")

    def distrust(self) -> None:
        """Drop the once-used profile."""
        self._profiles.drop_used()


def conversion_arguments(sources: Sequence[Path], options: PdfOptions, out: Path) -> list[str | Path]:
    """Return the part of the command line that says what to convert, how and where to."""
    return ["--convert-to", f"pdf:writer_pdf_Export:{filter_options(options)}", "--outdir", out, *sources]


def filter_options(options: PdfOptions) -> str:
    """Return the JSON that LibreOffice's PDF filter takes on the command line."""
    wanted: dict[str, bool | int] = {
        "SelectPdfVersion": 2 if options.pdfa == "2b" else 0,
        "PDFUACompliance": options.ua,
        "UseTaggedPDF": options.ua,
        "ExportBookmarks": options.bookmarks,
        "ExportBookmarksToPDFDestination": options.bookmarks,
        "ExportFormFields": False,
        "ExportNotes": False,
        "UseLosslessCompression": True,
        "ReduceImageResolution": False,
    }
    return json.dumps(
        {
            name: {"type": "boolean" if isinstance(value, bool) else "long", "value": json.dumps(value)}
            for name, value in wanted.items()
        },
        separators=(",", ":"),
    )
