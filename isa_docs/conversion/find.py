"""Find the converter to use. Imports little, so that a converter can be started before anything else is."""

from __future__ import annotations

import logging
from pathlib import Path

from isa_docs.conversion.engine import Engine
from isa_docs.conversion.libreoffice import LibreOfficeEngine
from isa_docs.conversion.office import can_stay_open
from isa_docs.conversion.program import find_installation
from isa_docs.conversion.standing import KeptEngine, StandingEngine
from isa_docs.errors import MissingProgramError

_log = logging.getLogger(__name__)


WASM = Path("libreoffice-wasm")
"""The setting that asks for the WebAssembly build even where a LibreOffice is installed."""


def find_engine(setting: Path | None, cache_dir: Path, *, processes: int | None = None) -> Engine:
    """Return the converter to use: the one that ``setting`` names, or else the first found on this machine.

    Found are an installed LibreOffice (PATH, then the usual places) and, failing that, the WebAssembly build if
    :func:`isa_docs.conversion.wasm.set_up_wasm` has put it into ``cache_dir``, the user's cache folder for this
    program. At most ``processes`` of LibreOffice run at a time, by default one a core. Raises MissingProgramError
    with the install lines when there is none or it is too old.
    """
    if setting == WASM:
        wasm = _wasm(cache_dir)
        if wasm is None:
            raise MissingProgramError(f"The WebAssembly build of LibreOffice is not set up in {cache_dir}.")
        return _told(wasm)
    try:
        installation = find_installation(setting, cache_dir)
    except MissingProgramError:
        wasm = _wasm(cache_dir) if setting is None else None
        if wasm is None:
            raise
        return _told(wasm)
    kind = StandingEngine if can_stay_open(installation) else LibreOfficeEngine
    return _told(kind(installation, cache_dir, processes=processes))


def _wasm(cache_dir: Path) -> Engine | None:
    """Return the WebAssembly build as an engine, if it is set up."""
    from isa_docs.conversion.wasm import WasmEngine, find_wasm  # only here: most machines need none of it

    installation = find_wasm(cache_dir)
    return WasmEngine(installation, cache_dir) if installation else None


def _told(engine: Engine) -> Engine:
    _log.info("converter: %s %s at %s", engine.info.name, engine.info.version, engine.info.program)
    return engine


def keep_open(engine: Engine) -> Engine:
    """Return ``engine`` as one that several builds may use, one after the other, each closing it when done.

    The processes of an engine that has such stay open until its ``end``; other engines are returned as they are.
    """
    return KeptEngine(engine) if isinstance(engine, StandingEngine) else engine


def end_kept(engine: Engine) -> None:
    """End what an engine of :func:`keep_open` keeps running."""
    engine.end() if isinstance(engine, KeptEngine) else engine.close()
