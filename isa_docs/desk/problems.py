"""Answers of the desk: JSON, and errors as problem+json (RFC 9457), never with a word of the intake in an address."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from isa_docs.errors import IsaDocsError, MissingProgramError, OutputError, TryAgainError

_log = logging.getLogger("isa_docs.desk")
_TITLES = {
    400: "Not understood",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not there",
    405: "Not possible here",
    408: "Too slow",
    409: "Changed by somebody else",
    413: "Too large",
    415: "Unknown kind of content",
    422: "Not acceptable as it is",
    500: "Unexpected error",
    503: "Not possible just now",
}


class ProblemError(Exception):
    """An answer that is an error: its status, a sentence for a person, and what else the page needs."""

    def __init__(self, status: int, detail: str, **more: Any) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.more = more


def answer(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """Return ``data`` as JSON; half characters that a file may hold are escaped."""
    body = json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return Response(body, status, dict(headers or {}), "application/json")


def problem(status: int, detail: str, more: Mapping[str, Any] | None = None) -> Response:
    """Return an error as problem+json."""
    data = {"type": "about:blank", "title": _TITLES.get(status, "Error"), "status": status, "detail": detail}
    made = answer({**data, **(more or {})}, status)
    made.headers["content-type"] = "application/problem+json"
    return made


def findings_json(error: IsaDocsError) -> Iterable[dict[str, Any]]:
    """Return the findings of an error as data."""
    return [each.to_json() for each in error.findings]


async def told(request: Request, error: Exception) -> Response:
    """Answer a problem raised on purpose."""
    assert isinstance(error, ProblemError)
    return problem(error.status, error.detail, error.more)


async def refused(request: Request, error: Exception) -> Response:
    """Answer what the routing or the reading of a form refuses."""
    assert isinstance(error, HTTPException)
    return problem(error.status_code, str(error.detail))


async def failed(request: Request, error: Exception) -> Response:
    """Answer one of the program's own errors: 503 for the machine's or the moment's, 422 for what was sent."""
    assert isinstance(error, IsaDocsError)
    moment = isinstance(error, TryAgainError | MissingProgramError | OutputError)
    return problem(503 if moment else 422, error.message, {"findings": list(findings_json(error))})


async def bug(request: Request, error: Exception) -> Response:
    """Answer an unexpected error, and log its type only."""
    _log.error("unexpected error", extra={"error": type(error).__name__, "route": route_of(request.scope)})
    return problem(500, "Unexpected error; nothing was changed. The desk's log names its kind.")


def route_of(scope: Mapping[str, Any]) -> str:
    """Return the pattern of the route that took a request, never its address."""
    return str(scope.get("isa_docs.route") or getattr(scope.get("route"), "path", "unknown"))
