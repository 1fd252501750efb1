"""The fonts that the templates need, and the characters that the installed fonts can show.

A missing metric-compatible font moves page breaks; a character that no font has is printed as a box while the
PDF's text stays right. Both are asked of the machine before anything is built.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import uharfbuzz


@dataclass(frozen=True)
class NeededFont:
    """A font family that a template names, and the freely licensed family that takes its place."""

    named: str
    family: str
    why: str


NEEDED_FONTS = (
    NeededFont("Times New Roman", "Liberation Serif", "letters and agreements"),
    NeededFont("Arial", "Liberation Sans", "headings and tables"),
    NeededFont("Calibri", "Carlito", "documents made with Word's standard settings"),
    NeededFont("DejaVu Sans", "DejaVu Sans", "check boxes, and letters the others lack"),
)
"""Liberation and Carlito have the widths of the fonts they stand for, so lines and pages break alike."""

FAMILIES = tuple(font.family for font in NEEDED_FONTS)

_SECONDS = 60
_FONT_SUFFIXES = frozenset({".ttf", ".otf", ".ttc", ".otc"})


@dataclass(frozen=True)
class FontFile:
    """One installed font file with the family names it answers to."""

    path: Path
    families: tuple[str, ...]


def missing_fonts() -> list[NeededFont]:
    """Return the needed fonts that are not installed."""
    present = {family.casefold() for font in installed_fonts() for family in font.families}
    return [font for font in NEEDED_FONTS if font.family.casefold() not in present]


def substitute(family: str) -> str | None:
    """Return the family that fontconfig gives for ``family``, e.g. for Calibri; None without fontconfig."""
    program = shutil.which("fc-match")
    if program is None:
        return None
    answer = _ask(program, "-f", "%{family[0]}", family)
    return answer or None


@cache
def installed_fonts() -> tuple[FontFile, ...]:
    """Return the scalable fonts of this machine: those of fontconfig, else those in the system's font folders."""
    program = shutil.which("fc-list")
    if program is None:
        return tuple(_fonts_in_folders())
    lines = _ask(program, ":scalable=true:color=false", "-f", "%{file}\t%{family}\n").splitlines()
    found: dict[Path, set[str]] = {}
    for line in lines:
        file, _, families = line.partition("\t")
        found.setdefault(Path(file), set()).update(families.split(","))
    return tuple(FontFile(path, tuple(sorted(families))) for path, families in sorted(found.items()))


def unshowable_characters(text: str, families: Iterable[str] = FAMILIES) -> set[str]:
    """Return the characters of ``text`` for which no installed font has a glyph, ``families`` tried first.

    LibreOffice falls back through fontconfig to any font, so one font that has the character is enough.
    Spaces, control and format characters are never drawn and never returned; rejecting those is the schema's work.
    """
    left = {ord(character) for character in set(text) if not _is_undrawn(character)}
    if not left or _in_one_font(frozenset(left)):
        return set()
    wanted = {family.casefold() for family in families}
    fonts = sorted(installed_fonts(), key=lambda font: wanted.isdisjoint(name.casefold() for name in font.families))
    for font in fonts:
        if not left:
            break
        left -= _characters(font.path)
    return {chr(code) for code in left}


def _in_one_font(codes: frozenset[int]) -> bool:
    """Tell whether fontconfig knows a font that has them all; it need not open the fonts to say so."""
    if shutil.which("fc-list") is None:
        return False
    pattern = ":scalable=true:color=false:charset=" + " ".join(f"{code:x}" for code in sorted(codes))
    return bool(_ask("fc-list", pattern, "file"))


def describe(characters: Iterable[str]) -> str:
    """Return characters for a message, with number and name: ``“東” (U+6771 CJK UNIFIED IDEOGRAPH-6771)``."""
    return ", ".join(
        f"“{character}” (" + " ".join(f"U+{ord(one):04X} {unicodedata.name(one, 'unnamed')}" for one in character) + ")"
        for character in sorted(characters)
    )


def _is_undrawn(character: str) -> bool:
    return (
        character.isspace()
        or unicodedata.category(character) in ("Cc", "Cf", "Zs", "Zl", "Zp", "Cs")
        or ("\ufe00" <= character <= "\ufe0f")
    )


def _ask(program: str, *arguments: str) -> str:
    answer = subprocess.run([program, *arguments], capture_output=True, timeout=_SECONDS, check=False)
    return answer.stdout.decode("utf-8", "replace").strip()


@cache
def _characters(path: Path) -> frozenset[int]:
    """Return the code points a font file has glyphs for; none for a file that cannot be read."""
    return frozenset(code for face in _faces(path) for code in face.unicodes)


def _fonts_in_folders() -> Iterable[FontFile]:
    """Yield the fonts in the folders where macOS, Windows and LibreOffice's own installers keep them."""
    home = Path.home()
    if sys.platform == "darwin":
        folders = [
            Path("/System/Library/Fonts"),
            Path("/Library/Fonts"),
            home / "Library" / "Fonts",
            Path("/Applications/LibreOffice.app/Contents/Resources/fonts"),
        ]
    elif sys.platform == "win32":
        folders = [
            Path("C:/Windows/Fonts"),
            home / "AppData/Local/Microsoft/Windows/Fonts",
            Path("C:/Program Files/LibreOffice/share/fonts"),
        ]
    else:
        folders = [Path("/usr/share/fonts"), Path("/usr/local/share/fonts"), home / ".local/share/fonts"]
    for folder in folders:
        for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
            if path.suffix.lower() in _FONT_SUFFIXES and (families := _families(path)):
                yield FontFile(path, families)


def _families(path: Path) -> tuple[str, ...]:
    return tuple(sorted({name for face in _faces(path) for number in (1, 16) if (name := face.get_name(number))}))


def _faces(path: Path) -> list[uharfbuzz.Face]:
    """Return the fonts in a file; none for one that cannot be read."""
    import uharfbuzz  # only here: mostly fontconfig knows the answer

    try:
        blob = uharfbuzz.Blob.from_file_path(str(path))
    except (OSError, uharfbuzz.HarfBuzzError):
        return []
    return [uharfbuzz.Face(blob, number) for number in range(uharfbuzz.Face(blob).count)]
