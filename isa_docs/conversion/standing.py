"""LibreOffice as an engine whose processes stay open: started once, early if asked, and used for all that follows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from isa_docs.conversion.call import Made, Staged, is_whole
from isa_docs.conversion.engine import EngineInfo, Job, PdfOptions, Result
from isa_docs.conversion.libreoffice import LibreOfficeEngine, conversion_arguments
from isa_docs.conversion.office import Office
from isa_docs.conversion.pool import OfficePool
from isa_docs.conversion.profile import Profiles
from isa_docs.conversion.program import Installation


class StandingEngine(LibreOfficeEngine):
    """Converts with open processes; what they do not manage is done as :class:`LibreOfficeEngine` does all.

    The PDFs are the same either way: it is the same way through the program. Documents that bring fonts along get a
    process of their own.
    """

    def __init__(
        self,
        installation: Installation,
        cache_dir: Path,
        *,
        seconds_per_document: float | None = None,
        start_seconds: float | None = None,
        processes: int | None = None,
    ) -> None:
        """Open at most ``processes`` at a time; default: one a core. None are open before they are wanted."""
        limits = {"seconds_per_document": seconds_per_document, "start_seconds": start_seconds}
        given = {name: value for name, value in limits.items() if value is not None}
        super().__init__(installation, cache_dir, processes=processes, **given)
        profiles = Profiles(installation, cache_dir)
        self._ended = False
        self._in_turn = Lock()
        """Held by the one of several threads that has processes of its own started."""
        self._pool = OfficePool(lambda folder: Office(installation, profiles, folder), self._cache_dir, self._limits)

    @property
    def open(self) -> bool:
        """Whether it stays open here, as far as is known."""
        return self._pool.usable

    def start(self) -> None:
        """Begin to open a process for every second core: the others are busy with what is to be converted."""
        self._pool.start(max(1, self._limits.processes // 2))

    def close(self) -> None:
        """End all processes, also under calls that another thread is waiting for."""
        self._ended = True
        super().close()
        self._pool.close()

    def interrupt(self) -> None:
        """Stop what another thread is converting now; its documents are answered as not converted."""
        self._closed.set()
        self._pool.interrupt()

    def convert(self, jobs: Sequence[Job], options: PdfOptions, out_dir: Path) -> list[Result]:
        """Convert like :meth:`LibreOfficeEngine.convert`."""
        if not self._ended:
            self._closed.clear()
        return super().convert(jobs, options, out_dir)

    def _first(self, staged: Sequence[Staged], options: PdfOptions, run: Path) -> tuple[list[Made], list[Staged]]:
        """Have the open processes convert what may share one; the rest goes the other way."""
        shared = sorted((each for each in staged if not each.alone), key=lambda each: (-each.size, each.name))
        rest = [each for each in staged if each.alone]
        made: list[Made] = []
        undone = shared
        if self._pool.usable:
            out = run / "out"
            out.mkdir()
            took = self._pool.convert([conversion_arguments([each.source], options, out) for each in shared])
            pdfs = [(each, out / f"{each.name}.pdf", seconds) for each, seconds in zip(shared, took, strict=True)]
            made = [each for each in pdfs if is_whole(each[1])]
            undone = [document for document, pdf, _ in pdfs if not is_whole(pdf)]
        if not self._pool.usable:
            rest, undone = [*rest, *undone], []
        if rest:
            with self._in_turn:
                also, left = super()._first(rest, options, run)
            made, undone = [*made, *also], [*undone, *left]
        return made, undone


class KeptEngine:
    """A standing engine that outlives the builds that use it: closing it stops only what is being converted."""

    def __init__(self, engine: StandingEngine) -> None:
        self._engine = engine

    @property
    def info(self) -> EngineInfo:
        """Say which converter this is."""
        return self._engine.info

    @property
    def open(self) -> bool:
        """Whether it stays open here, as far as is known."""
        return self._engine.open

    def start(self) -> None:
        """Begin to open the processes."""
        self._engine.start()

    def convert(self, jobs: Sequence[Job], options: PdfOptions, out_dir: Path) -> list[Result]:
        """Convert like :meth:`StandingEngine.convert`."""
        return self._engine.convert(jobs, options, out_dir)

    def close(self) -> None:
        """Stop what another thread is converting now, and keep the processes."""
        self._engine.interrupt()

    def end(self) -> None:
        """End the processes: nothing is to be converted any more."""
        self._engine.close()
