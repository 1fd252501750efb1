"""Install lines for the converter, its fonts and the PDF text reader; shown to people, run by the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class InstallLine:
    """How one family of systems gets everything the conversion needs."""

    system: str
    command: str
    bootstrap: bool
    """Whether the set-up step may run it by itself (plain packages of the system, no licence to click)."""


INSTALL_LINES = (
    InstallLine(
        "Debian/Ubuntu",
        "sudo apt-get install -y --no-install-recommends libreoffice-writer-nogui poppler-utils"
        " poppler-data fontconfig fonts-liberation fonts-crosextra-carlito fonts-dejavu-core",
        bootstrap=True,
    ),
    InstallLine(
        "Fedora",
        "sudo dnf install -y libreoffice-writer poppler-utils poppler-data fontconfig liberation-serif-fonts"
        " liberation-sans-fonts liberation-mono-fonts google-carlito-fonts dejavu-sans-fonts",
        bootstrap=True,
    ),
    InstallLine(
        "macOS",
        "brew install --cask libreoffice && brew install poppler && brew install --cask font-liberation font-carlito",
        bootstrap=False,
    ),
    InstallLine("Windows", "winget install --id TheDocumentFoundation.LibreOffice", bootstrap=False),
)
"""In the order they are shown. LibreOffice's own installers for macOS and Windows bring Liberation and Carlito."""


def install_help() -> str:
    """Return the install lines as text, one system a line, for a message or a page."""
    width = max(len(line.system) for line in INSTALL_LINES) + 1
    return "\n".join(f"  {line.system + ':':<{width}} {line.command}" for line in INSTALL_LINES)
