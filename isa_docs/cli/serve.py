"""``isa-docs serve`` and ``isa-docs token``."""

from __future__ import annotations

import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import cache_dir
from isa_docs.cli.watch import CONFIG, open_service, service_settings
from isa_docs.delivery.tokens import SCOPES

if TYPE_CHECKING:
    from isa_docs.delivery.service import Service


@click.command()
@CONFIG
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on; put a TLS proxy before it.")
@click.option("--port", default=8414, show_default=True, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option("--no-worker", is_flag=True, help="Take requests only; `isa-docs worker` runs the jobs.")
@common_options
@answering("serve")
def serve(answer: Answer, config: Path | None, host: str, port: int, no_worker: bool, verbose: int) -> None:
    """Serve the HTTP interface, and run its jobs unless told otherwise. Make a token first: isa-docs token create."""
    settings = service_settings(config)
    import uvicorn

    from isa_docs.delivery.http.patience import PatientProtocol
    from isa_docs.delivery.http.site import site_of
    from isa_docs.delivery.logs import log_to

    log_to(sys.stderr, verbose=verbose > 0)
    door = _listen(host, port)
    service = open_service(settings)
    try:
        with ExitStack() as stack:
            stack.callback(door.close)
            app: Any = site_of(service, _ready(service))
            if settings.desk is not None:
                from isa_docs.delivery.http.desk import with_desk

                app, close = with_desk(app, service.settings, settings.desk, cache_dir())
                stack.callback(close)
            if not no_worker:
                stack.enter_context(service.working())
                stack.enter_context(service.watching())
                stack.enter_context(service.sweeping())
            server = uvicorn.Server(
                uvicorn.Config(
                    app,
                    http=PatientProtocol,
                    log_config=None,
                    access_log=False,
                    server_header=False,
                    proxy_headers=False,
                    limit_concurrency=200,
                    timeout_keep_alive=10,
                    timeout_graceful_shutdown=10,
                )
            )
            answer.note(f"Serving on http://{host}:{door.getsockname()[1]}")
            server.run([door])
    finally:
        service.close()
    answer.message = "Stopped."


def _listen(host: str, port: int) -> socket.socket:
    """Take the address before anything is started; raises UsageError when it cannot be had."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        number = error.errno or 0
        why = os.strerror(number) if number > 0 else "the name is not known"
        raise click.UsageError(f"Cannot listen on {host}:{port}: {why}. Choose another --host or --port.") from None


def _ready(service: Service) -> Callable[[], dict[str, bool]]:
    """Return what answers ``/readyz``: database, converter, room on the disk, a place to write."""
    from isa_docs.cli.settings import settings_for
    from isa_docs.errors import IsaDocsError

    least = 500 * 1024**2

    def check() -> dict[str, bool]:
        found = {"database": True, "converter": True, "disk": True, "writable": True}
        try:
            service.jobs.count()
        except Exception:  # whatever the driver raises: the database is not there
            found["database"] = False
        try:
            settings_for(service.settings.home.parent, soffice=service.settings.soffice).engine().close()
        except IsaDocsError:
            found["converter"] = False
        try:
            found["disk"] = shutil.disk_usage(service.settings.home).free > least
            with tempfile.TemporaryFile(dir=service.settings.home):
                pass
        except OSError:
            found["writable"] = False
        return found

    return check


@click.group()
def token() -> None:
    """Make, list and revoke the tokens of the HTTP service."""


@token.command("create")
@click.argument("name")
@click.option(
    "--scope", "scopes", multiple=True, required=True, type=click.Choice(SCOPES), help="What it may do; repeatable."
)
@CONFIG
@common_options
@answering("token create")
def create(answer: Answer, name: str, scopes: tuple[str, ...], config: Path | None, verbose: int) -> None:
    """Make a token called NAME and print it, this once."""
    settings = service_settings(config)
    from isa_docs.delivery.tokens import Tokens

    secret = Tokens(settings.home / "tokens.json").create(name, scopes)
    answer.say(secret)
    answer.result = {"name": name, "token": secret, "scopes": list(scopes)}
    answer.message = "Keep it now: it cannot be shown again."


@token.command("list")
@CONFIG
@common_options
@answering("token list")
def show(answer: Answer, config: Path | None, verbose: int) -> None:
    """List the tokens' names and scopes."""
    settings = service_settings(config)
    from isa_docs.delivery.tokens import Tokens

    kept = Tokens(settings.home / "tokens.json").all()
    for each in kept:
        answer.say(f"{each.name}  {' '.join(each.scopes)}")
    answer.result = {"tokens": [{"name": each.name, "scopes": list(each.scopes)} for each in kept]}


@token.command("revoke")
@click.argument("name")
@CONFIG
@common_options
@answering("token revoke")
def revoke(answer: Answer, name: str, config: Path | None, verbose: int) -> None:
    """Take the token NAME away; running services notice at once."""
    settings = service_settings(config)
    from isa_docs.delivery.tokens import Tokens

    Tokens(settings.home / "tokens.json").revoke(name)
    answer.message = f"The token '{name}' is revoked."
