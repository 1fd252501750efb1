"""The WebAssembly build: taken in only as pinned and patched, and equal to the installed LibreOffice in its work."""

from __future__ import annotations

import base64
import hashlib
import io
import sys
import tarfile
from pathlib import Path

import pypdf
import pytest

from isa_docs.conversion.convert import WASM, find_engine
from isa_docs.conversion.engine import Job, PdfOptions
from isa_docs.conversion.libreoffice import LibreOfficeEngine
from isa_docs.conversion.postcheck import check_pdf
from isa_docs.conversion.wasm import WasmEngine, WasmInstallation, find_wasm, set_up_wasm, unpack
from isa_docs.errors import MissingProgramError
from tests.unit.conversion.word_files import letter, make_docx, paragraph

FILES = ("soffice.cjs", "soffice.worker.cjs", "soffice.wasm", "soffice.data")


def archive(folder: Path, script: bytes) -> tuple[Path, str]:
    """Return a package archive with ``script`` as its soffice.cjs, and its integrity string."""
    path = folder / "package.tgz"
    with tarfile.open(path, "w:gz") as package:
        for name in FILES:
            data = script if name == "soffice.cjs" else b"content"
            member = tarfile.TarInfo(f"package/wasm/{name}")
            member.size = len(data)
            package.addfile(member, io.BytesIO(data))
    return path, "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def test_the_thread_constant_is_changed_on_the_way_in(tmp_path: Path) -> None:
    package, integrity = archive(tmp_path, b"var pthreadPoolSize=4;while(pthreadPoolSize--){}")
    unpack(package, integrity, tmp_path / "build")
    assert (tmp_path / "build" / "soffice.cjs").read_bytes() == b"var pthreadPoolSize=48;while(pthreadPoolSize--){}"
    assert sorted(path.name for path in (tmp_path / "build").iterdir()) == sorted(FILES)


@pytest.mark.parametrize(
    "script",
    [b"var poolSize=4;", b"var pthreadPoolSize=8;", b"pthreadPoolSize=4;pthreadPoolSize=4", b"pthreadPoolSize=40"],
)
def test_a_build_without_exactly_that_constant_is_refused(tmp_path: Path, script: bytes) -> None:
    package, integrity = archive(tmp_path, script)
    with pytest.raises(MissingProgramError, match=r"thread constant .* is not where it was"):
        unpack(package, integrity, tmp_path / "build")


def test_an_archive_other_than_the_pinned_one_is_refused_unopened(tmp_path: Path) -> None:
    package, _ = archive(tmp_path, b"pthreadPoolSize=4")
    with pytest.raises(MissingProgramError, match="not the archive that was pinned"):
        unpack(package, "sha512-AAAA", tmp_path / "build")
    assert not (tmp_path / "build").exists()


def test_a_build_that_is_not_set_up_is_not_found(tmp_path: Path) -> None:
    assert find_wasm(tmp_path) is None
    with pytest.raises(MissingProgramError, match="WebAssembly build of LibreOffice is not set up"):
        find_engine(WASM, tmp_path)


STUCK_AT_FIRST = """
import pathlib, sys, time
folder, out = map(pathlib.Path, sys.argv[2:4])
sources = [pathlib.Path(name) for name in sys.argv[5:]]
starts = folder / "starts"
starts.write_text(starts.read_text() + f"{len(sources)} ")
if len(starts.read_text().split()) <= int((folder / "stuck").read_text()):
    (out / f"{sources[0].stem}.pdf").write_bytes(b"%PDF-1.7\\n<</Type/Pages/Count 3>>\\n%%EOF")
    time.sleep(600)
for source in sources:
    (out / f"{source.stem}.pdf").write_bytes(b"%PDF-1.7\\n<</Type/Pages/Count 3>>\\n%%EOF")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much a process has worked")
@pytest.mark.parametrize(("stuck", "starts"), [(0, "3 "), (2, "3 2 1 "), (99, "3 2 1 ")])
def test_a_process_that_stands_still_is_started_anew_for_what_is_left(tmp_path: Path, stuck: int, starts: str) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!{sys.executable} -IS\n{STUCK_AT_FIRST}")
    node.chmod(0o755)
    (tmp_path / "stuck").write_text(str(stuck))
    (tmp_path / "starts").write_text("")
    jobs = [Job(key, tmp_path / f"{key}.docx") for key in "abc"]
    for job in jobs:
        job.docx.write_bytes(letter())
    engine = WasmEngine(WasmInstallation(node, tmp_path), tmp_path / "cache", standstill_seconds=0.6)
    assert [result.pages for result in engine.convert(jobs, PdfOptions(), tmp_path / "out")] == [3, 3, 3]
    assert (tmp_path / "starts").read_text() == starts


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells how much a process has worked")
def test_what_always_stands_still_is_given_up_with_a_sentence(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text(f"#!{sys.executable} -IS\nimport time\ntime.sleep(600)\n")
    node.chmod(0o755)
    (tmp_path / "a.docx").write_bytes(letter())
    engine = WasmEngine(WasmInstallation(node, tmp_path), tmp_path / "cache", standstill_seconds=0.1)
    (result,) = engine.convert([Job("a", tmp_path / "a.docx")], PdfOptions(), tmp_path / "out")
    assert result.error == "LibreOffice (WebAssembly) stood still each of the 6 times it was started."


@pytest.fixture(scope="module")
def cache(request: pytest.FixtureRequest) -> Path:
    """The folder with the real build, kept between test runs: it is 250 MB."""
    folder: Path = request.config.cache.mkdir("isa-docs-wasm")
    set_up_wasm(folder)
    return folder


@pytest.mark.slow
@pytest.mark.stress
def test_it_is_used_where_no_libreoffice_is_installed(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("isa_docs.conversion.program._usual_places", lambda: iter(()))
    assert find_engine(None, cache).info.kind == "reference-wasm"


@pytest.mark.slow
@pytest.mark.stress
def test_both_builds_make_the_same_pages_and_the_same_text(
    cache: Path, libreoffice: LibreOfficeEngine, tmp_path: Path
) -> None:
    jobs = []
    for key, data in {
        "letter": letter(),
        "long": make_docx("".join(paragraph(f"Paragraph {number}.") for number in range(120))),
    }.items():
        (tmp_path / f"{key}.docx").write_bytes(data)
        jobs.append(Job(key, tmp_path / f"{key}.docx"))
    installed = libreoffice.convert(jobs, PdfOptions(), tmp_path / "installed")
    wasm = find_engine(WASM, cache).convert(jobs, PdfOptions(), tmp_path / "wasm")
    assert [result.pages for result in wasm] == [result.pages for result in installed] == [2, 3]
    for one, other, docx in zip(installed, wasm, jobs, strict=True):
        assert one.pdf is not None
        assert other.pdf is not None
        assert words(one.pdf) == words(other.pdf)
        assert check_pdf(other.pdf, docx.docx) == []


def words(pdf: Path) -> list[list[str]]:
    """Return the words of each page; the two versions draw header and footer at different moments."""
    return [sorted(page.extract_text().split()) for page in pypdf.PdfReader(pdf).pages]
