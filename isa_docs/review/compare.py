"""Compare two built packages: addressee, parts, pages, exhibits, signature lines, and a redline of every paper."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from isa_docs.errors import InputError
from isa_docs.findings import Finding, Severity, conceal
from isa_docs.review.manifest import read_manifest
from isa_docs.review.redline import Redline, docx_paragraphs, redline


@dataclass(frozen=True)
class PackageFolder:
    """The folder a build left: its manifest and where it is."""

    folder: Path
    manifest: Mapping[str, Any]

    def part_file(self, key: str, ending: str) -> Path | None:
        """Return the file of a part by its key, ``docx`` or ``pdf``; None when there is none."""
        found = [each for each in (self.folder / "parts").glob(f"*.{ending}") if each.stem.partition("-")[2] == key]
        return found[0] if found else None


@dataclass(frozen=True)
class PackageChange:
    """One difference between two packages: what it concerns, and both states in words (empty where absent)."""

    kind: str
    subject: str
    before: str
    after: str

    def __post_init__(self) -> None:
        """Conceal a Social Security number in what is shown."""
        for name in ("subject", "before", "after"):
            object.__setattr__(self, name, conceal(getattr(self, name)))

    def to_json(self) -> dict[str, str]:
        """Return it as data."""
        return {"kind": self.kind, "subject": self.subject, "before": self.before, "after": self.after}

    @property
    def sentence(self) -> str:
        """Say it in one line."""
        if self.before and self.after:
            return f"{self.subject}: {self.before} → {self.after}"
        return f"{self.subject}: {f'added ({self.after})' if self.after else f'removed ({self.before})'}"


@dataclass(frozen=True)
class PackageComparison:
    """What two packages differ in."""

    changes: tuple[PackageChange, ...]
    redlines: tuple[Redline, ...]
    """One per paper that differs."""

    @property
    def different(self) -> bool:
        """Tell whether anything differs."""
        return bool(self.changes or self.redlines)


def open_package(path: Path) -> PackageFolder:
    """Open a build's folder, or the folder of its package or manifest; raises InputError when there is none."""
    folder = path if path.is_dir() else path.parent
    if not (folder / "manifest.json").is_file():
        message = f"{path} is neither a matter file nor a package with its manifest.json."
        raise InputError(message, [Finding("INPUT-MANIFEST", Severity.ERROR, message)])
    return PackageFolder(folder, read_manifest(folder / "manifest.json"))


def compare_packages(old: PackageFolder, new: PackageFolder) -> PackageComparison:
    """Compare two packages; papers are compared by the text of their Word files, exhibits by their pages."""
    return PackageComparison(tuple(_changes(old, new)), tuple(each for each in _redlines(old, new) if each.changed))


def _changes(old: PackageFolder, new: PackageFolder) -> Iterator[PackageChange]:
    was, now = old.manifest, new.manifest
    pairs = (
        ("edition", "Program edition", was["edition"]["key"], now["edition"]["key"]),
        ("recipient", "Addressee", _recipient(was), _recipient(now)),
        ("date", "Date of the submission", was["matter"]["date"], now["matter"]["date"]),
        ("pages", "Pages", str(was["package"]["pages"]), str(now["package"]["pages"])),
    )
    for kind, subject, before, after in pairs:
        if before != after:
            yield PackageChange(kind, subject, before, after)
    yield from _parts(old, new)
    yield from _fields(was["fields"], now["fields"])
    for name, before, after in _both(was["inputs"], now["inputs"]):
        if name.startswith("templates/") and before != after:
            yield PackageChange("template", f"Template {name[10:]}", before[:12], after[:12])


def _recipient(manifest: Mapping[str, Any]) -> str:
    recipient = manifest["recipient"]
    return ", ".join(recipient["lines"]) or str(recipient["key"])


def _both(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    for name in dict.fromkeys([*was, *now]):
        yield name, was.get(name, ""), now.get(name, "")


def _parts(old: PackageFolder, new: PackageFolder) -> Iterator[PackageChange]:
    was = {each["key"]: each for each in old.manifest["parts"]}
    now = {each["key"]: each for each in new.manifest["parts"]}
    for key in dict.fromkeys([*now, *was]):
        before, after = was.get(key), now.get(key)
        title = (after or before or {})["title"]
        kind = "exhibit" if (after or before or {})["kind"] == "exhibit" else "part"
        if before is None or after is None:
            yield PackageChange(kind, title, _pages(before) if before else "", _pages(after) if after else "")
            continue
        if before["title"] != after["title"]:
            yield PackageChange(kind, "Title", before["title"], after["title"])
        if (before["first_page"], before["pages"]) != (after["first_page"], after["pages"]):
            yield PackageChange("pages", title, _pages(before), _pages(after))
        if kind == "exhibit" and _hash(old, key) != _hash(new, key):
            yield PackageChange("exhibit", title, f"file {_hash(old, key)[:12]}", f"file {_hash(new, key)[:12]}")
    order = [key for key in was if key in now]
    if order != [key for key in now if key in was]:
        titles = [", ".join(each[key]["title"] for key in each if key in order) for each in (was, now)]
        yield PackageChange("order", "Order of the parts", titles[0], titles[1])


def _pages(part: Mapping[str, Any]) -> str:
    first, last = part["first_page"], part["first_page"] + part["pages"] - 1
    tab = f"tab {part['tab']}, " if part["tab"] else ""
    return f"{tab}page {first}" if first == last else f"{tab}pages {first}–{last}"


def _hash(package: PackageFolder, key: str) -> str:
    file = package.part_file(key, "pdf")
    return hashlib.sha256(file.read_bytes()).hexdigest() if file else "not at hand"


def _fields(was: list[Mapping[str, Any]], now: list[Mapping[str, Any]]) -> Iterator[PackageChange]:
    def lines(fields: list[Mapping[str, Any]]) -> dict[str, str]:
        return {
            each["name"]: f"{each['signer']}, page {each['page']}" for each in fields if each["kind"] == "signature"
        }

    for name, before, after in _both(lines(was), lines(now)):
        if before != after:
            yield PackageChange("signature", f"Signature line {name}", before, after)


def _redlines(old: PackageFolder, new: PackageFolder) -> Iterator[Redline]:
    titles = {each["key"]: each["title"] for each in [*old.manifest["parts"], *new.manifest["parts"]]}
    for key, title in titles.items():
        files = [package.part_file(key, "docx") for package in (old, new)]
        if not any(files):
            continue
        texts = [docx_paragraphs(file) if file else [] for file in files]
        if texts[0] != texts[1]:
            yield redline(conceal(title), texts[0], texts[1])
