"""Keeps templates as jinja compiled them from one process to the next, as Python keeps compiled modules.

Their sources and all that compiles them decide the key, so what is loaded is what compiling would give; also builds
that are to use nothing of earlier ones load it.
"""

from __future__ import annotations

import sys
from importlib.metadata import version

from isa_docs.build.cache import Cache, key_of
from isa_docs.build.state import program_state
from isa_docs.documents.sandbox import compiled_count, dumped, load_dumped


class CompiledTemplates:
    """The compiled templates in the cache; make it before the first rendering and keep what was added after."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._key = key_of("compiled", sys.version, sys.implementation.cache_tag, version("jinja2"), program_state())
        entry = cache.get("templates", self._key)
        if entry is not None:
            load_dumped(entry)
        self._before = compiled_count()

    def keep(self) -> None:
        """Put them all into the cache, if there are more than were loaded."""
        if compiled_count() != self._before:
            self._cache.put("templates", self._key, dumped())
