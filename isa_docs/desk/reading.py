"""Reading what a call carries: JSON of a known shape, uploaded files, both counted while they stream in."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

import msgspec
from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from isa_docs.desk.problems import ProblemError

SLOWEST = 30.0
"""Seconds between two pieces of a body."""
LARGEST_CALL = 64 * 1024
_Body = TypeVar("_Body")


async def read_json(request: Request, kind: type[_Body], most: int = LARGEST_CALL) -> _Body:
    """Return the JSON body as ``kind``; raises ProblemError: 413, 415, or 400 for what does not fit."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ProblemError(415, "Send application/json.")
    bounded = _bounded(request, most)
    try:
        return msgspec.json.decode(await bounded.body(), type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise ProblemError(400, "The call is not the JSON that is expected here.") from None


async def read_form(request: Request) -> str:
    """Return the body of a plain form as it was sent; raises ProblemError (413, 415)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/x-www-form-urlencoded":
        raise ProblemError(415, "Send the form as application/x-www-form-urlencoded.")
    return (await _bounded(request, LARGEST_CALL).body()).decode("utf-8", "replace")


@asynccontextmanager
async def one_file(request: Request, most: int) -> AsyncIterator[UploadFile]:
    """Give the one file of a form; it waits on the disk, not in memory, and is gone afterwards."""
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        raise ProblemError(415, "Send the file as multipart/form-data.")
    try:
        form = await _bounded(request, most).form(max_files=1, max_fields=4)
    except MultiPartException:
        raise ProblemError(400, "The form cannot be read.") from None
    try:
        files = [each for _, each in form.multi_items() if isinstance(each, UploadFile)]
        if len(files) != 1 or not files[0].filename:
            raise ProblemError(400, "One file is expected.")
        yield files[0]
    finally:
        await form.close()


def _bounded(request: Request, most: int) -> Request:
    """Return the request with its body counted: what is too large or too slow is not read to its end."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length[:15]) > most:
        raise ProblemError(413, f"It is larger than the {most:,} bytes that are taken.")
    seen = 0

    async def receive() -> Message:
        nonlocal seen
        try:
            message = await asyncio.wait_for(request.receive(), SLOWEST)
        except TimeoutError:
            raise ProblemError(408, "The rest of it did not come.") from None
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        seen += len(message.get("body", b""))
        if seen > most:
            raise ProblemError(413, f"It is larger than the {most:,} bytes that are taken.")
        return message

    return Request(request.scope, receive)
