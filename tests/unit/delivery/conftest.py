"""A job engine without LibreOffice: its packages are small files, everything around them is the real thing."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest
from cheroot import wsgi
from wsgidav.wsgidav_app import WsgiDAVApp

from isa_docs.delivery.intake import Reception
from isa_docs.delivery.jobs.inline import InlineJobs
from isa_docs.delivery.jobs.model import BuildResult, BuiltFile, Job, JobState
from isa_docs.delivery.results import write_result
from isa_docs.delivery.spool import Spool
from isa_docs.findings import Finding, Severity
from tests.unit.cli.conftest import invoke

__all__ = ["invoke"]
"""The command line in this process, for the commands of the doors."""

DAY = date(2015, 1, 12)


@dataclass
class SmallWork:
    """Work that builds an intake by copying it; an intake that says ``wrong`` needs correction, ``broken`` fails."""

    spool: Spool
    packages: Path
    built: list[str] = field(default_factory=list)

    def build(self, job: Job) -> BuildResult:
        self.built.append(job.key)
        text = self.spool.matter(job.request.intake).read_text(encoding="utf-8", errors="replace")
        folder = self.packages / job.request.build
        if "wrong" in text:
            fault = Finding("SCHEMA-REQUIRED", Severity.ERROR, "Importer: it is missing.", "Add it.")
            write_result(folder, [fault], [])
            return BuildResult(JobState.NEEDS_CORRECTION, 4, "1 thing is to be corrected.")
        if "broken" in text:
            write_result(folder, [], [])
            return BuildResult(JobState.FAILED, 7, "isa-docs ended with exit code 7.")
        file = folder / "m" / "anl" / "m-anl.pdf"
        file.parent.mkdir(parents=True, exist_ok=True)
        data = b"%PDF-1.7\n" + text.encode()
        file.write_bytes(data)
        (file.parent / "manifest.json").write_text("{}")
        write_result(folder, [], ["m/anl/m-anl.pdf"])
        return BuildResult(
            JobState.BUILT, files=(BuiltFile("anl", "m/anl/m-anl.pdf", hashlib.sha256(data).hexdigest(), 1, "ab" * 16),)
        )

    def must_file(self, job: Job) -> bool:
        return False

    def file(self, job: Job) -> None:
        raise AssertionError("nothing is filed here")


@pytest.fixture
def work(tmp_path: Path) -> SmallWork:
    return SmallWork(Spool(tmp_path / "spool"), tmp_path / "packages")


@pytest.fixture
def reception(work: SmallWork) -> Reception:
    return Reception(InlineJobs(work, sleep=lambda seconds: None), work.spool, work.packages, lambda: DAY)


@pytest.fixture(scope="session")
def webdav_root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Start a real WebDAV server on a free port; give its URL and the folder it serves."""
    root = tmp_path_factory.mktemp("webdav")
    app = WsgiDAVApp(
        {
            "provider_mapping": {"/": str(root)},
            "simple_dc": {"user_mapping": {"*": {"isa": {"password": "secret"}}}},
            "property_manager": True,
            "logging": {"enable": False},
            "verbose": 0,
        }
    )
    server = wsgi.Server(("127.0.0.1", 0), app, numthreads=8)
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.bind_addr[1]}", root
    server.stop()
    thread.join()
