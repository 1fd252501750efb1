"""The docket of the folder: what is due, late, in signature, sent, over all matters, and as a calendar file."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from isa_docs.desk.folder import MatterFile, MatterFolder
from isa_docs.desk.problems import ProblemError, answer
from isa_docs.desk.settings import DeskSettings
from isa_docs.errors import InputError
from isa_docs.findings import conceal
from isa_docs.intake.model import Matter
from isa_docs.intake.quick import docket_matter
from isa_docs.program.authorities import cite_all
from isa_docs.program.docket import DocketEntry, docket_entries, in_risk_order
from isa_docs.program.ics import to_ics
from isa_docs.program.recipients import kind_of

_STATES = {"late": "late", "last-days": "due", "open": "due", "ahead": "ahead"}
_YEARS = range(1990, 2201)


@dataclass(frozen=True)
class _Read:
    """One matter as it was last read; the stamp tells whether the file has changed since."""

    stamp: tuple[int, int, int]
    matter: Matter | None
    why: str


class Docket:
    """The docket of a folder; a file is read again only when it has changed."""

    def __init__(self, settings: DeskSettings, folder: MatterFolder) -> None:
        self._settings = settings
        self._folder = folder
        self._read: dict[Path, _Read] = {}
        self._lock = threading.Lock()

    def rows(self, as_of: date) -> dict[str, Any]:
        """Return the rows on ``as_of``, most pressing first, then what is sent; and the files that cannot be read."""
        due: list[tuple[DocketEntry, MatterFile, Matter]] = []
        done: list[dict[str, Any]] = []
        unreadable: list[dict[str, Any]] = []
        for file in self._folder.all():
            read = self._matter(file)
            if read.matter is None:
                unreadable.append({"matter_id": file.id, "file": file.name, "message": read.why})
                continue
            try:
                due += [(entry, file, read.matter) for entry in docket_entries(read.matter, as_of)]
            except (OverflowError, ValueError):
                message = "Its deadlines cannot be counted: look for a date that is far from the others."
                unreadable.append({"matter_id": file.id, "file": file.name, "message": message})
                continue
            done += self._sent(read.matter, file, as_of)
        places = {id(entry): (file, matter) for entry, file, matter in due}
        rows = [self._due_row(each, *places[id(each)]) for each in in_risk_order(entry for entry, _, _ in due)]
        return {"as_of": as_of.isoformat(), "rows": [*rows, *done], "unreadable": unreadable}

    def calendar(self, as_of: date) -> str:
        """Return what is due as a calendar file (RFC 5545)."""
        entries: list[DocketEntry] = []
        for file in self._folder.all():
            matter = self._matter(file).matter
            if matter is not None:
                try:
                    entries += docket_entries(matter, as_of)
                except (OverflowError, ValueError):
                    continue
        return to_ics(in_risk_order(entries), as_of)

    def _matter(self, file: MatterFile) -> _Read:
        try:
            facts = file.path.stat()
            stamp = (facts.st_mtime_ns, facts.st_size, facts.st_ino)
        except OSError:
            return _Read((0, 0, 0), None, "The file can no longer be read.")
        with self._lock:
            known = self._read.get(file.path)
        if known is None or known.stamp != stamp:
            known = _Read(stamp, *_read(file.path))
            with self._lock:
                self._read[file.path] = known
        return known

    def _due_row(self, entry: DocketEntry, file: MatterFile, matter: Matter) -> dict[str, Any]:
        deadline = entry.deadline
        state = _STATES.get(entry.status, entry.status)
        if state in ("due", "ahead") and entry.submission and self._built(matter, entry.submission):
            state = "in-signature"
        return {
            "matter_id": file.id,
            "matter": entry.matter,
            "submission": entry.submission,
            "importer": entry.importer,
            "code": deadline.id,
            "what": entry.title,
            "to": entry.to,
            "due": entry.due.isoformat(),
            "cautious": deadline.cautious.isoformat(),
            "days_left": entry.days_left,
            "state": state,
            "authority": cite_all(deadline.authority),
            "sentence": entry.sentence,
            "count": deadline.count_text,
            "steps": [str(step) for step in deadline.steps],
        }

    def _sent(self, matter: Matter, file: MatterFile, as_of: date) -> Iterator[dict[str, Any]]:
        """Yield a row for each submission that the matter records as sent, received or decided by ``as_of``."""
        for submission in matter.submissions:
            events = [each for each in matter.events if each.submission == submission.id and each.on <= as_of]
            if not events:
                continue
            last = max(events, key=lambda each: (each.on, ("sent", "received", "decided").index(each.what)))
            outcome = f" ({last.outcome})" if last.outcome else ""
            yield {
                "matter_id": file.id,
                "matter": matter.matter,
                "submission": submission.id,
                "importer": conceal(matter.importer.legal_name),
                "code": None,
                "what": kind_of(submission).replace("-", " ").capitalize(),
                "to": conceal(last.by or ""),
                "due": None,
                "cautious": None,
                "days_left": None,
                "state": last.what,
                "authority": "",
                "sentence": f"Recorded as {last.what} on {last.on.isoformat()}{outcome}.",
                "count": "",
                "steps": [],
            }

    def _built(self, matter: Matter, submission: str) -> bool:
        return (self._settings.out / matter.matter / submission / "manifest.json").is_file()


def _read(path: Path) -> tuple[Matter | None, str]:
    try:
        return docket_matter(path), ""
    except InputError as error:
        count = len(error.findings)
        return None, f"It is not complete or not valid yet: {count} {'thing' if count == 1 else 'things'} to correct."


def docket_routes(settings: DeskSettings, folder: MatterFolder) -> list[Route]:
    """Return the routes of the docket."""
    docket = Docket(settings, folder)

    def day(request: Request) -> date:
        given = request.query_params.get("as_of")
        try:
            chosen = date.fromisoformat(given) if given else settings.today()
        except ValueError:
            raise ProblemError(400, "The day must be written year-month-day.") from None
        if chosen.year not in _YEARS:
            raise ProblemError(400, "The day must lie in the years 1990 to 2200.")
        return chosen

    async def rows(request: Request) -> Response:
        """Return the docket."""
        return answer(await run_in_threadpool(docket.rows, day(request)))

    async def calendar(request: Request) -> Response:
        """Return the docket as a calendar file."""
        text = await run_in_threadpool(docket.calendar, day(request))
        headers = {"Content-Disposition": 'attachment; filename="isa-docket.ics"'}
        return Response(text.encode(), media_type="text/calendar; charset=utf-8", headers=headers)

    return [Route("/api/docket", rows), Route("/api/docket.ics", calendar)]
