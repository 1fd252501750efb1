"""Runs the command group: the streams, signals, and the errors that come before any command."""

from __future__ import annotations

import atexit
import os
import signal
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import click

from isa_docs.errors import ExitCode


def run(cli: click.Group, arguments: Sequence[str] | None = None) -> int:
    """Run the group on ``arguments`` (default: those of the process); return the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    _be_interruptible()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks a character gets its number, not a traceback
            stream.reconfigure(errors="backslashreplace")
    color = False if os.environ.get("NO_COLOR") else None
    try:
        code = _main(cli, given, color)
        sys.stdout.flush()
        return code
    except BrokenPipeError:  # whoever read our output went away
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OUTPUT


def leave(code: int) -> NoReturn:
    """End this process: at once when nothing else runs in it, for after a build Python takes itself apart for 50 ms."""
    if threading.active_count() > 1:
        sys.exit(code)
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):  # one that was closed is None
            stream.flush()
    os._exit(code)


def _main(cli: click.Group, arguments: list[str], color: bool | None) -> int:
    extra = {} if color is None else {"color": color}
    try:
        code = cli.main(arguments, standalone_mode=False, prog_name="isa-docs", **extra)  # type: ignore[call-overload]
        return int(code or 0)
    except click.exceptions.Exit as done:
        return done.exit_code
    except (click.Abort, KeyboardInterrupt):
        return _refuse(cli, arguments, ExitCode.INTERRUPTED, "Interrupted.")
    except click.ClickException as error:
        if _wants_json(arguments):
            return _refuse(cli, arguments, ExitCode.USAGE, error.format_message())
        error.show()
        return ExitCode.USAGE
    except SystemExit as done:
        return int(done.code or 0)


def _wants_json(arguments: list[str]) -> bool:
    before = arguments[: arguments.index("--")] if "--" in arguments else arguments
    return "--json" in before


def _refuse(cli: click.Group, arguments: list[str], code: ExitCode, message: str) -> ExitCode:
    """Report what stopped the command line before a command had an answer of its own."""
    from isa_docs.cli.report import Answer

    command = _command_named(cli, arguments)
    answer = Answer(command, as_json=_wants_json(arguments))
    answer.exit_code, answer.message = code, message
    answer.print()
    return code


def _command_named(group: click.Group, arguments: list[str]) -> str:
    """Return the command that the arguments name, with the command of its own if it is a group; empty for none."""
    context = click.Context(group)
    for at, word in enumerate(arguments):
        if word in group.list_commands(context):
            found = group.get_command(context, word)
            below = _command_named(found, arguments[at + 1 :]) if isinstance(found, click.Group) else ""
            return f"{word} {below}".strip()
    return ""


def _be_interruptible() -> None:
    """Let the signals that ask a program to end do so as Ctrl-C does: clean up, then exit 130."""

    def interrupt(number: int, frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, interrupt)
