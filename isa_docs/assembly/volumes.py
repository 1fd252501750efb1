"""Split a package by tab when it is larger than its recipient takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from isa_docs.assembly.extracts import Extract, Extractor
from isa_docs.assembly.model import AssemblyResult, PackageInfo, Part
from isa_docs.findings import Finding, Severity


@dataclass(frozen=True)
class Tab:
    """What stays together: a paper, or an exhibit with its sheet; its pages in the package, from 1."""

    title: str
    pages: tuple[int, ...]


@dataclass(frozen=True)
class Volumes:
    """The files a package was split into, in order, and what is to be said of it."""

    files: tuple[Extract, ...]
    findings: tuple[Finding, ...]


def tabs(parts: Sequence[Part], package: AssemblyResult) -> list[Tab]:
    """Return the tabs of a package in order; a part below another one belongs to its tab."""
    placed = {item.key: range(item.first_page, item.first_page + item.pages) for item in package.parts}
    found: list[Tab] = []
    for part in parts:
        if part.parent and found:
            found[-1] = Tab(found[-1].title, (*found[-1].pages, *placed[part.key]))
        else:
            found.append(Tab(part.title, tuple(placed[part.key])))
    return found


def split(parts: Sequence[Part], package: AssemblyResult, info: PackageInfo, limit: int, folder: Path) -> Volumes:
    """Write the volumes of a package into ``folder``, none larger than ``limit`` bytes; nothing when it fits.

    Tabs are never torn: one that alone is too large makes a volume of its own, and a warning says so. The pages keep
    the numbers they have in the package; links between pages are left out.
    """
    if package.pdf.stat().st_size <= limit:
        return Volumes((), ())
    folder.mkdir(parents=True, exist_ok=True)
    extractor = Extractor(package, info)
    trial = folder / "trial.pdf"
    volumes: list[list[Tab]] = []
    findings = []
    filled = 0
    for tab in tabs(parts, package):
        _write(extractor, package, [tab], tab.title, trial)
        size = trial.stat().st_size
        if size > limit:
            findings.append(_too_large(tab, size, limit))
        if not volumes or filled + size > limit:
            volumes.append([])
            filled = 0
        volumes[-1].append(tab)
        filled += size
    trial.unlink()
    files = []
    for number, own in enumerate(volumes, start=1):
        title = f"{info.title} (volume {number} of {len(volumes)})"
        out = folder / f"{package.pdf.stem}-{number}-of-{len(volumes)}.pdf"
        files.append(_write(extractor, package, own, title, out))
    return Volumes(tuple(files), tuple(findings))


def _write(extractor: Extractor, package: AssemblyResult, own: Sequence[Tab], title: str, out: Path) -> Extract:
    numbers = [page for tab in own for page in tab.pages]
    fields = [item for item in package.fields if item.page in set(numbers)]
    return extractor.extract(numbers, fields, title, out, [(tab.pages[0], tab.title) for tab in own])


def _too_large(tab: Tab, size: int, limit: int) -> Finding:
    return Finding(
        "PKG-SIZE",
        Severity.WARNING,
        f"the package: {tab.title!r} alone is {size / 1e6:.1f} MB, more than the {limit / 1e6:g} MB asked for",
        "Scan it at 300 dpi or in black and white, or make two exhibits of it.",
    )
