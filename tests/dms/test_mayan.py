"""The round trip with a real Mayan EDMS: uploaded, requested, built, filed with metadata, the workflow moved on.

ISA_DOCS_TEST_MAYAN names the folder where the environment with Mayan is kept between runs; without it one is made each
time.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from isa_docs.delivery.connectors.filing import DmsDestination, Sweep
from isa_docs.delivery.connectors.mayan import METADATA, Mayan
from isa_docs.delivery.connectors.rest import Rest
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.jobs.durable import DurableJobs
from isa_docs.delivery.jobs.inline import InlineJobs
from isa_docs.delivery.jobs.model import JobState
from isa_docs.delivery.spool import Spool
from tests.dms.mayan_server import MayanServer, environment_of, running_mayan
from tests.unit.delivery.conftest import DAY, SmallWork
from tests.unit.delivery.test_doors import run_apart
from tests.unit.delivery.test_filing import Filing, Unsure, without_worker, work_off

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MayanServer]:
    kept = os.environ.get("ISA_DOCS_TEST_MAYAN")
    programs = environment_of(Path(kept) if kept else tmp_path_factory.mktemp("mayan") / "environment")
    with running_mayan(programs, tmp_path_factory.mktemp("mayan-home")) as server:
        home = tmp_path_factory.mktemp("bootstrap")
        (home / "token").write_text(server.token)
        words = ["dms", "bootstrap", "mayan", "--url", server.url, "--token-file", "token", "--json"]
        made = [run_apart(home, *words).report["result"]["made"] for _ in range(2)]
        assert len(made[0]) > 10
        assert made[1] == []
        yield server


class People:
    """What people do in Mayan, and what they see there."""

    def __init__(self, server: MayanServer) -> None:
        self.rest = Rest(f"{server.url}/api/v4", {"Authorization": f"Token {server.token}"})
        self.types = {each["label"]: each["id"] for each in self.rest.all("/document_types/")}

    def upload(self, name: str, data: bytes) -> str:
        body = {"document_type_id": self.types["ISA matter"], "label": name}
        files = {"file": (name, data, "application/octet-stream")}
        return str(self.rest.ask("POST", "/documents/upload/", data=body, files=files).json()["id"])

    def instance(self, document: str) -> dict[str, Any]:
        return self.rest.all(f"/documents/{document}/workflow_instances/")[0]

    def move(self, document: str, transition: str) -> None:
        path = f"/documents/{document}/workflow_instances/{self.instance(document)['id']}/log_entries/"
        wanted = next(each["id"] for each in self.rest.all(f"{path}transitions/") if each["label"] == transition)
        self.rest.ask("POST", path, json={"transition_id": wanted})

    def state(self, document: str) -> str:
        return str(self.instance(document)["current_state"]["label"])

    def comment(self, document: str) -> str:
        return str(self.instance(document)["last_log_entry"]["comment"])

    def metadata(self, document: str) -> dict[str, str]:
        return {
            each["metadata_type"]["name"]: each["value"] for each in self.rest.all(f"/documents/{document}/metadata/")
        }

    def packages(self, job: str) -> list[str]:
        path = f"/document_types/{self.types['ISA package']}/documents/"
        return [str(each["id"]) for each in self.rest.all(path) if job[:16] in each["label"]]


@pytest.fixture
def people(server: MayanServer) -> People:
    return People(server)


@pytest.fixture
def mayan(server: MayanServer) -> Mayan:
    return Mayan(server.url, server.token)


def connect(dms: Any, folder: Path) -> tuple[Sweep, Filing, Reception]:
    spool = Spool(folder / "spool")
    filing = Filing(spool, folder / "packages")
    filing.destination = DmsDestination(dms)
    ahead = iter(range(0, 10**9, 10**5))
    jobs = InlineJobs(filing, clock=lambda: float(next(ahead)), sleep=lambda seconds: None)
    reception = Reception(jobs, spool, filing.packages, lambda: DAY)
    return Sweep("mayan", dms, reception), filing, reception


def test_requested_built_filed(mayan: Mayan, people: People, tmp_path: Path) -> None:
    document = people.upload("M-100 matter.yaml", b"matter: m\n")
    sweep, _, reception = connect(mayan, tmp_path)
    assert sweep.look_at(document) is None, "nobody has requested a build yet"
    people.move(document, "Request build")
    assert mayan.list_ready() == [document]
    assert sweep.look() == 1
    (job,) = reception.jobs.find()
    assert job.state is JobState.FILED
    (package,) = people.packages(job.key)
    assert mayan.fingerprint(package) == hashlib.sha256(b"%PDF-1.7\nmatter: m\n").hexdigest() == job.files[0].sha256
    seen = people.metadata(package)
    assert set(seen) == set(METADATA)
    assert (seen["isa_job"], seen["isa_submission"], seen["isa_status"]) == (job.key, "anl", "filed")
    assert (people.state(document), people.metadata(document)["isa_status"]) == ("Filed", "filed")
    assert people.comment(document) == "The package is built and filed."
    assert sweep.look() == 0


def test_a_fault_of_theirs_is_explained_and_can_be_mended(mayan: Mayan, people: People, tmp_path: Path) -> None:
    document = people.upload("wrong.yaml", b"wrong: yes\n")
    people.move(document, "Request build")
    sweep, _, reception = connect(mayan, tmp_path)
    sweep.look()
    assert people.state(document) == "Needs correction"
    assert "1. Importer: it is missing. Add it." in people.comment(document)
    files = {"file_new": ("right.yaml", b"matter: right\n", "application/octet-stream")}
    people.rest.ask("POST", f"/documents/{document}/files/", data={"action_name": "replace"}, files=files)
    people.move(document, "Request again (Needs correction)")
    sweep.look()
    assert people.state(document) == "Filed"
    assert sorted(job.state for job in reception.jobs.find()) == ["filed", "needs-correction"]


def test_asked_again_without_a_change_the_package_is_not_filed_twice(
    mayan: Mayan, people: People, tmp_path: Path
) -> None:
    document = people.upload("twice.yaml", b"matter: twice\n")
    people.move(document, "Request build")
    sweep, filing, reception = connect(mayan, tmp_path)
    sweep.look()
    people.move(document, "Request again (Filed)")
    sweep.look()
    assert people.state(document) == "Filed"
    assert len(filing.built) == 1
    assert len(people.packages(reception.jobs.find()[0].key)) == 1


def test_a_canceled_job_is_shown_and_its_document_can_be_asked_for_again(
    mayan: Mayan, people: People, tmp_path: Path
) -> None:
    document = people.upload("canceled.yaml", b"matter: canceled\n")
    people.move(document, "Request build")
    work = SmallWork(Spool(tmp_path / "spool"), tmp_path / "packages")
    jobs = DurableJobs(f"sqlite:///{tmp_path}/jobs.db")
    sweep, filing = without_worker(mayan, work, jobs)
    sweep.look_at(document)
    jobs.cancel(jobs.find()[0].key)
    sweep.look_at(document)
    work_off(jobs, filing)
    assert (people.state(document), people.comment(document)) == ("Failed", "The job was canceled.")
    assert filing.built == []
    people.move(document, "Request again (Failed)")
    sweep.look_at(document)
    work_off(jobs, filing)
    (job,) = jobs.find()
    jobs.close()
    assert (people.state(document), job.state, job.attempt) == ("Filed", JobState.FILED, 2)


@pytest.mark.parametrize("call", ["create", "attach", "describe", "set_status"])
def test_an_error_after_the_deed_files_nothing_twice(mayan: Mayan, people: People, tmp_path: Path, call: str) -> None:
    document = people.upload(f"{call}.yaml", f"matter: {call}\n".encode())
    people.move(document, "Request build")
    sweep, _, reception = connect(Unsure(mayan, [call]), tmp_path)
    sweep.look()
    (job,) = reception.jobs.find()
    assert job.state is JobState.BUILT_NOT_FILED
    reception.jobs.sweep()
    assert reception.jobs.find()[0].state is JobState.FILED
    assert len(people.packages(job.key)) == 1
    assert people.state(document) == "Filed"


def test_more_calls_than_the_server_allows_are_sent_again(mayan: Mayan) -> None:
    assert [len(mayan.list_ready()) for _ in range(40)] == [0] * 40, "Mayan allows 20 calls a second, then answers 429"


def test_a_forged_trigger_changes_nothing(mayan: Mayan, tmp_path: Path) -> None:
    sweep, _, reception = connect(mayan, tmp_path)
    for document in ("999999", "abc", "../1", ""):
        assert sweep.look_at(document) is None
    assert reception.jobs.find() == []
