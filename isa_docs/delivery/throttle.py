"""Servers that ask us to come later (429, 503 with Retry-After): waited for here if it is short, given up till then."""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from math import isfinite

import httpx

PATIENCE = 5
"""How often a request is sent again."""
LONGEST_HERE = 60.0
"""Seconds that are waited in the middle of something; who asks for more is asked again by the outbox or the sweep."""
LONGEST = 86_400.0
"""Seconds after which a server is asked again, whatever it said."""
LATER = (429, 503)


def patiently(send: Callable[[], httpx.Response], sleep: Callable[[float], None] = time.sleep) -> httpx.Response:
    """Send a request, and again as long as the server says when; return its last answer, which may be 429 or 503."""
    for _ in range(PATIENCE):
        answer = send()
        if answer.status_code not in LATER or (wait := seconds_asked(answer, time.time())) > LONGEST_HERE:
            return answer
        sleep(wait)
    return send()


def seconds_asked(answer: httpx.Response, now: float) -> float:
    """Return after how many seconds the server wants to be asked again: its Retry-After, a number or a date."""
    text = answer.headers.get("retry-after", "")
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - now
        except (ValueError, OverflowError):
            return 1.0
    return min(max(seconds, 0.1), LONGEST) if isfinite(seconds) else 1.0
