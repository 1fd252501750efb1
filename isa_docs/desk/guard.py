"""What every request must pass, and what every answer carries: host, origin, session, token, headers, one log line."""

from __future__ import annotations

import hmac
import logging
import time
from collections.abc import MutableMapping
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send

from isa_docs.desk.problems import problem, route_of
from isa_docs.desk.sessions import Session, Sessions

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_SAFE = ("GET", "HEAD")
_log = logging.getLogger("isa_docs.desk")


class Guard:
    """ASGI middleware around the whole desk.

    A name that another page's script makes point at this machine (DNS rebinding) fails at the Host header, a form or
    script of another site at Origin and at the token, a browser that is not signed in at the cookie.
    """

    def __init__(self, app: ASGIApp, *, sessions: Sessions, cookie: str, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._sessions = sessions
        self._cookie = cookie
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.monotonic()
        headers = Headers(scope=scope)
        status = 500

        async def sending(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                out = MutableHeaders(scope=message)
                for name, value in {**_HEADERS, "Cache-Control": "no-store"}.items():
                    out.setdefault(name, value)
            await send(message)

        try:
            name = self._session_name(headers)
            session = self._sessions.find(name)
            scope.setdefault("state", {})
            scope["state"] |= {"session_name": name if session else "", "session": session}
            said = self._refusal(scope, headers, session)
            if said is not None:
                await problem(*said)(scope, receive, sending)
            else:
                await self._app(scope, receive, sending)
        finally:
            extra = {"method": scope["method"], "route": route_of(scope), "status": status}
            _log.info("request", extra={**extra, "seconds": time.monotonic() - started})

    def _session_name(self, headers: Headers) -> str:
        cookies: SimpleCookie = SimpleCookie()
        try:
            cookies.load(headers.get("cookie", ""))
        except CookieError:
            return ""
        found = cookies.get(self._cookie)
        return found.value if found else ""

    def _refusal(self, scope: Scope, headers: Headers, session: Session | None) -> tuple[int, str] | None:
        host = headers.get("host", "").lower()
        if self._hosts is not None and host not in self._hosts:
            return 403, "The desk is not known by this name; open the address that it printed."
        origin = headers.get("origin")
        if origin is not None and origin.partition("://")[2].lower() != host:
            return 403, "The call comes from another page."
        api = "/api/" in scope["path"]
        changing = scope["method"] not in _SAFE
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and (api or changing):
            return 403, "The call comes from another page."
        if not api:
            return None
        if session is None:
            return 401, "Sign in first: open the link that the desk printed."
        if changing:
            given = headers.get("x-desk-token", "")
            if not hmac.compare_digest(given.encode("utf-8", "replace"), session.token.encode()):
                return 403, "The call lacks the token of this session."
        return None
