"""The form of a package: how it is signed, numbered and archived, and what goes beside it into the output."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

from isa_docs.assembly.model import Attachment, EsignProfile

if TYPE_CHECKING:
    from isa_docs.build.draft import Draft
    from isa_docs.review.manifest import BuildRecord


@dataclass(frozen=True)
class PackageForm:
    """What a person chooses for the packages of one build, besides their content."""

    profile: EsignProfile = "acrobat"
    bates: str = ""
    """Prefix of a continuous number on every page; empty for none."""
    archive: Literal["a2", "a3"] = "a2"
    max_megabytes: float = 0.0
    """Millions of bytes the recipient takes in one file; a larger package is split by tab besides. 0: any size."""
    limits: tuple[tuple[str, float], ...] = ()
    """The same for some recipients, by their keys in the directory."""
    verify_archive: bool = False
    """Whether veraPDF is to confirm what the package declares; without it there is no package."""

    def limit_for(self, recipient: str) -> int:
        """Return how many bytes a recipient takes in one file; 0 for any number."""
        return int(dict(self.limits).get(recipient, self.max_megabytes) * 1_000_000)

    def to_json(self) -> dict[str, Any]:
        """Return what of the form decides the package's bytes, as data."""
        return {"esign_profile": self.profile, "bates": self.bates, "archive": self.archive}


PLAIN = PackageForm()

COVERS: Final = (
    "The build up to the assembly of this package. Known only afterwards, and therefore in the manifest beside the "
    "package and not in here: its SHA-256, what its checks and the rules for finished papers found, its volumes, and "
    "whether a validator confirmed what it declares."
)
"""What the manifest inside an archive package says of itself."""


def associated_files(record: BuildRecord, name: str, matter_text: str) -> tuple[Attachment, ...]:
    """Return what an A-3 package carries: the matter file, and the manifest as far as it is known before the package.

    A file cannot hold its own checksum, nor what was found of it afterwards; the manifest inside says so, and leaves
    these things out rather than seem to say that there are none.
    """
    from isa_docs.review.manifest import manifest

    data = {"covers": COVERS, **manifest(record, name)}
    del data["package"]["sha256"], data["conformance"]["checked_by"], data["volumes"]
    text = json.dumps(data, indent=2, ensure_ascii=False) + "\n"
    matter = Path(record.matter_file).name
    kind = "application/json" if matter.endswith(".json") else "application/yaml"
    return (
        Attachment(
            "manifest.json", "application/json", "Record of the build up to this package", text.encode(), "Data"
        ),
        Attachment(matter, kind, "The facts this package was made from", matter_text.encode()),
    )


def output_files(draft: Draft, record: BuildRecord) -> dict[str, bytes | Path]:
    """Return everything a build leaves for one submission, by its name below the submission's folder."""
    from isa_docs.review.checklist import checklist_html
    from isa_docs.review.manifest import manifest_json
    from isa_docs.review.placements import placements_json

    name = draft.name
    files: dict[str, bytes | Path] = {
        name: record.package.pdf,
        "manifest.json": manifest_json(record, name),
        "signatures.json": placements_json(record, name, draft.packets),
        "checklist.html": checklist_html(record, name, draft.pictures),
    }
    for packet in draft.packets:
        files[f"packets/{packet.pdf.name}"] = packet.pdf
    for volume in draft.volumes:
        files[f"volumes/{volume.pdf.name}"] = volume.pdf
    for number, item in enumerate(draft.plan.items, start=1):
        if item.key in draft.word:
            files[f"parts/{number:02d}-{item.key}.docx"] = draft.word[item.key]
        files[f"parts/{number:02d}-{item.key}.pdf"] = draft.pinned[item.key]
    return files
