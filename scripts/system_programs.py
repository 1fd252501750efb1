"""Which programs and fonts isa-docs needs from the system, how to see whether they are there, how to get them.

Standard library only: the bootstrap reads this before anything is installed.
"""

from __future__ import annotations

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

OFFICE_FOLDERS = (
    "/usr/lib/libreoffice/program",
    "/usr/lib64/libreoffice/program",
    "/usr/local/lib/libreoffice/program",
    "/snap/libreoffice/current/lib/libreoffice/program",
    "/Applications/LibreOffice.app/Contents/MacOS",
    "C:/Program Files/LibreOffice/program",
    "C:/Program Files (x86)/LibreOffice/program",
)
LINUX = sys.platform.startswith("linux")


@dataclass(frozen=True)
class Need:
    """A program or font, the test for it, and its packages; an empty package list means nothing to install there."""

    name: str
    present: Callable[[], bool]
    debian: tuple[str, ...]
    fedora: tuple[str, ...] = ()
    macos: tuple[str, ...] = ()
    windows: tuple[str, ...] = ()


def has_office() -> bool:
    """Tell whether LibreOffice is installed with its Writer part (a Calc-only installation cannot convert letters)."""
    chosen = os.environ.get("ISA_DOCS_SOFFICE")
    if chosen:
        return Path(chosen).is_file()
    on_path = [Path(found).resolve().parent for found in map(shutil.which, ("soffice", "libreoffice")) if found]
    for folder in [*on_path, *map(Path, OFFICE_FOLDERS), *Path("/opt").glob("libreoffice*/program")]:
        if LINUX:
            if (folder / "libswlo.so").is_file():
                return True
        elif (folder / "soffice").is_file() or (folder / "soffice.exe").is_file():
            return True
    return False


def has_font(family: str) -> bool:
    """Tell whether a font family is installed; outside Linux LibreOffice brings the needed fonts itself."""
    if not LINUX:
        return True
    try:
        listed = subprocess.run(["fc-list", ":", "family"], stdout=subprocess.PIPE, encoding="utf-8", check=False)
    except OSError:
        return False
    return family in listed.stdout


def has_program(name: str) -> bool:
    """Tell whether a program is on PATH."""
    return shutil.which(name) is not None


def has_venv() -> bool:
    """Tell whether this Python can make a virtual environment with pip (Debian splits that off)."""
    return all(importlib.util.find_spec(module) is not None for module in ("venv", "ensurepip"))


PYTHON = Need(
    "Python 3.11 or later",
    present=lambda: sys.version_info >= (3, 11),
    debian=("python3", "python3-venv"),
    fedora=("python3",),
    macos=("python@3.12",),
    windows=("Python.Python.3.12",),
)

OFFICE = Need(
    "LibreOffice Writer",
    present=has_office,
    debian=("libreoffice-writer-nogui",),
    fedora=("libreoffice-writer",),
    macos=("libreoffice",),
    windows=("TheDocumentFoundation.LibreOffice",),
)
"""The one need that has a stand-in where nothing may be installed: LibreOffice's WebAssembly build."""

NEEDS = (
    Need(
        "Python's venv module",
        present=has_venv,
        debian=("python{}.{}-venv".format(*sys.version_info[:2]),),
        fedora=("python3",),
        macos=("python@3.12",),
        windows=("Python.Python.3.12",),
    ),
    OFFICE,
    Need(
        "fontconfig",
        present=lambda: not LINUX or has_program("fc-match"),
        debian=("fontconfig",),
        fedora=("fontconfig",),
    ),
    Need(
        "Liberation fonts",
        present=lambda: has_font("Liberation Serif") and has_font("Liberation Sans"),
        debian=("fonts-liberation",),
        fedora=("liberation-serif-fonts", "liberation-sans-fonts", "liberation-mono-fonts"),
    ),
    Need(
        "Carlito font",
        present=lambda: has_font("Carlito"),
        debian=("fonts-crosextra-carlito",),
        fedora=("google-carlito-fonts",),
    ),
    Need(
        "DejaVu fonts",
        present=lambda: has_font("DejaVu Sans"),
        debian=("fonts-dejavu-core",),
        fedora=("dejavu-sans-fonts",),
    ),
    Need(
        "poppler's PDF tools",
        present=lambda: has_program("pdftocairo"),
        debian=("poppler-utils", "poppler-data"),
        fedora=("poppler-utils", "poppler-data"),
        macos=("poppler",),
        windows=("oschwartz10612.Poppler",),
    ),
)
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
)
"""Where a Chromium is looked for; ISA_DOCS_CHROMIUM names another."""

DEV_NEEDS: tuple[Need, ...] = (
    Need(
        "qpdf",
        present=lambda: has_program("qpdf"),
        debian=("qpdf",),
        fedora=("qpdf",),
        macos=("qpdf",),
        windows=("QPDF.QPDF",),
    ),
    Need(
        "Java development kit (runs veraPDF in the tests)",
        present=lambda: has_program("java") and has_program("javac"),
        debian=("default-jdk-headless",),
        fedora=("java-latest-openjdk-devel",),
        macos=("openjdk",),
        windows=("EclipseAdoptium.Temurin.21.JDK",),
    ),
    Need(
        "Chromium (shows the desk in the tests)",
        present=lambda: bool(os.environ.get("ISA_DOCS_CHROMIUM")) or any(map(shutil.which, BROWSERS)),
        debian=("chromium",),
        fedora=("chromium",),
        macos=("chromium",),
        windows=("Google.Chrome",),
    ),
    Need(
        "libatomic (the tests' driver of Chromium is linked to it)",
        present=lambda: not LINUX or has_library("libatomic.so.1"),
        debian=("libatomic1",),
        fedora=("libatomic",),
    ),
)


SERVER_NEEDS: tuple[Need, ...] = (
    Need(
        "C compiler (builds a part of Mayan EDMS that comes as source)",
        present=lambda: has_program("gcc") and has_header("stdlib.h"),
        debian=("gcc", "libc6-dev"),
        fedora=("gcc", "glibc-devel"),
    ),
    Need(
        "Python's headers",
        present=lambda: Path(sysconfig.get_path("include"), "Python.h").is_file(),
        debian=("python{}.{}-dev".format(*sys.version_info[:2]),),
        fedora=("python3-devel",),
    ),
    Need(
        "OpenLDAP's headers",
        present=lambda: has_header("ldap.h"),
        debian=("libldap2-dev",),
        fedora=("openldap-devel",),
    ),
    Need(
        "SASL's headers",
        present=lambda: has_header("sasl/sasl.h"),
        debian=("libsasl2-dev",),
        fedora=("cyrus-sasl-devel",),
    ),
    Need(
        "PostgreSQL server",
        present=lambda: postgres_programs() is not None,
        debian=("postgresql",),
        fedora=("postgresql-server",),
        macos=("postgresql@17",),
    ),
)
"""What the tests with real servers need besides; on Linux only, where Mayan EDMS runs."""


def has_header(name: str) -> bool:
    """Tell whether a C header is installed where compilers look without being told."""
    folders = [Path("/usr/include"), Path("/usr/local/include"), *Path("/usr/include").glob("*-linux-gnu*")]
    return any((folder / name).is_file() for folder in folders)


def postgres_programs() -> Path | None:
    """Return the folder of PostgreSQL's programs, which Debian keeps off PATH; the newest where there are several."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda each: int(each.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).parent if on_path else None


def has_library(name: str) -> bool:
    """Tell whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(name)
    except OSError:
        return False
    return True


def missing(dev: bool, servers: bool = False) -> list[Need]:
    """Return what is not there, in the order of the tables."""
    wanted = (*NEEDS, *(DEV_NEEDS if dev else ()), *(SERVER_NEEDS if servers else ()))
    return [need for need in wanted if not need.present()]


def apt_command() -> list[str] | None:
    """Return how to call apt-get without being asked anything, or None when that is not possible here."""
    apt_get = shutil.which("apt-get")
    if apt_get is None:
        return None
    command = [apt_get, "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=300"]
    if os.geteuid() == 0:
        return command
    sudo = shutil.which("sudo")
    if sudo is None or subprocess.run([sudo, "-n", "true"], stderr=subprocess.DEVNULL, check=False).returncode != 0:
        return None
    return [sudo, "-n", "env", "DEBIAN_FRONTEND=noninteractive", *command]


def install_lines(needs: Sequence[Need]) -> str:
    """Return, for each kind of system, the line that installs all of ``needs`` there."""

    def line(system: str, command: str, field: str) -> str:
        packages = dict.fromkeys(package for need in needs for package in getattr(need, field))
        if not packages:
            why = (
                "these tests run on Linux"
                if set(needs) & set(SERVER_NEEDS)
                else "LibreOffice brings these fonts with it"
            )
            return f"  {system + ':':16} nothing: {why}"
        return f"  {system + ':':16} {command} {' '.join(packages)}"

    lines = (
        line("Debian, Ubuntu", "sudo apt-get update && sudo apt-get install --no-install-recommends", "debian"),
        line("Fedora", "sudo dnf install", "fedora"),
        line("macOS", "brew install", "macos"),
        line("Windows", "winget install", "windows"),
    )
    return "\n".join(lines) + "\nThen run the same command again."
