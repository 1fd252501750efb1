"""What becomes of a batch when the converter misbehaves. The converter is a real program, only not LibreOffice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from isa_docs.conversion.convert import convert_documents
from isa_docs.conversion.engine import Job, PdfOptions, Result
from isa_docs.conversion.libreoffice import LibreOfficeEngine, filter_options
from tests.unit.conversion.word_files import letter

MakeEngine = Callable[..., LibreOfficeEngine]


def run(engine: LibreOfficeEngine, folder: Path, *commands: str) -> list[Result]:
    """Convert one document per command, keyed a, b, c ..."""
    jobs = []
    for key, command in zip("abcdefgh", commands, strict=False):
        document = folder / f"{key}.docx"
        document.write_text(command)
        jobs.append(Job(key, document))
    return engine.convert(jobs, PdfOptions(), folder / "out")


def alive(pids: Path) -> list[int]:
    """Return the processes noted in ``pids`` that still run (a zombie does not), waiting a little for their end."""
    numbers = [int(line) for line in pids.read_text().split()]
    assert numbers, "the converter noted no process"
    for _ in range(100):
        left = [number for number in numbers if _runs(number)]
        if not left:
            return []
        time.sleep(0.02)
    return left


def _runs(number: int) -> bool:
    try:
        os.kill(number, 0)
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def start_apart(program: Path, folder: Path, command: str) -> subprocess.Popen[bytes]:
    """Start another Python that converts one document with ``program``; its cache is ``folder/cache``."""
    (folder / "a.docx").write_text(command)
    code = f"""
from pathlib import Path
from isa_docs.conversion.convert import find_engine
from isa_docs.conversion.convert import convert_documents
from isa_docs.conversion.engine import Job, PdfOptions
folder = Path({str(folder)!r})
engine = find_engine(Path({str(program)!r}), folder / "cache")
engine.convert([Job("a", folder / "a.docx")], PdfOptions(), folder / "out")
"""
    return subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)


def wait_for(path: Path) -> None:
    for _ in range(500):
        if path.exists() and path.read_text():
            return
        time.sleep(0.02)
    raise AssertionError(f"{path} did not appear")


def test_answers_every_job_in_the_order_given(make_engine: MakeEngine, tmp_path: Path) -> None:
    results = run(make_engine(), tmp_path, "good", "good", "good", "good", "good")
    assert [(result.job.key, result.pages, result.error) for result in results] == [(key, 1, None) for key in "abcde"]
    assert [result.pdf for result in results] == [tmp_path / "out" / f"{key}.pdf" for key in "abcde"]
    assert all(result.pdf is not None and result.pdf.read_bytes().startswith(b"%PDF") for result in results)


def test_no_jobs_start_nothing(make_engine: MakeEngine, tmp_path: Path) -> None:
    assert run(make_engine(), tmp_path) == []
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("crash", "was ended by signal 11 and made no PDF"),
        ("nothing", "ended with exit code 0 and made no PDF"),
        ("quit", "ended with exit code 3 and made no PDF"),
        ("junk", "made no PDF"),
        ("half", "made no PDF"),
        ("hollow", "made a damaged PDF"),
        ("refuse", "could not read this document"),
    ],
)
def test_a_misbehaving_document_is_named_and_the_others_come_through(
    make_engine: MakeEngine, tmp_path: Path, command: str, says: str
) -> None:
    results = run(make_engine(processes=1), tmp_path, "good", command, "good")
    assert [result.error is None for result in results] == [True, False, True]
    assert says in str(results[1].error)
    assert results[1].pdf is None
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.pdf", "c.pdf"]


def test_a_hanging_document_is_stopped_and_nothing_of_it_survives(make_engine: MakeEngine, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    engine = make_engine(processes=2, seconds_per_document=0.3, start_seconds=0.3)
    results = run(engine, tmp_path, "good", f"hang {pids}", "good", "good")
    assert [result.error is None for result in results] == [True, False, True, True]
    assert "did not finish this document within 0.3 seconds" in str(results[1].error)
    assert len(pids.read_text().split()) == 4, "tried in the batch and once more alone, with a child each time"
    assert alive(pids) == []


def test_a_child_that_leaves_the_process_group_is_ended_after_success_too(
    make_engine: MakeEngine, tmp_path: Path
) -> None:
    pids = tmp_path / "pids"
    (result,) = run(make_engine(), tmp_path, f"stray {pids}")
    assert result.error is None
    assert alive(pids) == []


def test_exit_status_0_before_the_pdf_is_there_is_no_success(make_engine: MakeEngine, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    (result,) = run(make_engine(), tmp_path, f"later {pids}")
    assert result.pdf is None
    assert "ended with exit code 0 and made no PDF" in str(result.error)
    assert alive(pids) == []


def test_a_blank_page_in_place_of_the_document_is_no_success(make_engine: MakeEngine, tmp_path: Path) -> None:
    (tmp_path / "letter.docx").write_bytes(letter())
    (result,) = convert_documents(
        [Job("letter", tmp_path / "letter.docx")], PdfOptions(), make_engine(), tmp_path / "out"
    )
    assert result.pdf is None
    assert str(result.error).startswith("Text of the document is missing from its PDF: “dear”, “chief:”")
    assert list((tmp_path / "out").iterdir()) == []


def test_an_interrupted_build_leaves_no_process_and_no_folder(obedient: Path, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    build = start_apart(obedient, tmp_path, f"hang {pids}")
    wait_for(pids)
    build.send_signal(signal.SIGINT)
    assert build.wait(10) != 0
    assert alive(pids) == []
    assert list((tmp_path / "cache" / "runs").iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_a_killed_build_takes_the_converter_with_it(obedient: Path, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    build = start_apart(obedient, tmp_path, f"hang-alone {pids}")
    wait_for(pids)
    build.kill()
    build.wait(10)
    assert alive(pids) == []


def test_exit_code_81_means_start_me_again(make_engine: MakeEngine, tmp_path: Path) -> None:
    (result,) = run(make_engine(), tmp_path, "again")
    assert result.error is None


def test_a_damaged_kept_profile_costs_one_retry_and_is_dropped(make_engine: MakeEngine, tmp_path: Path) -> None:
    engine = make_engine(seconds_per_document=0.3, start_seconds=0.3)
    (result,) = run(engine, tmp_path, "hang-when-used")
    assert result.error is None
    assert list((tmp_path / "cache").glob("*.profile")) == []


def test_a_document_that_cannot_be_read_is_named(make_engine: MakeEngine, tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_text("good")
    jobs = [Job("a", tmp_path / "a.docx"), Job("b", tmp_path / "missing.docx")]
    first, second = make_engine().convert(jobs, PdfOptions(), tmp_path / "out")
    assert first.error is None
    assert "missing.docx" in str(second.error)


@pytest.mark.parametrize("keys", [("a", "a"), ("../a",), ("",), ("a/b",)])
def test_keys_must_be_unique_plain_names(make_engine: MakeEngine, tmp_path: Path, keys: tuple[str, ...]) -> None:
    (tmp_path / "a.docx").write_text("good")
    with pytest.raises(ValueError, match="job keys"):
        make_engine().convert([Job(key, tmp_path / "a.docx") for key in keys], PdfOptions(), tmp_path / "out")


def test_the_converter_sees_an_empty_path_its_own_temporary_folder_and_no_secrets(
    make_engine: MakeEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DMS_TOKEN", "secret")
    monkeypatch.setenv("https_proxy", "http://proxy.example")
    run(make_engine(), tmp_path, f"environment {tmp_path / 'seen'}")
    seen = dict(line.split("=", 1) for line in (tmp_path / "seen").read_text().splitlines())
    assert "DMS_TOKEN" not in seen
    assert "https_proxy" not in seen
    assert seen["PATH"].endswith("/path")
    assert seen["TMPDIR"].startswith(str(tmp_path / "cache" / "runs"))
    assert (seen["TZ"], seen["LC_ALL"]) == ("UTC", "C.UTF-8")


def test_nothing_is_left_in_the_cache_but_profile_and_version(make_engine: MakeEngine, tmp_path: Path) -> None:
    run(make_engine(), tmp_path, "good", "crash")
    assert sorted(path.suffix for path in (tmp_path / "cache").iterdir()) == ["", ".profile", ".version"]
    assert list((tmp_path / "cache" / "runs").iterdir()) == []


def test_what_a_killed_run_left_is_removed_by_the_next(make_engine: MakeEngine, tmp_path: Path) -> None:
    left = tmp_path / "cache" / "runs" / "killed"
    left.mkdir(parents=True)
    (left / "lock").touch()
    run(make_engine(), tmp_path, "good")
    assert not left.exists()


def test_options_become_the_filter_json_of_libreoffice() -> None:
    text = filter_options(PdfOptions(pdfa="2b", ua=True, bookmarks=True))
    assert '"SelectPdfVersion":{"type":"long","value":"2"}' in text
    assert '"PDFUACompliance":{"type":"boolean","value":"true"}' in text
    assert '"ExportBookmarksToPDFDestination":{"type":"boolean","value":"true"}' in text
    assert '"SelectPdfVersion":{"type":"long","value":"0"}' in filter_options(PdfOptions(pdfa=None, ua=False))
