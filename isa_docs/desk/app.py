"""The desk's application: its routes, behind the guard."""

from __future__ import annotations

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isa_docs import __version__
from isa_docs.desk.build_routes import build_routes
from isa_docs.desk.builds import Builds
from isa_docs.desk.docket import docket_routes
from isa_docs.desk.exhibits import exhibit_routes
from isa_docs.desk.folder import MatterFolder
from isa_docs.desk.guard import Guard
from isa_docs.desk.matters import matter_routes
from isa_docs.desk.pages import SignIn, page_routes
from isa_docs.desk.previews import Previews, preview_routes
from isa_docs.desk.problems import ProblemError, answer, bug, failed, refused, told
from isa_docs.desk.sessions import Session, Sessions
from isa_docs.desk.settings import DeskSettings
from isa_docs.errors import IsaDocsError


def make_desk(
    settings: DeskSettings, sessions: Sessions, *, cookie: str = "isa-docs-desk", sign_in: SignIn | None = None
) -> Starlette:
    """Return the application of a desk, to be mounted under ``/desk``.

    Browsers sign in with a one-time key of ``sessions``, and where ``sign_in`` is given with a token of the service.
    Whoever serves it calls its ``state.close`` at the end, which ends the processes that it started.
    """
    folder, previews = MatterFolder(settings), Previews(settings)
    builds = Builds(settings, folder)
    routes = [
        *page_routes(sessions, cookie, settings, sign_in),
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
