"""Files packages with a DMS exactly once: find, create, attach, read back, compare, describe, then set the state.

Engines repeat a step whose end they did not see, and DMSs answer an error after having done as asked, or a success
without having. So each step looks first at what is there.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from dataclasses import replace
from pathlib import Path, PurePosixPath

from isa_docs.delivery.connectors.model import Connector, ConnectorError, DocumentGoneError, DocumentTooLargeError
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.jobs.model import BuiltFile, FilingFailedError, Job, JobState
from isa_docs.delivery.results import plain_text, read_result
from isa_docs.errors import InputError

_log = logging.getLogger("isa_docs.dms")


def label_of(built: BuiltFile, job: Job) -> str:
    """Return the label a package is filed under: its file name, and the job's key, which makes it findable."""
    return f"{PurePosixPath(built.file).stem} {job.key[:16]}.pdf"


class DmsDestination:
    """Files with one DMS."""

    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    def file(self, job: Job, folder: Path) -> None:
        """File the packages, or the findings; raises FilingFailedError, after which it may be called again."""
        try:
            for built in job.files:
                self._file_one(job, built, folder / built.file)
            state = JobState.FILED if job.files else job.state
            facts = {"isa_job": job.key, "isa_status": str(state), "isa_intake_sha256": job.request.intake}
            text = plain_text(_as(job, state), read_result(folder))
            try:
                self._connector.set_status(job.request.document, state, text, facts)
            except DocumentGoneError:  # of all that may be gone only this is nobody's loss: the intake was taken away
                _log.warning("the document is gone", extra={"job": job.key, "source": job.request.source})
        except ConnectorError as error:
            raise FilingFailedError(f"Not filed yet: {error}.", error.wait) from None
        except OSError as error:
            raise FilingFailedError(f"Not filed yet: {type(error).__name__}.") from None

    def _file_one(self, job: Job, built: BuiltFile, file: Path) -> None:
        dms, label = self._connector, label_of(built, job)
        there = dms.find(label)
        good = [each for each in there if dms.fingerprint(each) == built.sha256]
        if not good:
            target = there[0] if there else dms.create(label)
            dms.attach(target, file)
            if dms.fingerprint(target) != built.sha256:
                raise ConnectorError("what was filed reads back differently")
            there = dms.find(label)
            good = [target]
        for extra in there:
            if extra != good[0]:
                with suppress(DocumentGoneError):
                    dms.discard(extra)
        facts = {
            "isa_job": job.key,
            "isa_status": str(JobState.FILED),
            "isa_submission": built.submission,
            "isa_package_sha256": built.sha256,
            "isa_package_id": built.package_id,
        }
        dms.describe(good[0], facts)


def _as(job: Job, state: JobState) -> Job:
    return replace(job, state=state, message="" if job.files else job.message)


class Sweep:
    """Asks one DMS what is ready, and takes it in: the trigger that always works. Others only make it come sooner."""

    def __init__(self, name: str, connector: Connector, reception: Reception) -> None:
        self._name = name
        self._connector = connector
        self._reception = reception
        self._destination = DmsDestination(connector)

    def look(self) -> int:
        """Take in every document that is ready; return how many there were. Raises ConnectorError when it is down."""
        documents = self._connector.list_ready()
        for document in documents:
            try:
                self.look_at(document)
            except ConnectorError as error:
                _log.warning("not taken in", extra={"source": self._name, "error": str(error)})
            except Exception as error:  # one document that nobody foresaw must not keep the others waiting
                _log.error("not taken in", extra={"source": self._name, "error": type(error).__name__})
        return len(documents)

    def look_at(self, document: str) -> Job | None:
        """Take one document in if the DMS says that it is ready; return its job.

        Where the same content was built before, the outcome is told once more: somebody asked again.
        """
        if not self._connector.is_ready(document):
            return None
        try:
            job = self._reception.submit(self._connector.fetch(document), self._name, document)
        except (DocumentTooLargeError, InputError) as error:
            why = error.message if isinstance(error, InputError) else "The document is too large."
            facts = {"isa_status": str(JobState.NEEDS_CORRECTION)}
            text = f"The intake needs correction.\n{why}\n"
            self._connector.set_status(document, JobState.NEEDS_CORRECTION, text, facts)
            return None
        if job.state in (JobState.FILED, JobState.NEEDS_CORRECTION) and job.step == "":
            try:
                self._destination.file(job, self._reception.folder(job))
            except FilingFailedError as error:
                raise ConnectorError(str(error), error.wait) from None
        elif job.state is JobState.RECEIVED:
            self._connector.claim(document, job.key)
        return job
