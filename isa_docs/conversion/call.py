"""One call of a converter program for some documents: started, watched to the end, judged by what it left.

Its exit status is never trusted (LibreOffice's is 0 on nearly every failure): a document is converted when a
whole PDF is there.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from isa_docs.conversion.engine import Job, PdfOptions
from isa_docs.conversion.process import OwnedProcess, clean_environment

RESTART = 81
"""Exit code by which LibreOffice asks to be started again."""

RESTARTS = 3
"""So many starts are granted to a program that asks for them."""

_AT_WORK = 0.05
"""Share of one processor that a program at work has at least, on a machine that is very busy."""


@dataclass(frozen=True)
class Staged:
    """A job's own copy of its document under a plain ASCII name, in the run's folder."""

    job: Job
    name: str
    source: Path
    size: int
    alone: bool = False
    """Whether no other document may be converted by the same process."""


Made = tuple[Staged, Path, float]
"""A document, its PDF, and the seconds it took."""


@dataclass(frozen=True)
class Limits:
    """How long a converter may take, in seconds, and how many of its processes may run at a time."""

    start: float
    """Allowance for the start, on top of the first document's."""
    document: float
    processes: int
    documents_worth_a_process: int
    """So many documents must be there for each process that is started."""
    standstill: float | None = None
    """Seconds in which a program that hardly uses the processor is known to be stuck for ever; None where it is not."""
    starts: int = RESTARTS
    """So many starts are granted to a program that is stuck, or asks for another."""


class Program(Protocol):
    """One kind of converter program, as the batch driver needs to know it."""

    @property
    def name(self) -> str:
        """What a person calls it."""
        ...

    def prepare(self, folder: Path, *, fresh: bool) -> None:
        """Make ready ``folder``, new and empty, for one call; ``fresh`` without anything kept from earlier runs."""
        ...

    def arguments(self, folder: Path, sources: Sequence[Path], options: PdfOptions, out: Path) -> list[str | Path]:
        """Return the command that converts ``sources``, in this order, to ``out/<stem>.pdf``."""
        ...

    def environment(self) -> Mapping[str, str]:
        """Return variables to add to the clean environment."""
        ...

    def clear(self, folder: Path) -> None:
        """Remove what an ended call left outside ``folder``."""
        ...

    def distrust(self) -> None:
        """Forget what is kept between runs: only fresh starts succeeded."""
        ...


class Call:
    """One process of the converter with its folder and documents."""

    def __init__(
        self,
        program: Program,
        documents: list[Staged],
        options: PdfOptions,
        folder: Path,
        limits: Limits,
        fresh: bool,
    ) -> None:
        self._program, self._documents, self._options = program, documents, options
        self._folder, self._out, self._limits, self._fresh = folder, folder / "out", limits, fresh
        self._process: OwnedProcess | None = None
        self._starts = 0
        self._seen = 0
        self._deadline = self._began = self._looked = 0.0
        self._used = (0.0, 0.0)
        self._why = ""
        self.seconds = 0.0

    def start(self) -> None:
        """Make the folders and start the program; a program that cannot start leaves all documents undone."""
        self._folder.mkdir()
        self._out.mkdir()
        self._program.prepare(self._folder, fresh=self._fresh)
        self._began = time.monotonic()
        self._start_process()

    def finished(self) -> bool:
        """Tell whether the call is over, stopping it when a document takes too long."""
        if self._process is None:
            return True
        if self._process.ended():
            if self._process.stop() == RESTART and self.undone() and self._starts < self._limits.starts:
                self._start_process()
                return self._process is None
            if not self._why and self.undone():
                self._why = self._failure()
            self.stop()
            return True
        now = time.monotonic()
        if now - self._looked > 0.05:
            self._looked = now
            ready = len(list(self._out.glob("*.pdf")))
            if ready > self._seen:
                self._seen, self._deadline = ready, now + self._limits.document
            if self._stands_still(now):
                self._process.stop()
                if self.undone() and self._starts < self._limits.starts:
                    self._start_process()
                    return self._process is None
                self._why = f"{self._program.name} stood still each of the {self._starts} times it was started."
                self.stop()
                return True
        if now > self._deadline:
            self._why = (
                f"{self._program.name} did not finish this document within {self._limits.document:g} seconds and was"
                " stopped. Look for very long tables, very long paragraphs or damage in it, or raise the time limit."
            )
            self.stop()
            return True
        return False

    def stop(self) -> None:
        """End the process and all it started."""
        if self._process is not None:
            self._process.stop()
            self.seconds = time.monotonic() - self._began
            self._program.clear(self._folder)

    def done(self) -> Iterator[Made]:
        """Yield each document that became a PDF, the PDF, and the seconds it took."""
        shared = self.seconds / max(1, len(self._documents))
        for document in self._documents:
            pdf = self._out / f"{document.name}.pdf"
            if is_whole(pdf):
                yield document, pdf, shared

    def undone(self) -> list[Staged]:
        """Return the documents without a whole PDF."""
        return [document for document in self._documents if not is_whole(self._out / f"{document.name}.pdf")]

    def reason(self) -> str:
        """Return why documents are undone, as one sentence or two."""
        return self._why or f"{self._program.name} made no PDF of this document."

    def _stands_still(self, now: float) -> bool:
        """Tell whether the program hardly used the processor since this was last measured, long enough ago."""
        assert self._process is not None
        since, before = self._used
        if self._limits.standstill is None or now - since < self._limits.standstill:
            return False
        used = self._process.processor_seconds()
        self._used = (now, used or 0.0)
        return used is not None and used - before < _AT_WORK * (now - since)

    def _start_process(self) -> None:
        self._starts += 1
        now = time.monotonic()
        self._deadline, self._used = now + self._limits.start + self._limits.document, (now, 0.0)
        try:
            self._process = OwnedProcess(
                self._program.arguments(
                    self._folder, [document.source for document in self.undone()], self._options, self._out
                ),
                self._folder,
                clean_environment(self._folder, self._program.environment()),
            )
        except OSError as error:
            self._process, self._why = None, f"{self._program.name} cannot be started: {error}."

    def _failure(self) -> str:
        assert self._process is not None
        code, said = self._process.exit_code, self._process.said()
        if "could not be loaded" in said:
            return f"{self._program.name} could not read this document: it is damaged or no Word document."
        how = f"was ended by signal {-code}" if code is not None and code < 0 else f"ended with exit code {code}"
        return f"{self._program.name} {how} and made no PDF of this document." + (f" It said: {said}" if said else "")


def is_whole(pdf: Path) -> bool:
    """Tell whether ``pdf`` is there with its beginning and its end."""
    with suppress(OSError), pdf.open("rb") as file:
        begins = file.read(5) == b"%PDF-"
        file.seek(max(0, file.seek(0, os.SEEK_END) - 64))
        return begins and b"%%EOF" in file.read()
    return False
