"""Triggers from outside: verified, remembered by event, then handed to a sweep of the DMS that they speak of."""

from __future__ import annotations

import logging
import queue
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from isa_docs.delivery.http.verifiers import FOREIGN, verify_and_read

_REMEMBERED = 10_000
_log = logging.getLogger("isa_docs.hooks")


class HooksFullError(Exception):
    """More triggers wait than may; the sender shall come back."""


@dataclass(frozen=True)
class Hook:
    """A source of triggers: how it is verified, what asks its DMS about a document, and what asks for all."""

    verifier: str
    secrets: Callable[[], list[str]]
    """Read anew for each trigger, so that keys can be rotated without a restart."""
    ask: Callable[[str], object]
    """Returns None for a document that the DMS does not know, or for which it asks no build."""
    ask_all: Callable[[], object] = lambda: None


@dataclass
class Hooks:
    """The sources of a site, and one thread that asks their DMSs. A lost trigger costs time only."""

    sources: dict[str, Hook] = field(default_factory=dict)
    most: int = 1000

    def __post_init__(self) -> None:
        """Start the thread that asks."""
        self._waiting: queue.Queue[tuple[str, str]] = queue.Queue(self.most)
        self._in_line: set[tuple[str, str]] = set()
        self._seen: OrderedDict[tuple[str, str], None] = OrderedDict()
        self._lock = threading.Lock()
        threading.Thread(target=self._work, name="isa-docs-hooks", daemon=True).start()

    def known(self, source: str) -> bool:
        """Say whether there is such a source."""
        return source in self.sources

    def kind(self, source: str) -> str:
        """Return how the source is verified."""
        return self.sources[source].verifier

    def take(self, source: str, body: bytes, headers: Mapping[str, str], now: float) -> None:
        """Take a trigger; raises NotVerifiedError, NotUnderstoodError or HooksFullError."""
        hook = self.sources[source]
        trigger = verify_and_read(hook.verifier, body, headers, hook.secrets(), now)
        with self._lock:
            if (source, trigger.event) in self._seen:
                return
            for document in trigger.documents or ("",):
                self._put(source, document)
            if trigger.event:
                self._seen[source, trigger.event] = None
            while len(self._seen) > _REMEMBERED:
                self._seen.popitem(last=False)
        _log.info("trigger", extra={"source": source, "count": len(trigger.documents)})

    def wait(self) -> None:
        """Wait until every trigger taken so far has been looked into."""
        self._waiting.join()

    def _put(self, source: str, document: str) -> None:
        """Put a question in line, once; an empty document stands for all of them."""
        if (source, document) not in self._in_line:
            try:
                self._waiting.put_nowait((source, document))
            except queue.Full:
                raise HooksFullError from None
            self._in_line.add((source, document))

    def _work(self) -> None:
        while True:
            source, document = self._waiting.get()
            with self._lock:
                self._in_line.discard((source, document))
            try:
                self._ask(source, document)
            except Exception as error:  # the sweep comes to it again
                _log.warning("not asked", extra={"source": source, "error": type(error).__name__})
            finally:
                self._waiting.task_done()

    def _ask(self, source: str, document: str) -> None:
        hook = self.sources[source]
        if not document:
            hook.ask_all()
        elif hook.ask(document) is None and hook.verifier in FOREIGN:
            with self._lock:
                self._put(source, "")
