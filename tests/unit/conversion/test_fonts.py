"""Which characters the fonts of this machine can show, and which fonts the templates need."""

from __future__ import annotations

from pathlib import Path

import pytest

from isa_docs.conversion import fonts
from isa_docs.conversion.fonts import (
    FontFile,
    describe,
    installed_fonts,
    missing_fonts,
    substitute,
    unshowable_characters,
)


def family(name: str) -> list[FontFile]:
    return [font for font in installed_fonts() if name in font.families]


def test_the_fonts_of_the_templates_are_installed() -> None:
    assert missing_fonts() == [], "install fonts-liberation, fonts-crosextra-carlito and fonts-dejavu-core"


def test_a_missing_font_is_named_with_what_it_stands_for(monkeypatch: pytest.MonkeyPatch) -> None:
    only_liberation = tuple(font for font in installed_fonts() if "Carlito" not in font.families)
    monkeypatch.setattr(fonts, "installed_fonts", lambda: only_liberation)
    assert [(font.named, font.family) for font in missing_fonts()] == [("Calibri", "Carlito")]


def test_fontconfig_gives_metric_compatible_fonts() -> None:
    assert [substitute(name) for name in ("Times New Roman", "Arial", "Calibri")] == [
        "Liberation Serif",
        "Liberation Sans",
        "Carlito",
    ]


def test_latin_text_with_accents_quotes_and_check_boxes_can_be_shown() -> None:
    assert unshowable_characters("Smith & Sons <Intl> “Q” – é ñ e\u0301 ß Ł § ☐ ☒\n\t\u00a0\u00ad\u200b") == set()


def test_a_character_that_no_installed_font_has_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    # the Liberation fonts stand for a machine without an East Asian font, whatever is installed here
    monkeypatch.setattr(fonts, "installed_fonts", lambda: tuple(family("Liberation Serif")))
    assert unshowable_characters("Smith 東京") == {"東", "京"}
    assert describe({"東"}) == "“東” (U+6771 CJK UNIFIED IDEOGRAPH-6771)"


def test_any_installed_font_will_do_because_the_converter_falls_back() -> None:
    assert unshowable_characters("☒", families=["Carlito"]) == set()


def test_a_private_use_character_cannot_be_shown() -> None:
    assert unshowable_characters("a\U0010fffd") == {"\U0010fffd"}


def test_a_font_file_that_cannot_be_read_has_no_characters(tmp_path: Path) -> None:
    (tmp_path / "bad.ttf").write_bytes(b"junk")
    assert fonts._characters(tmp_path / "bad.ttf") == frozenset()


def test_without_fontconfig_the_font_folders_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    installed_fonts.cache_clear()
    try:
        assert missing_fonts() == []
        assert substitute("Calibri") is None
    finally:
        installed_fonts.cache_clear()
