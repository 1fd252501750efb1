"""A converter that stays open: the same PDFs, and a crash, a hang or a closed door costs no document."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from isa_docs.assembly.part_bytes import pinned
from isa_docs.conversion import office
from isa_docs.conversion.engine import Job, PdfOptions, Result
from isa_docs.conversion.find import end_kept, find_engine, keep_open
from isa_docs.conversion.libreoffice import LibreOfficeEngine
from isa_docs.conversion.program import find_installation
from isa_docs.conversion.standing import StandingEngine
from tests.unit.conversion.test_libreoffice import alive, run, wait_for
from tests.unit.conversion.word_files import letter, make_docx, paragraph

Make = Callable[..., StandingEngine]


@pytest.fixture
def make(obedient: Path, tmp_path: Path) -> Iterator[Make]:
    """A function that makes an engine around the converter that does as its documents say, and stays open."""
    program = obedient.rename(tmp_path / "soffice.bin")
    made = []

    def engine(**options: float) -> StandingEngine:
        cache = tmp_path / "cache"
        made.append(StandingEngine(find_installation(program, cache), cache, **options))  # type: ignore[arg-type]
        return made[-1]

    yield engine
    for each in made:
        each.close()
    assert list((tmp_path / "cache" / "runs").iterdir()) == []


def errors(results: list[Result]) -> list[bool]:
    return [result.error is not None for result in results]


def test_one_process_serves_one_batch_after_the_other(make: Make, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    engine = make(processes=1)
    for _ in range(3):
        assert errors(run(engine, tmp_path, f"count {pids}", f"count {pids}")) == [False, False]
    assert len(pids.read_text().split()) == 6
    assert len(set(pids.read_text().split())) == 1
    engine.close()
    assert alive(pids) == []


@pytest.mark.parametrize("command", ["crash-when-open", "hang-when-open"])
def test_a_process_that_is_lost_is_replaced_and_no_document_is(make: Make, tmp_path: Path, command: str) -> None:
    pids, lost = tmp_path / "pids", tmp_path / "lost"
    engine = make(processes=1, seconds_per_document=0.4)
    commands = [f"count {pids}", f"{command} {lost}", f"count {pids}", f"count {pids}"]
    results = run(engine, tmp_path, *commands)
    assert errors(results) == [False] * 4
    assert engine._pool.usable
    assert errors(run(engine, tmp_path, f"count {pids}")) == [False]
    assert command != "hang-when-open" or alive(lost) == []


def test_a_document_that_always_fails_is_named_and_the_others_come_through(make: Make, tmp_path: Path) -> None:
    results = run(make(processes=2, seconds_per_document=2.0), tmp_path, "good", "crash", "good", "nothing", "junk")
    assert errors(results) == [False, True, False, True, True]
    assert "was ended by signal 11" in str(results[1].error)


def test_where_it_does_not_stay_open_each_batch_has_a_process_of_its_own(make: Make, tmp_path: Path) -> None:
    (tmp_path / "does-not-open").touch()
    engine = make(processes=1)
    assert errors(run(engine, tmp_path, "good", "good")) == [False, False]
    assert not engine._pool.usable
    assert errors(run(engine, tmp_path, "good", "good")) == [False, False]


def test_one_that_speaks_otherwise_is_tried_a_few_times_only(make: Make, tmp_path: Path) -> None:
    (tmp_path / "speaks-otherwise").touch()
    engine = make(processes=1)
    assert errors(run(engine, tmp_path, "good", "good", "good", "good")) == [False] * 4
    assert not engine.open


def test_it_is_replaced_after_many_documents_and_when_it_grows(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pids = tmp_path / "pids"
    monkeypatch.setattr(office, "RECYCLED_AFTER", 2)
    run(make(processes=1), tmp_path, *[f"count {pids}"] * 5)
    assert len(set(pids.read_text().split())) == 3
    pids.unlink()
    monkeypatch.setattr(office, "LARGEST", 1)
    run(make(processes=1), tmp_path, *[f"count {pids}"] * 3)
    assert len(set(pids.read_text().split())) == 3


def test_a_document_that_brings_fonts_along_has_a_process_of_its_own(make: Make, tmp_path: Path) -> None:
    engine = make(processes=1)
    handed: list[str] = []
    convert = engine._pool.convert
    engine._pool.convert = lambda commands: handed.extend(str(each[-1]) for each in commands) or convert(commands)  # type: ignore[assignment,func-returns-value]
    (tmp_path / "a.docx").write_bytes(make_docx(paragraph("Sir:"), {"word/fonts/font1.odttf": b"font"}))
    (tmp_path / "b.docx").write_bytes(letter())
    jobs = [Job(key, tmp_path / f"{key}.docx") for key in "ab"]
    assert errors(engine.convert(jobs, PdfOptions(), tmp_path / "out")) == [False, False]
    assert [Path(each).name for each in handed] == ["d0001.docx"]


def test_a_kept_engine_survives_its_builds_and_can_be_interrupted(make: Make, tmp_path: Path) -> None:
    pids, lost = tmp_path / "pids", tmp_path / "lost"
    kept = keep_open(make(processes=1))
    run(kept, tmp_path, f"count {pids}")  # type: ignore[arg-type]
    kept.close()
    run(kept, tmp_path, f"count {pids}")  # type: ignore[arg-type]
    assert len(set(pids.read_text().split())) == 1
    answers: list[bool] = []
    hanging = threading.Thread(target=lambda: answers.extend(errors(run(kept, tmp_path, f"hang-when-open {lost}"))))  # type: ignore[arg-type]
    hanging.start()
    wait_for(lost)
    began = time.monotonic()
    kept.close()
    hanging.join(10)
    assert answers == [True]
    assert time.monotonic() - began < 5
    assert errors(run(kept, tmp_path, f"count {pids}")) == [False]  # type: ignore[arg-type]
    end_kept(kept)
    assert alive(pids) == []


@pytest.mark.slow
def test_the_real_one_makes_the_same_bytes_in_any_order_and_however_often(
    libreoffice: LibreOfficeEngine, tmp_path: Path
) -> None:
    jobs = []
    for number in range(4):
        path = tmp_path / f"d{number}.docx"
        text = "".join(paragraph(f"Paragraph {each} of {number}.") for each in range(40 * number))
        path.write_bytes(make_docx(text) if number else letter())
        jobs.append(Job(path.stem, path))
    engine = find_engine(None, tmp_path / "cache")
    assert isinstance(engine, StandingEngine)
    try:
        engine.start()
        slow = libreoffice.convert(jobs, PdfOptions(), tmp_path / "slow")
        fast = engine.convert(jobs[::-1], PdfOptions(), tmp_path / "fast")[::-1]
        again = engine.convert(jobs, PdfOptions(), tmp_path / "again")
        assert engine._pool.usable
    finally:
        engine.close()
    for results in zip(slow, fast, again, strict=True):
        one, *others = [pinned(result.pdf, date(2015, 1, 12)) for result in results if result.pdf]
        assert others == [one, one]
