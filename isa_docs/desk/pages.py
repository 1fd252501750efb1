"""The page itself, and how a browser signs in to it."""

from __future__ import annotations

import asyncio
import mimetypes
from collections.abc import Callable
from html import escape
from pathlib import Path
from urllib.parse import parse_qs, quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from isa_docs.desk.problems import ProblemError
from isa_docs.desk.reading import read_form
from isa_docs.desk.sessions import Sessions
from isa_docs.desk.settings import DeskSettings

STATIC = Path(__file__).resolve().parent / "static"
SignIn = Callable[[str], Callable[[], bool] | None]
"""Given a token, returns what tells whether it still counts, or None for one that does not count."""
_SECONDS_AFTER_A_WRONG_TOKEN = 1.0


def page_routes(sessions: Sessions, cookie: str, settings: DeskSettings, sign_in: SignIn | None) -> list[Route]:
    """Return the routes of the page, its files, and signing in."""

    def home(request: Request) -> str:
        return str(request.scope.get("root_path", "")) + "/"

    def signed_in(request: Request, name: str) -> Response:
        place = home(request)
        made: Response = RedirectResponse(place, 303)
        if request.headers.get("sec-fetch-site") == "cross-site":  # the cookie would not come along on a redirect
            made = _plain("Signed in.", 200, go_on=quote(place))
        path = place.rstrip("/") or "/"
        made.set_cookie(cookie, name, path=path, httponly=True, samesite="strict", secure=settings.secure)
        return made

    async def page(request: Request) -> Response:
        """Serve the page; with a one-time key, sign in and come back without it."""
        if key := request.query_params.get("key"):
            name = sessions.redeem(key)
            if name is None:
                return _plain("This link was used before, or is not the newest one that the desk printed.", 403)
            return signed_in(request, name)
        if request.state.session is not None:
            return _asset("index.html")
        if sign_in is not None:
            return _form(401)
        return _plain("Open the link that `isa-docs desk` printed; it signs this browser in.", 401)

    async def take_token(request: Request) -> Response:
        """Sign in with a token of the service."""
        if sign_in is None:
            raise ProblemError(404, "This desk is opened with the link that it printed.")
        given = parse_qs(await read_form(request)).get("token", [""])[0].strip()
        still = sign_in(given)
        if still is None:
            await asyncio.sleep(_SECONDS_AFTER_A_WRONG_TOKEN)
            return _form(401, "This token does not open the desk. It must be in force and have the scope desk.")
        return signed_in(request, sessions.open(still))

    async def asset(request: Request) -> Response:
        """Serve one file of the built page."""
        return _asset(request.path_params["name"])

    return [Route("/", page), Route("/sign-in", take_token, methods=["POST"]), Route("/{name}", asset)]


def _asset(name: str) -> Response:
    files = {each.name: each for each in STATIC.iterdir() if each.is_file()} if STATIC.is_dir() else {}
    if name not in files:
        raise ProblemError(404, "There is no such file.")
    kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
    return Response(files[name].read_bytes(), media_type=kind, headers={"Cache-Control": "no-cache"})


def _plain(text: str, status: int, go_on: str = "") -> Response:
    there = escape(go_on)
    head = f'<meta http-equiv="refresh" content="0;url={there}">' if go_on else ""
    link = f'<p><a href="{there}">Go on</a></p>' if go_on else ""
    return _html(f"<p>{escape(text)}</p>{link}", status, head)


def _form(status: int, said: str = "") -> Response:
    alert = f'<p role="alert">{escape(said)}</p>' if said else ""
    return _html(
        f"<p>Sign in with a token of this service that has the scope <code>desk</code>.</p>{alert}"
        '<form method="post" action="sign-in"><p><label for="token">Token</label> '
        '<input id="token" name="token" type="password" autocomplete="off" required autofocus></p>'
        '<p><button type="submit">Sign in</button></p></form>',
        status,
    )


def _html(body: str, status: int, head: str = "") -> Response:
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in: isa-docs desk</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<link rel="stylesheet" href="desk.css">{head}</head>'
        f"<body><main><h1>isa-docs desk</h1>{body}</main></body></html>",
        status,
    )
