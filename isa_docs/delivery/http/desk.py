"""The desk beside the HTTP interface: for a folder of matters on the server, behind the service's tokens."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from isa_docs.delivery.settings import ServiceSettings
from isa_docs.delivery.tokens import Tokens
from isa_docs.desk.app import make_desk
from isa_docs.desk.sessions import Sessions
from isa_docs.desk.settings import BASE, DeskSettings
from isa_docs.errors import InputError

SCOPE = "desk"


def with_desk(
    api: FastAPI, settings: ServiceSettings, folder: Path, cache: Path
) -> tuple[Starlette, Callable[[], None]]:
    """Return the interface with the desk for ``folder`` beside it, and what ends the desk's processes.

    A browser signs in with a token that has the scope ``desk``; revoking the token ends its sessions. The cookie is
    for HTTPS only unless the settings say that there is none. Raises InputError when the folder does not exist.
    """
    if not folder.is_dir():
        raise InputError(f"The folder for the desk, {folder}, does not exist.")
    tokens = Tokens(settings.home / "tokens.json")

    def sign_in(secret: str) -> Callable[[], bool] | None:
        token = tokens.find(secret)
        if token is None or SCOPE not in token.scopes:
            return None
        return lambda: token in tokens.all()

    desk = make_desk(
        DeskSettings(
            folder=folder,
            out=folder / "build",
            cache=cache,
            templates=settings.templates,
            soffice=settings.soffice,
            strict=settings.strict,
            within=folder,
            secure=not settings.desk_without_https,
        ),
        Sessions(),
        sign_in=sign_in,
    )
    return Starlette(routes=[Mount(BASE, desk), Mount("/", api)]), desk.state.close
