"""Keeps templates as docxtpl and jinja compiled them from one process to the next, as Python keeps compiled modules.

Their sources and all that compiles them decide the key, so what is loaded is what compiling would give; also builds
that are to use nothing of earlier ones load it.
"""

from __future__ import annotations

import marshal
import sys
from contextlib import suppress
from typing import Any

import jinja2

from isa_docs.build.cache import Cache, key_of
from isa_docs.build.state import program_state
from isa_docs.documents.part_source import kept_sources
from isa_docs.documents.sandbox import compiled_sources
from isa_docs.review.checklist import compiled_pages


def _tables() -> tuple[dict[Any, Any], ...]:
    """Return what there is to keep: sources of Word templates, their code, and that of the checklist."""
    return kept_sources(), compiled_sources(), compiled_pages()


class CompiledTemplates:
    """The compiled templates in the cache; make it before the first rendering and keep what was added after."""

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._key = key_of("compiled", sys.version, sys.implementation.cache_tag, jinja2.__version__, program_state())
        entry = cache.get("templates", self._key)
        if entry is not None:
            with suppress(ValueError, EOFError, TypeError):  # what cannot be read is left alone
                for table, more in zip(_tables(), marshal.loads(entry), strict=True):  # noqa: S302 - our own, by its hash
                    table.update(more)
        self._before = self._count()

    def keep(self) -> None:
        """Put them all into the cache, if there are more than were loaded or kept."""
        count = self._count()
        if count != self._before:
            self._cache.put("templates", self._key, marshal.dumps(_tables()))
            self._before = count

    def _count(self) -> int:
        return sum(map(len, _tables()))
