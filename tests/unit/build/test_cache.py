"""The cache never gives back anything but what was put in, whoever else writes to it and whatever befalls it."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from isa_docs.build.cache import Cache, key_of, pack, unpack


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path)


def entry(cache: Cache) -> Path:
    """Return the file of the only entry."""
    (found,) = [path for path in cache.folder.rglob("*") if path.is_file()]
    return found


def test_what_is_put_in_comes_out_under_its_key_and_kind_only(cache: Cache) -> None:
    cache.put("converted", "aa11", b"a PDF")
    assert cache.get("converted", "aa11") == b"a PDF"
    assert cache.get("converted", "aa12") is None
    assert cache.get("exhibits", "aa11") is None


@pytest.mark.parametrize("damage", [b"", b"short", b"x" * 500])
def test_a_damaged_entry_counts_as_absent_and_can_be_put_anew(cache: Cache, damage: bytes) -> None:
    cache.put("converted", "aa11", b"a PDF")
    entry(cache).write_bytes(damage)
    assert cache.get("converted", "aa11") is None
    cache.put("converted", "aa11", b"a PDF")
    assert cache.get("converted", "aa11") == b"a PDF"


def test_one_flipped_bit_is_noticed(cache: Cache) -> None:
    cache.put("converted", "aa11", bytes(10_000))
    data = bytearray(entry(cache).read_bytes())
    data[7_000] ^= 1
    entry(cache).write_bytes(data)
    assert cache.get("converted", "aa11") is None


def test_builders_side_by_side_never_see_half_an_entry(cache: Cache) -> None:
    contents = [bytes([number]) * 200_000 for number in range(8)]

    def write_and_read(content: bytes) -> bool:
        for _ in range(10):
            cache.put("converted", "aa11", content)
            if cache.get("converted", "aa11") not in contents:
                return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(write_and_read, contents))
    assert [path.name for path in cache.folder.rglob("*") if path.is_file()] == ["aa11"]


def test_a_cache_that_cannot_be_written_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "made").write_text("a file where the folder should be")
    cache = Cache(tmp_path)
    cache.put("converted", "aa11", b"a PDF")
    assert cache.get("converted", "aa11") is None
    assert [each.entries for each in cache.info()] == [0, 0, 0, 0]


def test_info_counts_and_clean_removes(cache: Cache) -> None:
    cache.put("converted", "aa11", b"1")
    cache.put("exhibits", "bb22", b"22")
    assert [(each.kind, each.entries, each.size) for each in cache.info()] == [
        ("converted", 1, 33), ("exhibits", 1, 34), ("builds", 0, 0), ("templates", 0, 0),
    ]  # fmt: skip
    assert cache.clean() == 67
    assert [each.entries for each in cache.info()] == [0, 0, 0, 0]


def test_clean_spares_what_was_used_since(cache: Cache) -> None:
    for key in ("aa11", "bb22"):
        cache.put("converted", key, key.encode())
        os.utime(cache.folder / "converted" / key[:2] / key, (1_000, 1_000))
    before = time.time()
    assert cache.get("converted", "bb22") == b"bb22"
    cache.clean(unused_since=before - 60)
    assert cache.get("converted", "aa11") is None
    assert cache.get("converted", "bb22") == b"bb22"


def test_trim_drops_what_was_not_used_for_longest(cache: Cache) -> None:
    for age, key in enumerate(("aa11", "bb22", "cc33")):
        cache.put("converted", key, bytes(68))
        os.utime(cache.folder / "converted" / key[:2] / key, (9_000 - age, 9_000 - age))
    assert cache.trim(limit=200) == 100
    assert [cache.get("converted", key) is not None for key in ("aa11", "bb22", "cc33")] == [True, True, False]


def test_a_cache_is_trimmed_once_a_minute(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    trims: list[Path] = []
    monkeypatch.setattr(Cache, "trim", lambda self: trims.append(self.folder))
    cache.put("builds", "ab12", b"x")
    cache.tend()
    cache.tend()
    assert len(trims) == 1
    os.utime(cache.folder / ".trimmed", (1, 1))
    cache.tend()
    Cache(cache.folder.parent).tend()
    assert len(trims) == 2


def test_keys_differ_where_any_part_differs() -> None:
    assert key_of("a", ["b"]) == key_of("a", ("b",))
    assert len({key_of("a", "b"), key_of("ab", ""), key_of("b", "a"), key_of("a", ["b"])}) == 4


def test_an_entry_holds_facts_and_any_bytes() -> None:
    assert unpack(pack({"pages": 3, "name": "é\n"}, b"\n%PDF\n\x00")) == ({"pages": 3, "name": "é\n"}, b"\n%PDF\n\x00")
