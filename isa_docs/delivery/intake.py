"""How every door takes an intake in: into the spool first, then one job for its content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from isa_docs import __version__
from isa_docs.delivery.building import priority_of_file
from isa_docs.delivery.jobs.model import CONTRACT, Job, JobRequest, Jobs, JobState, build_key, job_key
from isa_docs.delivery.spool import Spool


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
        """Keep the intake and take the job in; ``key``, when given, takes the place of the content in the job's key.

        A known job that had failed or was canceled runs again; one of another intake under the same ``key`` is
        returned as it stands. Raises InputError for an intake that is none.
        """
        digest = self.spool.put(files)
        identity = job_key(source, document, key or digest, only, self.version)
        known = self.jobs.get(identity)
        if known and known.request.intake != digest:
            return known
        if known and known.state in (JobState.FAILED, JobState.CANCELED) and known.step != "file":
            return self.jobs.retry(identity) or known
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
        return self.jobs.submit(request)

    def folder(self, job: Job) -> Path:
        """Return the folder that holds what was built for the job."""
        return self.packages / (job.request.build or job.key)


def version_with(templates: Path | None, strict: bool = False) -> str:
    """Return the version that stands for this program, a firm's own templates, and how strictly it builds."""
    digest = hashlib.sha256()
    for file in sorted(templates.glob("*.docx")) if templates else ():
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    own = digest.hexdigest()[:16] if templates else "shipped"
    return f"{CONTRACT}/{__version__}/{own}{'/strict' if strict else ''}"
