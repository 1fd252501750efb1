"""Output appears all at once, or not at all; what stood there before stays until then."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import FileLock

from isa_docs.build import publish as module
from isa_docs.build.publish import own_files, publish, undisturbed
from isa_docs.errors import OutputError, TryAgainError


def contents(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_files_and_bytes_are_put_in_place_with_their_folders(tmp_path: Path) -> None:
    (tmp_path / "made.pdf").write_text("pages", encoding="utf-8")
    publish({"package.pdf": tmp_path / "made.pdf", "parts/01-letter.docx": b"words"}, tmp_path / "out" / "anl")
    assert contents(tmp_path / "out" / "anl") == {"package.pdf": "pages", "parts/01-letter.docx": "words"}


def test_the_old_folder_is_replaced_as_a_whole(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"1", "gone": b"1"}, target)
    publish({"a": b"2"}, target)
    assert contents(target) == {"a": "2"}
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["anl"]


def test_a_failure_while_writing_leaves_the_old_folder(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"old"}, target)
    with pytest.raises(OutputError, match="cannot be written"):
        publish({"a": b"new", "b": tmp_path / "is-not-there"}, target)
    assert contents(target) == {"a": "old"}


@pytest.mark.parametrize("before", [{}, {"a": b"1"}])
def test_an_interruption_while_writing_leaves_the_old_folder_and_nothing_else(
    tmp_path: Path, before: dict[str, bytes]
) -> None:
    class Interrupted(dict[str, bytes]):
        def items(self) -> Iterator[tuple[str, bytes]]:  # type: ignore[override]
            yield "a", b"2"
            assert (tmp_path / ".anl.new" / "a").exists()
            raise KeyboardInterrupt

    target = tmp_path / "anl"
    if before:
        publish(before, target)
    with pytest.raises(KeyboardInterrupt):
        publish(Interrupted(), target)
    assert (contents(target) if before else {}) == {name: data.decode() for name, data in before.items()}
    assert {path.name for path in tmp_path.iterdir()} <= {"anl", ".anl.lock", ".anl.written"}


def test_a_failure_of_the_last_step_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "anl"
    publish({"a": b"old"}, target)
    rename = Path.rename

    def refuse(self: Path, to: Path) -> Path:
        if self.name == ".anl.new":
            raise PermissionError(13, "Permission denied")
        return rename(self, to)

    monkeypatch.setattr(module, "_exchanged", lambda one, other: False)
    monkeypatch.setattr(module.Path, "rename", refuse)
    with pytest.raises(OutputError, match="Permission denied"):
        publish({"a": b"new"}, target)
    assert contents(target) == {"a": "old"}


def test_there_is_no_instant_without_a_package(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"0"}, target)
    missing, done = [], threading.Event()

    def look() -> None:
        while not done.is_set():
            if not (target / "a").exists():
                missing.append(1)

    reader = threading.Thread(target=look)
    reader.start()
    for number in range(100):
        publish({"a": str(number).encode()}, target)
    done.set()
    reader.join()
    assert sys.platform != "linux" or not missing


@pytest.mark.parametrize("exchange", [True, False])
def test_folders_are_replaced_the_same_with_and_without_exchange(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool
) -> None:
    if not exchange:
        monkeypatch.setattr(module, "_exchanged", lambda one, other: False)
    for text in ("old", "new"):
        publish({"a": text.encode()}, tmp_path / "anl")
    assert contents(tmp_path / "anl") == {"a": "new"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".anl.lock", ".anl.written", "anl"]


def test_a_build_cut_off_between_its_two_renames_is_mended_by_the_next(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"old"}, target)
    target.rename(tmp_path / ".anl.old")
    (tmp_path / ".anl.new").mkdir()
    with pytest.raises(OutputError):
        publish({"a": tmp_path / "is-not-there"}, target)
    assert contents(target) == {"a": "old"}


def test_another_build_that_holds_the_folder_is_waited_for_and_then_named(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    publish({"a": b"old"}, target)
    with FileLock(tmp_path / ".anl.lock"), pytest.raises(OutputError, match="Another build is writing"):
        publish({"a": b"new"}, target, wait=0.05)
    assert contents(target) == {"a": "old"}


def test_what_a_killed_build_left_is_cleared_away(tmp_path: Path) -> None:
    target = tmp_path / "anl"
    (tmp_path / ".anl.new" / "parts").mkdir(parents=True)
    (tmp_path / ".anl.new" / "parts" / "half").write_text("x", encoding="utf-8")
    publish({"a": b"new"}, target)
    assert contents(target) == {"a": "new"}
    assert not (tmp_path / ".anl.new").exists()


def built(identity: str, pages: str) -> dict[str, bytes]:
    manifest = json.dumps({"package": {"id": identity, "file": "p.pdf"}}).encode()
    return {"p.pdf": pages.encode(), "manifest.json": manifest, "parts/01-letter.docx": b"words"}


class TestWhatOthersPutThere:
    """A signed package cannot be made again by a build, so no build may take it away."""

    def test_it_stays_beside_the_same_package(self, tmp_path: Path) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        (target / "p-signed.pdf").write_text("signed", encoding="utf-8")
        (target / "mine").mkdir()
        (target / "mine" / "call.txt").write_text("note", encoding="utf-8")
        before = contents(target)
        publish(built("aa11", "pages"), target)
        assert contents(target) == before

    def test_it_is_kept_with_its_package_and_manifest_when_another_is_built(self, tmp_path: Path) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        (target / "p-signed.pdf").write_text("signed", encoding="utf-8")
        before = contents(target)
        for identity, pages, told in (("bb22", "new", target / "superseded" / "aa11"), ("cc33", "newer", None)):
            assert publish(built(identity, pages), target) == told
            after = contents(target)
            kept = {name: text for name, text in after.items() if name.startswith("superseded/")}
            assert kept == {f"superseded/aa11/{name}": text for name, text in before.items()}
            assert after["p.pdf"] == pages

    def test_a_package_that_was_signed_in_place_is_kept(self, tmp_path: Path) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        for round_, name in enumerate(("aa11", "aa11-2")):
            (target / "p.pdf").write_text(f"pages, signed {round_}", encoding="utf-8")
            publish(built("aa11", "pages"), target)
            assert contents(target)["p.pdf"] == "pages"
            assert contents(target)[f"superseded/{name}/p.pdf"] == f"pages, signed {round_}"

    def test_without_a_record_of_the_build_nothing_is_lost(self, tmp_path: Path) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        (tmp_path / ".anl.written").unlink()
        publish(built("bb22", "new"), target)
        assert contents(target)["superseded/aa11/p.pdf"] == "pages"

    def test_a_failed_build_leaves_it_where_it_is(self, tmp_path: Path) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        (target / "p-signed.pdf").write_text("signed", encoding="utf-8")
        before = contents(target)
        with pytest.raises(OutputError):
            publish({**built("bb22", "new"), "b": tmp_path / "is-not-there"}, target)
        assert contents(target) == before


@pytest.fixture(params=["exchanged", "renamed twice"])
def meanwhile(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[[Callable[[], object]], None]:
    """Return what has something done once, after a build has looked at the old folder and before it replaces it."""
    exchanged = module._exchanged

    def arrange(what: Callable[[], object]) -> None:
        waiting = [what]

        def late(one: Path, other: Path) -> bool:
            while waiting:
                waiting.pop()()
            return request.param == "exchanged" and exchanged(one, other)

        monkeypatch.setattr(module, "_exchanged", late)

    return arrange


Meanwhile = Callable[[Callable[[], object]], None]


class TestWhatOthersPutThereWhileItIsReplaced:
    def test_it_stays_beside_the_same_package(self, tmp_path: Path, meanwhile: Meanwhile) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        meanwhile(lambda: (target / "parts" / "p-signed.pdf").write_text("signed"))
        assert publish(built("aa11", "pages"), target) is None
        assert contents(target)["parts/p-signed.pdf"] == "signed"
        assert sorted(path.name for path in tmp_path.iterdir()) == [".anl.lock", ".anl.written", "anl"]

    def test_it_is_kept_with_its_package_when_another_was_built(self, tmp_path: Path, meanwhile: Meanwhile) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        before = contents(target)
        meanwhile(lambda: (target / "p-signed.pdf").write_text("signed"))
        assert publish(built("bb22", "new"), target) == target / "superseded" / "aa11"
        kept = {f"superseded/aa11/{name}": text for name, text in before.items()}
        assert contents(target) == {
            **{name: text.decode() for name, text in built("bb22", "new").items()},
            **kept,
            "superseded/aa11/p-signed.pdf": "signed",
        }

    def test_it_joins_what_had_been_put_there_before(self, tmp_path: Path, meanwhile: Meanwhile) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        (target / "p-signed.pdf").write_text("half", encoding="utf-8")

        def later() -> None:
            (target / "p-signed.pdf").write_text("signed whole", encoding="utf-8")
            (target / "call.txt").write_text("note", encoding="utf-8")

        meanwhile(later)
        assert publish(built("bb22", "new"), target) == target / "superseded" / "aa11"
        after = contents(target)
        assert after["superseded/aa11/p-signed.pdf"] == "signed whole"
        assert after["superseded/aa11/call.txt"] == "note"
        assert "call.txt" not in after

    def test_a_package_signed_in_place_in_this_moment_is_kept(self, tmp_path: Path, meanwhile: Meanwhile) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        meanwhile(lambda: (target / "p.pdf").write_text("pages, signed"))
        assert publish(built("aa11", "pages"), target) == target / "superseded" / "aa11"
        assert contents(target)["p.pdf"] == "pages"
        assert contents(target)["superseded/aa11/p.pdf"] == "pages, signed"

    def test_what_is_put_to_an_earlier_package_stays_with_it(self, tmp_path: Path, meanwhile: Meanwhile) -> None:
        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        (target / "p-signed.pdf").write_text("signed", encoding="utf-8")
        publish(built("bb22", "new"), target)
        meanwhile(lambda: (target / "superseded" / "aa11" / "note").write_text("called"))
        assert publish(built("cc33", "newer"), target) is None
        assert contents(target)["superseded/aa11/note"] == "called"
        assert contents(target)["superseded/aa11/p-signed.pdf"] == "signed"

    def test_a_build_that_is_cut_off_then_loses_nothing_and_takes_no_package_for_somebody_s(
        self, tmp_path: Path, meanwhile: Meanwhile, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def cut_off(*given: object) -> None:
            raise KeyboardInterrupt

        target = tmp_path / "anl"
        publish(built("aa11", "pages"), target)
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(module, "_rescue", cut_off)
            meanwhile(lambda: (target / "p-signed.pdf").write_text("signed"))
            publish(built("bb22", "new"), target)
        assert contents(target)["p.pdf"] == "new"
        assert publish(built("cc33", "newer"), target) is None
        after = contents(target)
        assert after["p.pdf"] == "newer"
        assert after["superseded/aa11/p-signed.pdf"] == "signed"
        assert {name.split("/")[1] for name in after if name.startswith("superseded/")} == {"aa11"}


@pytest.mark.skipif(sys.platform != "linux", reason="folders are exchanged on Linux only")
def test_a_build_cut_off_right_after_the_exchange_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, exchanged = tmp_path / "anl", module._exchanged
    publish(built("aa11", "pages"), target)

    def cut_off(one: Path, other: Path) -> bool:
        (target / "call.txt").write_text("note", encoding="utf-8")
        assert exchanged(one, other)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "_exchanged", cut_off)
        publish(built("bb22", "new"), target)
    publish(built("cc33", "newer"), target)
    assert contents(target)["superseded/aa11/call.txt"] == "note"
    assert contents(target)["p.pdf"] == "newer"


def test_a_build_cut_off_before_its_record_is_no_stranger_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target, record = tmp_path / "anl", module._record
    publish(built("aa11", "pages"), target)

    def cut_off(own: dict[str, set[str]], file: Path) -> None:
        if target.joinpath("p.pdf").read_text(encoding="utf-8") == "new":
            raise KeyboardInterrupt
        record(own, file)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(module, "_record", cut_off)
        publish(built("bb22", "new"), target)
    assert publish(built("cc33", "newer"), target) is None
    assert contents(target) == {name: data.decode() for name, data in built("cc33", "newer").items()}


def test_the_record_of_an_earlier_version_is_understood(tmp_path: Path) -> None:
    target, record = tmp_path / "anl", tmp_path / ".anl.written"
    publish(built("aa11", "pages"), target)
    assert own_files(target) == set(built("aa11", "pages"))
    record.write_text(json.dumps({name: sums[0] for name, sums in json.loads(record.read_bytes()).items()}))
    assert own_files(target) == set(built("aa11", "pages"))
    assert publish(built("bb22", "new"), target) is None


class TestUndisturbed:
    def test_a_build_waits_for_who_puts_something_into_its_folder(self, tmp_path: Path) -> None:
        target = tmp_path / "anl"
        publish({"a": b"old"}, target)
        with undisturbed(target), pytest.raises(TryAgainError, match="Another build"):
            publish({"a": b"new"}, target, wait=0.05)
        publish({"a": b"new"}, target, wait=0.05)

    def test_who_puts_something_there_waits_for_a_build(self, tmp_path: Path) -> None:
        publish({"a": b"old"}, tmp_path / "anl")
        told = pytest.raises(TryAgainError, match="A build is writing")
        with FileLock(tmp_path / ".anl.lock"), told, undisturbed(tmp_path / "anl", wait=0.05):
            raise AssertionError

    def test_any_other_folder_gets_no_lock(self, tmp_path: Path) -> None:
        (tmp_path / "anl").mkdir()
        with undisturbed(tmp_path / "anl"):
            assert [path.name for path in tmp_path.iterdir()] == ["anl"]
