"""The desk's application: its routes, behind the guard."""

from __future__ import annotations

import mimetypes
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import quote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from isa_docs import __version__
from isa_docs.desk.build_routes import build_routes
from isa_docs.desk.builds import Builds
from isa_docs.desk.docket import docket_routes
from isa_docs.desk.exhibits import exhibit_routes
from isa_docs.desk.folder import MatterFolder
from isa_docs.desk.guard import Guard
from isa_docs.desk.matters import matter_routes
from isa_docs.desk.previews import Previews, preview_routes
from isa_docs.desk.problems import ProblemError, answer, bug, failed, refused, told
from isa_docs.desk.sessions import Session, Sessions
from isa_docs.desk.settings import DeskSettings
from isa_docs.errors import IsaDocsError

STATIC = Path(__file__).resolve().parent / "static"


def make_desk(settings: DeskSettings, sessions: Sessions, *, cookie: str = "isa-docs-desk") -> Starlette:
    """Return the application of a desk, to be mounted under ``/desk``.

    Whoever serves it calls its ``state.close`` at the end, which ends the processes that it started.
    """
    folder, previews = MatterFolder(settings), Previews(settings)
    builds = Builds(settings, folder)
    routes = [
        *_page_routes(sessions, cookie, settings),
        *_session_routes(settings, sessions),
        *docket_routes(settings, folder),
        *matter_routes(settings, folder, warm_up=previews.process.start),
        *preview_routes(previews, folder),
        *exhibit_routes(folder),
        *build_routes(builds, folder),
    ]
    app = Starlette(
        routes=[_noted(route) for route in routes],
        middleware=[Middleware(Guard, sessions=sessions, cookie=cookie, hosts=settings.hosts)],
        exception_handlers={ProblemError: told, HTTPException: refused, IsaDocsError: failed, Exception: bug},
    )

    def close() -> None:
        builds.close()
        previews.close()

    app.state.close = close
    return app


def _noted(route: Route) -> Route:
    """Let each route leave its pattern in the scope, for the log."""
    inner, pattern = route.app, route.path

    async def noting(scope, receive, send):  # type: ignore[no-untyped-def]
        scope["isa_docs.route"] = pattern
        await inner(scope, receive, send)

    route.app = noting
    return route


def _page_routes(sessions: Sessions, cookie: str, settings: DeskSettings) -> list[Route]:
    async def page(request: Request) -> Response:
        """Serve the page; with a one-time key, sign in and come back without it."""
        home = request.scope.get("root_path", "") + "/"
        if key := request.query_params.get("key"):
            name = sessions.redeem(key)
            if name is None:
                return _plain("This link was used before, or is not the newest one that the desk printed.", 403)
            made: Response = RedirectResponse(home, 303)
            if request.headers.get("sec-fetch-site") == "cross-site":  # the cookie would not come along on a redirect
                made = _plain("Signed in.", 200, refresh=quote(home))
            made.set_cookie(
                cookie, name, path=home.rstrip("/") or "/", httponly=True, samesite="strict", secure=settings.secure
            )
            return made
        if request.state.session is None:
            return _plain("Open the link that `isa-docs desk` printed; it signs this browser in.", 401)
        return _asset("index.html")

    async def asset(request: Request) -> Response:
        """Serve one file of the built page."""
        return _asset(request.path_params["name"])

    return [Route("/", page), Route("/{name}", asset)]


def _asset(name: str) -> Response:
    files = {each.name: each for each in STATIC.iterdir() if each.is_file()} if STATIC.is_dir() else {}
    if name not in files:
        raise ProblemError(404, "There is no such file.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(files[name].read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})


def _plain(text: str, status: int, refresh: str = "") -> Response:
    go_on = f'<meta http-equiv="refresh" content="0;url={escape(refresh)}">' if refresh else ""
    link = f'<p><a href="{escape(refresh)}">Go on</a></p>' if refresh else ""
    return HTMLResponse(
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>isa-docs desk</title>{go_on}</head>'
        f"<body><main><h1>isa-docs desk</h1><p>{escape(text)}</p>{link}</main></body></html>",
        status,
    )


def _session_routes(settings: DeskSettings, sessions: Sessions) -> list[Route]:
    engine = engine_of(settings)

    def session(request: Request) -> Response:
        """Say who and what is here, and give the token for changing calls."""
        current: Session = request.state.session
        return answer(
            {
                "version": __version__,
                "token": current.token,
                "folder_name": settings.folder.name,
                "today": settings.today().isoformat(),
                "engine": engine(),
                "submissions": [
                    {"id": "application", "title": "Application"},
                    {"id": "annual-notification", "title": "Annual notification"},
                    {"id": "discontinuance-appeal", "title": "Discontinuance appeal"},
                ],
                "drafts_allowed": True,
            }
        )

    def sign_out(request: Request) -> Response:
        """End the session."""
        sessions.end(request.state.session_name)
        return Response(status_code=204)

    return [Route("/api/session", session), Route("/api/session", sign_out, methods=["DELETE"])]


def engine_of(settings: DeskSettings) -> Callable[[], dict[str, str] | None]:
    """Return what names the converter, None when the machine has none; it is asked once."""
    from isa_docs.conversion.convert import find_engine

    found: list[dict[str, str] | None] = []

    def engine() -> dict[str, str] | None:
        if not found:
            try:
                made = find_engine(settings.soffice, settings.cache)
            except IsaDocsError:
                return None
            found.append({"name": made.info.name, "version": made.info.version})
            made.close()
        return found[0]

    return engine
