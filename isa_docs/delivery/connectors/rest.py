"""One way to talk to a DMS over HTTP: bounded in time, patient with 429 and 503, silent about what was sent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from isa_docs.delivery.connectors.model import ConnectorError, DocumentGoneError
from isa_docs.delivery.throttle import LATER, patiently, seconds_asked


@contextmanager
def understanding() -> Iterator[None]:
    """Raise ConnectorError where an answer is in another form than that of the DMS, as behind a wrong address."""
    try:
        yield
    except (ValueError, KeyError, TypeError):
        raise ConnectorError("the answer is not that of the DMS; check its address") from None


class Rest:
    """A REST interface below ``url``. Redirects are not followed: credentials go to the named host only."""

    def __init__(
        self, url: str, headers: dict[str, str], *, timeout: float = 30.0, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        own = {"Accept": "application/json"} | headers
        self._http = httpx.Client(base_url=url, headers=own, timeout=timeout, follow_redirects=False)
        self._sleep = sleep

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send a request; wait and send again when told to come later. Raises ConnectorError, DocumentGoneError."""
        try:
            answer = patiently(lambda: self._http.request(method, path, **more), self._sleep)
        except httpx.HTTPError as error:
            raise ConnectorError(f"the DMS cannot be reached ({type(error).__name__})") from None
        if answer.status_code in LATER:
            wait = seconds_asked(answer, time.time())
            raise ConnectorError(f"the DMS answered {answer.status_code} to {method}", wait)
        if answer.status_code == 404:
            raise DocumentGoneError(f"the DMS knows nothing at this address ({method})")
        if not 200 <= answer.status_code < 300:
            raise ConnectorError(f"the DMS answered {answer.status_code} to {method}")
        return answer

    def data(self, method: str, path: str, **more: Any) -> dict[str, Any]:
        """Return the JSON object that answers a request; raises ConnectorError for any other answer."""
        with understanding():
            return dict(self.ask(method, path, **more).json())

    def all(self, path: str, **parameters: Any) -> list[dict[str, Any]]:
        """Return the results of every page of a list."""
        found: list[dict[str, Any]] = []
        page = 1
        while True:
            data = self.data("GET", path, params=parameters | {"page": page, "page_size": 100})
            with understanding():
                found += map(dict, data["results"])
            if not data.get("next"):
                return found
            page += 1
