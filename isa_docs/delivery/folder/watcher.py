"""Looks at a watched folder again and again: claims what has settled, reports what has ended.

The look is what counts; events of the file system only make it come sooner, since a file that arrives while nobody
watches raises none. Everything a look needs lies in the folder itself, so any number of watchers may share it, and
each can be killed at any moment.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from uuid import uuid4

from isa_docs.delivery.folder.store import Entry, FolderError, FolderStore, TooLargeError
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.jobs.model import Job, JobState
from isa_docs.delivery.results import plain_text, read_result, refused_status, status
from isa_docs.errors import InputError
from isa_docs.intake.source import parse_source

_GOOD = (JobState.BUILT, JobState.FILED)
_BAD = (JobState.NEEDS_CORRECTION, JobState.FAILED, JobState.CANCELED)
_PARTIAL = (".tmp", ".part", ".partial", ".crdownload", ".download")
_LITTER = ("thumbs.db", "desktop.ini")
_STALLED = 15
"""How many times longer a file that cannot be parsed must have stood still: a copy over a network may pause."""

_log = logging.getLogger("isa_docs.folder")


@dataclass
class _Sight:
    mark: str
    since: float


@dataclass
class FolderWatcher:
    """One watched folder. ``settle`` is how long, in seconds, a file must stand still before it is believed."""

    store: FolderStore
    reception: Reception
    name: str = "folder"
    settle: float = 2.0
    clock: Callable[[], float] = time.monotonic
    _seen: dict[str, _Sight] = field(default_factory=dict)
    _keys: dict[str, str] = field(default_factory=dict)
    """The job of each claim that was submitted, so that its files are read once."""

    @property
    def busy(self) -> bool:
        """Whether something is settling or being built, so that the next look should come soon."""
        return bool(self._seen or self._keys)

    def look(self) -> int:
        """Claim what has settled in ``inbox``, submit and report what lies in ``processing``; return how many moved."""
        moved = self._claim()
        for entry in self.store.entries("processing"):
            if will_be_taken("processing", entry):
                with self._unless_gone():
                    moved += self._process(entry.name)
        return moved

    def _claim(self) -> int:
        now, claimed = self.clock(), 0
        entries = [each for each in self.store.entries("inbox") if will_be_taken("inbox", each)]
        self._seen = {name: sight for name, sight in self._seen.items() if name in {each.name for each in entries}}
        for entry in entries:
            sight = self._seen.get(entry.name)
            if sight is None or sight.mark != entry.mark:
                self._seen[entry.name] = _Sight(entry.mark, now)
            elif now - sight.since >= self.settle:
                with self._unless_gone():
                    if self._complete(entry, now - sight.since):
                        target = f"processing/{uuid4().hex[:8]}~{entry.name}"
                        claimed += self.store.move(f"inbox/{entry.name}", target)
                        del self._seen[entry.name]
        return claimed

    def _complete(self, entry: Entry, stood_still: float) -> bool:
        """Say whether a single file can be parsed, or has stood still so long that it will not change any more."""
        if stood_still >= _STALLED * self.settle or not entry.name.lower().endswith((".json", ".yaml", ".yml")):
            return True
        try:
            files = self.store.read(f"inbox/{entry.name}")
            if set(files) == {entry.name}:
                parse_source(files[entry.name], entry.name)
        except InputError:
            return False
        except (FileNotFoundError, TooLargeError):
            return True
        return True

    def _process(self, claim: str) -> int:
        """Submit a claimed intake, and report it once its job has ended; return 1 when it left ``processing``."""
        token, _, name = claim.partition("~")
        folder = f"{PurePosixPath(name).stem}.{token}"
        try:
            job = self._job(claim)
        except TooLargeError:
            return self._refuse(claim, folder, name, "It is too large. Split the exhibits, or scan them at 300 dpi.")
        except InputError as error:
            return self._refuse(claim, folder, name, error.message)
        if job.state not in _GOOD + _BAD:
            return 0
        result = read_result(self.reception.folder(job))
        told: dict[str, bytes | Path] = {"status.json": _json(status(job, result))}
        if job.state in _GOOD:
            try:
                told |= _packages(job, self.reception.folder(job))
            except FolderError:
                self._keys.pop(claim, None)  # the next look asks for them anew
                raise
            self.store.publish(told, f"done/{folder}")
            moved = self.store.move(f"processing/{claim}", f"done/{folder}/intake/{name}")
        else:
            self.store.publish(told | {"ERROR.txt": plain_text(job, result).encode()}, f"failed/{folder}")
            moved = self.store.move(f"processing/{claim}", f"failed/{folder}/{name}")
        self._keys.pop(claim, None)
        if moved:
            _log.info("reported", extra={"job": job.key, "state": str(job.state), "source": job.request.source})
        return int(moved)

    def _job(self, claim: str) -> Job:
        """Return the claim's job; one that had failed before this intake was handed in once more runs again."""
        if job := self.reception.jobs.get(self._keys.get(claim, "")):
            return job
        files = self.store.read(f"processing/{claim}")
        if claim in files:
            files = {claim.partition("~")[2]: files[claim]}
        job = self.reception.submit(files, f"folder:{self.name}")
        self._keys[claim] = job.key
        return job

    def _refuse(self, claim: str, folder: str, name: str, why: str) -> int:
        text = (
            f"This cannot be built.\n{why}\n\nHand in a matter file (.yaml or .json) alone, "
            "or a folder with the matter file and its exhibits.\n"
        )
        state = refused_status(why, f"folder:{self.name}")
        self.store.publish({"ERROR.txt": text.encode(), "status.json": _json(state)}, f"failed/{folder}")
        return int(self.store.move(f"processing/{claim}", f"failed/{folder}/{name}"))

    @contextmanager
    def _unless_gone(self) -> Iterator[None]:
        """Let another watcher that was quicker have it; let a folder that fails us be looked at again later."""
        try:
            yield
        except FileNotFoundError:
            pass
        except FolderError as error:
            _log.warning("folder not ready", extra={"error": str(error), "source": f"folder:{self.name}"})
        except Exception as error:  # one file that nobody foresaw must not keep the others waiting
            _log.error("not taken in", extra={"error": type(error).__name__, "source": f"folder:{self.name}"})


def _packages(job: Job, folder: Path) -> dict[str, bytes | Path]:
    """Return the finished files by the name they get: those of each submission in a folder of its name.

    Raises FolderError when a package is no longer there: nothing is reported as done without it.
    """
    found: dict[str, bytes | Path] = {}
    for built in job.files:
        if not (folder / built.file).is_file():
            raise FolderError("a package was taken away before it was reported")
        top = (folder / built.file).parent
        for path in sorted(top.rglob("*")):
            if path.is_file():
                found[f"{built.submission}/{path.relative_to(top).as_posix()}"] = path
    return found


def will_be_taken(folder: str, entry: Entry) -> bool:
    """Say whether a watcher takes what lies in ``inbox`` or ``processing``; unfinished copies and litter it leaves."""
    if folder == "processing":
        return "~" in entry.name
    lower = entry.name.lower()
    return not (lower.startswith((".", "~$")) or lower.endswith(_PARTIAL) or lower in _LITTER)


def _json(data: object) -> bytes:
    return (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode("utf-8", "backslashreplace")
