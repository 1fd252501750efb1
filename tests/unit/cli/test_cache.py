"""``isa-docs cache`` says what is kept, and removes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.build.cache import Cache
from tests.unit.cli.running import Invoke


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cache:
    """A cache with two entries, which the command finds."""
    monkeypatch.setenv("ISA_DOCS_CACHE_DIR", str(tmp_path / "cache"))
    cache = Cache(tmp_path / "cache")
    cache.put("converted", "aa11", bytes(2_000))
    cache.put("builds", "bb22", b"{}")
    return cache


def test_info_lists_entries_and_bytes(cache: Cache, invoke: Invoke) -> None:
    assert invoke("cache").out.splitlines() == [
        str(cache.folder),
        "  converted documents        1      2.0 kB",
        "  exhibits taken in          0      0.0 kB",
        "  records of builds          1      0.0 kB",
        "  compiled templates         0      0.0 kB",
    ]
    assert invoke("cache", "info", "--json").report["result"]["kinds"][0] == {
        "kind": "converted",
        "entries": 1,
        "size": 2_032,
    }


def test_clean_empties_it_and_says_what_was_freed(cache: Cache, invoke: Invoke) -> None:
    report = invoke("cache", "clean", "--json").report
    assert report["result"]["freed"] == 2_066
    assert {kind["entries"] for kind in report["result"]["kinds"]} == {0}
    assert cache.get("converted", "aa11") is None


def test_clean_spares_what_was_used_lately(cache: Cache, invoke: Invoke) -> None:
    assert invoke("cache", "clean", "--unused-for", "30", "--json").report["result"]["freed"] == 0
    assert cache.get("converted", "aa11") is not None


def test_a_time_belongs_to_cleaning_only(cache: Cache, invoke: Invoke) -> None:
    assert invoke("cache", "info", "--unused-for", "30").code == 2
