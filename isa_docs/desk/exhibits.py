"""Exhibits over HTTP: a file is looked at in a process of its own, then put beside the matter, never over another."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isa_docs.assembly.exhibits import ExhibitFile, exhibit_type, take_exhibits
from isa_docs.build.checks import check_matter, select
from isa_docs.conversion.preflight import check_docx
from isa_docs.desk.checking import finding_json
from isa_docs.desk.file_names import numbered, safe_name
from isa_docs.desk.folder import MatterFile, MatterFolder
from isa_docs.desk.problems import ProblemError, answer
from isa_docs.desk.reading import one_file
from isa_docs.documents.plan import tab_letters
from isa_docs.errors import AssemblyError, InputError
from isa_docs.findings import Finding, stopping
from isa_docs.intake.load import to_matter

LARGEST = 200 * 1024 * 1024
"""Bytes of one uploaded exhibit."""
_FOLDER = "exhibits"
_PICTURES = ("png", "jpeg", "tiff")
_PIECE = 1024 * 1024
_MOST_NAMES = 1000


class Exhibits:
    """The exhibit files of the matters of a folder."""

    def __init__(self, folder: MatterFolder) -> None:
        self._folder = folder

    def take(self, file: MatterFile, name: str, upload: Path) -> dict[str, Any]:
        """Look at an uploaded file and keep it in the matter's folder; the same bytes are kept once.

        Raises ProblemError (422, with findings) for a file that no package can hold; it is not kept.
        """
        kind = exhibit_type(upload)
        if kind is None or not upload.stat().st_size:
            raise ProblemError(422, "It is by its content no PDF, PNG, JPEG, TIFF or Word (.docx) file.")
        name = safe_name(name)
        findings: tuple[Finding, ...] = ()
        pages: int | None = None
        named = upload.parent / "named"  # what is found speaks of the file by its name
        named.mkdir()
        upload = upload.rename(named / name)
        try:
            if kind == "docx":
                findings = tuple(_looked_at(upload))
            else:
                taken = take_exhibits([ExhibitFile(upload, name)], work=upload.parent / "work")[0]
                findings, pages = taken.warnings, taken.pages
        except AssemblyError as refused:
            found = [finding_json(each) for each in refused.findings]
            raise ProblemError(422, "The file cannot be an exhibit.", findings=found) from None
        kept, digest = self._keep(file, name, upload)
        return {
            "file": kept,
            "sha256": digest,
            "kind": kind,
            "pages": pages,
            "findings": [finding_json(each) for each in findings],
            "needs_alt_text": kind in _PICTURES,
            "suggestion": self._suggestion(file, kept),
        }

    def _keep(self, file: MatterFile, name: str, upload: Path) -> tuple[str, str]:
        """Copy a file into the matter's folder under a free name; return its relative name and its SHA-256."""
        place = file.path.parent / _FOLDER
        try:
            place.mkdir(exist_ok=True)
            if not place.resolve().is_relative_to(self._folder.root):
                raise ProblemError(422, "The folder 'exhibits' beside the matter leads elsewhere; nothing was stored.")
            with upload.open("rb") as stream:
                digest = hashlib.file_digest(stream, "sha256").hexdigest()
            for number in range(1, _MOST_NAMES):
                target = place / (name if number == 1 else numbered(name, number))
                try:
                    _copy_new(upload, target)
                except FileExistsError:
                    if target.is_file() and not target.is_symlink() and _same(target, upload, digest):
                        return f"{_FOLDER}/{target.name}", digest
                    continue
                return f"{_FOLDER}/{target.name}", digest
        except OSError as error:
            raise ProblemError(503, f"The file cannot be stored: {error.strerror}.") from None
        raise ProblemError(409, "Too many files of this name are there already; rename it.")

    def _suggestion(self, file: MatterFile, kept: str) -> dict[str, str]:
        """Return an entry for the list of exhibits, with an id that is free in the file as it is saved."""
        stem = kept.rpartition("/")[2].rpartition(".")[0]
        words = re.sub(r"[\W_]+", " ", stem).strip()
        slug = re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:40].strip("-")
        slug = slug if slug[:1].isalpha() else f"exhibit-{slug}".strip("-")
        taken, name = self._ids(file), slug
        number = 2
        while name in taken:
            name, number = f"{slug}-{number}", number + 1
        return {"id": name, "kind": "other", "title": (words[:1].upper() + words[1:]) or "Exhibit", "file": kept}

    def _ids(self, file: MatterFile) -> set[str]:
        return {str(exhibit.get("id")) for _, _, exhibit in self._entries(file)}

    def _entries(self, file: MatterFile) -> Iterator[tuple[str, int, dict[str, Any]]]:
        """Yield submission id, place and entry of each exhibit that the file names, valid or not."""
        document = self._folder.open(file).document
        submissions = document.get("submissions") if isinstance(document, dict) else None
        for submission in submissions if isinstance(submissions, list) else ():
            exhibits = submission.get("exhibits") if isinstance(submission, dict) else None
            for at, exhibit in enumerate(exhibits if isinstance(exhibits, list) else ()):
                if isinstance(exhibit, dict):
                    yield str(submission.get("id")), at, exhibit

    def all(self, file: MatterFile) -> list[dict[str, Any]]:
        """Return the files in the exhibits folder and those the matter names: where each is used, what is wrong."""
        used: dict[str, list[str]] = {}
        for submission, at, exhibit in self._entries(file):
            name = str(exhibit.get("file") or "")
            if name:
                used.setdefault(name, []).append(f"{submission}: Exhibit {tab_letters(at)}")
        place = file.path.parent / _FOLDER
        stored = sorted(each.name for each in place.iterdir() if each.is_file()) if place.is_dir() else []
        names = list(dict.fromkeys([*used, *(f"{_FOLDER}/{name}" for name in stored if not name.startswith("."))]))
        findings = self._findings(file)
        return [{"file": name, "used_by": used.get(name, []), "findings": findings.get(name, [])} for name in names]

    def _findings(self, file: MatterFile) -> dict[str, list[dict[str, Any]]]:
        """Return the findings about exhibit files, by file; none while the matter is not valid."""
        source = self._folder.open(file).source
        found: dict[str, list[dict[str, Any]]] = {}
        if source is None:
            return found
        try:
            loaded = to_matter(source, file.path.parent)
        except InputError:
            return found
        for each in check_matter(loaded, select(loaded), within=self._folder.within):
            path = each.path or ()
            if len(path) == 5 and path[2] == "exhibits" and path[4] == "file":
                exhibit = loaded.matter.submissions[int(path[1])].exhibits[int(path[3])]
                found.setdefault(exhibit.file, []).append(finding_json(each))
        return found


def _looked_at(file: Path) -> list[Finding]:
    """Return what is to be said of a Word file before it is converted; raises AssemblyError for one that cannot be."""
    findings = check_docx(file, as_shown=True)
    if stopping(findings):
        raise AssemblyError("It cannot be converted.", findings)
    return findings


def _copy_new(source: Path, target: Path) -> None:
    """Copy a file to a name that must be free; what was begun is removed when it cannot be ended."""
    number = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o644)
    try:
        with os.fdopen(number, "wb") as out, source.open("rb") as stream:
            shutil.copyfileobj(stream, out, _PIECE)
            out.flush()
            os.fsync(out.fileno())
    except OSError:
        with suppress(OSError):
            target.unlink()
        raise


def _same(one: Path, other: Path, digest: str) -> bool:
    if one.stat().st_size != other.stat().st_size:
        return False
    with one.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == digest


async def spooled(upload: UploadFile, folder: Path) -> Path:
    """Write an uploaded file into a folder of its own and return it; its name there is ours."""
    target = folder / "upload"
    with target.open("xb") as out:
        while piece := await upload.read(_PIECE):
            await run_in_threadpool(out.write, piece)
    return target


def exhibit_routes(folder: MatterFolder) -> list[Route]:
    """Return the routes of the exhibits."""
    exhibits = Exhibits(folder)

    async def listed(request: Request) -> Response:
        """List the exhibit files of a matter."""
        file = await run_in_threadpool(folder.find, request.path_params["matter"])
        return answer(await run_in_threadpool(exhibits.all, file))

    async def take(request: Request) -> Response:
        """Take in an exhibit file."""
        file = await run_in_threadpool(folder.find, request.path_params["matter"])
        with tempfile.TemporaryDirectory(prefix="isa-docs-") as work:
            async with one_file(request, LARGEST) as upload:
                path = await spooled(upload, Path(work))
                name = str(upload.filename)
            return answer(await run_in_threadpool(exhibits.take, file, name, path), 201)

    return [
        Route("/api/matters/{matter}/exhibits", listed),
        Route("/api/matters/{matter}/exhibits", take, methods=["POST"]),
    ]
