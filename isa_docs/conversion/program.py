"""Find LibreOffice on this machine and read its version, without starting it where that can be avoided."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from isa_docs.conversion.install import install_help
from isa_docs.errors import MissingProgramError

OLDEST = (7, 4)
"""The first LibreOffice whose command line takes PDF options as JSON."""

_NAMES = ("soffice", "libreoffice")
_VERSION_SECONDS = 60


@dataclass(frozen=True)
class Installation:
    """One LibreOffice: the program to start and its version."""

    program: Path
    version: str
    """All that the program says of itself, e.g. ``7.4.7.2``."""

    @property
    def release(self) -> str:
        """Major and minor version, e.g. ``7.4``: what the profile calls the product version."""
        return ".".join(self.version.split(".")[:2])

    @property
    def identity(self) -> str:
        """Hash of path, size and time stamp of the program: another after every upgrade."""
        return _identity(self.program)


def find_installation(setting: Path | None, cache_dir: Path) -> Installation:
    """Return the LibreOffice to use: the one in ``setting`` or else the first found on PATH or in the usual places.

    ``setting`` may name the program, its folder, or a macOS application. The version is remembered in
    ``cache_dir`` for as long as the program file stays the same. Raises MissingProgramError, with the install
    lines, when there is none, when ``setting`` names none, or when it is older than 7.4.
    """
    if setting is not None:
        program = _program_in(setting)
        if program is None:
            raise MissingProgramError(
                f"No LibreOffice at {setting}. Correct the setting, or remove it to have LibreOffice searched for."
                f"\nTo install it:\n{install_help()}"
            )
    else:
        found = [program for place in _usual_places() if (program := _program_in(place))]
        if not found:
            raise MissingProgramError(
                "LibreOffice is not installed (looked on PATH and in the usual places), and the papers cannot be"
                f" turned into PDF without it. To install it:\n{install_help()}"
            )
        program = next((path for path in found if path.name == "soffice.bin"), found[0])
    installation = Installation(program, _version(program, cache_dir))
    if tuple(int(part) for part in installation.release.split(".")) < OLDEST:
        raise MissingProgramError(
            f"LibreOffice {installation.version} at {program} is too old: 7.4 or newer is needed."
            f" To install it:\n{install_help()}"
        )
    return installation


def _usual_places() -> Iterator[Path]:
    """Yield PATH entries first, then the folders that the usual packages and installers use."""
    for name in _NAMES:
        if on_path := shutil.which(name):
            yield Path(on_path)
    if sys.platform == "darwin":
        yield from (folder / "LibreOffice.app" for folder in (Path("/Applications"), Path.home() / "Applications"))
    elif sys.platform == "win32":
        for variable in ("ProgramFiles", "ProgramFiles(x86)"):
            if folder := os.environ.get(variable):
                yield Path(folder) / "LibreOffice" / "program"
    else:
        yield from (Path("/usr", lib, "libreoffice", "program") for lib in ("lib", "lib64"))
        yield from (Path("/usr", "local", lib, "libreoffice", "program") for lib in ("lib", "lib64"))
        yield from sorted(Path("/", "opt").glob("libreoffice*/program"), reverse=True)


def _program_in(place: Path) -> Path | None:
    """Return the program to start for ``place``, preferring ``soffice.bin``: no shell script, no splash process."""
    if place.suffix == ".app":
        place = place / "Contents" / "MacOS"
    if place.is_dir():
        folder, given = place, None
    elif place.is_file() and (os.access(place, os.X_OK) or sys.platform == "win32"):
        given = place
        folder = place.resolve().parent
    else:
        return None
    if given is not None and given.resolve().stem not in _NAMES:
        return given
    names = ("soffice.com", "soffice.exe") if sys.platform == "win32" else ("soffice.bin", "soffice")
    for name in names:
        if (program := folder / name).is_file():
            return program
    return given


def _identity(program: Path) -> str:
    state = program.stat()
    return sha256(f"{program}|{state.st_size}|{state.st_mtime_ns}".encode()).hexdigest()[:16]


def _version(program: Path, cache_dir: Path) -> str:
    """Return the program's version, from the cache or by asking it (about a tenth of a second)."""
    remembered = cache_dir / f"libreoffice-{_identity(program)}.version"
    if remembered.is_file() and (text := remembered.read_text(encoding="ascii").strip()):
        return text
    try:
        answer = subprocess.run(
            [program, "--version"], stdin=subprocess.DEVNULL, capture_output=True, timeout=_VERSION_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MissingProgramError(
            f"{program} does not start ({error}). Repair or install LibreOffice:\n{install_help()}"
        ) from error
    found = re.search(rb"LibreOffice\w* (\d+(?:\.\d+)+)", answer.stdout)
    if not found:
        raise MissingProgramError(
            f"{program} does not say that it is LibreOffice. Name another program, or install it:\n{install_help()}"
        )
    version = found[1].decode("ascii")
    cache_dir.mkdir(parents=True, exist_ok=True)
    remembered.write_text(version + "\n", encoding="ascii")
    return version
