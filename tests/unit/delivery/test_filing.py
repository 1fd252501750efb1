"""Filing back exactly once, on a real WebDAV server; tests/dms has the same on a real Mayan EDMS."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from isa_docs.delivery.building import Destination
from isa_docs.delivery.connectors.filing import DmsDestination, Sweep
from isa_docs.delivery.connectors.model import Connector, ConnectorError, DocumentGoneError
from isa_docs.delivery.connectors.webdav import WebDavDms
from isa_docs.delivery.folder.webdav import WebDavFolder
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.jobs.durable import DurableJobs
from isa_docs.delivery.jobs.inline import InlineJobs
from isa_docs.delivery.jobs.model import BuiltFile, Job, JobRequest, JobState
from isa_docs.delivery.jobs.running import build_half, file_half

from .conftest import DAY, SmallWork

pytestmark = pytest.mark.slow


class Filing(SmallWork):
    """The small work, which files with a DMS."""

    destination: Destination

    def must_file(self, job: Job) -> bool:
        return True

    def file(self, job: Job) -> None:
        self.destination.file(job, self.packages / job.request.build)


class Unsure:
    """A DMS that does as asked and then answers an error, at the calls named; like Mayan on SQLite under load."""

    def __init__(self, inner: Connector, fails: list[str]) -> None:
        self.inner = inner
        self.fails = fails

    def __getattr__(self, name: str) -> object:
        real = getattr(self.inner, name)

        def call(*arguments: object) -> object:
            answer = real(*arguments)
            if name in self.fails:
                self.fails.remove(name)
                raise ConnectorError("the DMS answered 500")
            return answer

        return call


class Upgrading(Unsure):
    """A DMS behind a proxy that answers 404 at the calls named, and passes nothing on."""

    def __getattr__(self, name: str) -> object:
        if name in self.fails:
            self.fails.remove(name)
            raise DocumentGoneError("the DMS knows nothing at this address (GET)")
        return getattr(self.inner, name)


@pytest.fixture
def store(webdav_root: tuple[str, Path]) -> Iterator[tuple[WebDavDms, Path]]:
    url, root = webdav_root
    name = f"dms-{uuid4().hex[:6]}"
    (root / name).mkdir()
    with WebDavFolder(f"{url}/{name}", ("isa", "secret")) as folder:
        dms = WebDavDms(folder)
        dms.list_ready()
        yield dms, root / name


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def connect(dms: Connector, work: SmallWork, clock: Clock) -> tuple[Sweep, Filing, Reception]:
    """Put a sweep, its work and its jobs together for a DMS."""
    filing = Filing(work.spool, work.packages)
    filing.destination = DmsDestination(dms)
    jobs = InlineJobs(filing, clock=clock, sleep=lambda seconds: None)
    reception = Reception(jobs, work.spool, work.packages, lambda: DAY)
    return Sweep("share", dms, reception), filing, reception


def names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_what_is_requested_is_built_filed_and_reported(
    store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock
) -> None:
    dms, root = store
    (root / "requested" / "north wind.yaml").write_text("matter: m\n")
    sweep, _, reception = connect(dms, work, clock)
    assert sweep.look() == 1
    (job,) = reception.jobs.find()
    assert job.state is JobState.FILED
    label = f"m-anl {job.key[:16]}.pdf"
    assert names(root / "packages") == [label, f"{label}.json"]
    assert names(root / "filed") == ["north wind.yaml", "north wind.yaml.status.json", "north wind.yaml.status.txt"]
    facts = json.loads((root / "packages" / f"{label}.json").read_text())
    assert (facts["isa_job"], facts["isa_package_sha256"]) == (job.key, job.files[0].sha256)
    assert sweep.look() == 0


def test_what_needs_correcting_is_told_and_nothing_is_filed(
    store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock
) -> None:
    dms, root = store
    (root / "requested" / "m.yaml").write_text("wrong: yes\n")
    connect(dms, work, clock)[0].look()
    assert names(root / "packages") == []
    text = (root / "needs-correction" / "m.yaml.status.txt").read_text()
    assert "1. Importer: it is missing. Add it." in text
    assert "failed" not in text.lower()


def test_sweep_trigger_and_folder_at_once_make_one_package(
    store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock
) -> None:
    dms, root = store
    (root / "requested" / "m.yaml").write_text("matter: m\n")
    sweep, filing, _ = connect(dms, work, clock)
    for _ in range(3):
        sweep.look_at("m.yaml")
        sweep.look()
    assert len(filing.built) == 1
    assert len(names(root / "packages")) == 2


def test_a_forged_trigger_costs_one_question(store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock) -> None:
    sweep, filing, reception = connect(store[0], work, clock)
    for document in ("nothing.yaml", "../secret.yaml", "", ".hidden"):
        assert sweep.look_at(document) is None
    assert (filing.built, reception.jobs.find()) == ([], [])


@pytest.mark.parametrize(
    "fails", [["create"], ["attach"], ["describe"], ["set_status"], ["find", "attach", "describe"]]
)
def test_an_error_after_the_deed_files_nothing_twice(
    store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock, fails: list[str]
) -> None:
    dms, root = store
    (root / "requested" / "m.yaml").write_text("matter: m\n")
    unsure = Unsure(dms, list(fails))
    sweep, filing, reception = connect(unsure, work, clock)  # type: ignore[arg-type]
    sweep.look()
    (job,) = reception.jobs.find()
    assert (job.state, job.message) == (JobState.BUILT_NOT_FILED, "Not filed yet: the DMS answered 500.")
    for _ in fails:
        clock.now += 10_000
        reception.jobs.sweep()
    (job,) = reception.jobs.find()
    assert job.state is JobState.FILED
    assert [name for name in names(root / "packages") if name.endswith(".pdf")] == [f"m-anl {job.key[:16]}.pdf"]
    assert len(filing.built) == 1


@pytest.mark.parametrize("call", ["find", "create", "attach", "fingerprint", "describe"])
def test_a_404_for_the_package_is_no_package(
    store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock, call: str
) -> None:
    dms, root = store
    (root / "requested" / "m.yaml").write_text("matter: m\n")
    sweep, _, reception = connect(Upgrading(dms, [call]), work, clock)  # type: ignore[arg-type]
    sweep.look()
    (job,) = reception.jobs.find()
    assert job.state is JobState.BUILT_NOT_FILED
    clock.now += 10_000
    reception.jobs.sweep()
    assert reception.jobs.find()[0].state is JobState.FILED
    assert len(names(root / "packages")) == 2


def test_an_intake_that_was_taken_away_is_nobody_s_loss(
    store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock
) -> None:
    dms, root = store
    (root / "requested" / "m.yaml").write_text("matter: m\n")
    sweep, _, reception = connect(Upgrading(dms, ["set_status"]), work, clock)  # type: ignore[arg-type]
    sweep.look()
    assert reception.jobs.find()[0].state is JobState.FILED
    assert len(names(root / "packages")) == 2


def test_a_copy_that_is_gone_keeps_no_other_package_from_being_filed(tmp_path: Path) -> None:
    class Twice:
        """A DMS with two copies of each package, of which somebody has just taken the second away."""

        described: list[str] = []  # noqa: RUF012
        ended: list[JobState] = []  # noqa: RUF012

        def find(self, label: str) -> list[str]:
            return [f"{label} 1", f"{label} 2"]

        def fingerprint(self, filed: str) -> str:
            return "ab" * 32

        def discard(self, filed: str) -> None:
            raise DocumentGoneError("the DMS knows nothing at this address (DELETE)")

        def describe(self, filed: str, facts: Mapping[str, str]) -> None:
            self.described.append(filed.partition(" ")[0])

        def set_status(self, document: str, state: JobState, text: str, facts: Mapping[str, str]) -> None:
            self.ended.append(state)

    files = tuple(BuiltFile(each, f"m/{each}/{each}.pdf", "ab" * 32, 1, "12" * 16) for each in ("anl", "app"))
    job = Job(JobRequest("ef" * 16, "share", "m.yaml", "cd" * 32, DAY), JobState.BUILT, step="file", files=files)
    dms = Twice()
    DmsDestination(dms).file(job, tmp_path)  # type: ignore[arg-type]
    assert (dms.described, dms.ended) == (["anl", "app"], [JobState.FILED])


def without_worker(dms: Connector, work: SmallWork, jobs: DurableJobs) -> tuple[Sweep, Filing]:
    """Put a sweep and its work together for an engine whose jobs wait for :func:`work_off`."""
    filing = Filing(work.spool, work.packages)
    filing.destination = DmsDestination(dms)
    return Sweep("share", dms, Reception(jobs, work.spool, work.packages, lambda: DAY)), filing


def work_off(jobs: DurableJobs, work: Filing) -> None:
    """Do what a worker does: build what was taken in, and file what is owed."""
    for job in jobs.find([JobState.RECEIVED]):
        build_half(jobs.table, work, job.key, job.attempt, time.time, lambda seconds: None)
    for job in jobs.table.owing():
        file_half(jobs.table, work, job.key, job.attempt, time.time)


class TestWhileItIsBeingBuilt:
    """What people do between the moment when a document is taken and the moment when its job has ended."""

    @pytest.fixture
    def jobs(self, tmp_path: Path) -> Iterator[DurableJobs]:
        jobs = DurableJobs(f"sqlite:///{tmp_path}/jobs.db")
        yield jobs
        jobs.close()

    @pytest.mark.parametrize("seen", [False, True])
    def test_a_corrected_document_is_built_too(
        self, store: tuple[WebDavDms, Path], work: SmallWork, jobs: DurableJobs, seen: bool
    ) -> None:
        dms, root = store
        sweep, filing = without_worker(dms, work, jobs)
        requested = root / "requested" / "m.yaml"
        requested.write_text("matter: m\n")
        sweep.look()
        requested.write_text("matter: m\n# corrected\n")
        if seen:
            sweep.look()
        requested.write_text("matter: m\n# corrected again\n")
        for _ in range(3):
            work_off(jobs, filing)
            sweep.look()
        packages = [each.read_text() for each in (root / "packages").glob("*.pdf")]
        assert "%PDF-1.7\nmatter: m\n# corrected again\n" in packages
        assert (root / "filed" / "m (2).yaml").read_text().endswith("# corrected again\n")
        assert len(filing.built) == len(packages) == 2
        assert names(root / "requested") == names(root / "building") == []

    def test_telling_of_an_end_twice_takes_no_later_document_away(
        self, store: tuple[WebDavDms, Path], work: SmallWork, jobs: DurableJobs
    ) -> None:
        dms, root = store
        sweep, filing = without_worker(Unsure(dms, ["set_status"]), work, jobs)  # type: ignore[arg-type]
        (root / "requested" / "m.yaml").write_text("matter: m\n")
        sweep.look()
        work_off(jobs, filing)
        (root / "requested" / "m.yaml").write_text("matter: m\n# corrected\n")
        work_off(jobs, filing)
        assert jobs.find()[0].state is JobState.FILED
        assert names(root / "requested") == ["m.yaml"]

    def test_nor_one_that_is_being_built_by_then(
        self, store: tuple[WebDavDms, Path], work: SmallWork, jobs: DurableJobs
    ) -> None:
        dms, root = store
        sweep, filing = without_worker(Unsure(dms, ["set_status"]), work, jobs)  # type: ignore[arg-type]
        (root / "requested" / "m.yaml").write_text("matter: m\n")
        sweep.look()
        work_off(jobs, filing)
        (root / "requested" / "m.yaml").write_text("matter: m\n# corrected\n")
        sweep.look()
        file_half(jobs.table, filing, (first := jobs.table.owing()[0]).key, first.attempt, time.time)
        assert names(root / "building") == ["m.yaml"]
        work_off(jobs, filing)
        assert [job.state for job in jobs.find()] == [JobState.FILED] * 2
        assert (root / "filed" / "m (2).yaml").read_text().endswith("# corrected\n")

    def test_one_that_is_too_large_makes_way_for_its_correction(
        self, store: tuple[WebDavDms, Path], work: SmallWork, jobs: DurableJobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        dms, root = store
        sweep, filing = without_worker(dms, work, jobs)
        monkeypatch.setattr(WebDavFolder.get, "__defaults__", (100,))
        (root / "requested" / "m.yaml").write_text("matter: m\n" + "#" * 200)
        sweep.look()
        assert names(root / "building") == []
        assert (root / "needs-correction" / "m.yaml.status.txt").read_text().endswith("The document is too large.\n")
        (root / "requested" / "m.yaml").write_text("matter: m\n")
        sweep.look()
        work_off(jobs, filing)
        assert jobs.find()[0].state is JobState.FILED

    def test_a_canceled_job_stays_so_until_its_document_is_asked_for_again(
        self, store: tuple[WebDavDms, Path], work: SmallWork, jobs: DurableJobs
    ) -> None:
        dms, root = store
        sweep, filing = without_worker(dms, work, jobs)
        (root / "requested" / "m.yaml").write_text("matter: m\n")
        sweep.look()
        (job,) = jobs.find()
        jobs.cancel(job.key)
        sweep.look()
        assert jobs.get(job.key) == replace(job, state=JobState.CANCELED, step="file", updated=jobs.find()[0].updated)
        work_off(jobs, filing)
        assert (jobs.find()[0].state, jobs.find()[0].step) == (JobState.CANCELED, "")
        assert names(root / "failed") == ["m.yaml", "m.yaml.status.json", "m.yaml.status.txt"]
        assert (root / "failed" / "m.yaml.status.txt").read_text() == "The job was canceled.\n"
        assert (sweep.look(), filing.built) == (0, [])
        (root / "failed" / "m.yaml").rename(root / "requested" / "m.yaml")
        sweep.look()
        work_off(jobs, filing)
        assert (jobs.find()[0].state, jobs.find()[0].attempt) == (JobState.FILED, 2)

    def test_a_canceled_job_is_told_of_once_its_dms_is_back(
        self, store: tuple[WebDavDms, Path], work: SmallWork, jobs: DurableJobs
    ) -> None:
        dms, root = store
        sweep, filing = without_worker(Upgrading(dms, []), work, jobs)  # type: ignore[arg-type]
        (root / "requested" / "m.yaml").write_text("matter: m\n")
        sweep.look()
        jobs.cancel(jobs.find()[0].key)
        filing.destination = DmsDestination(Unsure(dms, ["set_status"]))  # type: ignore[arg-type]
        work_off(jobs, filing)
        (job,) = jobs.find()
        assert (job.state, job.step, job.filings) == (JobState.CANCELED, "file", 1)
        work_off(jobs, filing)
        (job,) = jobs.find()
        assert (job.state, job.step) == (JobState.CANCELED, "")


def test_one_document_that_nobody_foresaw_keeps_no_other_waiting(
    store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dms, root = store
    for name in ("a.yaml", "b.yaml"):
        (root / "requested" / name).write_text(f"matter: {name[0]}\n")
    real = WebDavDms.fetch

    def fetch(self: WebDavDms, document: str) -> dict[str, bytes]:
        return real(self, document) if document == "b.yaml" else {}["an answer in another form"]

    monkeypatch.setattr(WebDavDms, "fetch", fetch)
    sweep, _, reception = connect(dms, work, clock)
    assert sweep.look() == 2
    assert [(job.request.document, job.state) for job in reception.jobs.find()] == [("b.yaml", JobState.FILED)]


def test_a_dms_that_is_down_gets_its_package_once_it_is_back(work: SmallWork, clock: Clock) -> None:
    class Down:
        back = False
        filed: list[str]

        def __init__(self) -> None:
            self.filed = []

        def __getattr__(self, name: str) -> object:
            if not self.back:
                raise ConnectorError("the DMS cannot be reached (ConnectError)")
            raise AttributeError(name)

        def find(self, label: str) -> list[str]:
            if not self.back:
                raise ConnectorError("the DMS cannot be reached (ConnectError)")
            return list(self.filed)

        def create(self, label: str) -> str:
            self.filed.append(label)
            return label

        def attach(self, filed: str, file: Path) -> None: ...

        def fingerprint(self, filed: str) -> str:
            return self.expected

        expected = ""

        def describe(self, filed: str, facts: Mapping[str, str]) -> None: ...

        def discard(self, filed: str) -> None: ...

        def set_status(self, document: str, state: JobState, text: str, facts: Mapping[str, str]) -> None: ...

    dms = Down()
    _, filing, reception = connect(dms, work, clock)  # type: ignore[arg-type]
    job = reception.submit({"m.yaml": b"matter: m\n"}, "share", "m.yaml")
    assert job.state is JobState.BUILT_NOT_FILED
    clock.now = 10
    assert reception.jobs.sweep() == 0
    clock.now = 31
    assert reception.jobs.sweep() == 1
    dms.back, dms.expected = True, job.files[0].sha256
    clock.now = 10_000
    reception.jobs.sweep()
    assert reception.jobs.get(job.key).state is JobState.FILED  # type: ignore[union-attr]
    assert (len(dms.filed), len(filing.built)) == (1, 1)


def test_a_changed_intake_is_a_new_package(store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock) -> None:
    dms, root = store
    sweep, _, reception = connect(dms, work, clock)
    for text in ("matter: m\n", "matter: m\n# corrected\n"):
        (root / "requested" / "m.yaml").write_text(text)
        sweep.look()
    assert len(reception.jobs.find()) == 2
    assert len([name for name in names(root / "packages") if name.endswith(".pdf")]) == 2
    assert "m (2).yaml" in names(root / "filed")


def test_a_file_that_reads_back_differently_is_not_called_filed(
    store: tuple[WebDavDms, Path], work: SmallWork, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    dms, root = store
    (root / "requested" / "m.yaml").write_text("matter: m\n")
    real = WebDavDms.attach
    monkeypatch.setattr(WebDavDms, "attach", lambda self, filed, file: self._folder.put(f"packages/{filed}", b"half"))
    sweep, _, reception = connect(dms, work, clock)
    sweep.look()
    (job,) = reception.jobs.find()
    assert job.message == "Not filed yet: what was filed reads back differently."
    monkeypatch.setattr(WebDavDms, "attach", real)
    clock.now += 10_000
    reception.jobs.sweep()
    assert reception.jobs.find()[0].state is JobState.FILED
