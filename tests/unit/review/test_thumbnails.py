"""Which pages the checklist pictures, and how large it may become."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from assembly.papers import new_pdf, saved
from PIL import Image

from isa_docs.review import thumbnails as module
from isa_docs.review.thumbnails import shown_pages, thumbnails


def test_papers_come_first_then_the_first_page_of_each_exhibit() -> None:
    parts = [("letter", 1, 2), ("exhibit-sheet", 3, 1), ("exhibit", 4, 3), ("exhibit-sheet", 7, 1), ("exhibit", 8, 2)]
    assert shown_pages(parts, 99) == [1, 2, 3, 7, 4, 8, 5, 6, 9]
    assert shown_pages(parts, 5) == [1, 2, 3, 7, 4]


def test_pictures_are_small_and_upright(tmp_path: Path) -> None:
    pdf = saved(new_pdf("One", "Two", "Three"), tmp_path / "three.pdf")
    found = thumbnails(pdf, [1, 3])
    assert sorted(found) == [1, 3]
    with Image.open(BytesIO(found[3])) as picture:
        assert picture.width < picture.height < 400


def test_all_together_stay_below_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pdf = saved(new_pdf("One", "Two", "Three"), tmp_path / "three.pdf")
    one = len(thumbnails(pdf, [1])[1])
    monkeypatch.setattr(module, "LARGEST", one * 2 + one // 2)
    assert sorted(thumbnails(pdf, [1, 2, 3])) == [1, 2]


def test_no_pages_no_pictures(tmp_path: Path) -> None:
    assert thumbnails(saved(new_pdf("One"), tmp_path / "one.pdf"), []) == {}
