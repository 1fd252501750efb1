"""The watched folder: what is dropped comes back as packages or as a plain text; nothing is lost, nothing twice.

The same tests run on a folder on disk and on one behind a real WebDAV server.
"""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from isa_docs.delivery.folder.store import FolderError, FolderStore, LocalFolder
from isa_docs.delivery.folder.watcher import FolderWatcher
from isa_docs.delivery.folder.webdav import WebDavFolder
from isa_docs.delivery.intake import Reception
from isa_docs.delivery.jobs.model import Job, JobRequest
from isa_docs.intake.schema import bundled

from .conftest import SmallWork

pytestmark = pytest.mark.slow


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(params=["disk", "webdav"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[FolderStore, Path]]:
    """Give a watched folder, and where it lies on disk."""
    if request.param == "disk":
        (tmp_path / "watched").mkdir()
        yield LocalFolder(tmp_path / "watched"), tmp_path / "watched"
        return
    url, root = request.getfixturevalue("webdav_root")
    name = f"watched {uuid4().hex[:6]}"
    (root / name).mkdir()
    with WebDavFolder(f"{url}/{name}".replace(" ", "%20"), ("isa", "secret")) as store:
        yield store, root / name


@pytest.fixture
def watcher(folder: tuple[FolderStore, Path], reception: Reception) -> FolderWatcher:
    folder[0].prepare()
    return FolderWatcher(folder[0], reception, clock=Clock())


def look(watcher: FolderWatcher, times: int = 3) -> None:
    """Look several times, three seconds apart."""
    for _ in range(times):
        watcher.look()
        watcher.clock.now += 3  # type: ignore[attr-defined]


def tree(root: Path) -> list[str]:
    """List the files without the random part of folder names."""
    found = []
    for path in sorted(root.rglob("*")):
        if path.is_file():
            parts = path.relative_to(root).parts
            found.append("/".join([parts[0], parts[1].rsplit(".", 1)[0] if len(parts) > 2 else parts[1], *parts[2:]]))
    return found


def test_a_dropped_matter_comes_back_as_a_package(folder: tuple[FolderStore, Path], watcher: FolderWatcher) -> None:
    root = folder[1]
    (root / "inbox" / "north wind.yaml").write_text("matter: m\n")
    look(watcher)
    assert tree(root) == [
        "done/north wind/anl/m-anl.pdf",
        "done/north wind/anl/manifest.json",
        "done/north wind/intake/north wind.yaml",
        "done/north wind/status.json",
    ]
    status = json.loads(next(root.glob("done/*/status.json")).read_text())
    assert (status["state"], status["packages"][0]["submission"]) == ("built", "anl")
    Draft202012Validator(bundled("status.schema.json")).validate(status)


def test_a_folder_with_exhibits_is_one_intake(folder: tuple[FolderStore, Path], watcher: FolderWatcher) -> None:
    drop = folder[1] / "inbox" / "northwind"
    (drop / "exhibits").mkdir(parents=True)
    (drop / "matter.yaml").write_text("matter: m\n")
    (drop / "exhibits" / "a.pdf").write_bytes(b"%PDF")
    look(watcher)
    assert "done/northwind/intake/northwind/exhibits/a.pdf" in tree(folder[1])


def test_an_intake_to_correct_gets_a_plain_text_beside_it(
    folder: tuple[FolderStore, Path], watcher: FolderWatcher
) -> None:
    (folder[1] / "inbox" / "m.yaml").write_text("wrong: yes\n")
    look(watcher)
    assert tree(folder[1]) == ["failed/m/ERROR.txt", "failed/m/m.yaml", "failed/m/status.json"]
    assert next(folder[1].glob("failed/*/ERROR.txt")).read_text() == (
        "The intake needs correction.\n"
        "1 thing is to be corrected.\n\n"
        "To correct:\n"
        "1. Importer: it is missing. Add it.\n\n"
        "Correct the intake and hand it in again. Nothing was filed.\n"
    )


def test_what_is_no_intake_is_explained(folder: tuple[FolderStore, Path], watcher: FolderWatcher) -> None:
    (folder[1] / "inbox" / "report.pdf").write_bytes(b"%PDF")
    look(watcher)
    text = next(folder[1].glob("failed/*/ERROR.txt")).read_text()
    assert "There is no matter file: send one file that ends in .yaml, .yml or .json." in text


def test_a_file_that_still_grows_is_left_alone(folder: tuple[FolderStore, Path], watcher: FolderWatcher) -> None:
    file = folder[1] / "inbox" / "m.yaml"
    for size in range(1, 5):
        file.write_text("matter: m\n" + "# more\n" * size)
        watcher.look()
        watcher.clock.now += 3  # type: ignore[attr-defined]
    assert file.exists()
    look(watcher, 2)
    assert not file.exists()


def test_half_a_file_is_given_more_time(folder: tuple[FolderStore, Path], watcher: FolderWatcher) -> None:
    file = folder[1] / "inbox" / "m.json"
    file.write_text('{"matter": "m", "im')
    look(watcher, 5)
    assert file.exists(), "it cannot be parsed yet: the copy may be pausing"
    file.write_text('{"matter": "m"}')
    look(watcher)
    assert "done/m/intake/m.json" in tree(folder[1])


def test_half_a_file_that_stays_so_is_told(folder: tuple[FolderStore, Path], watcher: FolderWatcher) -> None:
    (folder[1] / "inbox" / "m.json").write_text('{"wrong": "m", "im')
    look(watcher, 12)
    assert "failed/m/ERROR.txt" in tree(folder[1])


def test_unfinished_downloads_and_hidden_files_are_not_touched(
    folder: tuple[FolderStore, Path], watcher: FolderWatcher
) -> None:
    for name in ("m.yaml.part", "~$m.docx", ".hidden.yaml", "Thumbs.db"):
        (folder[1] / "inbox" / name).write_text("matter: m\n")
    look(watcher, 12)
    assert len(list((folder[1] / "inbox").iterdir())) == 4


def test_what_lay_there_before_the_watcher_started_is_seen(
    folder: tuple[FolderStore, Path], reception: Reception
) -> None:
    folder[0].prepare()
    (folder[1] / "inbox" / "m.yaml").write_text("matter: m\n")
    look(FolderWatcher(folder[0], reception, clock=Clock()))
    assert "done/m/status.json" in tree(folder[1])


def test_what_a_killed_watcher_had_claimed_is_finished_by_the_next(
    folder: tuple[FolderStore, Path], reception: Reception
) -> None:
    folder[0].prepare()
    (folder[1] / "processing" / "0123abcd~m.yaml").write_text("matter: m\n")
    FolderWatcher(folder[0], reception, clock=Clock()).look()
    assert "done/m/intake/m.yaml" in tree(folder[1])


def test_a_kill_between_the_packages_and_the_move_leaves_one_of_each(
    folder: tuple[FolderStore, Path], reception: Reception, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder[0].prepare()
    (folder[1] / "processing" / "0123abcd~m.yaml").write_text("matter: m\n")
    with monkeypatch.context() as patch:
        patch.setattr(type(folder[0]), "move", lambda self, source, target: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            FolderWatcher(folder[0], reception, clock=Clock()).look()
    FolderWatcher(folder[0], reception, clock=Clock()).look()
    assert tree(folder[1]).count("done/m/anl/m-anl.pdf") == 1
    assert "done/m/intake/m.yaml" in tree(folder[1])


def test_one_file_that_nobody_foresaw_keeps_no_other_waiting(
    folder: tuple[FolderStore, Path], watcher: FolderWatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a.yaml", "b.yaml"):
        (folder[1] / "inbox" / name).write_text("matter: m\n")
    real = type(folder[0]).read

    def read(self: FolderStore, path: str) -> dict[str, bytes]:
        return real(self, path) if path.endswith("b.yaml") else {}["nobody foresaw this"]

    monkeypatch.setattr(type(folder[0]), "read", read)
    look(watcher)
    assert "done/b/intake/b.yaml" in tree(folder[1])


def test_two_watchers_share_a_folder(folder: tuple[FolderStore, Path], reception: Reception, work: SmallWork) -> None:
    folder[0].prepare()
    for number in range(20):
        (folder[1] / "inbox" / f"m{number}.yaml").write_text(f"matter: m{number}\n")
    watchers = [FolderWatcher(folder[0], reception, clock=Clock()) for _ in range(2)]
    threads = [threading.Thread(target=look, args=(each, 4)) for each in watchers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = tree(folder[1])
    assert sorted(name for name in names if "/intake/" in name) == sorted(
        f"done/m{number}/intake/m{number}.yaml" for number in range(20)
    )
    assert len([name for name in names if name.endswith("m-anl.pdf")]) == 20
    assert len(work.built) == 20


def test_a_failed_intake_handed_in_once_more_gets_a_new_chance(
    folder: tuple[FolderStore, Path], watcher: FolderWatcher, work: SmallWork
) -> None:
    for _ in range(2):
        (folder[1] / "inbox" / "m.yaml").write_text("broken: yes\n")
        look(watcher)
    assert len(work.built) == 2
    text = next(folder[1].glob("failed/*/ERROR.txt")).read_text()
    assert text.startswith("The package could not be built. This is not the intake's fault.")


@pytest.mark.parametrize(
    ("text", "end"), [("matter: m\n", "done/m/anl/m-anl.pdf"), ("wrong: yes\n", "failed/m/ERROR.txt")]
)
def test_what_was_deleted_since_is_made_anew_for_who_hands_it_in_once_more(
    folder: tuple[FolderStore, Path], watcher: FolderWatcher, work: SmallWork, text: str, end: str
) -> None:
    for _ in range(2):
        (folder[1] / "inbox" / "m.yaml").write_text(text)
        look(watcher)
        shutil.rmtree(work.packages)
    assert len(work.built) == 2
    assert tree(folder[1]).count(end) == 2
    assert all("1. Importer" in each.read_text() for each in folder[1].glob("failed/*/ERROR.txt"))


def test_nothing_is_reported_as_done_without_its_package(
    folder: tuple[FolderStore, Path], watcher: FolderWatcher, work: SmallWork, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder[1] / "inbox" / "m.yaml").write_text("matter: m\n")
    real = watcher.reception.jobs.submit

    def submit(request: JobRequest) -> Job:
        job = real(request)
        shutil.rmtree(work.packages)  # somebody tidies up between the build and the report
        return job

    monkeypatch.setattr(watcher.reception.jobs, "submit", submit)
    look(watcher, 2)
    assert [each for each in tree(folder[1]) if not each.startswith("processing/")] == []
    look(watcher)
    assert "done/m/anl/m-anl.pdf" in tree(folder[1])
    assert len(work.built) == 2


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path, reception: Reception) -> None:
    (tmp_path / "watched").mkdir()
    store = LocalFolder(tmp_path / "watched")
    store.prepare()
    secret = tmp_path / "secret.yaml"
    secret.write_text("matter: secret\n")
    (tmp_path / "watched" / "inbox" / "m.yaml").symlink_to(secret)
    look(FolderWatcher(store, reception, clock=Clock()))
    assert tree(tmp_path / "watched") == ["inbox/m.yaml"]


def test_a_folder_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(FolderError, match="No such file"):
        LocalFolder(tmp_path / "unmounted").prepare()
    assert list(tmp_path.iterdir()) == []
