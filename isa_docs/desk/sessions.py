"""Who is signed in: one-time keys, sessions kept in memory, and the token that each changing call must carry."""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

LONGEST = 12 * 3600.0
"""Seconds without a call after which a session ends."""
_MOST = 200


@dataclass
class Session:
    """One browser that is signed in. ``token`` is what its changing calls must carry."""

    token: str
    seen: float
    still: Callable[[], bool] = lambda: True
    """Whether what the browser signed in with still counts: a token may have been revoked since."""


@dataclass
class Sessions:
    """The sessions of one desk. ``announce`` is given each new one-time key, to show it to whoever started the desk."""

    announce: Callable[[str], None] = lambda key: None
    clock: Callable[[], float] = time.monotonic
    _key: str = ""
    _kept: dict[str, Session] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def new_key(self) -> str:
        """Make the next one-time key; the one before it is void."""
        with self._lock:
            self._key = secrets.token_urlsafe(24)
            return self._key

    def redeem(self, key: str) -> str | None:
        """Return a new session's id for the one-time key, which is void from then on; None for any other."""
        with self._lock:
            good = bool(self._key) and hmac.compare_digest(key.encode(), self._key.encode())
            if good:
                self._key = ""
        if not good:
            return None
        made = self.open()
        self.announce(self.new_key())
        return made

    def open(self, still: Callable[[], bool] = lambda: True) -> str:
        """Open a session and return its id, which belongs into a cookie and nowhere else."""
        name = secrets.token_urlsafe(32)
        with self._lock:
            if len(self._kept) >= _MOST:
                del self._kept[min(self._kept, key=lambda each: self._kept[each].seen)]
            self._kept[name] = Session(secrets.token_urlsafe(32), self.clock(), still)
        return name

    def find(self, name: str) -> Session | None:
        """Return the session of a cookie, if it is one and not too old."""
        with self._lock:
            session = self._kept.get(name)
            if session is None:
                return None
            if self.clock() - session.seen > LONGEST or not session.still():
                del self._kept[name]
                return None
            session.seen = self.clock()
            return session

    def end(self, name: str) -> None:
        """End a session."""
        with self._lock:
            self._kept.pop(name, None)
