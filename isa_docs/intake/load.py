"""The way in: a matter file to a :class:`Matter` with its source positions."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path as FilePath

import msgspec

from isa_docs.errors import InputError
from isa_docs.findings import Finding, in_order
from isa_docs.intake.model import Matter
from isa_docs.intake.references import check_references
from isa_docs.intake.source import Source, parse_source, read_source
from isa_docs.intake.validate import validate


@dataclass(frozen=True)
class LoadedMatter:
    """A valid matter and the source it came from."""

    matter: Matter
    source: Source
    folder: FilePath
    """The folder that exhibit paths are relative to."""

    def locate(self, findings: Iterable[Finding]) -> list[Finding]:
        """Give each finding that names a path its place in the user's file."""
        return [
            finding if finding.place or finding.path is None else finding.at(self.source.place(finding.path))
            for finding in findings
        ]


def load_matter(path: FilePath) -> LoadedMatter:
    """Read, validate and type a matter file.

    Raises InputError with every finding of the run: one for broken syntax, otherwise all schema faults,
    otherwise all ids that do not agree.
    """
    return to_matter(read_source(path), path.parent)


def load_text(text: str, name: str = "matter.yaml", folder: FilePath = FilePath()) -> LoadedMatter:
    """Do the same for text that is not in a file; ``name`` appears in findings and its ending selects the syntax."""
    return to_matter(parse_source(text.encode(), name), folder)


def to_matter(source: Source, folder: FilePath) -> LoadedMatter:
    """Validate and type what a source holds; raises InputError like :func:`load_matter`."""
    faults = validate(source)
    if faults:
        raise InputError(_count(source.file, faults), in_order(faults))
    loaded = LoadedMatter(msgspec.convert(source.data, Matter), source, folder)
    faults = loaded.locate(check_references(loaded.matter))
    if faults:
        raise InputError(_count(source.file, faults), in_order(faults))
    return loaded


def _count(file: str, faults: list[Finding]) -> str:
    return f"{file} is not valid: {len(faults)} {'thing' if len(faults) == 1 else 'things'} to correct."
