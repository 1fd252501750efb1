"""Drive a converter program: one call for many documents, shared out over a few processes, watched to the end.

Its exit status is never trusted (LibreOffice's is 0 on nearly every failure): a document is converted when a
whole PDF is there. What a call left undone is tried once more, each document alone and from a fresh start.
"""

from __future__ import annotations

import re
import shutil
import threading
import time
import zipfile
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from isa_docs.conversion.call import Call, Limits, Made, Program, Staged
from isa_docs.conversion.engine import EngineInfo, Job, PdfOptions, Result
from isa_docs.conversion.runs import run_folder

_POLL = 0.004
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


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
        with run_folder(self._cache_dir) as run:
            staged, answers = _stage(jobs, run)
            made, undone = self._first(staged, options, run)
            again = [self._call([item], options, run / f"again-{item.name}", fresh=True) for item in undone]
            self._run(again)
            if staged and len(undone) == len(staged) and not any(call.undone() for call in again):
                self._program.distrust()
            for call in again:
                for document in call.undone():
                    answers[document.job.key] = Result(document.job, None, call.reason(), 0, call.seconds)
            for document, pdf, seconds in (*made, *(each for call in again for each in call.done())):
                answers[document.job.key] = _accept(document.job, pdf, out_dir, seconds)
        return [answers[job.key] for job in jobs]

    @property
    def open(self) -> bool:
        """Whether it stays open: it does not, so the fewer calls the better."""
        return False

    def start(self) -> None:
        """Do nothing: each call starts what it needs."""

    def close(self) -> None:
        """Stop calls that another thread is waiting for; no process outlives a call anyway."""
        self._closed.set()

    def _first(self, staged: Sequence[Staged], options: PdfOptions, run: Path) -> tuple[list[Made], list[Staged]]:
        """Convert all documents for the first time; return what was made and what was not."""
        shares = [*_share_out([each for each in staged if not each.alone], self._limits)]
        shares += [[each] for each in staged if each.alone]
        calls = [self._call(share, options, run / f"call{number}") for number, share in enumerate(shares)]
        self._run(calls)
        return [each for call in calls for each in call.done()], [each for call in calls for each in call.undone()]

    def _call(self, documents: list[Staged], options: PdfOptions, folder: Path, *, fresh: bool = False) -> Call:
        return Call(self._program, documents, options, folder, self._limits, fresh)

    def _run(self, calls: Sequence[Call]) -> None:
        """Run the calls, a few at a time, and leave no process behind however this ends."""
        waiting, running = deque(calls), list[Call]()
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


def _stage(jobs: Sequence[Job], run: Path) -> tuple[list[Staged], dict[str, Result]]:
    """Copy the documents into the run's folder; answer for those that cannot be read."""
    folder = run / "in"
    folder.mkdir()
    staged, answers = list[Staged](), dict[str, Result]()
    for number, job in enumerate(jobs):
        source = folder / f"d{number:04}.docx"
        try:
            shutil.copyfile(job.docx, source)
        except OSError as error:
            answers[job.key] = Result(job, None, f"The document cannot be read: {error}.", 0, 0.0)
        else:
            staged.append(Staged(job, source.stem, source, source.stat().st_size, _brings_fonts(source)))
    return staged, answers


_PAGES = re.compile(rb"<</Type/Pages\b[^>]*>>")
_COUNT = re.compile(rb"/Count (\d+)")


def _brings_fonts(source: Path) -> bool:
    """Tell whether a Word file has fonts in it: LibreOffice would use them for the documents after it, too."""
    with suppress(OSError, zipfile.BadZipFile), zipfile.ZipFile(source) as file:
        return any(name.startswith("word/fonts/") for name in file.namelist())
    return False


def _share_out(documents: Sequence[Staged], limits: Limits) -> list[list[Staged]]:
    """Share the documents out over processes, largest first, each to the process with least to do."""
    count = min(limits.processes, -(-len(documents) // limits.documents_worth_a_process))
    shares: list[list[Staged]] = [[] for _ in range(count)]
    for document in sorted(documents, key=lambda item: (-item.size, item.name)):
        min(shares, key=lambda share: (sum(item.size for item in share), len(share))).append(document)
    return shares


def _accept(job: Job, pdf: Path, out_dir: Path, seconds: float) -> Result:
    """Move the PDF to where it was asked for; answer with an error when it does not open."""
    try:
        pages = _page_count(pdf)
    except ValueError as error:
        return Result(job, None, f"The converter made a damaged PDF of this document: {error}.", 0, seconds)
    target = out_dir / f"{job.key}.pdf"
    shutil.move(pdf, target)
    return Result(job, target, None, pages, seconds)


def _page_count(pdf: Path) -> int:
    """Return the number of pages; raises ValueError when the file does not open.

    LibreOffice writes one list of all pages, in the clear. Any other file is opened. Whether a file is sound is for
    the check after conversion to say.
    """
    lists = _PAGES.findall(pdf.read_bytes())
    if len(lists) == 1 and (count := _COUNT.search(lists[0])):
        return int(count[1])
    import pikepdf  # only here: it takes long to import, and is hardly ever wanted

    try:
        with pikepdf.open(pdf) as opened:
            return len(opened.pages)
    except pikepdf.PdfError as error:
        raise ValueError(str(error)) from error
