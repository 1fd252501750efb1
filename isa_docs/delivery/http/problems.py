"""Errors as problem+json (RFC 9457), without a word of what was sent; and one log line for each request."""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from starlette.exceptions import HTTPException

PROBLEMS: dict[int | str, dict[str, Any]] = {
    code: {"description": text, "content": {"application/problem+json": {"schema": {"type": "object"}}}}
    for code, text in {
        400: "Not understood",
        401: "Not verified, or no token",
        403: "The token lacks the scope",
        404: "Unknown",
        408: "The body came too slowly",
        413: "Too large",
        415: "Unknown content type",
        422: "Not acceptable as it is",
        503: "Try again later",
    }.items()
}
RETRY_AFTER = "30"
"""Seconds after which a caller that is told to come back should."""
_log = logging.getLogger("isa_docs.http")


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application as a problem."""

    @app.exception_handler(HTTPException)
    async def told(request: Request, error: HTTPException) -> JSONResponse:
        return _problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        wrong = [{"where": ".".join(map(str, each["loc"])), "what": each["type"]} for each in error.errors()]
        return _problem(422, "The request is not valid.", {"errors": wrong})

    @app.exception_handler(OSError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(OperationalError)
    async def away(request: Request, error: Exception) -> JSONResponse:
        _log.error("not possible now", extra={"error": type(error).__name__, "route": _route(request)})
        return _problem(503, "The disk or the database does not answer.", headers={"Retry-After": RETRY_AFTER})

    @app.exception_handler(Exception)
    async def bug(request: Request, error: Exception) -> JSONResponse:
        _log.error("unexpected error", extra={"error": type(error).__name__, "route": _route(request)})
        return _problem(500, "Unexpected error. The log of the service says more.")


async def log_requests(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Log a request by its route's pattern: never the address, the query or the body."""
    started = time.monotonic()
    response = await go_on(request)
    seconds = time.monotonic() - started
    extra = {"method": request.method, "route": _route(request), "status": response.status_code, "seconds": seconds}
    if extra["route"] not in ("/healthz", "/metrics"):
        _log.info("request", extra=extra)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _route(request: Request) -> str:
    return str(getattr(request.scope.get("route"), "path", "unknown"))


def _problem(
    code: int, title: str, more: dict[str, Any] | None = None, headers: dict[str, str] | None = None
) -> JSONResponse:
    body = {"type": "about:blank", "title": title, "status": code} | (more or {})
    return JSONResponse(body, code, headers=headers, media_type="application/problem+json")
