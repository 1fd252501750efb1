"""Builds over HTTP: a matter's packages made in a process of its own, and what a build left, to be downloaded."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from isa_docs.build.batch import MatterOutcome, Worker
from isa_docs.build.recall import Call
from isa_docs.desk.checking import finding_json
from isa_docs.desk.folder import MatterFile, MatterFolder
from isa_docs.desk.problems import ProblemError
from isa_docs.desk.settings import DeskSettings
from isa_docs.errors import InputError
from isa_docs.findings import Finding
from isa_docs.intake.source import Source
from isa_docs.review.manifest import read_manifest

_AT_ONCE = 2
_KEPT = 200
_ID = re.compile(r"[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*\Z")
_LARGEST_MANIFEST = 50_000_000


class Asked(msgspec.Struct, forbid_unknown_fields=True):
    """A build that is asked for: of the file as it was last saved, of some submissions or all."""

    base_version: str
    submissions: list[str] = msgspec.field(default_factory=list)


@dataclass
class Job:
    """One build: whose it is, how far it is, and what became of it."""

    id: str
    matter: MatterFile
    key: tuple[str, ...]
    state: str = "queued"
    step: str = "waiting for other builds"
    result: dict[str, Any] = field(default_factory=dict)


class Builds:
    """The builds of a desk, one at a time for each matter."""

    def __init__(self, settings: DeskSettings, folder: MatterFolder) -> None:
        self._settings = settings
        self._folder = folder
        self._pool = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="isa-docs-build")
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._closed = False

    def close(self) -> None:
        """Take no more builds, and end those that are running: the program ends only when they have."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        with self._lock:
            self._closed = True
            running = list(self._workers)
        for worker in running:
            worker.stop()

    def ask(self, file: MatterFile, asked: Asked) -> Job:
        """Queue a build; the same build that waits or runs already is returned instead.

        Raises ProblemError (409) when the file is not the one the caller has seen, 422 for an unknown submission.
        """
        opened = self._folder.open(file)
        if opened.version != asked.base_version:
            raise ProblemError(
                409, "The file has changed since; look at the change, then build.", version=opened.version
            )
        known = list(_submission_ids(opened.source))
        if any(name not in known for name in asked.submissions):
            raise ProblemError(422, "The matter has no submission of this name.")
        key = (file.id, opened.version, *asked.submissions)
        with self._lock:
            for job in self._jobs.values():
                if job.key == key and job.state in ("queued", "running"):
                    return job
            job = Job(secrets.token_hex(12), file, key)
            self._jobs[job.id] = job
            while len(self._jobs) > _KEPT:
                self._jobs.popitem(last=False)
            own = self._locks.setdefault(file.id, threading.Lock())
        self._pool.submit(self._run, job, own, tuple(asked.submissions))
        return job

    def find(self, job_id: str) -> Job:
        """Return a job; raises ProblemError (404) when there is none."""
        job = self._jobs.get(job_id)
        if job is None:
            raise ProblemError(404, "There is no such build.")
        return job

    def _run(self, job: Job, own: threading.Lock, only: tuple[str, ...]) -> None:
        settings = self._settings
        with own:
            job.state, job.step = "running", "building"
            call = Call(
                job.matter.path,
                only,
                settings.out,
                settings.templates,
                settings.strict,
                settings.soffice,
                settings.today(),
                within=settings.within,
            )
            try:
                outcome = self._built(call)
                job.result = self._result(job.matter, outcome)
                job.state = "done" if outcome.exit_code == 0 else "failed"
            except Exception as error:  # whatever it is, the job must end
                job.result = {"packages": [], "findings": [], "message": f"The build failed ({type(error).__name__})."}
                job.state = "failed"
            job.step = ""

    def _built(self, call: Call) -> MatterOutcome:
        """Build in a process of its own, which is stopped when the desk is closed meanwhile."""
        worker = Worker(self._settings.cache)
        with self._lock:
            self._workers.add(worker)
            closed = self._closed
        try:
            if closed:
                worker.stop()
            return worker.build(call)
        finally:
            worker.stop()
            with self._lock:
                self._workers.discard(worker)

    def _result(self, file: MatterFile, outcome: MatterOutcome) -> dict[str, Any]:
        source = self._folder.open(file).source
        built = {package["submission"]: package for package in (outcome.result or {}).get("packages", ())}
        standing = {each["submission"]: each for each in self.standing(file)}
        packages = [
            standing[name] | {"superseded": bool(package["superseded"])}
            for name, package in built.items()
            if not package["exit_code"] and name in standing
        ]
        failed = [
            {"submission": name, "message": package["error"]} for name, package in built.items() if package["exit_code"]
        ]
        findings = [finding_json(Finding.from_json(each), source, source) for each in outcome.findings]
        message = "" if outcome.exit_code == 0 or failed else outcome.message.replace(str(file.path), file.path.name)
        return {"packages": packages, "failed": failed, "findings": findings, "message": message}

    def standing(self, file: MatterFile) -> list[dict[str, Any]]:
        """Return the packages that stand in the matter's output folder, with their files."""
        opened = self._folder.open(file)
        sha256 = hashlib.sha256(opened.text.encode()).hexdigest()
        out = []
        for folder in self.folders(opened.source):
            manifest = manifest_in(folder)
            if manifest is None:
                continue
            out.append(
                {
                    "submission": folder.name,
                    "pages": manifest["package"]["pages"],
                    "sha256": manifest["package"]["sha256"],
                    "current": manifest["matter"]["sha256"] == sha256,
                    "files": [self._file_json(folder, each, manifest) for each in built_files(folder)],
                }
            )
        return out

    def folders(self, source: Source | None) -> list[Path]:
        """Return the output folders of a matter's submissions, in their order; only such as lie where output goes."""
        matter = source.data.get("matter") if source else None
        if not isinstance(matter, str) or not _ID.match(matter):
            return []
        out = self._settings.out
        found = [out / matter / name for name in _submission_ids(source) if _ID.match(name)]
        return [each for each in found if each.is_dir() and each.resolve().is_relative_to(out.resolve())]

    def _file_json(self, folder: Path, file: Path, manifest: dict[str, Any]) -> dict[str, Any]:
        name = file.relative_to(folder).as_posix()
        with file.open("rb") as stream:
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
        return {
            "name": name,
            "url": f"files/{file_id(folder, file)}",
            "size": file.stat().st_size,
            "sha256": digest,
            "kind": _kind(name, manifest),
        }

    def file(self, file: MatterFile, wanted: str) -> Path:
        """Return a file of a build by its id; raises ProblemError (404) when there is none."""
        for folder in self.folders(self._folder.open(file).source):
            for each in built_files(folder):
                if file_id(folder, each) == wanted:
                    return each
        raise ProblemError(404, "There is no such file; build the package anew.")


def built_files(folder: Path) -> Iterator[Path]:
    """Yield the files of a build in the order of their use; links are left out."""
    files = [each for each in sorted(folder.rglob("*")) if each.is_file() and not each.is_symlink()]
    yield from sorted(files, key=lambda each: (len(each.relative_to(folder).parts), each.suffix != ".pdf"))


def file_id(folder: Path, file: Path) -> str:
    """Return an opaque id for a file of a build: nothing of the intake stands in an address."""
    return hashlib.sha256(f"{folder.name}/{file.relative_to(folder).as_posix()}".encode()).hexdigest()[:24]


def manifest_in(folder: Path) -> dict[str, Any] | None:
    """Return the manifest of a build, None when there is none that can be used."""
    file = folder / "manifest.json"
    with suppress(OSError, InputError):
        if file.stat().st_size <= _LARGEST_MANIFEST:
            return read_manifest(file)
    return None


def _kind(name: str, manifest: dict[str, Any]) -> str:
    first, _, rest = name.partition("/")
    if not rest:
        kinds = {manifest["package"]["file"]: "package", "checklist.html": "checklist", "manifest.json": "manifest"}
        return kinds.get(name, "other")
    if first == "parts":
        return "word" if name.endswith(".docx") else "paper"
    return {"packets": "packet", "volumes": "volume"}.get(first, "other")


def _submission_ids(source: Source | None) -> Iterator[str]:
    submissions = source.data.get("submissions") if source else None
    for each in submissions if isinstance(submissions, list) else ():
        name = each.get("id") if isinstance(each, dict) else None
        if isinstance(name, str):
            yield name
