"""``isa-docs desk``."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

import click

from isa_docs.cli.report import Answer, answering, common_options
from isa_docs.cli.settings import Settings, cache_dir, settings_for, today
from isa_docs.errors import MissingProgramError, OutputError

_NEEDED = {"starlette": "starlette", "uvicorn": "uvicorn", "python_multipart": "python-multipart"}


def need_desk_extra() -> None:
    """Raise MissingProgramError, with the line to run, when the packages of the desk are not installed."""
    from importlib.util import find_spec

    missing = [package for module, package in _NEEDED.items() if find_spec(module) is None]
    if missing:
        raise MissingProgramError(
            f"The desk's packages are not installed ({', '.join(missing)}). Install: pip install 'isa-docs[desk]'"
        )


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.option("--port", default=8766, show_default=True, type=click.IntRange(0, 65535), help="0: any free port.")
@click.option("--no-open", is_flag=True, help="Only print the address; do not open it in the browser.")
@click.option(
    "--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for packages; default: FOLDER/build."
)
@click.option("--soffice", type=click.Path(path_type=Path), help="The LibreOffice to use; default: the one found.")
@common_options
@answering("desk")
def desk(
    answer: Answer, folder: Path, port: int, no_open: bool, out: Path | None, soffice: Path | None, verbose: int
) -> None:
    """Open the desk: a page in the browser for the matters of FOLDER (default: here). Ctrl-C ends it.

    It listens on this machine only. The address it prints signs one browser in, once; for another browser it prints
    another.
    """
    need_desk_extra()
    import socket

    import uvicorn
    from starlette.applications import Starlette
    from starlette.routing import Mount

    from isa_docs.desk.app import make_desk
    from isa_docs.desk.sessions import Sessions
    from isa_docs.desk.settings import BASE, DeskSettings

    if verbose:
        from isa_docs.delivery.logs import log_to

        log_to(sys.stderr, verbose=verbose > 1)
    folder = folder.resolve()
    own = settings_for(folder, out=out, soffice=soffice)
    try:
        listening = socket.create_server(("127.0.0.1", port))
    except OSError as error:
        message = f"Port {port} cannot be used: {error.strerror}. Name another with --port, or 0 for any."
        raise OutputError(message) from None
    port = listening.getsockname()[1]
    settings = DeskSettings(
        folder=folder,
        out=folder / own.out if own.out == Settings.out else own.out.resolve(),
        cache=cache_dir(),
        templates=own.templates,
        soffice=own.soffice,
        strict=own.strict,
        today=today,
        hosts=frozenset({f"127.0.0.1:{port}", f"localhost:{port}"}),
    )

    def address(key: str) -> str:
        return f"http://127.0.0.1:{port}{BASE}/?key={key}"

    sessions = Sessions(announce=lambda key: answer.note(f"For another browser: {address(key)}"))
    page = make_desk(settings, sessions, cookie=f"isa-docs-desk-{port}")
    first = address(sessions.new_key())
    answer.note(f"The desk for {folder} is open; Ctrl-C ends it. Open this once in your browser:")
    click.echo(first, err=answer.as_json)
    if not no_open and sys.stdout.isatty():
        import webbrowser

        webbrowser.open(first)
    config = uvicorn.Config(
        Starlette(routes=[Mount(BASE, page)]),
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=100,
        timeout_keep_alive=10,
        timeout_graceful_shutdown=5,
    )
    try:
        with suppress(KeyboardInterrupt):  # how a desk is closed
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()
        page.state.close()
    answer.message = "The desk is closed."
