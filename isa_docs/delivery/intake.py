"""How every door takes an intake in: into the spool first, then one job for its content."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from isa_docs import __version__
from isa_docs.build.state import templates_state
from isa_docs.delivery.building import priority_of_file
from isa_docs.delivery.jobs.model import CONTRACT, KEPT, Job, JobRequest, Jobs, JobState, build_key, job_key
from isa_docs.delivery.results import RESULT
from isa_docs.delivery.spool import Spool
from isa_docs.errors import InputError


@dataclass(frozen=True)
class Reception:
    """Takes intakes in for one job engine."""

    jobs: Jobs
    spool: Spool
    packages: Path
    today: Callable[[], date]
    version: str = f"{CONTRACT}/{__version__}"
    """Of the program and a firm's templates; a new one makes a new job of the same intake."""

    def submit(
        self,
        files: Mapping[str, bytes],
        source: str,
        document: str = "",
        *,
        only: Sequence[str] = (),
        as_of: date | None = None,
        callback: str = "",
        key: str = "",
    ) -> Job:
        """Keep the intake and take the job in.

        ``key``, when given, is all that tells one job of a source from another; what else is asked for under the same
        one is refused. A known job that had failed or was canceled runs again, and so does one whose
        packages are no longer kept, or what was to be corrected. Raises InputError for an intake that is none, and for
        a ``key`` that was used before with another intake, ``only``, ``as_of`` or ``callback``.
        """
        digest = self.spool.put(files)
        identity = job_key(source, document, key or digest, () if key else only, self.version)
        asked = _Asked(digest, frozenset(only), as_of, callback)
        known = self.jobs.get(identity)
        if known and key:
            asked.must_be(known.request)
        if known and known.step != "file":
            if known.state in (JobState.FAILED, JobState.CANCELED):
                return self.jobs.retry(identity) or known
            if known.state in KEPT and not self._is_kept(known):
                return self.jobs.rebuild(identity) or known
        day = as_of or self.today()
        request = JobRequest(
            key=identity,
            source=source,
            document=document,
            intake=digest,
            as_of=day,
            only=tuple(only),
            build=build_key(digest, day, only, self.version),
            priority=priority_of_file(self.spool.matter(digest), only),
            callback=callback,
        )
        job = self.jobs.submit(request)
        if key:  # somebody may have been faster
            asked.must_be(job.request)
        return job

    def folder(self, job: Job) -> Path:
        """Return the folder that holds what was built for the job."""
        return self.packages / (job.request.build or job.key)

    def _is_kept(self, job: Job) -> bool:
        names = [each.file for each in job.files] or [RESULT]
        return all((self.folder(job) / name).is_file() for name in names)


@dataclass(frozen=True)
class _Asked:
    """What one key may stand for; ``as_of`` is None where the day of the first call is meant."""

    intake: str
    only: frozenset[str]
    as_of: date | None
    callback: str

    def must_be(self, request: JobRequest) -> None:
        day = request.as_of if self.as_of else None
        if self != _Asked(request.intake, frozenset(request.only), day, request.callback):
            raise InputError("This Idempotency-Key was used for another request. Give each request a key of its own.")


def version_with(templates: Path | None, strict: bool = False) -> str:
    """Return the version that stands for this program, a firm's own templates, and how strictly it builds."""
    state = json.dumps(templates_state(templates), sort_keys=True)
    own = hashlib.sha256(state.encode()).hexdigest()[:16] if templates else "shipped"
    return f"{CONTRACT}/{__version__}/{own}{'/strict' if strict else ''}"
