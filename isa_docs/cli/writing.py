"""Write a file that a command was asked for on the side, and nothing that was not meant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Literal

from isa_docs.errors import OutputError, TryAgainError

Kind = Literal["HTML page", "PDF", "calendar file"]

_STARTS: dict[Kind, bytes] = {"HTML page": b"<!doctype html", "PDF": b"%pdf-", "calendar file": b"begin:vcalendar"}
"""How a file of each kind begins, in lower case."""


def may_write(file: Path, kind: Kind, inputs: Iterable[Path]) -> None:
    """Raise OutputError when writing ``file`` would destroy an input, or a file of another kind.

    An input may be a folder: nothing that is in it is written over. A file of the same kind is taken for the result
    of an earlier call and may be replaced.
    """
    if not file.exists():
        return
    place = file.resolve()
    for each in inputs:
        if place.is_relative_to(each.resolve()) or file.samefile(each):
            raise OutputError(f"{file} is read by this command and stays as it is. Name another file.")
    try:
        with file.open("rb") as stream:
            start = stream.read(64)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}.") from None
    if start and not start.removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_STARTS[kind]):
        raise OutputError(f"{file} exists already, is no {kind}, and stays as it is. Name another file.")


def write(file: Path, data: bytes) -> None:
    """Write ``data`` to ``file``, with its folder; raises OutputError when that cannot be done."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
    except OSError as error:
        raise OutputError(f"{file} cannot be written: {error.strerror}.") from None


def write_beside(files: Mapping[Path, bytes], package: Path, read: bytes) -> None:
    """Write new files that were made from ``package``, whose bytes were ``read``; no build replaces it meanwhile.

    Raises OutputError when the first of them exists already or one cannot be written, TryAgainError when the package
    is another by now or a build holds its folder.
    """
    from isa_docs.build.publish import undisturbed

    first = next(iter(files))
    first.parent.mkdir(parents=True, exist_ok=True)
    with undisturbed(first.parent):
        if first.exists():
            raise OutputError(f"{first} exists already and stays as it is. Name another file with --out.")
        if not package.is_file() or package.read_bytes() != read:
            raise TryAgainError(f"{package} is another file than a moment ago; nothing was written. Run it again.")
        for file, data in files.items():
            write(file, data)
