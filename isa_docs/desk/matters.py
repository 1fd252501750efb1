"""Matters over HTTP: list, start, upload, open, save, download, check. The file stays the file everybody edits."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isa_docs.desk.checking import LARGEST_DOCUMENT, check, finding_json, source_of
from isa_docs.desk.edits import edited
from isa_docs.desk.folder import MatterFile, MatterFolder, Opened, plain_name
from isa_docs.desk.headers import attachment
from isa_docs.desk.markdown_html import markdown_html
from isa_docs.desk.pointers import conflicts, same
from isa_docs.desk.problems import ProblemError, answer
from isa_docs.desk.reading import LARGEST_CALL, one_file, read_json
from isa_docs.desk.settings import DeskSettings
from isa_docs.desk.starting import STARTS, started
from isa_docs.errors import InputError
from isa_docs.intake.quick import quick_matter
from isa_docs.intake.replacing import ChangedError, version_of
from isa_docs.intake.source import MAX_BYTES, parse_source, read_source
from isa_docs.intake.validate import validate

_Stamp = tuple[int, int, int]
_BOM = b"\xef\xbb\xbf"


class Start(msgspec.Struct, forbid_unknown_fields=True):
    """A new matter: its name, and the submissions it begins with."""

    name: str
    submissions: list[str] = msgspec.field(default_factory=lambda: [STARTS[0]])
    route: str = "focused-assessment"


class Save(msgspec.Struct, forbid_unknown_fields=True):
    """A matter to be saved: what it was made from, and the whole of it as data or as text."""

    base_version: str
    document: dict[str, Any] | None = None
    text: str | None = None


class Checked(msgspec.Struct, forbid_unknown_fields=True):
    """A matter to be judged, as data or as text."""

    document: dict[str, Any] | None = None
    text: str | None = None


class Narrative(msgspec.Struct, forbid_unknown_fields=True):
    """A narrative to be shown as it will be printed."""

    text: str


class Matters:
    """What can be done with the matter files of a folder."""

    def __init__(self, settings: DeskSettings, folder: MatterFolder) -> None:
        self._settings = settings
        self.folder = folder
        self._importers: dict[str, tuple[_Stamp, str]] = {}
        self._judged: dict[str, tuple[_Stamp, dict[str, int]]] = {}
        """How many errors and warnings the last check of each saved file found."""

    def all(self) -> list[dict[str, Any]]:
        """Return a line for each matter."""
        return [self._line(file) for file in self.folder.all()]

    def _line(self, file: MatterFile) -> dict[str, Any]:
        line: dict[str, Any] = {"id": file.id, "file": file.name, "importer": "", "modified": "", "findings": None}
        try:
            facts = file.path.stat()
            stamp = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
            line["modified"] = file.modified
        except OSError:
            return line
        known = self._importers.get(file.id)
        if known is None or known[0] != stamp:
            known = self._importers[file.id] = (stamp, _importer_of(file))
        line["importer"] = known[1]
        judged = self._judged.get(file.id)
        if judged is not None and judged[0] == stamp:
            line["findings"] = judged[1]
        return line

    def start(self, order: Start) -> MatterFile:
        """Start a matter in a folder of its own; nothing that exists is touched."""
        name = plain_name(order.name.strip())
        text = started(name, order.submissions, order.route)
        return self.folder.create(name, "matter.yaml", text.encode())

    def upload(self, name: str, raw: bytes) -> MatterFile:
        """Take in a matter file as it is; raises ProblemError with the findings when it cannot be read as one."""
        stem, _, ending = name.replace("\\", "/").rpartition("/")[2].rpartition(".")
        if ending.lower() not in ("yaml", "yml", "json"):
            raise ProblemError(422, "A matter file is called .yaml, .yml or .json.")
        try:
            source = parse_source(raw, f"matter.{ending.lower()}")
        except InputError as error:
            raise ProblemError(422, error.message, findings=[finding_json(each) for each in error.findings]) from None
        own = source.data.get("matter")
        if stem.lower() == "matter" and isinstance(own, str):
            stem = own
        return self.folder.create(plain_name(stem), f"matter.{ending.lower()}", raw)

    def opened_json(self, file: MatterFile) -> dict[str, Any]:
        """Return a matter as data and text; what cannot be read comes with its findings and no data."""
        opened = self.folder.open(file)
        out = {
            "id": file.id,
            "file": file.name,
            "version": opened.version,
            "document": opened.document,
            "text": opened.text,
        }
        if opened.fault:
            out["findings"] = [finding_json(each) for each in opened.fault.findings]
        return out

    def save(self, file: MatterFile, order: Save) -> tuple[int, dict[str, Any]]:
        """Save a matter over the version it was made from; 409 with both sides when the file has changed since."""
        if (order.document is None) == (order.text is None):
            raise ProblemError(400, "Send either the document or the text.")
        with self.folder.held(file):
            now = self.folder.open(file)
            if now.version != order.base_version:
                return 409, self._conflict(now, order)
            raw = self._text(now, order)
            if raw != now.raw:
                try:
                    self.folder.write(file, raw, over=now.version)
                except ChangedError:  # in this moment, by a command
                    return 409, self._conflict(self.folder.open(file), order)
            saved = self.folder.opened(file, raw)
        out = {"version": saved.version, "document": saved.document}
        if order.text is None:
            out["text"] = saved.text
        if saved.fault:
            out["findings"] = [finding_json(each) for each in saved.fault.findings]
        return 200, out

    def _text(self, now: Opened, order: Save) -> bytes:
        mark = _BOM if now.raw.startswith(_BOM) else b""
        if order.text is not None:
            return mark + order.text.encode("utf-8", "replace")
        if now.source is None:
            raise ProblemError(422, "The file cannot be read as it stands; correct its text first.")
        try:
            return mark + edited(now.source, order.document).encode()
        except InputError as error:
            found = [finding_json(each) for each in error.findings]
            raise ProblemError(422, error.message, findings=found) from None

    def _conflict(self, now: Opened, order: Save) -> dict[str, Any]:
        """Say where the caller's matter and the file differ."""
        mine: Any = order.document
        if order.text is not None:
            try:
                source = parse_source(order.text.encode(), now.file.name)
                validate(source)
                mine = source.data
            except InputError:
                mine = None
        known = mine is not None and now.document is not None
        return {
            "version": now.version,
            "document": now.document,
            "text": now.text,
            "changed": conflicts(mine, now.document, self.folder.seen(order.base_version)) if known else [],
        }

    def check(self, file: MatterFile, order: Checked) -> dict[str, Any]:
        """Return what is to be said of a matter that may not be saved yet."""
        if (order.document is None) == (order.text is None):
            raise ProblemError(400, "Send either the document or the text.")
        saved = self.folder.open(file).source
        try:
            if order.document is not None:
                source = source_of(order.document, file.name)
            else:
                source = parse_source(str(order.text).encode("utf-8", "replace"), file.name)
        except InputError as error:
            found = [finding_json(each) for each in error.findings]
            return {"verdict": "errors", "findings": found, "addressees": [], "deadlines": [], "provisional": True}
        told = check(source, saved, file.path.parent, self._settings.today(), self._settings.within)
        if saved is not None and same(saved.data, source.data):
            self._remember(file, told["findings"])
        return told

    def _remember(self, file: MatterFile, findings: list[dict[str, Any]]) -> None:
        counts = {
            f"{name}s": sum(each["severity"] == name and "overridden" not in each for each in findings)
            for name in ("error", "warning")
        }
        with suppress(OSError):
            facts = file.path.stat()
            self._judged[file.id] = (facts.st_mtime_ns, facts.st_size, facts.st_ino), counts


def _importer_of(file: MatterFile) -> str:
    """Return the importer's name in a file, empty where it cannot be read."""
    matter = quick_matter(file.path)
    if matter is not None:
        return matter.importer.legal_name
    try:
        importer = read_source(file.path).data.get("importer")
    except InputError:
        return ""
    name = importer.get("legal_name") if isinstance(importer, dict) else None
    return name if isinstance(name, str) else ""


def matter_routes(settings: DeskSettings, folder: MatterFolder, warm_up: Callable[[], None]) -> list[Route]:
    """Return the routes of the matters; ``warm_up`` is called when one is opened."""
    matters = Matters(settings, folder)

    async def listed(request: Request) -> Response:
        """List the matters."""
        return answer(await run_in_threadpool(matters.all))

    async def start(request: Request) -> Response:
        """Start a matter."""
        made = await run_in_threadpool(matters.start, await read_json(request, Start))
        return answer({"id": made.id, "file": made.name}, 201)

    async def upload(request: Request) -> Response:
        """Take in a matter file."""
        async with one_file(request, MAX_BYTES + 10_000) as file:
            raw = await file.read(MAX_BYTES + 1)
            made = await run_in_threadpool(matters.upload, str(file.filename), raw)
        return answer({"id": made.id, "file": made.name}, 201)

    async def opened(request: Request) -> Response:
        """Open a matter."""
        await run_in_threadpool(warm_up)
        return answer(await run_in_threadpool(_of(folder, request, matters.opened_json)))

    async def download(request: Request) -> Response:
        """Download the file as it is."""
        file = await run_in_threadpool(folder.find, request.path_params["matter"])
        raw = (await run_in_threadpool(folder.open, file)).raw
        kind = "application/json" if file.name.lower().endswith(".json") else "application/yaml"
        headers = {"Content-Disposition": attachment(file.path.name), "ETag": f'"{version_of(raw)}"'}
        return Response(raw, media_type=kind, headers=headers)

    async def save(request: Request) -> Response:
        """Save a matter."""
        file = await run_in_threadpool(folder.find, request.path_params["matter"])
        order = await read_json(request, Save, LARGEST_DOCUMENT)
        status, data = await run_in_threadpool(matters.save, file, order)
        return answer(data, status)

    async def checked(request: Request) -> Response:
        """Judge a matter."""
        file = await run_in_threadpool(folder.find, request.path_params["matter"])
        order = await read_json(request, Checked, LARGEST_DOCUMENT)
        return answer(await run_in_threadpool(matters.check, file, order))

    async def narrative(request: Request) -> Response:
        """Show a narrative as the papers will print it."""
        order = await read_json(request, Narrative, LARGEST_CALL * 4)
        html, findings = await run_in_threadpool(markdown_html, order.text)
        return answer({"html": html, "findings": [finding_json(each) for each in findings]})

    return [
        Route("/api/matters", listed),
        Route("/api/matters", start, methods=["POST"]),
        Route("/api/matters/upload", upload, methods=["POST"]),
        Route("/api/matters/{matter}", opened),
        Route("/api/matters/{matter}", save, methods=["PUT"]),
        Route("/api/matters/{matter}/file", download),
        Route("/api/matters/{matter}/check", checked, methods=["POST"]),
        Route("/api/matters/{matter}/markdown", narrative, methods=["POST"]),
    ]


def _of(folder: MatterFolder, request: Request, work: Callable[[MatterFile], Any]) -> Callable[[], Any]:
    """Return ``work`` on the matter that the request names."""
    return lambda: work(folder.find(request.path_params["matter"]))
