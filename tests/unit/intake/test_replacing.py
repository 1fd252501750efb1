"""A matter file is replaced as a whole, and never over a change that the writer has not seen."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from filelock import FileLock

from isa_docs.errors import OutputError, TryAgainError
from isa_docs.intake.load import LoadedMatter
from isa_docs.intake.replacing import ChangedError, change_matter, replace_matter, version_of

NORTHWIND = Path(__file__).resolve().parents[3] / "examples" / "northwind" / "matter.yaml"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "matter.yaml"
    path.write_bytes(NORTHWIND.read_bytes())
    return path


def noted(word: str) -> str:
    return f"\n# {word}"


class TestReplaceMatter:
    def test_the_version_that_was_read_is_replaced_and_nothing_else_is_left(self, file: Path) -> None:
        file.chmod(0o640)
        replace_matter(file, b"matter: new\n", over=version_of(file.read_bytes()))
        assert file.read_bytes() == b"matter: new\n"
        assert file.stat().st_mode & 0o777 == 0o640
        assert {each.name for each in file.parent.iterdir()} == {"matter.yaml", ".matter.yaml.lock"}

    def test_another_version_stays(self, file: Path) -> None:
        before = file.read_bytes()
        with pytest.raises(ChangedError, match="changed by somebody else"):
            replace_matter(file, b"matter: new\n", over=version_of(b"what I read"))
        assert file.read_bytes() == before

    def test_a_link_stays_a_link(self, file: Path, tmp_path: Path) -> None:
        link = tmp_path / "link.yaml"
        link.symlink_to(file)
        replace_matter(link, b"matter: new\n", over=version_of(file.read_bytes()))
        assert link.is_symlink() and file.read_bytes() == b"matter: new\n"

    def test_who_holds_the_file_is_waited_for_and_then_told(self, file: Path) -> None:
        before = file.read_bytes()
        with FileLock(file.with_name(".matter.yaml.lock")), pytest.raises(TryAgainError, match="Somebody else"):
            replace_matter(file, b"matter: new\n", over=version_of(before), wait=0.05)
        assert file.read_bytes() == before

    def test_everybody_who_may_write_the_folder_may_hold_the_file(self, file: Path) -> None:
        replace_matter(file, b"matter: new\n", over=version_of(file.read_bytes()))
        assert file.with_name(".matter.yaml.lock").stat().st_mode & 0o777 == 0o666


class TestChangeMatter:
    def test_the_byte_order_mark_stays(self, file: Path) -> None:
        file.write_bytes(b"\xef\xbb\xbf" + file.read_bytes())
        before = file.read_bytes()
        told = change_matter(file, lambda loaded: (loaded.source.text + noted("one"), loaded.matter.matter))
        assert told == "northwind-isa"
        assert file.read_bytes() == before + noted("one").encode()

    def test_what_somebody_wrote_meanwhile_is_read_and_changed_anew(self, file: Path) -> None:
        before, seen = file.read_text(encoding="utf-8"), []

        def change(loaded: LoadedMatter) -> tuple[str, None]:
            seen.append(loaded.source.text)
            if len(seen) < 3:
                file.write_text(before + noted(f"by hand {len(seen)}"), encoding="utf-8")
            return loaded.source.text + noted("mine"), None

        change_matter(file, change)
        assert seen == [before, before + noted("by hand 1"), before + noted("by hand 2")]
        assert file.read_text(encoding="utf-8") == seen[-1] + noted("mine")

    def test_a_file_that_never_rests_is_given_up(self, file: Path) -> None:
        numbers = iter(range(1000))

        def change(loaded: LoadedMatter) -> tuple[str, None]:
            file.write_text(NORTHWIND.read_text(encoding="utf-8") + noted(str(next(numbers))), encoding="utf-8")
            return loaded.source.text + noted("mine"), None

        with pytest.raises(ChangedError) as caught:
            change_matter(file, change)
        assert caught.value.exit_code == 75
        assert "mine" not in file.read_text(encoding="utf-8").splitlines()[-1]

    def test_many_at_once_lose_nothing(self, file: Path) -> None:
        def write(number: int) -> None:
            change_matter(file, lambda loaded: (loaded.source.text + noted(f"writer {number}"), None))

        writers = [threading.Thread(target=write, args=(number,)) for number in range(6)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        lines = file.read_text(encoding="utf-8").splitlines()[-6:]
        assert sorted(lines) == [f"# writer {number}" for number in range(6)]

    def test_a_file_that_is_gone_is_told(self, file: Path) -> None:
        def change(loaded: LoadedMatter) -> tuple[str, None]:
            file.rename(file.with_name("moved.yaml"))
            return loaded.source.text, None

        with pytest.raises(OutputError, match=r"cannot be written: No such file"):
            change_matter(file, change)
        assert file.with_name("moved.yaml").is_file()
