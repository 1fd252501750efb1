"""Fingerprints of what a build depends on besides its files: this program, its tools, the fonts, the converter.

They are made from names, sizes and time stamps, in a few milliseconds and without importing what they describe.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from pathlib import Path

from isa_docs import __version__
from isa_docs.resources import folder

_FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/Library/Fonts", "/System/Library/Fonts")
_HOME_FONTS = (".fonts", ".local/share/fonts", ".config/fontconfig", ".fonts.conf", "Library/Fonts")

POPPLER = ("pdftocairo", "pdftoppm")
"""What redraws exhibits and compares them with their originals."""
_FONTCONFIG = ("fc-match", "fc-list")
_VALIDATOR = ("verapdf",)


@cache
def program_state() -> str:
    """Return a fingerprint of this program: its version, its modules and data, the shipped schemas and templates.

    The installed libraries belong to it, by name and version.
    """
    package = Path(__file__).resolve().parents[1]
    return _state([package, folder("schemas"), folder("templates")], __version__, sys.version, *_libraries())


def tools_state(names: Iterable[str] = (*POPPLER, *_VALIDATOR)) -> str:
    """Return a fingerprint of the programs called ``names`` that a build would start, and of those that are missing."""
    found = [shutil.which(name) or "" for name in names]
    return _state([Path(each) for each in found if each], *found)


@cache
def font_state() -> str:
    """Return a fingerprint of the installed fonts and of the settings and programs that choose among them."""
    places = [Path(place) for place in _FONT_FOLDERS]
    places += [Path.home() / place for place in _HOME_FONTS]
    if sys.platform == "win32":
        places.append(Path("C:/Windows/Fonts"))
    named = [os.environ.get(name, "") for name in ("FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_DATA_HOME")]
    places += [Path(each) for each in named if each]
    return _state(places, *named, tools_state(_FONTCONFIG))


def converter_state(setting: Path | None, cache_dir: Path) -> str:
    """Return a fingerprint of the converter that would be used; empty when that cannot be told quickly.

    It looks for an installed LibreOffice only: without one, a build asks the engine itself.
    """
    from isa_docs.conversion.program import find_installation
    from isa_docs.errors import MissingProgramError

    try:
        found = find_installation(setting, cache_dir)
    except (MissingProgramError, OSError):
        return ""
    return f"libreoffice {found.version} {found.identity}"


def sha256_file(path: Path) -> str | None:
    """Return the SHA-256 of a file, None when it cannot be read: a device may never end, a pipe never begin."""
    try:
        if not path.is_file():
            return None
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return None


def templates_state(own: Path | None) -> dict[str, str | None]:
    """Return the SHA-256 of every file in a firm's templates folder, by name: Word files, forms and their places."""
    files = sorted(own.iterdir()) if own is not None and own.is_dir() else []
    return {path.name: sha256_file(path) for path in files if path.is_file()}


def _libraries() -> Iterator[str]:
    """Yield name and version of every installed library in the order of import, as its record's folder is called."""
    for place in sys.path:
        with suppress(OSError):
            names = os.listdir(place or ".")  # noqa: PTH208 - as fast as it gets: this runs at each start
            yield from sorted(name for name in names if name.endswith((".dist-info", ".egg-info")))


def _state(places: Iterable[Path], *words: str) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for place in places:
        for entry in _entries(str(place)):
            digest.update(entry.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _entries(place: str) -> Iterator[str]:
    """Yield name, size and time of every file at or below ``place``, in a fixed order; of compiled modules none."""
    try:
        if not Path(place).is_dir():
            state = os.stat(place)  # noqa: PTH116 - as fast as it gets: this runs at each start
            yield f"{place}|{state.st_size}|{state.st_mtime_ns}\n"
            return
        with os.scandir(place) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_dir(follow_symlinks=True):
            if entry.name != "__pycache__":
                yield from _entries(entry.path)
            continue
        try:
            state = entry.stat()
        except OSError:
            continue
        yield f"{entry.path}|{state.st_size}|{state.st_mtime_ns}\n"
