"""Drive a converter program: one call for many documents, shared out over a few processes, watched to the end.

Its exit status is never trusted (LibreOffice's is 0 on nearly every failure): a document is converted when a
whole PDF is there. What a call left undone is tried once more, each document alone and from a fresh start.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import pikepdf

from isa_docs.conversion.engine import EngineInfo, Job, PdfOptions, Result
from isa_docs.conversion.process import OwnedProcess, clean_environment

if sys.platform != "win32":
    import fcntl

RESTART = 81
"""Exit code by which LibreOffice asks to be started again."""

_RESTARTS = 3
_POLL = 0.004
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class _Staged:
    """A job's own copy of its document under a plain ASCII name, in the run's folder."""

    job: Job
    name: str
    source: Path
    size: int


@dataclass(frozen=True)
class Limits:
    """How long a converter may take, in seconds, and how many of its processes may run at a time."""

    start: float
    """Allowance for the start, on top of the first document's."""
    document: float
    processes: int
    documents_worth_a_process: int
    """So many documents must be there for each process that is started."""


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


class BatchEngine:
    """An engine around a converter program that takes many documents in one call."""

    def __init__(self, info: EngineInfo, program: Program, cache_dir: Path, limits: Limits) -> None:
        """Keep the folders of running calls in ``cache_dir``."""
        self.info = info
        self._program = program
        self._cache_dir = cache_dir.resolve()
        self._limits = limits
        self._closed = threading.Event()

    def convert(self, jobs: Sequence[Job], options: PdfOptions, out_dir: Path) -> list[Result]:
        """Convert each job to ``out_dir/<key>.pdf`` and answer for each, in the order given.

        Raises ValueError for keys that are no plain file names or not unique, OSError when ``out_dir`` or the
        cache folder cannot be written.
        """
        if len({job.key for job in jobs}) != len(jobs) or not all(_KEY.fullmatch(job.key) for job in jobs):
            raise ValueError("job keys must be unique and consist of letters, digits, '.', '_' and '-'")
        if not jobs:
            return []
        out_dir.mkdir(parents=True, exist_ok=True)
        with _run_folder(self._cache_dir) as run:
            staged, answers = _stage(jobs, run)
            shares = _share_out(staged, self._limits)
            first = [self._call(share, options, run / f"call{number}") for number, share in enumerate(shares)]
            self._run(first)
            undone = [document for call in first for document in call.undone()]
            again = [self._call([item], options, run / f"again-{item.name}", fresh=True) for item in undone]
            self._run(again)
            if staged and len(undone) == len(staged) and not any(call.undone() for call in again):
                self._program.distrust()
            for call in again:
                for document in call.undone():
                    answers[document.job.key] = Result(document.job, None, call.reason(), 0, call.seconds)
            for call in (*first, *again):
                for document, pdf, seconds in call.done():
                    answers[document.job.key] = _accept(document.job, pdf, out_dir, seconds)
        return [answers[job.key] for job in jobs]

    def close(self) -> None:
        """Stop calls that another thread is waiting for; no process outlives a call anyway."""
        self._closed.set()

    def _call(self, documents: list[_Staged], options: PdfOptions, folder: Path, *, fresh: bool = False) -> _Call:
        return _Call(self._program, documents, options, folder, self._limits, fresh)

    def _run(self, calls: Sequence[_Call]) -> None:
        """Run the calls, a few at a time, and leave no process behind however this ends."""
        waiting, running = deque(calls), list[_Call]()
        try:
            while (waiting or running) and not self._closed.is_set():
                while waiting and len(running) < self._limits.processes:
                    running.append(waiting.popleft())
                    running[-1].start()
                time.sleep(_POLL)
                running = [call for call in running if not call.finished()]
        finally:
            for call in running:
                call.stop()


class _Call:
    """One process of the converter with its folder and documents."""

    def __init__(
        self,
        program: Program,
        documents: list[_Staged],
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
            if self._process.stop() == RESTART and self._starts < _RESTARTS:
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

    def done(self) -> Iterator[tuple[_Staged, Path, float]]:
        """Yield each document that became a PDF, the PDF, and the seconds it took."""
        shared = self.seconds / max(1, len(self._documents))
        for document in self._documents:
            pdf = self._out / f"{document.name}.pdf"
            if _is_whole(pdf):
                yield document, pdf, shared

    def undone(self) -> list[_Staged]:
        """Return the documents without a whole PDF."""
        return [document for document in self._documents if not _is_whole(self._out / f"{document.name}.pdf")]

    def reason(self) -> str:
        """Return why documents are undone, as one sentence or two."""
        return self._why or f"{self._program.name} made no PDF of this document."

    def _start_process(self) -> None:
        self._starts += 1
        self._deadline = time.monotonic() + self._limits.start + self._limits.document
        try:
            self._process = OwnedProcess(
                self._program.arguments(
                    self._folder, [document.source for document in self._documents], self._options, self._out
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


@contextmanager
def _run_folder(cache_dir: Path) -> Iterator[Path]:
    """Give a folder for one batch, removed afterwards; first remove what killed runs left behind.

    Each running batch holds a lock in its folder, so a folder whose lock is free belongs to no one.
    """
    runs = cache_dir / "runs"
    runs.mkdir(parents=True, exist_ok=True)
    for left in runs.iterdir():
        with suppress(OSError), (left / "lock").open("rb") as lock:
            if _take(lock):
                shutil.rmtree(left, ignore_errors=True)
    while True:
        run = Path(tempfile.mkdtemp(dir=runs))
        with (run / "lock").open("wb") as lock:
            if _take(lock) and run.is_dir():
                try:
                    yield run
                finally:
                    shutil.rmtree(run, ignore_errors=True)
                return


def _take(lock: BinaryIO) -> bool:
    """Lock the open file if no one else has it; the system lets go of it when the process ends, however it ends."""
    if sys.platform == "win32":
        return "w" in lock.mode
    with suppress(OSError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    return False


def _stage(jobs: Sequence[Job], run: Path) -> tuple[list[_Staged], dict[str, Result]]:
    """Copy the documents into the run's folder; answer for those that cannot be read."""
    folder = run / "in"
    folder.mkdir()
    staged, answers = list[_Staged](), dict[str, Result]()
    for number, job in enumerate(jobs):
        source = folder / f"d{number:04}.docx"
        try:
            shutil.copyfile(job.docx, source)
        except OSError as error:
            answers[job.key] = Result(job, None, f"The document cannot be read: {error}.", 0, 0.0)
        else:
            staged.append(_Staged(job, source.stem, source, source.stat().st_size))
    return staged, answers


def _share_out(documents: Sequence[_Staged], limits: Limits) -> list[list[_Staged]]:
    """Share the documents out over processes, largest first, each to the process with least to do."""
    count = min(limits.processes, -(-len(documents) // limits.documents_worth_a_process))
    shares: list[list[_Staged]] = [[] for _ in range(count)]
    for document in sorted(documents, key=lambda item: (-item.size, item.name)):
        min(shares, key=lambda share: (sum(item.size for item in share), len(share))).append(document)
    return shares


def _is_whole(pdf: Path) -> bool:
    """Tell whether ``pdf`` is there with its beginning and its end."""
    with suppress(OSError), pdf.open("rb") as file:
        begins = file.read(5) == b"%PDF-"
        file.seek(max(0, file.seek(0, os.SEEK_END) - 64))
        return begins and b"%%EOF" in file.read()
    return False


def _accept(job: Job, pdf: Path, out_dir: Path, seconds: float) -> Result:
    """Move the PDF to where it was asked for; answer with an error when it does not open."""
    try:
        with pikepdf.open(pdf) as opened:
            pages = len(opened.pages)
    except pikepdf.PdfError as error:
        return Result(job, None, f"The converter made a damaged PDF of this document: {error}.", 0, seconds)
    target = out_dir / f"{job.key}.pdf"
    shutil.move(pdf, target)
    return Result(job, target, None, pages, seconds)
