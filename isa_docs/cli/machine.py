"""Looks at this machine: is everything there that a build needs, and how is the rest to be had."""

from __future__ import annotations

import platform
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from isa_docs.cli.settings import Settings, cache_dir
from isa_docs.errors import IsaDocsError

_OLDEST_PYTHON = (3, 11)
_POPPLER = {
    "pdftocairo": "redraws exhibits whose fonts or layers must not go into a package as they are",
    "pdftoppm": "compares what was redrawn with the exhibit",
}
_STAND_IN = "LibreOffice's WebAssembly build instead"
_PACKAGES = {
    "poppler": {
        "debian": "sudo apt-get install poppler-utils",
        "fedora": "sudo dnf install poppler-utils",
        "darwin": "brew install poppler",
        "win32": "winget install oschwartz10612.Poppler",
    },
    "poppler-data": {
        "debian": "sudo apt-get install poppler-data",
        "fedora": "sudo dnf install poppler-data",
    },
}


@dataclass(frozen=True)
class Check:
    """One thing looked at; ``remedy`` is empty when it is all right."""

    name: str
    ok: bool
    found: str
    remedy: str = ""
    needed: bool = True


def look(settings: Settings) -> list[Check]:
    """Return what was found on this machine, in the order of importance."""
    return [
        _python(),
        *_packages(),
        _converter(settings),
        _fonts(),
        *_programs(),
        *_asian_text(),
        _validator(),
        _folder("output folder", settings.out, "Name another folder with --out or ISA_DOCS_OUT."),
        _folder("cache folder", cache_dir(), "Name another folder with ISA_DOCS_CACHE_DIR."),
        _folder("temporary folder", Path(tempfile.gettempdir()), "Name another folder with TMPDIR."),
    ]


def system_name() -> str:
    """Return the name of the operating system as its maker gives it."""
    return _os_release().get("PRETTY_NAME") or f"{platform.system()} {platform.release()}"


def _python() -> Check:
    ok = sys.version_info >= _OLDEST_PYTHON
    remedy = "" if ok else f"Install Python {'.'.join(map(str, _OLDEST_PYTHON))} or later."
    return Check("Python", ok, f"{platform.python_version()} at {sys.executable}", remedy)


def _packages() -> Iterator[Check]:
    """Compare the installed packages with the minimums that this installation of isa-docs asks for."""
    faults, good = [], 0
    for requirement in metadata.requires("isa-docs") or []:
        if "extra ==" in requirement:
            continue
        name = re.split(r"[^A-Za-z0-9._-]", requirement)[0]
        minimum = re.search(r">=\s*([0-9.]+)", requirement)
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            faults.append(f"{name} is missing")
            continue
        if minimum and _numbers(version) < _numbers(minimum[1]):
            faults.append(f"{name} is {version}, {minimum[1]} is needed")
        else:
            good += 1
    remedy = f"{sys.executable} -m pip install --upgrade isa-docs, or in a checkout: make setup" if faults else ""
    yield Check("Python packages", not faults, "; ".join(faults) or f"all {good} are there and new enough", remedy)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _converter(settings: Settings) -> Check:
    try:
        engine = settings.engine()
    except IsaDocsError as error:
        first, _, rest = error.message.partition("\n")
        line = _line_of_this_system() or rest
        return Check(
            "converter", False, first, f"{line} (where nothing may be installed: make setup fetches {_STAND_IN})"
        )
    info = engine.info
    engine.close()
    return Check("converter", True, f"{info.name} {info.version} at {info.program}")


def _fonts() -> Check:
    from isa_docs.conversion.fonts import NEEDED_FONTS, missing_fonts

    missing = missing_fonts()
    if not missing:
        return Check("fonts", True, ", ".join(font.family for font in NEEDED_FONTS))
    named = ", ".join(f"{font.family} (for {font.why})" for font in missing)
    return Check("fonts", False, f"missing: {named}", _line_of_this_system())


def _programs() -> Iterator[Check]:
    for name, use in _POPPLER.items():
        place = shutil.which(name)
        remedy = "" if place else _install("poppler")
        yield Check(name, place is not None, place or f"missing; it {use}", remedy)


def _asian_text() -> Iterator[Check]:
    """Say whether poppler has the tables for Asian text whose font is not in the file; only Linux keeps them apart."""
    if sys.platform.startswith("linux"):
        found = Path("/usr/share/poppler").is_dir()
        without = "missing; exhibits with Chinese, Japanese or Korean text in fonts they do not hold are refused"
        remedy = "" if found else _install("poppler-data")
        yield Check("poppler-data", found, "/usr/share/poppler" if found else without, remedy, needed=False)


def _validator() -> Check:
    """Say whether what a package declares could be put to veraPDF here; no build needs it."""
    place = shutil.which("verapdf")
    without = "not here; packages declare PDF/A and PDF/UA, and nothing on this machine can put that to the test"
    return Check("veraPDF", True, place or without, needed=False)


def _folder(name: str, path: Path, remedy: str) -> Check:
    """Try to write where ``path`` is, or where it would be made; nothing is left behind."""
    place = path.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            pass
    except OSError as error:
        return Check(name, False, f"{path} cannot be written: {error.strerror}", remedy)
    free = shutil.disk_usage(place).free // 2**20
    return Check(name, free >= 100, f"{path}, {free:,} MB free", "" if free >= 100 else f"Make room. {remedy}")


def _os_release() -> dict[str, str]:
    try:
        return platform.freedesktop_os_release()
    except OSError:
        return {}


def _family() -> str:
    """Return which of the systems we know install lines for this one is or descends from; empty for another."""
    if not sys.platform.startswith("linux"):
        return sys.platform
    release = _os_release()
    kin = {release.get("ID", ""), *release.get("ID_LIKE", "").split()}
    if kin & {"debian", "ubuntu"}:
        return "debian"
    return "fedora" if kin & {"fedora", "rhel", "centos"} else ""


def _install(what: str) -> str:
    lines = _PACKAGES[what]
    return lines.get(_family()) or " or ".join(dict.fromkeys(lines.values()))


def _line_of_this_system() -> str:
    from isa_docs.conversion.install import INSTALL_LINES, install_help

    wanted = {"debian": "Debian/Ubuntu", "fedora": "Fedora", "darwin": "macOS", "win32": "Windows"}.get(_family())
    found = next((line.command for line in INSTALL_LINES if line.system == wanted), None)
    return found or install_help().strip()
