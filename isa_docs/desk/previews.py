"""Previews over HTTP: pages of a matter as it stands in the form, one at a time for each matter, the newest wins."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isa_docs.desk.checking import LARGEST_DOCUMENT
from isa_docs.desk.children import LostError, PreviewProcess
from isa_docs.desk.folder import MatterFile, MatterFolder
from isa_docs.desk.pictures import Page, Pictures
from isa_docs.desk.problems import ProblemError, answer
from isa_docs.desk.reading import read_json
from isa_docs.desk.settings import DeskSettings
from isa_docs.errors import ExitCode

_SECONDS = 180.0
_KEPT = 40
_SCALES = ("1", "2", "3")
_MACHINE = (ExitCode.MISSING_PROGRAM, ExitCode.BUG)


class Wanted(msgspec.Struct, forbid_unknown_fields=True):
    """A preview that is asked for."""

    document: dict[str, Any]
    submission: str


@dataclass(frozen=True)
class _Preview:
    """The pages of one preview, and whose they are."""

    matter: str
    pages: tuple[Page, ...]


class Previews:
    """The previews of a desk: their process, the folder of their PDFs, and which are still known."""

    def __init__(self, settings: DeskSettings) -> None:
        self._settings = settings
        self.process = PreviewProcess(settings.cache, settings.soffice)
        self._store = tempfile.TemporaryDirectory(prefix="isa-docs-desk-")
        self._pictures = Pictures()
        self._kept: OrderedDict[str, _Preview] = OrderedDict()
        self._newest: dict[str, int] = {}
        self._lock = threading.Lock()

    def close(self) -> None:
        """End the process and delete the pages."""
        self.process.close()
        self._store.cleanup()

    def make(self, file: MatterFile, wanted: Wanted) -> dict[str, Any]:
        """Return the pages of one submission; an older preview of the same matter is given up.

        Raises ProblemError: 422 with findings when the matter cannot be shown, 409 when a newer preview was asked
        for, 503 when the process was lost.
        """
        try:
            future = self._ask(file, wanted)
            said = self.process.wait(future, _SECONDS)
        except LostError:
            raise ProblemError(503, "The preview was lost; ask for it again.") from None
        if said.get("superseded"):
            raise ProblemError(409, "A newer preview was asked for.")
        if "error" in said:
            status = 503 if said["exit_code"] in _MACHINE else 422
            raise ProblemError(status, said["error"], findings=said["findings"])
        return self._kept_as(file, said)

    def _ask(self, file: MatterFile, wanted: Wanted) -> Future[dict[str, Any]]:
        order = {
            "document": wanted.document,
            "name": file.name,
            "folder": str(file.path.parent),
            "submission": wanted.submission,
            "as_of": self._settings.today().isoformat(),
            "store": self._store.name,
            "templates": str(self._settings.templates) if self._settings.templates else None,
            "within": str(self._settings.within) if self._settings.within else None,
        }
        with self._lock:
            if file.id in self._newest:
                self.process.give_up(self._newest[file.id])
            self._newest[file.id], future = self.process.ask(order)
        return future

    def _kept_as(self, file: MatterFile, said: dict[str, Any]) -> dict[str, Any]:
        key, found = secrets.token_hex(12), said["pages"]
        store = Path(self._store.name)
        pages = tuple(
            Page(
                store / each["pdf"],
                each["page"],
                each["n"],
                len(found),
                each["stamp"],
                each["width"],
                each["height"],
                said["watermark"],
            )
            for each in found
        )
        with self._lock:
            self._kept[key] = _Preview(file.id, pages)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        shown = [
            {name: each[name] for name in ("n", "width", "height", "label", "part", "title", "marks")}
            | {"src": f"preview/{key}/{each['n']}.png"}
            for each in found
        ]
        return {"key": key, "watermark": said["watermark"], "pages": shown}

    def picture(self, matter: str, key: str, number: int, scale: int) -> bytes:
        """Return a page of a preview as PNG; raises ProblemError (404) for one that is no longer kept."""
        preview = self._kept.get(key)
        if preview is None or preview.matter != matter or not 0 < number <= len(preview.pages):
            raise ProblemError(404, "This preview is no longer kept; ask for a new one.")
        return self._pictures.png(preview.pages[number - 1], scale)


def preview_routes(previews: Previews, folder: MatterFolder) -> list[Route]:
    """Return the routes of the previews."""

    async def make(request: Request) -> Response:
        """Make a preview."""
        file = await run_in_threadpool(folder.find, request.path_params["matter"])
        wanted = await read_json(request, Wanted, LARGEST_DOCUMENT)
        return answer(await run_in_threadpool(previews.make, file, wanted))

    async def picture(request: Request) -> Response:
        """Return the picture of a page; ``scale`` 2 or 3 for dense screens."""
        path, scale = request.path_params, request.query_params.get("scale", "1")
        if scale not in _SCALES:
            raise ProblemError(400, "The scale is 1, 2 or 3.")
        png = await run_in_threadpool(previews.picture, path["matter"], path["key"], path["number"], int(scale))
        return Response(png, media_type="image/png")

    return [
        Route("/api/matters/{matter}/preview", make, methods=["POST"]),
        Route("/api/matters/{matter}/preview/{key}/{number:int}.png", picture),
    ]
