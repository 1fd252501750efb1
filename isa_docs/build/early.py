"""The converter of a build, started before anything else: it gets ready while the libraries are imported."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from isa_docs.errors import IsaDocsError

if TYPE_CHECKING:
    from isa_docs.conversion.engine import Engine


class EarlyEngine:
    """Makes a converter and begins to start it; that there is none is said only when it is asked for."""

    def __init__(self, make: Callable[[], Engine]) -> None:
        self._engine: Engine | None = None
        self._error: IsaDocsError | OSError | None = None
        try:
            self._engine = make()
            self._engine.start()
        except (IsaDocsError, OSError) as error:
            self._error = error

    def __call__(self) -> Engine:
        """Return the converter; raises what making it raised."""
        if self._error is not None:
            raise self._error
        assert self._engine is not None
        return self._engine

    def close(self) -> None:
        """End the converter, if it is not one that is kept."""
        if self._engine is not None:
            self._engine.close()
